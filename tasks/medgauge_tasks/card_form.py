"""The form of a card file: strict types, and what the fields must be to each other."""

import re
from dataclasses import fields
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, Field

from medgauge.errors import BadRecord
from medgauge.tasks import Access, Card, Contamination, Label, Publish, SourceFile
from medgauge.types import Family, Language, Split

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NOT_IN_A_LABEL = re.compile(r"[:|\n]")
"""What the family's option `aliases` is written with."""


class CardFile(BaseModel):
    """The keys of a card file; `name` is the file's stem."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    title: str = Field(min_length=1)
    family: Family
    languages: tuple[Language, ...] = Field(min_length=1)
    modality: tuple[str, ...] = Field(min_length=1)
    body_part: tuple[str, ...] = ()
    licence: str = Field(min_length=1)
    access: Access
    publish: Publish
    group: str = Field(min_length=1)
    group_key: str = ""
    version: int = Field(ge=1)
    primary: str
    metrics: tuple[str, ...] = ()
    citation: str
    url: str = ""
    hub: str = Field(default="", pattern=r"^([\w.-]+/[\w.-]+)?$")
    hub_revision: str = Field(default="", pattern=r"^([0-9a-f]{40})?$")
    hub_files: tuple[str, ...] = ()
    hub_by_hand: str = ""
    folder: str = ""
    files: tuple[SourceFile, ...] = ()
    counts: dict[Split, int | None] = {}
    count_source: str = ""
    labels: tuple[Label, ...] = ()
    contaminated: tuple[Contamination, ...] = ()
    reproducible: bool = True
    why_not_reproducible: str = ""
    unconfirmed: tuple[str, ...] = ()
    layout_source: str = ""
    tables: str = ""
    synthetic: bool = False
    caveats: tuple[str, ...] = ()
    known_bad: dict[str, str] = {}
    splits: tuple[Split, ...] = Field(default=("test",), min_length=1)
    loader: str = Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")
    options: dict[str, str] = {}


def card_of(form: CardFile, file: str) -> Card:
    """The card of a file's keys, named by the file's stem. Raises BadRecord."""
    card = Card(
        name=Path(file).stem,
        **{field.name: getattr(form, field.name) for field in fields(Card) if field.name != "name"},
    )
    for field in ("languages", "metrics", "splits", "body_part", "modality"):
        entries = getattr(card, field)
        if len(set(entries)) < len(entries):
            raise BadRecord(file, None, field, "every entry once", entries)
    _check_files(card, file)
    _check_counts(card, file)
    _check_labels(card, file)
    if card.reproducible == bool(card.why_not_reproducible):
        expected = "why the split is not reproducible, where `reproducible` is false, and only there"
        raise BadRecord(file, None, "why_not_reproducible", expected, card.why_not_reproducible)
    if card.hub_revision and not card.hub:
        raise BadRecord(file, None, "hub", "owner/name, beside a hub_revision", card.hub)
    _check_hub(card, file)
    return card


def _check_hub(card: Card, file: str) -> None:
    if (card.hub_files or card.hub_by_hand) and not card.hub:
        raise BadRecord(file, None, "hub", "owner/name, beside hub_files and hub_by_hand", card.hub)
    for number, path in enumerate(card.hub_files):
        if not _inside(path):
            raise BadRecord(file, None, f"hub_files.{number}", "a path below the repository", path)


def _check_files(card: Card, file: str) -> None:
    if card.folder and not _inside(card.folder):
        raise BadRecord(file, None, "folder", "a folder below --data-dir", card.folder)
    for number, source in enumerate(card.files):
        field = f"files.{number}"
        if not _inside(source.path):
            raise BadRecord(file, None, f"{field}.path", "a path below the data set's folder", source.path)
        if source.split is not None and source.split not in card.splits:
            raise BadRecord(file, None, f"{field}.split", f"one of {', '.join(card.splits)}", source.split)
        if source.sha256 and (not _SHA256.fullmatch(source.sha256) or set(source.path) & set("*?[")):
            raise BadRecord(file, None, f"{field}.sha256", "64 hex digits, of a path without patterns", source.sha256)


def _check_counts(card: Card, file: str) -> None:
    for split, count in card.counts.items():
        if split not in card.splits:
            raise BadRecord(file, None, "counts", f"splits of the card, {', '.join(card.splits)}", split)
        if count is not None and count < 1:
            raise BadRecord(file, None, f"counts.{split}", "at least 1, or null", count)
    if any(count is not None for count in card.counts.values()) and not card.count_source:
        raise BadRecord(file, None, "count_source", "who counted, where there are counts", card.count_source)


def _check_labels(card: Card, file: str) -> None:
    seen: set[str] = set()
    for number, label in enumerate(card.labels):
        if not label.name or ("zh" in card.languages and not label.zh):
            raise BadRecord(file, None, f"labels.{number}", "a name in every language of the card", label)
        for text in dict.fromkeys((label.name, label.zh, *label.aliases)):
            if text in seen or text != text.strip() or _NOT_IN_A_LABEL.search(text):
                raise BadRecord(file, None, f"labels.{number}", "names that no other label has, without : and |", text)
        seen |= {text for text in (label.name, label.zh, *label.aliases) if text}


def _inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return bool(path) and not pure.is_absolute() and ".." not in pure.parts and "\\" not in path and ":" not in path
