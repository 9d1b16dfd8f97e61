"""The comment under a pull request, and the step summary: the same Markdown.

Every name that comes from data stands in a code span, where it is neither markup nor a link nor somebody's @name.
"""

from collections.abc import Sequence

from medgauge_leaderboards.document import Comparison, Row, Slice
from medgauge_leaderboards.reports import words

MARKER = "<!-- medgauge-compare -->"
"""By this the one comment of a pull request is found and edited."""
MOST_BYTES = 60_000
"""GitHub refuses longer comments whole."""
SHOWN_SLICES = 10
SIGNS = {"fail": "✗", "inconclusive": "?", "pass": "✓"}
HEADS = {"pass": "✓", "regression": "✗", "inconclusive": "?", "not-comparable": "✗"}


def markdown(made: Comparison) -> str:
    """The whole report, cut where it would be too long."""
    head = [MARKER, f"### {HEADS[made.verdict]} medgauge: {words.headline(made)}", ""]
    if made.verdict == "not-comparable":
        body = [f"- {code(line)}" for line in made.refusals]
    else:
        body = [_sides(made), "", *_gates(made), *_held(made), *_notes(made)]
    tail = ["", f"`{words.result(made)}`", ""]
    details = _details(made)
    text = "\n".join([*head, *body, *details, *tail])
    if len(text.encode()) <= MOST_BYTES:
        return text
    cut = ["", "_Cut: the whole is in `compare.json`._"]
    while body and len("\n".join([*head, *body, *cut, *tail]).encode()) > MOST_BYTES:
        body = body[: len(body) * 9 // 10]
    return "\n".join([*head, *body, *cut, *tail])


def code(text: str) -> str:
    """Text from data as a code span that it cannot leave, in a table or out of it."""
    safe = "".join(c if c.isprintable() else " " for c in text).replace("`", "ˋ").replace("|", "\\|")
    return f"`{safe}`" if safe.strip() else "` `"


def _sides(made: Comparison) -> str:
    base, candidate = made.base, made.candidate
    if base is None or candidate is None:
        return ""
    first = f"{code(base.name)} ({code(base.model)})" if base.name else code(base.model)
    paired = sum({row.key: row.difference.n for row in made.rows}.values())
    level = f"{100 * (1 - made.alpha):g} % intervals"
    adjustment = code(made.settings.get("adjustment", ""))
    return f"{first} → {code(candidate.model)} · {paired} paired samples · {level}, {adjustment}"


def _gates(made: Comparison) -> list[str]:
    rows = [
        f"| {SIGNS[gate.outcome]} {words.WORDS[gate.verdict]} | {code(row.key)} | {code(row.metric)} | {_numbers(row)} "
        f"| {words.chance(row.p_adjusted)} | {code(gate.why)} |"
        for row, gate in words.gated(made)
    ]
    head = [
        "| | task | metric | n | base | candidate | difference | p adj. | why |",
        "|---|---|---|--:|--:|--:|--:|--:|---|",
    ]
    return [*head, *rows] if rows else []


def _numbers(row: Row) -> str:
    one = row.difference
    cells = (str(one.n - one.n_undefined), words.number(row.base), words.number(row.candidate), words.change(row))
    return " | ".join(cells)


def _held(made: Comparison) -> list[str]:
    lines = [f"- {'✗' if one.violated else '✓'} {code(one.key)} {code(words.ceiling(one))}" for one in made.ceilings]
    lines += [f"- ✗ must pass: {code(one.key)} {code(words.must(one))}" for one in made.must_pass if not one.passed]
    for row, gate in words.gated(made):
        if gate.lost is not None and gate.lost.n:
            ids = ", ".join(code(id) for id in gate.lost.ids)
            kinds = code(words.lost(gate.lost.by_status))
            lines.append(f"- lost on {code(row.key)} {code(row.metric)}: {gate.lost.n} samples ({kinds}), first {ids}")
    return ["", *lines] if lines else []


def _notes(made: Comparison) -> list[str]:
    lines = [f"- {code(note)}" for note in made.notes]
    lines += [
        f"- differs: {code(s.field)}: {code(repr(s.base))} and {code(repr(s.candidate))}"
        for s in made.differing_settings
    ]
    return ["", *lines] if lines else []


def _details(made: Comparison) -> list[str]:
    others = [row for row in made.rows if row.gate is None and row.difference.value is not None]
    parts: list[str] = []
    if others:
        table = [
            f"| {code(row.key)} | {code(row.metric)} | {_numbers(row)} | {words.chance(row.p)} |" for row in others
        ]
        head = "| task | metric | n | base | candidate | difference | p |", "|---|---|--:|--:|--:|--:|--:|"
        parts += _folded(f"{words.count(len(others), 'metric')} that no gate holds", [*head, *table])
    if made.slices:
        parts += _folded("Slices (exploratory, worst first)", _slices(made.slices[:SHOWN_SLICES]))
    return parts


def _slices(slices: Sequence[Slice]) -> list[str]:
    head = "| task | metric | slice | n | difference | p BH |", "|---|---|---|--:|--:|--:|"
    return [
        *head,
        *(
            f"| {code(one.key)} | {code(one.metric)} | {code(f'{one.tag}={one.value}')} | {one.difference.n} "
            f"| {words.change(one)} | {words.chance(one.p_adjusted)} |"
            for one in slices
        ),
    ]


def _folded(title: str, lines: Sequence[str]) -> list[str]:
    return ["", f"<details><summary>{title}</summary>", "", *lines, "", "</details>"]
