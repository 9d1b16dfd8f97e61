"""`medgauge leaderboard` behind the command line."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from medgauge.progress import say
from medgauge_leaderboards.site.build import Asked, build
from medgauge_leaderboards.submissions.status import read_statuses

PAGES_LIMIT = 1_000_000_000
"""Bytes that GitHub Pages publishes at most."""


def run(runs: Sequence[Path], out: Path, options: Mapping[str, Any]) -> Path:
    """Build the site and say how large it is; `options` are fields of `Asked`, and `status`, a file of a check."""
    fields = {name: value for name, value in options.items() if name != "status"}
    if options.get("status") is not None:
        fields["statuses"] = read_statuses(options["status"])
    page = build(runs, out, Asked(**fields))
    _say_size(page.parent)
    return page


def _say_size(site: Path) -> None:
    sizes: Counter[str] = Counter()
    for file in site.rglob("*"):
        if file.is_file():
            parts = file.relative_to(site).parts
            sizes[parts[0] if len(parts) > 1 else "pages"] += file.stat().st_size
    total = sum(sizes.values())
    say(f"site: {_megabytes(total)} ({', '.join(f'{name} {_megabytes(size)}' for name, size in sizes.most_common())})")
    if total > PAGES_LIMIT:
        say(f"site: more than GitHub Pages takes ({_megabytes(PAGES_LIMIT)}); show fewer samples with --samples")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
