"""Numbers and rules into rows with verdicts: the adjustment over the family, the second run, the whole verdict."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from medgauge.multiplicity import holm
from medgauge_leaderboards.document import VERDICTS, Ceiling, Gated, MustPass, Row, Whole
from medgauge_leaderboards.gate import Evidence, Rule, judge
from medgauge_leaderboards.gated import Place
from medgauge_leaderboards.gates_file import Gates
from medgauge_leaderboards.rows import Numbers, Pair

EXIT_CODES: Mapping[Whole, int] = {"pass": 0, "inconclusive": 11, "regression": 10, "not-comparable": 3}


def judge_all(
    numbers: Mapping[Place, Numbers], rules: Mapping[Place, Rule], gates: Gates
) -> dict[Place, tuple[Gated, float | None]]:
    """The outcome and the adjusted p of every gated metric."""
    chances = {place: _chance(numbers[place], rule) for place, rule in rules.items() if rule.mode != "exact"}
    tested = [place for place, p in chances.items() if p is not None]
    raw = [chances[place] or 0.0 for place in tested]
    adjusted = dict(zip(tested, holm(raw).tolist() if gates.family == "holm" and raw else raw, strict=True))
    return {
        place: (judge(rule, _evidence(numbers[place], rule, adjusted.get(place))), adjusted.get(place))
        for place, rule in rules.items()
    }


def confirmed(
    first: Mapping[Place, tuple[Gated, float | None]],
    again: Mapping[Place, tuple[Gated, float | None]],
    places: Iterable[Place],
) -> dict[Place, tuple[Gated, float | None]]:
    """What stands after a second run of the candidate: a regression that both runs together do not bear out is none."""
    made = dict(first)
    for place in places:
        gated, p = first[place]
        second = again[place][0]
        if second.verdict == "regressed":
            made[place] = replace(gated, confirmed=True, why=f"{gated.why}; with a second run {second.why}"), p
        else:
            why = f"not confirmed: {gated.why}; with a second run {second.why}"
            cleared = replace(gated, confirmed=False, outcome="inconclusive", verdict="inconclusive", why=why)
            made[place] = cleared, p
    return made


def row(pair: Pair, numbers: Numbers, judged: tuple[Gated, float | None] | None, alpha: float) -> Row:
    """A row of the document."""
    gated, p = judged or (None, None)
    if gated is not None and (gated.outcome == "fail" or gated.verdict == "regressed-small"):
        gated = replace(gated, lost=numbers.lost())
    one_sided = gated is not None and gated.mode == "noninferior"
    return Row(
        task=pair.base.task,
        language=pair.base.language,
        key=pair.base.key,
        metric=numbers.metric.name,
        primary=numbers.metric.name == pair.base.primary,
        higher_is_better=numbers.metric.higher_is_better,
        signature=numbers.metric.signature,
        base=numbers.paired.old,
        candidate=numbers.paired.new,
        difference=numbers.paired.estimate,
        changed=len(numbers.changed),
        test=numbers.tested.test if numbers.tested else None,
        p=numbers.tested.p if numbers.tested else None,
        p_adjusted=p,
        discordant=numbers.discordance(),
        mde=numbers.mde(2 * alpha if one_sided else alpha),
        design_effect=numbers.effect,
        gate=gated,
    )


def worst_first(rows: Sequence[Row]) -> list[Row]:
    """Gated rows from the worst verdict to the best, then the others as they came."""

    def place(row: Row) -> tuple[int, float]:
        if row.gate is None:
            return len(VERDICTS), 0.0
        sign = -1 if row.higher_is_better is False else 1
        return VERDICTS.index(row.gate.verdict), sign * (row.difference.value or 0.0)

    return sorted(rows, key=place)


def whole(
    rows: Sequence[Row], ceilings: Sequence[Ceiling], must_pass: Sequence[MustPass], *, strict: bool
) -> tuple[Whole, int]:
    """The verdict of all gates together and the exit code: 10 for any failure, 11 for doubt under `strict`."""
    outcomes = {row.gate.outcome for row in rows if row.gate is not None}
    if "fail" in outcomes or any(one.violated for one in ceilings) or not all(one.passed for one in must_pass):
        return "regression", EXIT_CODES["regression"]
    if "inconclusive" in outcomes:
        return "inconclusive", EXIT_CODES["inconclusive"] if strict else 0
    return "pass", 0


def _chance(numbers: Numbers, rule: Rule) -> float | None:
    """p as the rule takes it: two-sided, or one-sided for a loss."""
    if numbers.tested is None:
        return None
    p, gain = numbers.tested.p, numbers.sign * (numbers.paired.estimate.value or 0.0)
    if rule.mode == "detect":
        return p
    return p / 2 if gain < 0 else 1 - p / 2  # flips and swaps of sides: the null distribution is symmetric


def _evidence(numbers: Numbers, rule: Rule, p: float | None) -> Evidence:
    made, sign = numbers.paired.estimate, numbers.sign
    low, high = _turned(made.low, made.high, sign)
    lower, upper = _turned(numbers.paired.lower, numbers.paired.upper, sign)
    return Evidence(
        gain=None if made.value is None else sign * made.value,
        low=low,
        high=high,
        lower=lower,
        upper=upper,
        p=p,
        mde=numbers.mde(2 * rule.alpha if rule.mode == "noninferior" else rule.alpha),
        n=made.n - made.n_undefined if rule.mode != "exact" else made.n,
        changed=len(numbers.changed),
        enough=made.no_interval != "few-groups",
        read=numbers.read,
    )


def _turned(low: float | None, high: float | None, sign: int) -> tuple[float | None, float | None]:
    if sign > 0:
        return low, high
    return None if high is None else -high, None if low is None else -low
