"""Classes in a table: one CSV file beside the pictures. What differs between data sets is in the card's options.

table           the file, or a pattern; several, one a line, of which the first that is there is read
names           the columns' names, for a table without a header, separated by commas
id              the column that names the picture
picture         where the picture lies (see `found_pictures`)
marks           columns: one column a label, 0 or 1 | cell: one word | list: several, as Python writes a list
column          where `marks` is cell or list
rows            one (the default), or many rows a picture, whose labels add up
codes           the source's words for labels (see `classes`)
otherwise       the label of a picture that has no other
left_out        `word: reason` a line: pictures with this word (or, `(blank)`, without any) are not asked
only            `column: word`: other rows belong to another split
group           the column of the patient or study; or
group_pattern   a regular expression that finds it at the start of the id
pairs           a table of two columns, `left;right`: pictures of one person; every picture stands in it
share, seed, split   see `own_split`
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from medgauge.errors import MedGaugeError
from medgauge.tasks import Card, Label, Loaded
from medgauge.types import Sample, Split
from medgauge_tasks.loaders.classes import Codes, Pictured, class_samples, codes, pairs
from medgauge_tasks.loaders.found_pictures import Pictures, pictures
from medgauge_tasks.loaders.own_split import in_split
from medgauge_tasks.loaders.records import card_folder, check_split, sourced
from medgauge_tasks.readers.csv_rows import read_csv
from medgauge_tasks.readers.record import Record, check_values

BLANK = "(blank)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of each picture, in the order of its first, and what was left out on purpose."""

    by_id: dict[str, list[Record]] = field(default_factory=dict)
    excluded: list[str] = field(default_factory=list)


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Every picture of the table that belongs to the split. Raises BadRecord and Incomplete."""
    check_split(card, split)
    tables = card.options["table"].splitlines()
    root = card_folder(card, data_dir, *tables)
    file = next(file for table in tables for file in sorted(root.glob(table)))
    with sourced(card):
        rows = _rows(card, file)
        people = _people(card, root)
    where, words = pictures(card, root), codes(card)
    samples: list[Sample] = []
    for records in rows.by_id.values():
        group = _group(card, records[0], people)
        if in_split(card, group, split):
            samples += _samples(card, records, where, words, rows.excluded, group)
    return Loaded(root=where.root, samples=tuple(samples), excluded=tuple(rows.excluded))


def _rows(card: Card, file: Path) -> Rows:
    id_column, only = card.options["id"], pairs(card, "only")
    names = [name.strip() for name in card.options["names"].split(",")] if "names" in card.options else None
    rows = Rows()
    for place, values in read_csv(file, (id_column, *only), names=names):
        row = Record(place=place, id="", values=values)
        id = row.text(id_column)
        if any(values[column].strip() != word for column, word in only.items()):
            continue
        if id in card.known_bad:
            rows.excluded.append(f"{card.name}: {file.name}, {place}, {id_column} {id}: {card.known_bad[id]}")
            continue
        check_values(place, "", values)
        known = rows.by_id.setdefault(id, [])
        if known and card.options.get("rows", "one") != "many":
            place.fail(id_column, f"an id that no other row has (it stands in {known[0].place} too)", id)
        known.append(Record(place=place, id=id, values=values))
    return rows


def _samples(
    card: Card, records: list[Record], where: Pictures, words: Codes, excluded: list[str], group: str
) -> list[Sample]:
    out = pairs(card, "left_out")
    found: list[Label] = []
    for record in records:
        for word in _words(card, record, words, out):
            if word in out:
                excluded.append(f"{card.name}: {record.place.file.name}, {record.place}, {record.id}: {out[word]}")
                return []
            found.append(words[word])
    if not found and "otherwise" in card.options:
        found = [label for label in card.labels if label.name == card.options["otherwise"]]
    first = records[0]
    media = where.of(first, card.options["id"])
    return class_samples(card, Pictured(place=first.place, id=first.id, group=group, media=media, tags={}), found)


def _words(card: Card, record: Record, words: Codes, out: Mapping[str, str]) -> list[str]:
    """The source's words that hold for the record: of labels, or of what is left out. Raises BadRecord."""
    marks = card.options.get("marks", "columns")
    if marks == "columns":
        return _marked(card, record, words, out)
    column = card.options["column"]
    cell = record.optional(column)
    if marks == "cell":
        said = [cell or BLANK]
    elif marks == "list":
        said = _list(record, column)
    else:
        raise MedGaugeError(f"{card.name}: option 'marks': expected columns, cell or list, got {marks!r}")
    strange = next((word for word in said if word not in words and word not in out), None)
    if strange is not None:
        record.fail(column, f"one of {', '.join([*words, *out])}", strange)
    return said


def _marked(card: Card, record: Record, words: Codes, out: Mapping[str, str]) -> list[str]:
    there = [word for word in (*words, *out) if word in record.values]
    named = {words[word].name for word in there if word in words} | {card.options.get("otherwise", "")}
    lost = next((label.name for label in card.labels if label.name not in named), None)
    if lost is not None:
        record.fail("(header)", f"a column for {lost!r}", sorted(record.values))
    marked = []
    for word in there:
        value = record.number(word)
        if value not in (0.0, 1.0):
            record.fail(word, "0 or 1", record.values[word])
        marked += [word] if value else []
    return marked


def _list(record: Record, column: str) -> list[str]:
    try:
        value = ast.literal_eval(record.text(column))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        value = None
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        record.fail(column, "a list of words, as Python writes it", record.values[column])
    return value


def _group(card: Card, record: Record, people: Mapping[str, str]) -> str:
    if "group" in card.options:
        return record.words(card.options["group"])
    if "group_pattern" in card.options:
        found = re.match(card.options["group_pattern"], record.id)
        if found is None:
            record.fail(card.options["id"], f"a name that begins as {card.options['group_pattern']}", record.id)
        return found[1]
    if "pairs" not in card.options:
        return record.id
    person = people.get(record.id.casefold())
    if person is None:
        record.fail(card.options["id"], f"a picture that stands in {card.options['pairs']}", record.id)
    return person


def _people(card: Card, root: Path) -> Mapping[str, str]:
    """Picture to the first picture of the same person, by its name in small letters: copies differ in JPG and jpg."""
    if "pairs" not in card.options:
        return {}
    people: dict[str, str] = {}
    for place, values in read_csv(root / card.options["pairs"], ("left", "right"), delimiter=";"):
        row = Record(place=place, id="", values=values)
        left, right = row.text("left"), row.text("right")
        people |= {left.casefold(): left, right.casefold(): left}
    return people
