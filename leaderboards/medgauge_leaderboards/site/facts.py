"""Everything that decided the numbers of one cell, as named facts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from medgauge.about import About, cost
from medgauge.codec import plain
from medgauge.flat import flatten
from medgauge_leaderboards.site.repeat import LEFT_OUT, options_of, sounds_secret, without_places, without_secrets
from medgauge_leaderboards.site.runs import Cell

MOST = 60
"""Entries of one fact; a stranger's run may report any number."""
SHORT = 16
"""Characters of a hash that are shown."""
_WHERE = re.compile(r"(?i)(?:^|[^a-z])(?:server|host|host_?name|node|ip|base_?url|endpoint)s?(?:[^a-z]|$)")
"""Fields of a report that name a machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line: a name of the interface, and what it is."""

    name: str
    """`made.<name>` is its name in the interface."""
    text: str = ""
    """Of `fit`, what follows `fit.` in the interface's keys."""
    words: str = ""
    """A key of the interface that stands instead of `text`."""
    args: tuple[tuple[str, Any], ...] = ()
    code: bool = False


def facts(cell: Cell) -> list[Fact]:
    """All facts of a cell that are known; one that does not apply is left out."""
    return [
        fact
        for fact in (*_asked(cell), *_subset(cell), *_model(cell), *_known(cell.run.about), *_machine(cell))
        if fact.text or fact.words
    ]


def _asked(cell: Cell) -> Iterable[Fact]:
    spec = cell.run.spec
    yield Fact(name="prompts", text=f"{cell.spec.prompts} {cell.spec.prompts_hash}", code=True)
    if spec.cot:
        wording = spec.cot.wording.get(cell.spec.name, "")
        yield Fact(name="cot", text=f"{_pairs(spec.cot.settings())} {wording}".strip(), code=True)
    yield Fact(name="generation", text=_pairs(plain(spec.generation)), code=True)
    yield Fact(name="schema", words="made.yes" if spec.schema else "made.no")
    yield Fact(name="trials", text=str(spec.trials))
    yield Fact(name="judge", words="made.judge.none")
    yield Fact(name="boxes", text=spec.model.box_format, code=True)
    resize = {name: value for name, value in plain(spec.model.resize).items() if name == "kind" or value}
    as_is = spec.model.resize.kind == "none"
    yield Fact(name="resize", words="made.resize.none" if as_is else "", text=_pairs(resize), code=True)


def _subset(cell: Cell) -> Iterable[Fact]:
    spec, manifest = cell.run.spec, cell.run.manifest
    if spec.limit is None:
        yield Fact(name="subset", words="made.whole", args=(("n", cell.result["n"]),))
    else:
        yield Fact(name="subset", words="made.limit", args=(("n", spec.limit),))
    if spec.control != "none":
        yield Fact(name="control", words=f"badge.control-{spec.control}")
    if cell.spec.fit:
        yield Fact(name="fit", text=cell.spec.fit)
    if cell.modified:
        yield Fact(name="modified", text="; ".join(cell.modified[:MOST]))
    if manifest.get("allow_missing"):
        yield Fact(name="missing", words="made.missing.counted")
    yield Fact(name="file", text=str(manifest.get("files", {}).get("samples.jsonl", ""))[:SHORT], code=True)


def _model(cell: Cell) -> Iterable[Fact]:
    spec = cell.run.spec.model
    yield Fact(name="spec", text=without_secrets(spec.spec), code=True)
    yield Fact(name="options", text=_pairs(options_of(cell)), code=True)
    yield Fact(name="settings", text=_pairs(_placeless(spec.settings)), code=True)
    yield Fact(name="fingerprint", text=spec.fingerprint, code=True)


def _known(about: About) -> Iterable[Fact]:
    """What is not known is said to be unknown where readers filter by it, and left out elsewhere."""
    yield Fact(name="title", text=about.title)
    yield Fact(name="organisation", text=about.organisation)
    size = about.parameters
    if size is None:
        yield Fact(name="parameters", words="made.unknown")
    else:
        yield Fact(name="parameters", words="made.billions", args=(("n", f"{size:g}"),))
    yield Fact(name="weights", words=_answer(about.open_weights))
    yield Fact(name="medical", words=_answer(about.medical))
    yield Fact(name="licence", text=about.licence)
    yield Fact(name="trained", text=", ".join(about.trained_on))
    yield Fact(name="url", text=about.url)
    if about.price:
        price = (("input", f"{about.price.input:g}"), ("output", f"{about.price.output:g}"))
        yield Fact(name="price", words="made.dollars", args=price)


def _machine(cell: Cell) -> Iterable[Fact]:
    manifest = cell.run.manifest
    code = _mapping(manifest.get("code"))
    commit = f" {str(code['commit'])[:12]}{'+' if code.get('dirty') else ''}" if code.get("commit") else ""
    yield Fact(name="code", text=f"MedGauge {manifest.get('medgauge', '')}{commit}", code=True)
    python = {"python": manifest["python"]} if manifest.get("python") else {}
    yield Fact(name="packages", text=_pairs(python | dict(_mapping(manifest.get("packages"))), " "), code=True)
    yield Fact(name="device", text=_pairs(_mapping(manifest.get("device"))), code=True)
    yield Fact(name="report", text=_pairs(_placeless(_mapping(manifest.get("model")))), code=True)
    usage = _mapping(manifest.get("usage"))
    yield Fact(name="usage", text=_pairs({k: v for k, v in usage.items() if v is not None}), code=True)
    dollars = cost(cell.run.about, usage)
    if dollars is not None:
        yield Fact(name="cost", text=f"{dollars:.2f} USD")
    yield Fact(name="started", text=str(manifest.get("started", "")))
    yield Fact(name="finished", text=str(manifest.get("finished", "")))


def _answer(value: bool | None) -> str:
    return "made.unknown" if value is None else "made.yes" if value else "made.no"


def _mapping(value: object) -> Mapping[str, Any]:
    """A manifest may come from anybody: what is no mapping says nothing."""
    return value if isinstance(value, dict) else {}


def _placeless(data: Mapping[str, Any]) -> dict[str, Any]:
    """Nested data, flat, without the machine that answered."""
    return {
        name: without_places(value) if isinstance(value, str) else value
        for name, value in flatten(dict(data)).items()
        if not _WHERE.search(name)
    }


def _pairs(data: Mapping[str, Any], between: str = "=") -> str:
    """Nested data in one line, without secrets; at most `MOST` entries, and the number of the others."""
    flat = flatten(dict(data))
    shown = [f"{name}{between}{_one(name, value)}" for name, value in list(flat.items())[:MOST]]
    return ", ".join(shown) + (f", … +{len(flat) - MOST}" if len(flat) > MOST else "")


def _one(name: str, value: object) -> str:
    if sounds_secret(name, value):
        return LEFT_OUT
    return without_secrets(str(value).lower() if isinstance(value, bool) else str(value))
