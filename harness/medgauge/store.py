"""The run directory: what each file holds, and how it is written so that a killed run loses nothing."""

import hashlib
import io
import json
import os
import re
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medgauge import codec
from medgauge.errors import BadRecord, Incomplete, MedGaugeError
from medgauge.tasks import PUBLISH_LEVELS, Publish
from medgauge.types import Key, Output, Sample, Score

SPEC, SAMPLES, OUTPUTS = "spec.json", "samples.jsonl", "outputs.jsonl"
SCORES, RESULTS, MANIFEST = "scores.jsonl", "results.json", "manifest.json"
CONTROL = "control.json"
"""What a control run was drawn to do, where it drew."""
SYNC_LINES, SYNC_SECONDS = 64, 2.0
_ID = re.compile(rb'"id"\s*:\s*"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSample:
    """A line of `samples.jsonl`: the fields of the sample, and beside them how much a public page may show."""

    sample: Sample
    publish: Publish


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """A run on disk. Every stage reads and writes through here."""

    path: Path

    def spec(self) -> dict[str, Any]:
        """What was asked for. Raises Incomplete when this is no run directory."""
        return self._read(SPEC)

    def results(self) -> dict[str, Any]:
        """The numbers."""
        return self._read(RESULTS)

    def manifest(self) -> dict[str, Any]:
        """Written last: there means whole."""
        return self._read(MANIFEST)

    def samples(self, ids: Collection[str] | None = None) -> list[StoredSample]:
        """All samples in their order, or those with one of `ids`; lines of others are passed over unchecked."""
        file = self._file(SAMPLES)
        found = [_stored_sample(text, file, number) for number, text in _lines_of(file, ids)]
        return [stored for stored in found if ids is None or stored.sample.id in ids]

    def outputs(self, ids: Collection[str] | None = None) -> dict[Key, Output]:
        """The last output for every key, or for those with one of `ids`; a failure never replaces an answer."""
        file = self.path / OUTPUTS
        found: dict[Key, Output] = {}
        for number, text in _lines_of(file, ids) if file.exists() else ():
            output = _stored_output(text, file, number)
            if ids is not None and output.key.id not in ids:
                continue
            if output.finish != "failed" or found.get(output.key, output).finish == "failed":
                found[output.key] = output
        return found

    def scores(self, ids: Collection[str] | None = None) -> list[Score]:
        """All scores, in the order of the samples, or those of samples with one of `ids`."""
        file = self._file(SCORES)
        found = [codec.decode(Score, text, file, number) for number, text in _lines_of(file, ids)]
        return [score for score in found if ids is None or score.key.id in ids]

    def thumbnail(self, sha256: str) -> Path | None:
        """The small picture of a media file, where the data set allows one; a link is none."""
        file = self.path / "media" / f"{sha256}.webp"
        return file if sha256 and file.is_file() and not file.is_symlink() else None

    def write(self, name: str, data: object) -> None:
        """Write a JSON file whole or not at all."""
        write_atomic(self.path / name, codec.dumps(data, indent=1) + "\n")

    def write_scores(self, scores: Iterable[Score]) -> None:
        """Write `scores.jsonl` whole or not at all: JSON lines, for any tool reads and diffs them."""
        write_atomic(self.path / SCORES, "".join(codec.dumps(codec.plain(s, brief=True)) + "\n" for s in scores))

    def clear(self) -> None:
        """Delete what a run wrote, and nothing else."""
        for name in (MANIFEST, RESULTS, SCORES, OUTPUTS, SAMPLES, CONTROL, SPEC):
            (self.path / name).unlink(missing_ok=True)
        pictures = (*(self.path / "media").glob("*.webp"), *(self.path / "control").glob("black-*.png"))
        for picture in pictures:
            picture.unlink()

    def hashes(self) -> dict[str, str]:
        """Name to sha256 of every file but the manifest."""
        names = (SPEC, SAMPLES, CONTROL, OUTPUTS, SCORES, RESULTS)
        return {name: sha256_of(self.path / name) for name in names if (self.path / name).exists()}

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Make the directory and hold it. Raises MedGaugeError while another process does; a kill lets go."""
        from filelock import FileLock, Timeout

        self.path.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.path / ".lock", timeout=0):
                yield
        except Timeout as error:
            raise MedGaugeError(f"{self.path}: another process is writing this run; wait for it, or stop it") from error

    @contextmanager
    def appending_outputs(self) -> Iterator["OutputLog"]:
        """Open `outputs.jsonl` for appending, after cutting a torn last line."""
        file = self.path / OUTPUTS
        cut_torn_line(file)
        with file.open("ab") as stream:
            log = OutputLog(stream)
            try:
                yield log
            finally:
                log.sync()

    def _file(self, name: str) -> Path:
        file = self.path / name
        if not file.is_file():
            raise Incomplete(f"{self.path}: no {name}; is this a run directory, and did its run finish?")
        return file

    def _read(self, name: str) -> dict[str, Any]:
        file = self._file(name)
        try:
            data = codec.loads(file.read_text("utf-8"), file)
        except UnicodeDecodeError as error:
            raise BadRecord(file, None, "whole file", "UTF-8", str(error)) from error
        if not isinstance(data, dict):
            raise BadRecord(file, None, "whole file", "a JSON object", data)
        return data


class OutputLog:
    """Append-only writer that reaches the disk every few lines or seconds."""

    def __init__(self, stream: io.BufferedWriter) -> None:
        self._stream = stream
        self._pending = 0
        self._synced = time.monotonic()

    def append(self, output: Output) -> None:
        """Write one line. Text that UTF-8 cannot carry keeps U+FFFD in its place.

        Raises MedGaugeError for a number that is not finite.
        """
        try:
            line = codec.dumps(codec.plain(output)) + "\n"
        except ValueError as error:
            raise MedGaugeError(f"output {str(output.key)!r}: a number in it is not finite: {output.usage}") from error
        self._stream.write(line.encode())
        self._pending += 1
        if self._pending >= SYNC_LINES or time.monotonic() - self._synced > SYNC_SECONDS:
            self.sync()

    def sync(self) -> None:
        """Flush to the disk."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._pending, self._synced = 0, time.monotonic()


def sample_line(stored: StoredSample) -> str:
    """The line of `samples.jsonl`."""
    return codec.dumps(codec.plain(stored.sample) | {"publish": stored.publish}) + "\n"


def _stored_output(text: str, file: Path, number: int) -> Output:
    try:
        return codec.decode(Output, text, file, number)
    except BadRecord as error:
        raise MedGaugeError(f"{error}\nDelete that line and run again: only what it answered is asked.") from error


def _stored_sample(text: str, file: Path, number: int) -> StoredSample:
    data = codec.loads(text, file, number)
    publish = data.pop("publish", None) if isinstance(data, dict) else None
    if publish not in PUBLISH_LEVELS:
        raise BadRecord(file, number, "publish", f"one of {', '.join(PUBLISH_LEVELS)}", publish)
    return StoredSample(sample=codec.convert(Sample, data, file, number), publish=publish)


def lines(file: Path) -> Iterator[tuple[int, str]]:
    """Line numbers from 1 and the lines of a UTF-8 file, blank ones left out; a torn last line is left out too.

    Splits at line feeds only: JSON may hold U+2028 and its kin.
    """
    yield from _lines_of(file, None)


def _lines_of(file: Path, ids: Collection[str] | None) -> Iterator[tuple[int, str]]:
    """As `lines`; of those that cannot be of one of `ids` nothing is decoded, which is ten times as fast.

    Inside a JSON string the mark would have backslashes, so a line that names none of `ids` is of another sample. A
    line without the mark, or with an escape in it or in what follows it, is kept and must be decoded.
    """
    data = file.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    wanted = None if ids is None else frozenset(id.encode("utf-8", "surrogatepass") for id in ids)
    for number, raw in enumerate(whole.split(b"\n"), start=1):
        if wanted is not None:
            named = _ID.findall(raw)
            if named and wanted.isdisjoint(named) and (b"\\" not in raw or not _escaped(raw, named)):
                continue
        if raw.strip():
            try:
                yield number, raw.decode()
            except UnicodeDecodeError as error:
                raise BadRecord(file, number, "whole line", "UTF-8", raw[:80]) from error


def _escaped(raw: bytes, named: Sequence[bytes]) -> bool:
    return b"\\u00" in raw or any(b"\\" in id for id in named)


def cut_torn_line(file: Path) -> None:
    """Drop what a killed writer left behind the last line feed."""
    if file.exists():
        with file.open("r+b") as stream:
            stream.truncate(stream.read().rfind(b"\n") + 1)


def write_atomic(file: Path, text: str) -> None:
    """Write beside the file, sync, rename over it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    with beside.open("wb") as stream:
        stream.write(text.encode())
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(file)


def sha256_of(file: Path) -> str:
    """Hex digest of a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_of_json(data: object) -> str:
    """Hex digest of the canonical JSON of plain data."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=True, default=str).encode()).hexdigest()
