"""The lexicon as a tree of words: `lexicon.yaml` read once, its forms expanded, each with its meaning."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any, Literal, TypeAlias

from medgauge.errors import MedGaugeError
from medgauge_metrics.lexicon import fingerprint
from medgauge_metrics.textform import CJK_CHARACTER, WORD_CHARACTER, fold
from medgauge_metrics.traditional import simplified

VERSION = 1
FILE = "lexicon.yaml"
Kind: TypeAlias = Literal[
    "finding", "absent", "state", "state_absent", "place", "side", "side_after", "carries", "within", "inert", "filler",
    "denies", "denies_either", "denies_before", "doubts", "doubts_either", "doubts_before", "doubts_around", "mutes",
    "turns", "affirms", "joins", "alternatives", "comma", "pause", "stop",
]  # fmt: skip
_WORD = re.compile(rf"{CJK_CHARACTER}|\d+(?:[.,]\d+)*|{WORD_CHARACTER}+(?:['’]{WORD_CHARACTER}+)?|[.;!?,、/&>)—。\n]")
_CHOICE = re.compile(r"\(([^()]*)\)")
_CUES = (
    "denies", "denies_either", "denies_before", "doubts", "doubts_either", "doubts_before", "doubts_around", "mutes"
)  # fmt: skip
_BOUNDS: Mapping[str, Kind] = {
    "stops": "stop", "commas": "comma", "turns": "turns", "affirms": "affirms", "carries": "carries",
    "within": "within", "joins": "joins", "alternatives": "alternatives",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a sequence of words means."""

    kind: Kind
    value: str = ""
    """Name of the finding, state or place; the side."""
    length: int
    """Words that it takes; more may have to follow."""


@dataclass(slots=True)
class Node:
    """A place in the tree of words; complete once `compile_lexicon` returns."""

    following: dict[str, "Node"] = field(default_factory=dict)
    entry: Entry | None = None
    """What the words up to here mean, if anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A word such as "enlarged", which names a finding only together with a place."""

    at: Mapping[str, str]
    """Place to finding."""
    otherwise: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The compiled lexicon."""

    root: Mapping[str, Node]
    states: Mapping[str, State]
    homes: Mapping[str, str]
    """Finding to the place with which a state names it."""
    findings: tuple[str, ...]
    unsided: frozenset[str]
    """Findings of which no side is read."""


def words(text: str) -> list[str]:
    """The words, numbers, Chinese characters (simplified) and marks of a text, folded and in lower case."""
    return _WORD.findall(simplified(fold(text)).lower())


@cache
def signature() -> str:
    """`lexicon:1-0123abcd`: version and fingerprint of the file."""
    return f"lexicon:{VERSION}-{fingerprint([_text()])}"


@cache
def lexicon() -> Lexicon:
    """The lexicon of the package. Raises MedGaugeError where two entries claim the same words."""
    import yaml

    return compile_lexicon(yaml.safe_load(_text()))


def compile_lexicon(data: Mapping[str, Any]) -> Lexicon:
    """The tree of all forms of a lexicon as YAML gives it. Raises MedGaugeError; see `lexicon`."""
    if data["version"] != VERSION:
        raise MedGaugeError(f"{FILE}: version {data['version']}, and the code says {VERSION}")
    root = Node()
    for kind, value, form in _forms(data):
        _add(root, kind, value, form)
    unsided = {name for name, entry in data["findings"].items() if not entry.get("sided", True)}
    states = {name: State(at=entry["at"], otherwise=entry.get("otherwise")) for name, entry in data["states"].items()}
    homes = {finding: place for state in states.values() for place, finding in state.at.items()}
    return Lexicon(
        root=root.following, states=states, homes=homes, findings=tuple(data["findings"]), unsided=frozenset(unsided)
    )


def expand(form: str) -> list[str]:
    """`(a|b|) c` as `a c`, `b c`, `c`; without repeats."""
    pieces = _CHOICE.split(form)
    choices = [piece.split("|") if index % 2 else [piece] for index, piece in enumerate(pieces)]
    return list(dict.fromkeys("".join(chosen) for chosen in product(*choices)))


def _text() -> str:
    return (files("medgauge_metrics.clinical_lite") / FILE).read_text("utf-8")


def _forms(data: Mapping[str, Any]) -> Iterator[tuple[Kind, str, str]]:
    """Kind, value and form of every entry, plurals included."""
    for name, entry in data["places"].items():
        yield from _listed("place", name, entry, plural=True)
    for name, entry in data["findings"].items():
        yield from _listed("finding", name, entry, plural=True)
        yield from _listed("absent", name, entry.get("absent"))
    for name, entry in data["states"].items():
        yield from _listed("state", name, entry, plural=True)
        yield from _listed("state_absent", name, entry.get("absent"))
    for name, entry in data["sides"].items():
        yield from _listed("inert" if name == "none" else "side", name, entry["plain"])
        yield from _listed("side_after", name, entry["after"])
    for cue in _CUES:
        yield from _listed(cue, "", data["cues"][cue])  # type: ignore[arg-type]
    for name, kind in _BOUNDS.items():
        yield from _listed(kind, "", data["bounds"][name])
    yield from _listed("inert", "", data["inert"])
    yield from _listed("filler", "", data["fillers"])


def _listed(
    kind: Kind, value: str, entry: Mapping[str, Any] | None, *, plural: bool = False
) -> Iterator[tuple[Kind, str, str]]:
    for language in ("en", "zh") if entry else ():
        for form in (form for written in entry[language] for form in expand(written)) if entry else ():
            yield kind, value, form
            if plural and language == "en":
                yield kind, value, _plural(form)


def _plural(form: str) -> str:
    """The regular plural of the last word."""
    if re.search(r"[^aeiou]y\Z", form):
        return f"{form[:-1]}ies"
    return f"{form}es" if re.search(r"(?:s|x|ch|sh)\Z", form) else f"{form}s"


def _add(root: Node, kind: Kind, value: str, form: str) -> None:
    """Put one form into the tree. What stands behind `~` must follow, and is not taken."""
    taken, _, ahead = form.partition("~")
    entry = Entry(kind=kind, value=value, length=len(words(taken)))
    node = root
    for word in [*words(taken), *words(ahead)]:
        node = node.following.setdefault(word, Node())
    if entry.length == 0 or re.search(r"[(|]", form):
        raise MedGaugeError(f"{FILE}: {form!r} holds no word, or brackets within brackets")
    if node.entry not in (None, entry):
        raise MedGaugeError(f"{FILE}: {form!r} stands for {node.entry} and for {entry}")
    node.entry = entry
