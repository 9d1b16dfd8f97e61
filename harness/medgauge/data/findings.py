"""What a check found: one finding a kind, with how often and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["error", "warning"]
KEPT = 100
"""Places kept of each finding; all are counted."""
KINDS: Mapping[str, tuple[Level, str]] = {
    "record": ("error", "a file or record that breaks its form"),
    "modified": ("error", "a count or hash that is not the card's"),
    "missing-picture": ("error", "a picture that is not there"),
    "bad-picture": ("error", "a picture that cannot be decoded, is too large, or leaves the folder"),
    "box": ("error", "a box that is no rectangle inside its picture"),
    "label": ("error", "a label outside the declared space"),
    "empty-text": ("error", "a question or reference without words"),
    "placeholder": ("warning", "a word that stands for a missing one"),
    "excluded": ("warning", "a record left out as the card says"),
    "no-train-split": ("warning", "a train split that is not there"),
    "flat-picture": ("warning", "a picture of one grey"),
    "same-picture": ("warning", "two files with the same bytes in one split"),
    "alike-pictures": ("warning", "two files of one split that look the same"),
    "same-picture-in-both": ("warning", "a test picture that stands in the train split"),
    "alike-pictures-in-both": ("warning", "a test picture that looks like one of the train split"),
    "group-in-both": ("warning", "a patient or other group in both splits"),
}
"""Kind of finding to its level and what it means."""


@dataclass(slots=True)
class Finding:
    """Everything of one kind."""

    level: Level
    count: int = 0
    places: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Findings:
    """Collects; memory does not grow with what is found."""

    allowed: frozenset[str] = frozenset()
    """Kinds of error that the user lets pass as warnings."""
    kinds: dict[str, Finding] = field(default_factory=dict)

    def add(self, kind: str, place: str) -> None:
        """Count one; the first hundred places of a kind are kept."""
        level: Level = "warning" if kind in self.allowed else KINDS[kind][0]
        finding = self.kinds.setdefault(kind, Finding(level=level))
        finding.count += 1
        if len(finding.places) < KEPT:
            finding.places.append(place)

    @property
    def errors(self) -> list[str]:
        """Kinds of error that were found."""
        return [kind for kind, finding in self.kinds.items() if finding.level == "error"]
