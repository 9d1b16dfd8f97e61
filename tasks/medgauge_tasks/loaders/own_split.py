"""Splits of ours, for data sets that were never split in public: whoever has the data finds the same pictures.

A group (a patient, a study) belongs to the test split where the first eight bytes of the SHA-256 of `<seed>:<group>`,
as a share of their greatest value, are less than the card's option `share`; the option `split` is the split's name.
No other picture is needed to tell, so that a part of the data is split as the whole is.
"""

import hashlib

from medgauge.errors import MedGaugeError
from medgauge.tasks import Card
from medgauge.types import Split

SPAN = 1 << 64


def in_split(card: Card, group: str, split: Split) -> bool:
    """Whether a group belongs to a split; a card without the option `share` has one split, of everything.

    Raises MedGaugeError when the share is none, or the split has no seed or no name.
    """
    if "share" not in card.options:
        return True
    try:
        share = float(card.options["share"])
    except ValueError:
        share = 0.0
    if not 0 < share < 1 or not card.options.get("seed") or not card.options.get("split"):
        raise MedGaugeError(f"{card.name}: options share (over 0, under 1), seed and split go together")
    digest = hashlib.sha256(f"{card.options['seed']}:{group}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") < share * SPAN) == (split == "test")
