"""`medgauge compare` behind the command line: the document, its reports on disk, and what is printed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medgauge.codec import dumps, plain
from medgauge.errors import MedGaugeError, NotComparable
from medgauge.store import write_atomic
from medgauge_leaderboards.compare import Asked, compare, refused
from medgauge_leaderboards.document import Comparison, read_document
from medgauge_leaderboards.document_sound import require_sound
from medgauge_leaderboards.reports.github import annotations
from medgauge_leaderboards.reports.gitlab import code_quality, metrics
from medgauge_leaderboards.reports.junit import junit
from medgauge_leaderboards.reports.markdown import markdown


def as_json(made: Comparison) -> str:
    """The document itself."""
    return dumps(plain(made), indent=1) + "\n"


FORMS: Mapping[str, Callable[[Comparison], str]] = {
    "json": as_json,
    "md": markdown,
    "junit": junit,
    "github": annotations,
    "gitlab": code_quality,
}
FILES: Mapping[str, Callable[[Comparison], str]] = {
    "compare.md": markdown,
    "junit.xml": junit,
    "code-quality.json": code_quality,
    "metrics.txt": metrics,
    "compare.json": as_json,
}
"""What `--out` gets; `compare.json` comes last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What a comparison ends with."""

    document: dict[str, Any]
    text: str
    """In the form asked for; empty for `text`, which the command line lays out itself."""
    exit_code: int
    error: NotComparable | None
    """Why it was refused; the reports say so too."""


def run(options: Mapping[str, Any], form: str, out: Path | None) -> Printed:
    """Compare, write every report into the folder `out`, and give what is to be printed.

    Reports of an earlier comparison are deleted first, and new ones are written only when all of them are made: what
    lies there after a crash or an interruption is nothing, never half a report nor an old one.
    """
    if out is not None:
        _clear(out)
    asked = Asked(**options)
    error: NotComparable | None = None
    try:
        made = compare(asked)
    except NotComparable as refusal:
        made, error = refused(asked, refusal), refusal
    return _printed(made, form, out, error)


def render(file: Path, form: str, out: Path | None) -> Printed:
    """Reports from a document that another comparison wrote, and that is not trusted. Nothing is judged: exit 0."""
    made = read_document(file)
    require_sound(made, file)
    if out is not None and (out / "compare.json").resolve() == file.resolve():
        raise MedGaugeError(f"{out}: the reports would replace {file}; give another --out")
    if out is not None:
        _clear(out)
    printed = _printed(made, form, out, None)
    return Printed(document=printed.document, text=printed.text, exit_code=0, error=None)


def _printed(made: Comparison, form: str, out: Path | None, error: NotComparable | None) -> Printed:
    text = FORMS[form](made) if form in FORMS else ""
    printed = Printed(document=plain(made), text=text, exit_code=made.exit_code, error=error)
    if out is not None:
        _write(made, out)
    return printed


def _write(made: Comparison, out: Path) -> None:
    """All reports, or none: whatever cuts this short, an interruption too, leaves no set that looks whole."""
    texts = {name: write(made) for name, write in FILES.items()}
    try:
        for name, text in texts.items():
            write_atomic(out / name, text)
    except BaseException:
        _clear(out)
        raise


def _clear(out: Path) -> None:
    for name in FILES:
        (out / name).unlink(missing_ok=True)
