"""The wheel is the tree: nothing is left out silently, nothing else comes in."""

import subprocess
import sys
import zipfile
from pathlib import Path

from test_rooms import PACKAGES, ROOT


def test_wheel_holds_every_file_of_the_rooms(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    tree = {
        str(file.relative_to(ROOT / room))
        for room, package in PACKAGES.items()
        for file in (ROOT / room / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert inside == tree
