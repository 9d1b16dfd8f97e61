"""How often the real command says what, on worlds whose truth is known: the table of operating characteristics."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from made_pairs import World, pairs
from scipy.stats import norm

from medgauge.cli.compare import compare as command

DETECT = "gates: [{task: '*'}]\n"
NONINFERIOR = "gates: [{task: '*', mode: noninferior, margin: 0.02}]\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a number of comparisons said."""

    verdicts: Counter[str]
    codes: Counter[int]
    rows: list[dict[str, Any]]

    def share(self, *verdicts: str) -> float:
        return sum(self.verdicts[name] for name in verdicts) / len(self.rows)


def seen(folder: Path, world: World, gates: str, count: int) -> Seen:
    (folder / "gates.yaml").write_text(gates)
    made: Iterator[tuple[int, dict[str, Any]]] = (
        _run(folder, base, candidate) for base, candidate in pairs(folder, world, count)
    )
    codes, rows = zip(*made, strict=True)
    return Seen(verdicts=Counter(r["gate"]["verdict"] for r in rows), codes=Counter(codes), rows=list(rows))


def _run(folder: Path, base: Path, candidate: Path) -> tuple[int, dict[str, Any]]:
    words = [str(base), str(candidate), "--gates", str(folder / "gates.yaml"), "--json"]
    done = CliRunner().invoke(command, words, standalone_mode=False)
    assert done.exception is None, done.exception
    (row,) = json.loads(done.stdout)["rows"]
    return done.return_value, row


@pytest.mark.slow
def test_false_alarms_over_a_thousand_comparisons_of_equals(tmp_path: Path) -> None:
    made = seen(tmp_path, World(n=1056, groups=96, discordance=0.10, effect=0.0), DETECT, 1000)
    assert made.codes[10] == made.verdicts["regressed"]
    assert made.verdicts["regressed"] + made.verdicts["improved"] <= 50, "alpha is two-sided"
    assert set(made.codes) == {0, 10}


@pytest.mark.slow
def test_power_is_what_the_printed_minimum_detectable_effect_claims(tmp_path: Path) -> None:
    """The MDE of each comparison claims a power at the true effect; the claims, on average, hold to two points."""
    effect = -0.032
    made = seen(tmp_path, World(n=1050, groups=210, discordance=0.10, effect=effect), DETECT, 2000)
    z = norm.ppf(0.975) + norm.ppf(0.8)
    claimed = np.mean([norm.cdf(z * -effect / row["mde"] - norm.ppf(0.975)) for row in made.rows])
    assert 0.7 < claimed < 0.9
    assert made.share("regressed") == pytest.approx(claimed, abs=0.02)


TABLE = [
    # n, groups, discordance, true effect, passes (M = 2 points), comparisons
    (1056, 96, 0.10, 0.0, 0.40, 300),
    (1056, 96, 0.10, -0.02, 0.06, 300),
    (1056, 96, 0.10, -0.05, 0.00, 100),
    (5000, 1000, 0.05, 0.0, 1.00, 40),
    (5000, 1000, 0.05, -0.01, 0.83, 120),
    (5000, 1000, 0.05, -0.02, 0.06, 120),
]


@pytest.mark.slow
@pytest.mark.parametrize(("n", "groups", "discordance", "effect", "passes", "count"), TABLE)
def test_operating_characteristics_of_non_inferiority(
    tmp_path: Path, n: int, groups: int, discordance: float, effect: float, passes: float, count: int
) -> None:
    made = seen(tmp_path, World(n=n, groups=groups, discordance=discordance, effect=effect), NONINFERIOR, count)
    passed = made.share("no-regression", "regressed-small", "improved", "identical", "no-change")
    assert passed == pytest.approx(passes, abs=0.07)
    assert all("cannot certify" in row["gate"]["why"] for row in made.rows if row["gate"]["needed"])
