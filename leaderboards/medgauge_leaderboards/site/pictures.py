"""Small pictures, copied into the site once however many samples show them."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from medgauge_leaderboards.site.runs import Run

SHA256 = re.compile(r"[0-9a-f]{64}")


class Pictures:
    """The `media/` folder of a site being built."""

    def __init__(self, runs: Sequence[Run], folder: Path) -> None:
        self._runs = runs
        self._folder = folder

    def publish(self, sha256: str) -> str | None:
        """Copy a thumbnail and return its path inside the site; None when no run has one."""
        if not SHA256.fullmatch(sha256):
            return None
        file = self._folder / f"{sha256}.webp"
        if not file.exists():
            source = next((found for run in self._runs if (found := run.directory.thumbnail(sha256))), None)
            if source is None:
                return None
            self._folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, file)
        return f"media/{file.name}"
