"""The metrics of classification that come from counts of each label.

No answer, and an answer that maps to nothing, is the empty set in these counts: its reference is missed, and nothing
is predicted. Means run over labels with support; the others are shown with a support of 0 and no number.
"""

from medgauge_metrics.confusion import (
    LabelCounts,
    agreement,
    correlation,
    f1,
    mean_of_declared,
    mean_of_defined,
    precision,
    recall,
    specificity_of,
    support_of,
    total,
)
from medgauge_metrics.label_matching import SIGNATURE as MATCHING

_SETS = f"{MATCHING}|unmapped:empty"
_ONE = f"{MATCHING}|unmapped:wrong|several:wrong"
_MACRO = "absent:excluded|agg:macro"


def macro_f1(absent: str = "excluded") -> LabelCounts:
    """Mean over labels with support of F1; each label's goes by its name.

    With `absent=zero` the mean over all declared labels, those without support counting 0, as other tools print it;
    undefined where the targets do not say the declared labels. Raises ValueError for another value.
    """
    if absent == "excluded":
        return LabelCounts(name="macro_f1", reading="sets", how=_SETS, agg=_MACRO, each=f1, over=mean_of_defined)
    if absent != "zero":
        raise ValueError(f"absent: expected 'excluded' or 'zero', got {absent!r}")
    return LabelCounts(
        name="macro_f1(absent=zero)",
        reading="declared",
        how=_SETS,
        agg="absent:zero|agg:macro",
        each=f1,
        over=mean_of_declared,
    )


def macro_precision() -> LabelCounts:
    """Mean over labels with support of precision; a label with support that nothing predicts has 0."""
    return LabelCounts(
        name="macro_precision", reading="sets", how=_SETS, agg=_MACRO, each=precision, over=mean_of_defined
    )


def macro_recall() -> LabelCounts:
    """Mean over labels with support of recall."""
    return LabelCounts(name="macro_recall", reading="sets", how=_SETS, agg=_MACRO, each=recall, over=mean_of_defined)


def sensitivity() -> LabelCounts:
    """Recall by its clinical name, each label's under its own; `specificity` stands beside it."""
    return LabelCounts(name="sensitivity", reading="sets", how=_SETS, agg=_MACRO, each=recall, over=mean_of_defined)


def specificity() -> LabelCounts:
    """Mean over labels with negatives of the share of samples without the label that are not given it."""
    return LabelCounts(
        name="specificity",
        reading="sets",
        how=_SETS,
        agg="no-negatives:excluded|agg:macro",
        each=specificity_of,
        over=mean_of_defined,
    )


def support() -> LabelCounts:
    """How often each label is in the reference, and all of them together: what stands behind the other numbers."""
    return LabelCounts(
        name="support",
        reading="sets",
        how="of:reference",
        agg="agg:sum",
        each=support_of,
        over=total,
        higher_is_better=None,
        resampled=False,
    )


def balanced_accuracy() -> LabelCounts:
    """Mean over labels with support of recall, for single-label tasks; several labels are no decision."""
    return LabelCounts(name="balanced_accuracy", reading="one", how=_ONE, agg=_MACRO, each=recall, over=mean_of_defined)


def mcc() -> LabelCounts:
    """Matthews' correlation coefficient of many classes, for single-label tasks, from -1 to 1.

    No answer, several labels and a label outside the label space are one class of answers more, which no reference
    has. Undefined where the reference holds one class, whatever is answered; 0 where the answers do.
    """
    return LabelCounts(name="mcc", reading="one", how=_ONE, agg="other:class|agg:corpus", over=correlation)


def kappa() -> LabelCounts:
    """Cohen's kappa, unweighted, for single-label tasks; other answers, and what is undefined, as for `mcc`."""
    return LabelCounts(name="kappa", reading="one", how=_ONE, agg="other:class|weights:none|agg:corpus", over=agreement)
