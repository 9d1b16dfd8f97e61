"""kill -9 in the middle: the run resumes, and nothing that reached the disk is asked again."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from medgauge.store import SYNC_LINES, RunDirectory

HERE = Path(__file__).parent


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_killed_run_resumes(tmp_path: Path, number: signal.Signals, code: int) -> None:
    info = tmp_path / "killed-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: killed\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[medgauge]\nkilled = killed_plugin:plugin\n")
    env = os.environ | {"PYTHONPATH": f"{tmp_path}:{HERE}", "KILLED_FOLDER": str(tmp_path)}
    out = tmp_path / "run"
    command = [sys.executable, "-m", "medgauge.cli.main", "run", "killed/made", "--model", "killed/slow"]
    command += ["--out", str(out)]

    (tmp_path / "slower").touch()  # leaves a busy machine seconds to see the hundredth request before the last
    first = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    asked = tmp_path / "asked"
    while not asked.exists() or len(asked.read_text().split()) < 100:
        assert time.monotonic() < deadline, "the first run never got to its 100th request"
        assert first.poll() is None, first.communicate()[1].decode()
        time.sleep(0.02)
    first.send_signal(number)
    talk = first.communicate(timeout=60)[1].decode()
    assert first.returncode == code, talk
    assert not (out / "manifest.json").exists()
    kept = len(RunDirectory(out).outputs())
    assert kept >= 100 - SYNC_LINES

    (tmp_path / "slower").unlink()
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"{kept} outputs kept" in done.stderr
    counts = Counter(asked.read_text().split())
    assert len(counts) == 160
    twice = sum(counts.values()) - 160
    assert twice <= (SYNC_LINES if number == signal.SIGKILL else 1), "what was flushed must not be asked again"
    assert len(RunDirectory(out).outputs()) == 160
    assert RunDirectory(out).results()["tasks"]["killed/made"]["metrics"]["same"]["value"] == 1.0
