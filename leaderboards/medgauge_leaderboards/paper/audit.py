"""Where the published numbers disagree with themselves: every mean and every identity that they must obey, checked."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from medgauge_leaderboards.paper.rows import Paper, members, paper, parts, reported

ROUNDING = 0.0101
"""Two roundings to two places and their mean differ by no more."""
TRIPLES = (("Region P", "Region R", "Region F1"), ("Object P", "Object R", "Object F1"))
ALIGNED = (("Alignment P", "Region P"), ("Alignment R", "Region R"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A number of the paper, and what the paper's other numbers make of it."""

    kind: str
    where: str
    """`table/part/metric/model`, or the place in the text."""
    published: float
    recomputed: float
    holds: bool
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """All checks, and what only reading finds."""

    checks: tuple[Check, ...]
    notes: tuple[str, ...]

    @property
    def broken(self) -> tuple[Check, ...]:
        """Those that do not hold."""
        return tuple(check for check in self.checks if not check.holds)


def audit(read: Paper | None = None) -> Audit:
    """The audit of the shipped tables, or of others."""
    read = read or paper()
    values = {(one.cell, one.model): one.value for one in reported(read) if one.value is not None}
    checks = [*_means(read, values), *_bounds(read, values), *_twice(read, values), *_claims(read, values)]
    return Audit(checks=tuple(checks), notes=read.notes)


Values = Mapping[tuple[str, str], float]


def _means(read: Paper, values: Values) -> Iterator[Check]:
    """Averages against the rows that they are averages of."""
    for table, part in parts(read):
        for metric in part.values:
            cells = members(part, metric)
            for model in table.models:
                own = values.get((f"{table.table}/{part.part}/{metric}", model))
                found = [values.get((cell, model)) for cell in cells]
                known = [value for value in found if value is not None]
                if own is None or not cells or len(known) < len(found):
                    continue
                mean = fmean(known)
                yield Check(
                    kind="mean",
                    where=f"{table.table}/{part.part}/{metric}/{model}",
                    published=own,
                    recomputed=mean,
                    holds=abs(own - mean) <= ROUNDING,
                    rule=f"the mean of {len(cells)} {'cell' if len(cells) == 1 else 'cells'} of {_tables(cells)}",
                )


def _tables(cells: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(cell.partition("/")[0] for cell in cells))


def _bounds(read: Paper, values: Values) -> Iterator[Check]:
    """A mean F1 is at most the mean of precision and recall; what is aligned too is at most what is found."""
    for table, part in parts(read):
        place = f"{table.table}/{part.part}"
        for model in table.models:
            for precision, recall, f1 in TRIPLES:
                three = [values.get((f"{place}/{name}", model)) for name in (precision, recall, f1)]
                if None not in three:
                    p, r, f = (value or 0.0 for value in three)
                    rule = "a mean of F1 per record is at most (P + R) / 2"
                    yield _at_most(f"{place}/{f1}/{model}", f, (p + r) / 2, rule)
            for less, more in ALIGNED:
                one, other = (values.get((f"{place}/{name}", model)) for name in (less, more))
                if one is not None and other is not None:
                    yield _at_most(
                        f"{place}/{less}/{model}", one, other, f"at most {more}: an aligned box is a found one"
                    )


def _at_most(where: str, published: float, bound: float, rule: str) -> Check:
    holds = published <= bound + ROUNDING
    return Check(kind="bound", where=where, published=published, recomputed=bound, holds=holds, rule=rule)


def _twice(read: Paper, values: Values) -> Iterator[Check]:
    """The same data set, metric and model in two tables."""
    places: dict[tuple[str, str, str, str, bool], list[str]] = defaultdict(list)
    for table, part in parts(read):
        for metric in part.values:
            for model in table.models:
                if part.task and (f"{table.table}/{part.part}/{metric}", model) in values:
                    key = (part.task, part.language, metric, model, part.cot)
                    places[key].append(f"{table.table}/{part.part}/{metric}")
    for (*_, model, _cot), cells in places.items():
        for cell in cells[1:]:
            first, again = values[cells[0], model], values[cell, model]
            yield Check(
                kind="twice",
                where=f"{cell}/{model}",
                published=again,
                recomputed=first,
                holds=first == again,
                rule=f"the number of {cells[0].partition('/')[0]}",
            )


def _claims(read: Paper, values: Values) -> Iterator[Check]:
    """Differences that the text states."""
    for claim in read.claims:
        more, less = (values[tuple(cell.rsplit("/", 1))] for cell in (claim.more, claim.less))  # type: ignore[index]
        yield Check(
            kind="text",
            where=f"{claim.where}: {claim.says}",
            published=claim.value,
            recomputed=more - less,
            holds=abs(more - less - claim.value) <= ROUNDING,
            rule=f"{claim.more} minus {claim.less}",
        )


def page() -> str:
    """The audit as a page, which `docs/medrega-audit.md` is."""
    made, read = audit(), paper()
    kinds = {
        "mean": "Averages",
        "bound": "Impossible values",
        "twice": "The same number in two tables",
        "text": "Statements of the text",
    }
    lines = [
        "# The published numbers of MedRegA, checked against each other",
        "",
        f"{read.source}.",
        "",
        "The tables are shipped as data (`medrega.yaml`, status `reported`), and this page is what",
        "`medgauge compare-paper --audit` computes from them. Nothing was run on the authors' data or weights. A",
        "number that does not hold cannot be reproduced, however exactly one repeats the evaluation.",
        "",
    ]
    for kind, title in kinds.items():
        mine = [check for check in made.checks if check.kind == kind]
        broken = [check for check in mine if not check.holds]
        lines += [f"## {title}", "", f"{len(mine) - len(broken)} of {len(mine)} hold.", ""]
        if broken:
            lines += ["| published at | published | the others make | rule |", "|---|---:|---:|---|"]
            lines += [f"| {c.where} | {c.published:.2f} | {c.recomputed:.2f} | {c.rule} |" for c in broken]
            lines += [""]
    lines += ["## What only reading finds", ""]
    lines += [f"- {note}" for note in made.notes]
    return "\n".join(lines) + "\n"
