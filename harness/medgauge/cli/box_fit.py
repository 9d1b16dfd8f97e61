"""How answers fit a box format: counted, without any reference."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from medgauge.protocols import BoxFormat, Frame

MANY = 0.1
"""Of all pieces of markup: so many that do not fit put a format in doubt."""
_SHOWN = 3
_THOUGHT = re.compile(r"</think(?:ing)?>|<unused95>", re.IGNORECASE)


def fit(said: Iterable[tuple[str, Frame]], box_format: BoxFormat) -> dict[str, Any]:
    """What a format reads in texts, each with the sizes of its picture; thoughts are left out.

    `boxes` are all that were read, `violations` those of them with a number out of range, `malformed` the pieces of
    markup without a readable box, `in_range` the share of boxes in range, None without any.
    """
    boxes = malformed = violations = 0
    for text, frame in said:
        decoded = box_format.decode(_THOUGHT.split(text)[-1], frame)
        boxes += sum(len(mention.boxes) + mention.invalid for mention in decoded.mentions)
        malformed += decoded.malformed
        violations += decoded.violations
    in_range = 1 - violations / boxes if boxes else None
    return {"boxes": boxes, "malformed": malformed, "violations": violations, "in_range": in_range}


def doubt(declared: str, fits: Mapping[str, Mapping[str, Any]]) -> str:
    """One line where the declared format does not fit, with those of `fits` that do; else nothing.

    A hint for a person: a format that reads all is not therefore the right one.
    """
    own = fits[declared]
    pieces = own["boxes"] + own["malformed"]
    better = [name for name, other in fits.items() if _fits(other) > _fits(own) and _misfit(other) <= MANY]
    better.sort(key=lambda name: (_misfit(fits[name]), -_fits(fits[name])))
    if pieces and _misfit(own) > MANY:
        bad = own["violations"] + own["malformed"]
        line = f"many out of range or malformed ({bad} of {pieces}): the declared format {declared!r} may be wrong"
    elif not pieces and better:
        line = f"nothing was read: the declared format {declared!r} may be wrong"
    else:
        return ""
    if better:
        shown = (f"{name} ({_fits(fits[name])} boxes in range)" for name in better[:_SHOWN])
        return f"{line}; fits better: {', '.join(shown)}"
    return line if len(fits) > 1 else f"{line}; --all shows how the others fit"


def share(value: float | None) -> str:
    """A share as whole percents; a dash for none."""
    return "-" if value is None else f"{value:.0%}"


def _fits(read: Mapping[str, Any]) -> int:
    """Boxes in range."""
    return int(read["boxes"] - read["violations"])


def _misfit(read: Mapping[str, Any]) -> float:
    """The share of pieces that are malformed or out of range; 1 where there is none."""
    pieces = read["boxes"] + read["malformed"]
    return float((read["violations"] + read["malformed"]) / pieces) if pieces else 1.0
