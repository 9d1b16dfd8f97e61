"""Concrete metrics for every head of the catalogue, so that a check can run over all of them."""

from collections.abc import Mapping
from types import MappingProxyType

from medgauge.errors import MedGaugeError
from medgauge.metrics import parse_metric
from medgauge.plugins import catalog

INSTANCES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "meteor": ("meteor(match=exactstem)",),
        "chrf": ("chrf", "chrf(words=2)"),
        "ap": ("ap", "ap@0.5"),
        "macro_f1": ("macro_f1", "macro_f1(absent=zero)"),
        "grounding_f1": ("grounding_f1", "grounding_f1(agg=mean)"),
        "spatial_f1": ("spatial_f1", "spatial_f1(agg=mean)"),
    }
)
"""Heads that stand neither alone nor with an IoU threshold of 0.5, and those of which more than one form is checked."""


def our_heads() -> tuple[str, ...]:
    """Heads of the metrics that this package brings; what a stranger's metric promises is the stranger's affair."""
    entries = catalog("metrics").entries
    return tuple(sorted(head for head, lazy in entries.items() if str(lazy).startswith("medgauge_metrics")))


def names_of(head: str) -> tuple[str, ...]:
    """Names of concrete metrics: from the table, or the head alone, or with a threshold of 0.5."""
    if head in INSTANCES:
        return INSTANCES[head]
    try:
        parse_metric(head)
    except MedGaugeError:
        return (f"{head}@0.5",)
    return (head,)
