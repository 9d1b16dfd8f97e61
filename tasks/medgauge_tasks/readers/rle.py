"""Run-length masks: COCO's, plain or packed, and Kaggle's. All three run down the columns, first column first."""

import numpy as np

from medgauge.types import Size
from medgauge_tasks.readers.grey import check_pixels
from medgauge_tasks.readers.masks import BoolMask
from medgauge_tasks.readers.record import Record


def kaggle_mask(record: Record, field: str, size: Size) -> BoolMask:
    """`start length start length ...`, where starts are counted from 1; blank is an empty mask.

    `size` is width and height. Runs rise and do not overlap. Raises BadRecord.
    """
    width, height = size
    check_pixels(record.place, width, height)
    words = record.optional(field).split()
    if len(words) % 2 or not all(word.isascii() and word.isdigit() and len(word) < 12 for word in words):
        record.fail(field, "pairs of whole numbers, start and length", record.get(field))
    flat = np.zeros(width * height, dtype=np.bool_)
    end = 0
    for start, length in zip(map(int, words[::2]), map(int, words[1::2]), strict=True):
        if start <= end or length < 1 or start - 1 + length > flat.size:
            record.fail(field, f"rising runs inside {width} x {height} pixels", f"{start} {length}")
        end = start - 1 + length
        flat[start - 1 : end] = True
    return flat.reshape(width, height).T


def coco_mask(record: Record, field: str) -> BoolMask:
    """`{"size": [height, width], "counts": ...}` with counts as a list or as COCO's packed text.

    Counts are lengths of runs, outside first, that fill the picture exactly. Raises BadRecord.
    """
    value = record.get(field)
    if not isinstance(value, dict):
        record.fail(field, "an object with size and counts", value)
    inner = Record(place=record.place, id=record.id, values=value)
    height, width = (int(side) for side in inner.numbers("size", 2))
    check_pixels(record.place, width, height)
    counts = inner.get("counts")
    runs = _unpacked(inner, counts) if isinstance(counts, str) else counts
    if not isinstance(runs, list) or not all(type(run) is int and run >= 0 for run in runs):
        inner.fail("counts", "whole numbers from 0, or COCO's packed text", counts)
    if sum(runs) != width * height:
        inner.fail("counts", f"runs over {width} x {height} = {width * height} pixels", sum(runs))
    inside = np.arange(len(runs)) % 2 == 1
    return np.repeat(inside, runs).reshape(width, height).T


def _unpacked(record: Record, text: str) -> list[int]:
    """COCO's packing: five bits a character from "0" on, low bits first, bit 6 where more follow.

    From the fourth run on, the difference to the run before the last is packed.
    """
    runs: list[int] = []
    value = shift = 0
    for character in text:
        code = ord(character) - 48
        if not 0 <= code < 64 or shift > 30:
            record.fail("counts", "COCO's packed text", text)
        value |= (code & 31) << shift
        shift += 5
        if code & 32:
            continue
        if code & 16:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value = shift = 0
    if shift:
        record.fail("counts", "COCO's packed text, with an end", text)
    return runs
