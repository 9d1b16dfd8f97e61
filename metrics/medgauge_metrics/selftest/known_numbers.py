"""Small cases whose numbers other programs have given, and the check that this installation gives them too."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import Any

from medgauge.codec import convert
from medgauge.protocols import Metric
from medgauge.types import Answer
from medgauge_metrics.selftest.rows import Row, checked, unmade
from medgauge_metrics.selftest.values import Pair, value

FILE = "known_numbers.yaml"
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One number, and where it comes from."""

    metric: str
    samples: str
    """Name of the set."""
    pairs: tuple[Pair, ...]
    value: float
    program: str
    """Distribution that gave it."""
    version: str
    call: str
    """What of it was called."""


def read_known_numbers() -> tuple[Known, ...]:
    """All cases of `known_numbers.yaml`."""
    import yaml

    data = yaml.safe_load((files("medgauge_metrics.selftest") / FILE).read_text("utf-8"))
    sets = {name: tuple(_pair(sample) for sample in samples) for name, samples in data["samples"].items()}
    return tuple(Known(pairs=sets[case["samples"]], **case) for case in data["numbers"])


def known_numbers(make: Callable[[str], Metric], cases: Sequence[Known] | None = None) -> Iterator[Row]:
    """A row for every case, of the package where none are given."""
    for known in read_known_numbers() if cases is None else cases:
        check = f"{known.samples}: {known.program} {known.version} {known.call}"
        row = Row(kind="known number", metric=known.metric, check=check, outcome="pass", n=len(known.pairs))
        yield unmade(row, partial(make, known.metric)) or checked(row, partial(_wrong, make, known))


def _wrong(make: Callable[[str], Metric], known: Known) -> str | None:
    number = value(make(known.metric), known.pairs)
    right = math.isfinite(number) and abs(number - known.value) <= TOLERANCE
    return None if right else f"expected {known.value!r}, got {number!r}"


def _pair(sample: dict[str, Any]) -> Pair:
    answer, target = (convert(Answer, sample[side], FILE) for side in ("answer", "target"))
    return answer, target
