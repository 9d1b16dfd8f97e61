"""Which metrics of which tasks a gates file gates. Whatever it names and nobody has is an error."""

from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

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
    that cannot be judged, and for a number that the data or the noise floor make meaningless.

    A pattern of metrics leaves out only those that nothing can rank or resample.
    """
    made: dict[Place, Rule] = {}
    for gate in gates.gates:
        rule = Rule(mode=gates.mode(gate), alpha=gates.alpha, min_effect=gate.min_effect, margin=gate.margin)
        for place in _places(gate, rule, found):
            if place in made:
                raise MedGaugeError(f"{found.where}: {place[1]} of {place[0]} is gated twice; give it one gate")
            made[place] = rule
    return made


def keys_of(pattern: str, found: Selection) -> list[str]:
    """The tasks on both sides that a pattern stands for. Raises MedGaugeError where the base has none, and
    NotComparable where the candidate has run none."""
    keys = matching(pattern, list(found.base.parts))
    if not keys:
        raise MedGaugeError(f"{found.where}: task {pattern!r}: the base has {', '.join(found.base.parts)}")
    shared = [key for key in keys if key in found.pairs]
    if not shared:
        raise NotComparable(f"{found.where}: {', '.join(keys)} is gated, and the candidate has not run it")
    return shared


def require_something(where: str, *held: Sized) -> None:
    """Raises NothingSelected where no gate, no ceiling and no sample is left to check."""
    if not any(map(len, held)):
        raise NothingSelected(f"{where}: nothing is gated, and a gate that checks nothing cannot pass")


def _places(gate: Gate, rule: Rule, found: Selection) -> list[Place]:
    keys = keys_of(gate.task, found)
    places: list[Place] = []
    for key in keys:
        pair = found.pairs[key]
        names = [pair.base.primary] if gate.metric == PRIMARY else matching(gate.metric, list(pair.base.signatures))
        if not names and not any(sign in gate.metric for sign in "*?["):
            raise MedGaugeError(f"{found.where}: metric {gate.metric!r} of {key}: {_known([key], found)}")
        exact = names == [gate.metric] or gate.metric == PRIMARY
        for name in names:
            left_out = _left_out(name, rule)
            if left_out is not None and not exact:
                continue
            why = left_out or _unfit(name, rule, pair) or _meaningless(name, rule, pair, found)
            if why is not None:
                raise MedGaugeError(f"{found.where}: {name} of {key}: {why}")
            places.append((key, name))
    if not places:
        raise MedGaugeError(f"{found.where}: metric {gate.metric!r} of {gate.task}: {_known(keys, found)}")
    return places


def _known(keys: Sequence[str], found: Selection) -> str:
    names = sorted({name for key in keys for name in found.pairs[key].base.signatures})
    return f"none that can be gated; there are {', '.join(names)}"


def _left_out(name: str, rule: Rule) -> str | None:
    """Why a metric can be gated in mode exact alone."""
    if rule.mode == "exact":
        return None
    metric = parse_metric(name)
    if metric.higher_is_better is None:
        return "it ranks nothing: neither end is better"
    return None if metric.resampled else "it has no interval by design; only mode exact can gate it"


def _unfit(name: str, rule: Rule, pair: Pair) -> str | None:
    """Why a metric that can be gated cannot be held to this rule."""
    if name not in pair.base.stats:
        return f"the reference keeps no statistics of it by sample; `medgauge reference bless --metric {name}` does"
    if name not in pair.candidate.stats:
        return "the candidate does not have it"
    limits = {"margin": rule.margin or 0.0, "min_effect": rule.min_effect}
    for kind, limit in limits.items():
        if limit >= 1 and (parse_metric(name).proportion or _fractions(name, pair)):
            said = "lets everything pass, for its values lie in 0 to 1 and points are fractions"
            return f"a {kind} of {limit:g} {said}: two points are 0.02"
    return None


def _fractions(name: str, pair: Pair) -> bool:
    """Whether every number kept of a metric, on both sides, lies in 0 to 1: then so do its means."""
    kept = [one for part in (pair.base, pair.candidate) for one in part.stats[name] if one]
    return bool(kept) and all(low >= 0 and high <= 1 for low, high in ((np.min(one), np.max(one)) for one in kept))


def _meaningless(name: str, rule: Rule, pair: Pair, found: Selection) -> str | None:
    """Why the data cannot hold to the margin."""
    noise = found.base.noise.get(pair.base.key, {}).get(name)
    if rule.margin is None or noise is None or rule.margin > noise.floor:
        return None
    return (
        f"the margin {rule.margin:g} is not over the noise floor {noise.floor:.4g}, which two runs of the base's "
        "model are apart; no gate can hold to it"
    )
