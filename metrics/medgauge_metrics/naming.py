"""Whether an answer to "what is this?" gives the reference's name, with no label space and no aliases.

The answer must be the name, and nothing but it, once a short closed list of leading words is taken off ("this is
the ...", 这是...). So a denial ("not the liver") and a list of names are wrong, as is a sentence that goes on.
"""

import re

from medgauge.types import Answer
from medgauge_metrics.final import LEXICON as FINAL
from medgauge_metrics.final import final_answer
from medgauge_metrics.lexicon import fingerprint
from medgauge_metrics.reducing import SampleMean
from medgauge_metrics.textform import CJK_CHARACTER, fold, normalise

_GAP = f"(?:[ ]|(?={CJK_CHARACTER}))"
_LEAD = re.compile(
    r"(?:(?:该|此|这个?|图中|所示|标注|框[选内中]|方框内)的?(?:区域|部位|结构|物体|器官|病灶|病变)?|它)(?:[是为]|显示)(?:一[个处])?"
    r"|(?:(?:(?:this|that|it|(?:this|that|the)[ ](?:(?:highlighted|marked|given|indicated)[ ])?"
    r"(?:region|area|box|bounding[ ]box|structure|object|organ|lesion))"
    rf"[ ](?:is|shows|contains|represents|corresponds[ ]to|depicts)|its|thats){_GAP})?(?:(?:the|an?){_GAP})?"
)
"""Of a normalised answer; may match nothing."""
SIGNATURE = f"leads:v1-{fingerprint((_LEAD, *FINAL))}"


def label_accuracy() -> SampleMean:
    """Share of answers that are the reference's name, or another right wording of the target.

    Compared after `normalise`, of the final answer, leading words taken off. Undefined without text in the target.
    """
    return SampleMean(
        name="label_accuracy",
        signature=f"label_accuracy|norm:v1|answer:final|{SIGNATURE}|refs:any|agg:mean|v:1",
        value=_named,
        proportion=True,
    )


def bare_name(text: str) -> str:
    """The name in an answer after `normalise`, without leading words; empty where nothing is left of it."""
    whole = normalise(final_answer(text).text)
    lead = _LEAD.match(whole)
    return whole[lead.end() :] or whole if lead else whole


def _named(answer: Answer, target: Answer) -> float | None:
    references = [text for text in (target.text, *target.texts) if text.strip()]
    if not target.text.strip():
        return None
    return float(any(_same(answer.text, reference) for reference in references))


def _same(written: str, reference: str) -> bool:
    """Equal as names, or, where a reference has neither letters nor digits, as folded text."""
    name = bare_name(reference)
    return bare_name(written) == name if name else fold(written).strip() == fold(reference).strip()
