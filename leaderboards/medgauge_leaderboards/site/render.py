"""Templates, interface strings and assets."""

import hashlib
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

PACKAGE = "medgauge_leaderboards.site"
LANGUAGES = ("en", "zh")
MINUS = "\u2212"


def strings(language: str) -> dict[str, str]:
    """The interface in one language: key to text with `{name}` places."""
    found: dict[str, str] = {}
    for name in names(f"i18n/{language}"):
        found |= json.loads(resource(f"i18n/{language}/{name}"))
    return found


def names(folder: str) -> list[str]:
    """The files of a folder of the package, in order."""
    return sorted(file.name for file in files(PACKAGE).joinpath(*folder.split("/")).iterdir())


def resource(name: str) -> str:
    """A file of the package."""
    return files(PACKAGE).joinpath(*name.split("/")).read_text("utf-8")


def write_assets(folder: Path) -> dict[str, str]:
    """Write scripts and styles with a piece of their hash in the name; returns plain name to written name."""
    contents = {name: resource(f"static/{name}") for name in names("static")}
    words = json.dumps({language: strings(language) for language in LANGUAGES}, ensure_ascii=False, sort_keys=True)
    contents["i18n.js"] = f'MedGaugeData("i18n", {words});\n'
    folder.mkdir(parents=True)
    written = {}
    for name, text in contents.items():
        stem, _, ending = name.rpartition(".")
        written[name] = f"{stem}.{hashlib.sha256(text.encode()).hexdigest()[:8]}.{ending}"
        (folder / written[name]).write_text(text, "utf-8", newline="\n")
    return written


def environment(assets: Mapping[str, str]) -> Environment:
    """Jinja2 with autoescape everywhere; a name that a template misspells is an error."""
    english = strings("en")
    made = Environment(
        loader=FunctionLoader(lambda name: resource(f"templates/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

    def text(key: str, args: Mapping[str, Any] | None = None) -> str:
        return english[key].format_map(dict(args or {}))

    def words(key: str, args: Mapping[str, Any] | None = None) -> Markup:
        """English now, another language by the script."""
        extra = Markup(' data-args="{}"').format(json.dumps(args, ensure_ascii=False)) if args else ""
        return Markup('<span data-i18n="{}"{}>{}</span>').format(key, extra, text(key, args))

    def label(key: str) -> Markup:
        """An `aria-label` that the script translates."""
        return Markup('aria-label="{0}" data-i18n-label="{1}"').format(english[key], key)

    made.globals.update({"t": words, "text": text, "label": label, "asset": lambda name: f"assets/{assets[name]}"})
    made.filters.update({"number": shown, "signed": signed, "share": share, "exact": exact, "breakable": breakable})
    return made


def shown(value: float | None) -> str:
    """A value as cells show it."""
    return "n/a" if value is None else f"{value:.3f}".replace("-", MINUS)


def signed(value: float | None) -> str:
    """A difference as cells show it."""
    return "n/a" if value is None else f"{value + 0.0:+.3f}".replace("-", MINUS)


def share(count: int, of: int) -> str:
    """A share in percent."""
    return f"{100 * count / of:.1f} %" if of else "n/a"


def breakable(name: str) -> Markup:
    """A name that may be broken after a slash or a dash; its text stays the same."""
    return Markup(re.sub("([/_-])", r"\1<wbr>", str(escape(name))))


def exact(value: float | None) -> str:
    """A value for scripts: all digits, or nothing."""
    return "" if value is None else repr(float(value))
