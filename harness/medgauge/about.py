"""What is known of a model beside its answers: size, weights, licence, price. It stands in `manifest.json`."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from medgauge.strict import STRICT

_MOST_TOKENS = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars for a million tokens."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    input: Annotated[float, Field(ge=0)]
    output: Annotated[float, Field(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Facts of a model, as its makers or whoever ran it state them. None or empty: not known."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    title: str = ""
    organisation: str = ""
    parameters: Annotated[float, Field(ge=0)] | None = None
    """Billions."""
    open_weights: bool | None = None
    licence: str = ""
    medical: bool | None = None
    """Trained for medicine by its makers."""
    trained_on: tuple[str, ...] = ()
    """Names of data sets. Never complete: one that is missing here may have been trained on."""
    url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    """Of the web; never a file of this machine."""
    price: Price | None = None
    unverified: tuple[str, ...] = ()
    """Which of these statements, or of those behind them, nobody confirmed, in plain words."""


def cost(about: About, usage: Mapping[str, Any]) -> float | None:
    """US dollars for the tokens of a run, `usage` being that of its manifest; None where any of it is not known.

    It is the price of the answers in the run: none of samples that the run misses, none of tries that failed before.
    """
    asked, written = _count(usage.get("input_tokens")), _count(usage.get("output_tokens"))
    if about.price is None or asked is None or written is None or _count(usage.get("without_tokens")) != 0:
        return None
    dollars = (asked * about.price.input + written * about.price.output) / 1e6
    return dollars if math.isfinite(dollars) else None


def _count(value: object) -> int | None:
    """A number of tokens, or None for what cannot be one: a manifest may come from anybody."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TOKENS else None
