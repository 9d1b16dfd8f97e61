"""`scores.jsonl` as columns, read by Arrow: some hundred times as fast as one object a line."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medgauge.errors import BadRecord
from medgauge.protocols import Statistics
from medgauge.store import SCORES, lines
from medgauge_leaderboards.site.runs import Run

Form: TypeAlias = Literal["vector", "rows"]
LARGEST = 2**31 - 1
"""Bytes that Arrow takes at once; a line may not be cut, so a file is one piece wherever it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLines:
    """Some scores, all columns in the same order."""

    ids: tuple[str, ...]
    groups: tuple[str, ...]
    status: tuple[str, ...]
    silent: NDArray[np.bool_]
    """Whether an answer was read, and it has no box, not even an invalid one."""
    names: tuple[str, ...]
    """Metrics that the first score has."""
    stats: Any
    """Arrow's struct of lists: metric to statistics, of the metrics asked for."""
    file: Path

    def statistics(self, metric: str) -> tuple[NDArray[np.bool_], Statistics]:
        """On which scores the metric is defined, and its statistics there, every score its own unit.

        Raises BadRecord where they are not all of one width.
        """
        column = self.stats.field(metric)
        defined = np.asarray(column.is_valid())
        kept = column.filter(column.is_valid())
        count, lists = _lengths(kept), kept.flatten()
        owner = np.repeat(np.arange(len(kept)), count)
        if _nested(kept):
            width, values = _width(_lengths(lists)), lists.flatten()
        else:
            width, values, owner = _width(count), lists, np.arange(len(kept))
        if width is None or values.null_count:
            expected = "vectors of finite numbers, all of one length"
            raise BadRecord(self.file, None, f"stats.{metric}", expected, "others")
        rows = np.asarray(values, dtype=np.float64).reshape(-1, width) if width else np.zeros((0, 0))
        return defined, Statistics(values=rows, owner=owner.astype(np.intp), units=len(kept))


def read_scores(run: Run, metrics: Collection[str]) -> dict[tuple[str, str, int], ScoreLines]:
    """All scores of a run by task, language and trial, with the statistics of some metrics.

    Raises BadRecord where a line is no score, or one key stands twice.
    """
    import pyarrow as pa
    import pyarrow.json as pj

    file = run.directory.path / SCORES
    if not file.stat().st_size:
        return {}
    parsing = pj.ParseOptions(explicit_schema=_schema(file, metrics), unexpected_field_behavior="ignore")
    reading = pj.ReadOptions(use_threads=False, block_size=min(LARGEST, file.stat().st_size + 1))
    try:
        table = pj.read_json(file, read_options=reading, parse_options=parsing).combine_chunks()
    except pa.ArrowInvalid as error:
        raise BadRecord(file, None, "whole file", "scores, one JSON object a line", str(error)) from error
    batch = table.to_batches()[0]
    key = batch.column("key")
    wanted = {name: key.field(name) for name in ("task", "language", "id")}
    if any(column.null_count for column in (*wanted.values(), batch.column("group"), batch.column("status"))):
        raise BadRecord(file, None, "key, group, status", "all three in every line", "a line without")
    trial = np.asarray(key.field("trial").fill_null(0))
    parts: dict[tuple[str, str, int], list[int]] = {}
    for i, part in enumerate(
        zip(wanted["task"].to_pylist(), wanted["language"].to_pylist(), trial.tolist(), strict=True)
    ):
        parts.setdefault(part, []).append(i)
    names = _names(file, {places[0] for places in parts.values()})
    return {part: _taken(batch.take(pa.array(at)), file, names[at[0]]) for part, at in parts.items()}


def _names(file: Path, wanted: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The metrics of some scores, by their place in the file."""
    numbered = enumerate(text for _, text in lines(file))
    first = [(i, text) for i, text in islice(numbered, max(wanted) + 1) if i in wanted]
    return {i: tuple(json.loads(text).get("stats", {})) for i, text in first}


def _taken(batch: Any, file: Path, names: tuple[str, ...]) -> ScoreLines:
    ids = batch.column("key").field("id").to_pylist()
    if len(set(ids)) < len(ids):
        twice = next(id for i, id in enumerate(ids) if id in ids[:i])
        raise BadRecord(file, None, f"key of {twice!r}", "every key once", "twice")
    answer = batch.column("answer")
    boxes, invalid = answer.field("boxes"), answer.field("invalid_boxes")
    drawn = _lengths(boxes) + np.asarray(invalid.fill_null(0))
    return ScoreLines(
        ids=tuple(ids),
        groups=tuple(batch.column("group").to_pylist()),
        status=tuple(batch.column("status").to_pylist()),
        silent=np.asarray(answer.is_valid()) & (drawn == 0),
        names=names,
        stats=batch.column("stats"),
        file=file,
    )


def _schema(file: Path, metrics: Collection[str]) -> Any:
    import pyarrow as pa

    vector = pa.list_(pa.float64())
    forms = _forms(file, metrics)
    key = pa.struct([("id", pa.string()), ("language", pa.string()), ("task", pa.string()), ("trial", pa.int64())])
    boxes = pa.list_(pa.struct([("xyxy", vector)]))
    return pa.schema(
        [
            ("answer", pa.struct([("boxes", boxes), ("invalid_boxes", pa.int64())])),
            ("group", pa.string()),
            ("key", key),
            ("stats", pa.struct([(name, pa.list_(vector) if forms[name] == "rows" else vector) for name in metrics])),
            ("status", pa.string()),
        ]
    )


def _forms(file: Path, metrics: Collection[str]) -> dict[str, Form]:
    """Whether a metric's statistics are one vector or rows of them, as the first that is not empty says."""
    found: dict[str, Form] = {}
    for number, text in lines(file):
        try:
            stats = json.loads(text).get("stats", {})
        except (ValueError, AttributeError) as error:
            raise BadRecord(file, number, "whole line", "a score", text[:80]) from error
        for name in metrics:
            if name not in found and stats.get(name):
                found[name] = "rows" if isinstance(stats[name][0], list) else "vector"
        if len(found) == len(metrics):
            break
    return {name: found.get(name, "rows") for name in metrics}


def _nested(column: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_list(column.type.value_type))


def _lengths(column: Any) -> NDArray[np.int64]:
    return np.asarray(column.value_lengths().fill_null(0), dtype=np.int64)


def _width(lengths: NDArray[np.int64]) -> int | None:
    """The one length that all have; None where they differ, 0 of none."""
    if not len(lengths):
        return 0
    return int(lengths[0]) if bool((lengths == lengths[0]).all()) else None
