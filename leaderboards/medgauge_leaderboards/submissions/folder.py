"""The folder of submissions as files: which names, sizes and kinds of files may lie there, before any is read."""

import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from medgauge.errors import Incomplete, MedGaugeError, NothingSelected, shorten
from medgauge.store import CONTROL, MANIFEST, OUTPUTS, RESULTS, SAMPLES, SCORES, SPEC, RunDirectory, sha256_of
from medgauge_leaderboards.submissions.forms import REPRODUCTION, SUBMISSION

LOCK, STATUS = "lock.json", "status.json"
RUN, PARTS, AGAIN = "run", "results", "reproduction"
"""A run as it was written; one of which only some files may be handed in; one that the board's owners made."""
SIGNED = (SPEC, SAMPLES, OUTPUTS, SCORES, RESULTS)
"""What a finished run has written, and its manifest holds the hashes of."""
SMALL, LARGE = 64_000_000, 2_000_000_000
RUN_FILES: Mapping[str, int] = {
    SPEC: 1_000_000,
    CONTROL: SMALL,
    MANIFEST: SMALL,
    RESULTS: SMALL,
    SAMPLES: LARGE,
    OUTPUTS: LARGE,
    SCORES: LARGE,
    ".lock": 0,
}
"""What may lie in a run that is handed in, and the most bytes of each. Pictures may not: nothing says that a small
picture is what its name says, and the board's owner has the true ones."""
OWN_FILES: Mapping[str, int] = {SUBMISSION: 64_000, REPRODUCTION: 64_000}
TOP_FILES = frozenset((LOCK, STATUS, "README.md", ".gitattributes", ".gitkeep"))
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?")


def run_hash(run: Path) -> str:
    """What a status is tied to: the sha256 of a run's `manifest.json`.

    The manifest holds the sha256 of every other file. Whoever reads the run has to hold the files to it, as the
    leaderboard and `check` do; then no file can change without the hash. Thumbnails are not in it.
    """
    file = run / MANIFEST
    RunDirectory(run).manifest()
    return sha256_of(file)


def names_in(folder: Path) -> list[str]:
    """The submissions of a folder, by name.

    Raises MedGaugeError for whatever else lies there, a link, and two names that differ in case alone;
    NothingSelected where there is none.
    """
    found: list[str] = []
    for entry in sorted(folder.iterdir()):
        if entry.is_symlink():
            raise MedGaugeError(f"{shorten(str(entry))}: a link; submissions hold files and folders alone")
        if entry.is_dir():
            found.append(_named(entry.name))
        elif entry.name not in TOP_FILES:
            known = ", ".join(sorted(TOP_FILES))
            raise MedGaugeError(f"{shorten(str(entry))}: expected {known}, or a folder for each submission")
    folded = [name.casefold() for name in found]
    twice = next((name for name in found if folded.count(name.casefold()) > 1), None)
    if twice is not None:
        raise MedGaugeError(f"{folder}: {twice!r} comes twice but for case, which some disks do not tell apart")
    if not found:
        raise NothingSelected(f"{folder} holds no submission")
    return found


def require_tame(folder: Path) -> None:
    """Raises MedGaugeError for a link, a special file, a file nobody asked for, or one over its size limit."""
    for path, inner, most in _files(folder):
        where = f"{folder.name}/{inner}"
        kind = path.lstat()
        if not stat.S_ISREG(kind.st_mode) and not stat.S_ISDIR(kind.st_mode):
            raise MedGaugeError(f"{shorten(where)}: neither a file nor a folder (a link?); put the file itself there")
        if most is None or stat.S_ISDIR(kind.st_mode):
            raise MedGaugeError(f"{shorten(where)}: not a file of a submission; leave it out (pictures, too)")
        if kind.st_size > most:
            raise MedGaugeError(f"{shorten(where)}: {kind.st_size} bytes, at most {most} are read")
    if not (folder / SUBMISSION).is_file():
        raise MedGaugeError(f"{folder.name}: no {SUBMISSION}; docs/publish.md says what it holds")
    if (folder / RUN).is_dir() and (folder / PARTS).is_dir():
        raise MedGaugeError(f"{folder.name}: expected {RUN}/ (a whole run) or {PARTS}/ (parts of one), not both")
    if (folder / AGAIN).is_dir() != (folder / REPRODUCTION).is_file():
        raise MedGaugeError(f"{folder.name}: {AGAIN}/ and {REPRODUCTION} go together; one of them is missing")


def run_of(folder: Path) -> Path:
    """Where the run of a submission lies: whole in `run/`, or parts of it in `results/`.

    The leaderboard ranks by scores of single samples, so it takes `*/run` and leaves `*/results` alone.
    """
    return folder / (PARTS if (folder / PARTS).is_dir() else RUN)


def require_signed(run: Path) -> None:
    """Raises MedGaugeError unless the manifest lists every file of a run, and those that lie there are as it says;
    Incomplete where one does not, and the folder is to hold a whole run."""
    directory = RunDirectory(run)
    files = directory.manifest().get("files")
    if not isinstance(files, dict):
        raise MedGaugeError(f"{run}: {MANIFEST} has no hashes of files; hand in a finished run as it was written")
    here = directory.hashes()
    unlisted = [name for name in (*SIGNED, *here) if name not in files]
    missing = [name for name in SIGNED if name not in here and run.name != PARTS]
    if missing:
        raise Incomplete(f"{run}: no {', '.join(missing)}; a run that is handed in without them goes into {PARTS}/")
    changed = [name for name in here if name in files and files[name] != here[name]]
    if unlisted:
        raise MedGaugeError(f"{run}: {MANIFEST} has no hash of {unlisted[0]}; hand in a finished run as it was written")
    if changed:
        raise MedGaugeError(f"{run}: {', '.join(changed)} changed since {MANIFEST} was written")


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise MedGaugeError(f"{shorten(name)}: expected a folder of at most 64 letters, digits and ._- in its name")
    return name


def _files(folder: Path) -> Iterator[tuple[Path, str, int | None]]:
    """Every entry of a submission that is no folder of its own: where, its name inside, and the most bytes of it."""
    for entry in sorted(folder.iterdir()):
        if entry.name in (RUN, PARTS, AGAIN) and entry.is_dir() and not entry.is_symlink():
            for inner in sorted(entry.iterdir()):
                yield inner, f"{entry.name}/{inner.name}", RUN_FILES.get(inner.name)
        else:
            yield entry, entry.name, OWN_FILES.get(entry.name)
