"""Whether a data set is there to be run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from medgauge.data.canonical import prepared_folder
from medgauge.data.files import find_files, where_to_get
from medgauge.tasks import Access, Card

State: TypeAlias = Literal["embedded", "prepared", "ready", "missing", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """One data set, without opening a file of it."""

    name: str
    state: State
    """unknown: the card names no files, so only a run tells."""
    access: Access
    licence: str
    n: int | None
    """Test samples, all languages together."""
    missing: tuple[str, ...]
    get: str
    """Where the data set is got, and on what terms."""
    page: str


def readiness(card: Card, data_dir: Path | None) -> Readiness:
    """Look for the test split's files. Raises MedGaugeError for a file that a link leads out of the folder."""
    missing = find_files(card, data_dir, "test").missing
    state: State = "missing" if missing else "ready" if card.files else "unknown"
    if card.access == "embedded":
        state = "embedded"
    elif prepared_folder(card, data_dir) is not None:
        state, missing = "prepared", ()
    return Readiness(
        name=card.name,
        state=state,
        access=card.access,
        licence=card.licence,
        n=card.counts.get("test"),
        missing=missing,
        get=where_to_get(card),
        page=card.page,
    )
