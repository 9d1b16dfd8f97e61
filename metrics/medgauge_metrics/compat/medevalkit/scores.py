"""What MedEvalKit's rule scorer prints for SLAKE, VQA-RAD and PathVQA, without a judge model.

Two loops share one set of functions. VQA-RAD's and PathVQA's decide by the reference alone; SLAKE's goes by the data
set's `answer_type`, and neither lowers nor strips what it compares.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from medgauge_metrics.compat.medevalkit.overlap import bleu, f1_precision_recall
from medgauge_metrics.compat.medevalkit.reading import parsed, unwrapped
from medgauge_metrics.compat.medevalkit.rouge import CannotScore, rouge

POLAR = ("yes", "no")
OPEN_NAMES = ("bleu1", "bleu2", "bleu3", "bleu4", "rouge1", "rouge2", "rougel", "precision", "recall", "f1", "em")
NAMES = (
    *("total metrics/total", "total metrics/right", "total metrics/acc", "open/total", "open/right"),
    *(f"open/{name}" for name in OPEN_NAMES),
    *("open/acc", "close/total", "close/right", "close/acc"),
)
"""Everything it prints, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply with its reference, word for word; `open` is SLAKE's answer type, None where there is none."""

    said: str
    right: str
    open: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One reply judged; `values` of an open question, by OPEN_NAMES."""

    correct: bool
    values: tuple[float, ...] | None = None


def judge(reply: Reply) -> Judged:
    """One turn of the loop. Raises CannotScore where the original raises."""
    said, right = unwrapped(reply.said), reply.right
    if reply.open is None:
        said, right = said.lower().strip(), right.lower().strip()
        return _polar(said, right) if right in POLAR else _open(said, right)
    if reply.open:
        return _open(said, right)
    return _polar(said, right) if right in POLAR else _exact(said, right)


def printed(judged: Sequence[Judged]) -> dict[str, float]:
    """All numbers, by NAMES. Raises CannotScore where there is no open or no closed question.

    The accuracy of open questions is divided by their number twice, as in the original.
    """
    asked = [one for one in judged if one.values is not None]
    closed = [one for one in judged if one.values is None]
    if not asked or not closed:
        raise CannotScore("ZeroDivisionError: division by zero")
    open_right, close_right = sum(one.correct for one in asked), sum(one.correct for one in closed)
    columns = zip(*(one.values for one in asked if one.values is not None), strict=True)
    return {
        "total metrics/total": len(judged),
        "total metrics/right": open_right + close_right,
        "total metrics/acc": (open_right + close_right) / len(judged),
        "open/total": len(asked),
        "open/right": open_right,
        **{f"open/{name}": fmean(column) for name, column in zip(OPEN_NAMES, columns, strict=True)},
        "open/acc": open_right / len(asked) / len(asked),
        "close/total": len(closed),
        "close/right": close_right,
        "close/acc": close_right / len(closed),
    }


def _bare(text: str) -> str:
    return text.replace("\n", "").replace(".", "")


def _polar(said: str, right: str) -> Judged:
    """Substrings, not words: `abnormal`, `nodule` and `know` hold a no."""
    text = _bare(parsed(said))
    return Judged(correct=(("yes" in text) != ("no" in text)) and right.lower() in text)


def _exact(said: str, right: str) -> Judged:
    return Judged(correct=_bare(parsed(said)) == right.lower())


def _open(said: str, right: str) -> Judged:
    """The names do not fit what stands under them: `precision` is F1, `recall` is precision, `f1` is recall."""
    text, right = parsed(said), right.lower()
    scores = rouge(text, right)
    overlap = f1_precision_recall(text, right)
    if overlap is None:
        raise CannotScore("TypeError: cannot unpack non-iterable int object")
    correct = text == right
    orders = tuple(bleu(text, right, order) for order in (1, 2, 3, 4))
    return Judged(correct=correct, values=(*orders, scores.one, scores.two, scores.longest, *overlap, float(correct)))
