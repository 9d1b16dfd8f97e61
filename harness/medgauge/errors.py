"""What can go wrong, and the exit code each kind ends with.

```
MedGaugeError            2  usage or configuration
├── UnknownName          2  with what was probably meant, and how to list all
├── BadRecord            2  file, line, field, expected, actual
├── SpecMismatch         2  another run lives in this directory
├── NotComparable        3
├── Incomplete           4  data or predictions are missing, or too many failures
└── NothingSelected      5
```
A message names the thing, what was expected, what came and what to do.
"""

from collections.abc import Iterable


class MedGaugeError(Exception):
    """A condition that the user can mend; the command line prints it without a traceback."""

    exit_code = 2


class UnknownName(MedGaugeError):
    """A name that no plugin brings."""

    def __init__(self, kind: str, name: str, known: Iterable[str], listed: str = "") -> None:
        from rapidfuzz import process

        close = [hit[0] for hit in process.extract(name, list(known), limit=3, score_cutoff=60)]
        meant = f" Did you mean {' or '.join(repr(c) for c in close)}?" if close else ""
        super().__init__(f"unknown {kind} {name!r}.{meant} `medgauge list {listed or plural(kind)}` lists all.")


class BadRecord(MedGaugeError):
    """One record of a file that breaks its declared form."""

    def __init__(self, file: object, line: int | None, field: str, expected: str, actual: object) -> None:
        self.field = field
        place = f"{file}:{line}" if line is not None else str(file)
        super().__init__(f"{place}: field {field!r}: expected {expected}, got {shorten(actual)}")


class SpecMismatch(MedGaugeError):
    """The directory holds a run with another spec."""

    def __init__(self, directory: object, differences: Iterable[tuple[str, object, object]]) -> None:
        lines = [f"  {name}: there {shorten(there)}, here {shorten(here)}" for name, there, here in differences]
        super().__init__(
            f"{directory} holds a run that differs; give another --out, or --fresh to delete it:\n" + "\n".join(lines)
        )


class NotComparable(MedGaugeError):
    """Runs whose numbers must not be laid side by side."""

    exit_code = 3


class Incomplete(MedGaugeError):
    """Data, predictions or outputs are missing."""

    exit_code = 4


class NothingSelected(MedGaugeError):
    """No task or no sample is left."""

    exit_code = 5


def plural(kind: str) -> str:
    """The noun of `medgauge list` for a kind of name."""
    return {"box format": "box-formats", "family": "tasks"}.get(kind, f"{kind}s")


def shorten(value: object, limit: int = 120) -> str:
    """`repr` cut to `limit` characters, so that a hostile record cannot flood the terminal."""
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"
