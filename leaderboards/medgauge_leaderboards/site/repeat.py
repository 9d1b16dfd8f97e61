"""The command that makes a run again."""

import re
import shlex
from dataclasses import fields
from typing import Any

from medgauge.generation import Generation
from medgauge_leaderboards.site.runs import Cell

SECRET = (
    *("key", "token", "secret", "password", "passwd", "passphrase", "pwd", "auth", "authorization", "credential"),
    *("bearer", "cookie", "jwt"),
)
"""What a word of a name ends in where its value is secret."""
_WORDS = ("pat", "sig")
"""The same of whole words: many others end in them."""
_WITHIN = ("secret", "password", "keyfile", "authorization", "cookie")
LEFT_OUT = "..."
"""Stands where a secret would."""
_ADDRESS = re.compile(r"//(\S+)")
_SHAPED = re.compile(
    r"(?i:\bbearer(?:\s+|%20|:)[^\s'\",;]+)|(?<![A-Za-z0-9])(?:sk-[\w-]{6,}|hf_\w{6,}|gh[a-z]_\w{6,}|"
    r"github_pat_\w{6,}|glpat-[\w-]{6,}|xox[a-z]-[\w-]{6,}|A[KS]IA[0-9A-Z]{12,}|AIza[\w-]{20,}|eyJ[\w-]{6,}\.[\w.-]+)"
)
"""Values that look like a secret under any name."""
_NAMED = re.compile(r"([A-Za-z_][\w.-]*)([\"']?\s*[=:]\s*[\"']?)((?i:(?:bearer|basic|digest|token)\s+)?[^\s\"'&,;}]+)")
_PLACE = re.compile(
    r"(?P<quote>['\"])(?:~\w*)?(?:[A-Za-z]:)?[/\\][^'\"\n]*(?P=quote)"
    r"|(?P<scheme>(?!file:)[A-Za-z][A-Za-z0-9+.-]*://)[^\s/?#'\"<>,;)]+"
    r"|file:[/\\]+\S+"
    r"|(?<![\w.~/\\])(?:~\w*|[A-Za-z]:)?[/\\][^\s'\"<>|,;)]+"
    r"|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])(?::\d+)?"
    r"|(?P<name>(?i:\b(?:host|hostname|server)\b['\"]?\s*[=:]\s*['\"]?))[^\s'\",;)]+"
)
"""Hosts of addresses and absolute paths, from left to right: what follows the host of an address is no path."""


def command(cell: Cell) -> str:
    """The command that asks this task of this model again, for a shell.

    `DATA` stands for the reader's copy of the data; a value that is or sounds secret is left out, and so are the user
    and the query of an address.
    """
    spec = cell.run.spec
    words = ["medgauge", "run", cell.spec.name, "--model", without_secrets(spec.model.spec)]
    if cell.card is None or cell.card.access != "embedded":
        words += ["--data-dir", "DATA"]
    for name, value in _settings(cell).items():
        words += ["--set", f"{name}={value}"]
    if spec.control != "none":
        words += ["--control", spec.control]
    if spec.trials != 1:
        words += ["--trials", str(spec.trials)]
    if spec.allow_modified:
        words += ["--allow-modified"]
    if cell.run.manifest.get("allow_missing"):
        words += ["--allow-missing"]
    if spec.limit is not None:
        words += ["--limit", str(spec.limit)]
    return shlex.join(words)


def options_of(cell: Cell) -> dict[str, str]:
    """The options of the model, without secrets."""
    return {
        name: LEFT_OUT if sounds_secret(name, value) else without_secrets(value)
        for name, value in sorted(cell.run.spec.model.options.items())
    }


def sounds_secret(name: str, value: object) -> bool:
    """Whether a name has a word as secrets do (`api_key`, `apiKey`, `tokens`, `GH_PAT`); counts are none."""
    words = re.split("[^a-z]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())
    plural = tuple(f"{word}s" for word in SECRET)
    return any(
        word.endswith(SECRET)
        or word in _WORDS
        or (word.endswith(plural) and not str(value).isdigit())
        or any(part in word for part in _WITHIN)
        for word in words
    )


def without_secrets(text: str) -> str:
    """A text in which addresses have lost their user, their query and their fragment, and what looks secret is gone."""
    made = _SHAPED.sub(LEFT_OUT, _ADDRESS.sub(_bare_address, text))
    return _NAMED.sub(
        lambda found: found[1] + found[2] + LEFT_OUT if sounds_secret(found[1], found[3]) else found[0], made
    )


def without_places(text: str) -> str:
    """An error's text without secrets, hosts and absolute paths: it may name the machine that met it."""
    return _PLACE.sub(lambda found: (found["scheme"] or found["name"] or "") + LEFT_OUT, without_secrets(text))


def _bare_address(found: re.Match[str]) -> str:
    """Where an `@` follows a `?`, nobody can tell a password from a query: nothing is left."""
    body: str = found[1]
    address, *query = re.split("[?#]", body, maxsplit=1)
    if query and "@" in query[0]:
        return f"//{LEFT_OUT}"
    _, user, rest = address.rpartition("@")
    return f"//{LEFT_OUT + user if user else ''}{rest}{f'?{LEFT_OUT}' if query else ''}"


def _settings(cell: Cell) -> dict[str, str]:
    spec = cell.run.spec
    settings = {"prompts": cell.spec.prompts}
    settings |= spec.cot.settings() if spec.cot else {}
    settings |= {"schema": "true"} if spec.schema else {}
    return settings | _drawn(cell) | options_of(cell)


def _drawn(cell: Cell) -> dict[str, str]:
    """How answers are drawn, where it is not as usual.

    A model that declares settings may recommend something else than what is usual, so all is said of one that does.
    """
    made, usual = cell.run.spec.generation, Generation()
    names = [field.name for field in fields(Generation)]
    return {
        name: _value(getattr(made, name))
        for name in names
        if cell.run.spec.model.settings or getattr(made, name) != getattr(usual, name)
    }


def _value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
