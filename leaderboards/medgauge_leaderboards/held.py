"""Gates that need no statistics: ceilings for shares of samples, and samples that have to be right."""

from collections.abc import Mapping

from medgauge.errors import Incomplete, MedGaugeError
from medgauge_leaderboards.document import Ceiling, MustPass
from medgauge_leaderboards.gated import Selection, keys_of
from medgauge_leaderboards.gates_file import Gates
from medgauge_leaderboards.rows import Pair
from medgauge_leaderboards.site.values import sample_values, verdict

COUNTED: Mapping[str, str] = {
    "unparsed": "no_answer",
    "failed": "failed",
    "refused": "refused",
    "truncated": "truncated",
}
"""A share's name to what results count."""
SLACK = 1e-12


def ceilings(gates: Gates, found: Selection) -> list[Ceiling]:
    """Every rule on every task it stands for. Raises MedGaugeError for a task that nobody has."""
    made = []
    for rule in gates.ceilings:
        for key in keys_of(rule.task, found):
            pair, name = found.pairs[key], COUNTED[rule.share]
            base, candidate = (part.counts[name] / max(1, part.n * part.trials) for part in (pair.base, pair.candidate))
            over = rule.max is not None and candidate > rule.max + SLACK
            rose = rule.max_increase is not None and candidate - base > rule.max_increase + SLACK
            made.append(
                Ceiling(
                    key=key,
                    share=rule.share,
                    base=base,
                    candidate=candidate,
                    n=pair.candidate.n,
                    max=rule.max,
                    max_increase=rule.max_increase,
                    violated=over or rose,
                )
            )
    return sorted(made, key=lambda one: not one.violated)


def must_pass(gates: Gates, found: Selection) -> list[MustPass]:
    """Every sample that has to be right, the failed ones first. Raises MedGaugeError for one that nobody has."""
    made = []
    for key, ids in gates.must_pass.items():
        if key not in found.base.parts:
            raise MedGaugeError(f"{found.where}: must_pass: task {key!r}: the base has {', '.join(found.base.parts)}")
        for known in keys_of(key, found):
            made += _held(found.where, found.pairs[known], ids)
    return sorted(made, key=lambda one: one.passed)


def _held(where: str, pair: Pair, ids: tuple[str, ...]) -> list[MustPass]:
    """Right in every trial, or what is said of the first trial that is not."""
    cell = pair.cell
    unknown = [id for id in ids if id not in cell.samples]
    if unknown:
        raise MedGaugeError(f"{where}: must_pass: {pair.base.key} has no sample {unknown[0]!r}")
    asked = [(id, trial) for id in dict.fromkeys(ids) for trial in range(cell.trials)]
    scores = [score for id, trial in asked if (score := cell.score(id, trial)) is not None]
    if len(scores) != len(asked):
        raise Incomplete(f"{cell.run.directory.path}: {pair.base.key}: a must-pass sample has no score in some trial")
    made: dict[str, MustPass] = {}
    for score, values in zip(scores, sample_values(cell, scores), strict=True):
        right = score.status == "scored" and verdict(cell, score, values) == "right"
        one = MustPass(key=pair.base.key, id=score.key.id, status=score.status, passed=right)
        if one.id not in made or made[one.id].passed:
            made[one.id] = one
    return list(made.values())
