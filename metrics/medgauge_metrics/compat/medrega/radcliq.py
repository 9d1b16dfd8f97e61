"""RadCliQ-v1 from its four parts, in the order of columns it was fitted for, and in the order MedRegA feeds it.

The constants are those of the published regression. MedRegA computes the number and does not print it.
"""

from typing import Literal, TypeAlias

Order: TypeAlias = Literal["fitted", "released"]

_MEAN = (0.5379231241355762, 0.6175725628125001, 0.7647942121140658, 0.44738335396242174)
_SCALE = (0.3028258411486429, 0.22430938459304575, 0.2539439110169773, 0.2989271671041838)
_WEIGHTS = (-0.37708368261038905, -0.37030009974480316, -0.25261621789593225, 4.315048405024756e-12)
_INTERCEPT = 2.466552561323256e-10


def radcliq_v1(*, radgraph: float, bertscore: float, chexbert: float, bleu2: float, order: Order) -> float:
    """RadCliQ-v1, lower being better.

    The regression wants the columns (radgraph, bertscore, chexbert, bleu2), order `fitted`. The released code gives
    it (bleu2, bertscore, chexbert, radgraph): BLEU-2 takes RadGraph's weight, and RadGraph's becomes 4e-12.
    """
    first, last = (radgraph, bleu2) if order == "fitted" else (bleu2, radgraph)
    columns = zip((first, bertscore, chexbert, last), _MEAN, _SCALE, _WEIGHTS, strict=True)
    return sum(weight * (value - mean) / scale for value, mean, scale, weight in columns) + _INTERCEPT
