"""From a source's rows to the records of a card: ids checked, known bad ones left out, missing files explained.

A record that the data set's card lists under `known_bad` is left out and reported; any other broken one ends the run.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medgauge.data.files import where_to_get
from medgauge.errors import Incomplete, MedGaugeError
from medgauge.tasks import Card
from medgauge.types import Split
from medgauge_tasks.readers.csv_rows import read_csv
from medgauge_tasks.readers.json_rows import read_json
from medgauge_tasks.readers.parquet_rows import read_parquet
from medgauge_tasks.readers.record import Place, Record, Rows, check_values


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The good records of a file, and one line for each record that was left out on purpose."""

    records: tuple[Record, ...]
    excluded: tuple[str, ...] = ()


def read_records(card: Card, file: Path, id_field: str) -> Records:
    """The records of a `.csv`, `.parquet` or `.jsonl` file (one object a line), or of a JSON array.

    Ids (text or whole numbers, compared as text) are unique. Records whose id the card lists under `known_bad`
    are left out. Raises BadRecord, or Incomplete when the file is missing.
    """
    with sourced(card):
        return records_of(card, _rows(file), id_field)


def _rows(file: Path) -> Rows:
    if file.suffix == ".csv":
        return read_csv(file)
    return read_parquet(file) if file.suffix == ".parquet" else read_json(file)


def records_of(card: Card, rows: Rows, id_field: str) -> Records:
    """The same of rows that a loader has gathered, from several files or without an id of the source's own."""
    good: list[Record] = []
    excluded: list[str] = []
    seen: dict[str, Place] = {}
    for place, values in rows:
        id = _id(place, values, id_field)
        if id in seen:
            place.fail(id_field, f"an id that no other record has (it stands in {seen[id]} too)", id)
        seen[id] = place
        if id in card.known_bad:
            excluded.append(f"{card.name}: {place.file.name}, {place}, {id_field} {id}: {card.known_bad[id]}")
            continue
        check_values(place, "", values)
        good.append(Record(place=place, id=id, values=values))
    return Records(records=tuple(good), excluded=tuple(excluded))


def data_folder(card: Card, data_dir: Path | None, name: str, *markers: str) -> Path:
    """The folder that holds one of `markers`, which are paths or patterns: `data_dir/name`, or `data_dir` itself.

    Raises Incomplete.
    """
    if data_dir is None:
        raise Incomplete(f"{card.name} needs --data-dir, a folder with {name}/{markers[0]}. {source(card)}")
    for folder in (data_dir / name, data_dir):
        if any(next(folder.glob(marker), None) for marker in markers):
            return folder
    raise Incomplete(f"{data_dir / name / markers[0]} is missing. {source(card)}")


def card_folder(card: Card, data_dir: Path | None, *markers: str) -> Path:
    """The same for the folder that the card names, or else for one of the card's own name."""
    return data_folder(card, data_dir, card.folder or card.name, *markers)


@contextmanager
def sourced(card: Card) -> Iterator[None]:
    """What a reader finds missing is named with the data set's page and its terms."""
    try:
        yield
    except Incomplete as error:
        raise Incomplete(f"{error} {source(card)}") from error


def source(card: Card) -> str:
    """One sentence: where the data set is got, and on what terms."""
    return where_to_get(card)


def check_split(card: Card, split: Split) -> None:
    """Raises MedGaugeError when the data set has no such split."""
    if split not in card.splits:
        raise MedGaugeError(f"{card.name} has no {split!r} split; it has {', '.join(card.splits)}")


def _id(place: Place, values: Mapping[str, Any], id_field: str) -> str:
    if id_field not in values:
        place.fail(id_field, "an id", "no such field")
    id = values[id_field]
    if isinstance(id, bool) or not isinstance(id, str | int) or not str(id).strip():
        place.fail(id_field, "an id: text or a whole number", id)
    check_values(place, id_field, id)
    return str(id).strip()
