"""What the rules are called in signatures: a version, and a fingerprint of the code that decides."""

from functools import cache
from importlib.resources import files

from medgauge_metrics.lexicon import fingerprint
from medgauge_metrics.traditional import SIMPLIFIED, TRADITIONAL

_READING = ("extract.py", "laterality.py", "lexicon.py", "polarity.py", "reading.py")


@cache
def scope() -> str:
    """`scope:2-0123abcd`: how findings, polarities and sides are read, whatever the lexicon."""
    return f"scope:2-{fingerprint([*map(_source, _READING), TRADITIONAL, SIMPLIFIED])}"


@cache
def sizes() -> str:
    """`sizes:2-0123abcd`: how sizes are read and paired."""
    return f"sizes:2-{fingerprint([_source('measurements.py'), TRADITIONAL, SIMPLIFIED])}"


def _source(name: str) -> str:
    return (files("medgauge_metrics.clinical_lite") / name).read_text("utf-8")
