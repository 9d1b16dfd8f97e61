"""What a check found."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from medgauge.errors import MedGaugeError

Kind: TypeAlias = Literal["promise", "known number", "edit"]
Outcome: TypeAlias = Literal["pass", "fail", "exception", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One check of one metric."""

    kind: Kind
    metric: str
    check: str
    """The property, the fixture, or the edit with its language."""
    outcome: Outcome
    """`exception`: a promise that this metric does not make; `skipped`: it cannot be made here."""
    n: int = 0
    """Cases, samples or reports behind it."""
    detail: str = ""
    """The case that fails and its numbers; the reason of an exception; the effect of an edit."""


def checked(row: Row, find: Callable[[], str | None]) -> Row:
    """The row with what `find` found: nothing, or what is wrong.

    A MedGaugeError says that something is not installed and skips the check; any other exception is a failure, which
    is told and does not keep the other checks from running.
    """
    try:
        wrong = find()
    except MedGaugeError as error:
        return replace(row, outcome="skipped", detail=str(error))
    except Exception as error:
        wrong = f"raises {type(error).__name__}: {error}"
    return replace(row, outcome="fail", detail=wrong) if wrong else row


def unmade(row: Row, make: Callable[[], object]) -> Row | None:
    """A failed row where `make` does not give a metric, None where it does."""
    try:
        make()
    except Exception as error:
        return replace(row, outcome="fail", detail=f"cannot be made: {type(error).__name__}: {error}")
    return None
