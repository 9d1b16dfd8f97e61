"""The command line, and the names of the recorded runs."""

import subprocess
import sys

RECORDED = ("base", "lora-quick", "lora-rank4", "lora-rank8", "lora-rank16")


def medgauge(*words: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "medgauge.cli.main", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return done
