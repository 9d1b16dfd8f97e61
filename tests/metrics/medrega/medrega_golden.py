"""The golden cases: what the released evaluators printed for records, and how ours is held against it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from medgauge.record_protocols import Printed
from medgauge_metrics.compat.medrega.protocol import score

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "medrega"
FOUR_DECIMALS = 5e-5
SAME = 1e-9


def load(name: str, folder: Path = FOLDER) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def print_of(task: str, records: Sequence[Mapping[str, Any]]) -> Printed:
    return score(task, list(enumerate(records, start=1)), "records.json")


def hold(task: str, records: Sequence[Mapping[str, Any]], expected: Mapping[str, Any]) -> None:
    """All numbers equal, or none where the original ends with an exception, which is named."""
    printed = print_of(task, records)
    if "EXCEPTION" in expected:
        assert set(printed.metrics.values()) == {None}
        assert expected["EXCEPTION"].partition("(")[0] in printed.notes["*"]
        return
    flat = flattened(expected)
    assert flat.keys() <= printed.metrics.keys()
    for name, value in flat.items():
        if isinstance(value, str):
            assert printed.metrics[name] == pytest.approx(float(value), abs=FOUR_DECIMALS)
            assert f"{printed.metrics[name]:.4f}" == value
        else:
            assert printed.metrics[name] == pytest.approx(value, abs=SAME), name


def flattened(metrics: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in metrics.items():
        flat |= {f"{name}/{part}": one for part, one in value.items()} if isinstance(value, dict) else {name: value}
    return flat
