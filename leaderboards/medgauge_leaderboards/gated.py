"""Which metrics of which tasks a gates file gates. Whatever it names and nobody has is an error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from medgauge.errors import MedGaugeError, NotComparable, NothingSelected
from medgauge.metrics import parse_metric
from medgauge_leaderboards.base import Base
from medgauge_leaderboards.gate import Rule
from medgauge_leaderboards.gates_file import PRIMARY, Gate, Gates, matching
from medgauge_leaderboards.rows import Pair

Place: TypeAlias = tuple[str, str]
"""Key of a task, name of a metric."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a gate was resolved against."""

    where: str
    """The gates file, for messages."""
    base: Base
    pairs: Mapping[str, Pair]


def rules(gates: Gates, found: Selection) -> dict[Place, Rule]:
    """The rule of every gated metric. Raises MedGaugeError for a name that is unknown or gated twice, for a metric
    that cannot be judged, and for a margin that the data or the noise floor make meaningless."""
    made: dict[Place, Rule] = {}
    for gate in gates.gates:
        rule = Rule(mode=gates.mode(gate), alpha=gates.alpha, min_effect=gate.min_effect, margin=gate.margin)
        for place in _places(gate, rule, found):
            if place in made:
                raise MedGaugeError(f"{found.where}: {place[1]} of {place[0]} is gated twice; give it one gate")
            made[place] = rule
    if not made and not gates.ceilings and not gates.must_pass:
        raise NothingSelected(f"{found.where}: nothing is gated, and a gate that checks nothing cannot pass")
    return made


def keys_of(pattern: str, found: Selection) -> list[str]:
    """The tasks on both sides that a pattern stands for. Raises MedGaugeError where there is none, and NotComparable
    for one by name that the candidate has not run."""
    keys = matching(pattern, list(found.base.parts))
    if not keys:
        raise MedGaugeError(f"{found.where}: task {pattern!r}: the base has {', '.join(found.base.parts)}")
    if keys == [pattern] and pattern not in found.pairs:
        raise NotComparable(f"{found.where}: {pattern} is gated, and the candidate has not run it")
    return [key for key in keys if key in found.pairs]


def _places(gate: Gate, rule: Rule, found: Selection) -> list[Place]:
    keys = keys_of(gate.task, found)
    places: list[Place] = []
    for key in keys:
        pair = found.pairs[key]
        names = [pair.base.primary] if gate.metric == PRIMARY else matching(gate.metric, list(pair.base.signatures))
        exact = names == [gate.metric] or gate.metric == PRIMARY
        for name in names:
            why = _unfit(name, rule, pair, found)
            if why is None:
                places.append((key, name))
            elif exact:
                raise MedGaugeError(f"{found.where}: {name} of {key}: {why}")
    if keys and not places:
        raise MedGaugeError(f"{found.where}: metric {gate.metric!r} of {gate.task}: {_known(keys, found)}")
    return places


def _known(keys: Sequence[str], found: Selection) -> str:
    names = sorted({name for key in keys for name in found.pairs[key].base.signatures})
    return f"none that can be gated; there are {', '.join(names)}"


def _unfit(name: str, rule: Rule, pair: Pair, found: Selection) -> str | None:
    """Why a metric cannot be held to a rule."""
    if name not in pair.base.stats:
        return f"the reference keeps no statistics of it by sample; `medgauge reference bless --metric {name}` does"
    if name not in pair.candidate.stats:
        return "the candidate does not have it"
    if rule.mode == "exact":
        return None
    metric = parse_metric(name)
    if metric.higher_is_better is None:
        return "it ranks nothing: neither end is better"
    if not metric.resampled:
        return "it has no interval by design; only mode exact can gate it"
    if rule.margin is None:
        return None
    if metric.proportion and rule.margin >= 1:
        return f"a margin of {rule.margin:g} of a proportion lets everything pass; two points are 0.02"
    noise = found.base.noise.get(pair.base.key, {}).get(name)
    if noise is not None and rule.margin <= noise.floor:
        return (
            f"the margin {rule.margin:g} is not over the noise floor {noise.floor:.4g}, which two runs of the base's "
            "model are apart; no gate can hold to it"
        )
    return None
