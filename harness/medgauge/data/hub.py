"""A data set's files from the Hugging Face hub, at the revision that its card pins, into the user's data folder."""

from pathlib import Path

from medgauge.data.files import where_to_get
from medgauge.data.unpack import ENDINGS, unpack
from medgauge.errors import Incomplete, MedGaugeError
from medgauge.progress import say
from medgauge.tasks import Card

INSTALL = "pip install 'medgauge[hub]'"


def download(card: Card, data_dir: Path, revision: str = "") -> str:
    """Fetch the card's files into `data_dir/<folder>` and give the revision that they are of.

    What is there already is not fetched again; archives are unpacked once. Raises MedGaugeError for a data set that is
    not on the hub, that the hub's repository does not give whole, whose revision nobody names or whose archive is not
    sound, Incomplete when the hub does not give it.
    """
    if not card.hub:
        raise MedGaugeError(f"{card.name} is not on the hub. {where_to_get(card)}")
    if card.hub_by_hand:
        raise MedGaugeError(f"{card.name} must be put together by hand: {card.hub_by_hand} {where_to_get(card)}")
    pinned = revision or card.hub_revision
    if not pinned:
        raise MedGaugeError(
            f"{card.name}: its card pins no revision of {card.hub}; name one with --revision, a commit's 40 hex digits"
        )
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
    except ImportError as error:
        raise MedGaugeError(f"--from-hub needs huggingface_hub: {INSTALL}") from error
    folder = data_dir / (card.folder or card.name)
    say(f"{card.hub} at {pinned} into {folder} ({card.licence})")
    try:
        snapshot_download(
            repo_id=card.hub,
            repo_type="dataset",
            revision=pinned,
            local_dir=folder,
            allow_patterns=wanted(card) or None,
        )
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise Incomplete(
            f"{card.name}: the hub did not give {card.hub} at {pinned}: {reason}. {where_to_get(card)}"
        ) from error
    for archive in _archives(card, folder):
        unpack(card, archive, folder, pinned)
    return pinned


def wanted(card: Card) -> list[str]:
    """Patterns of the files to fetch: those that the hub's repository keeps, where they are not what is read."""
    return list(card.hub_files) or [one.path for one in card.files]


def _archives(card: Card, folder: Path) -> list[Path]:
    return sorted({file for path in card.hub_files if path.endswith(ENDINGS) for file in folder.glob(path)})
