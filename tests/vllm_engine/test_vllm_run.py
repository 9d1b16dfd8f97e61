"""`medgauge run` over the engine as users have it: vLLM's core in a process of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from vllm_world import QUICK


def ends(group: int) -> bool:
    """Whether the last process of a group ends by itself; multiprocessing's own helpers need a moment."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_a_run_from_the_command_line(tiny: Callable[[str], Path], tmp_path: Path) -> None:
    settings = {**QUICK, "max_new_tokens": "8", "max_pixels": "50176"}
    command = ["phantom-vqa", "--model", f"vllm:{tiny('qwen2_5_vl')}", "--limit", "12", "--json"]
    command += ["--out", str(tmp_path / "run")]
    command += [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VLLM_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "medgauge.cli.main", "run", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**environment, "VLLM_CPU_KVCACHE_SPACE": "1"},
        start_new_session=True,
    )
    out, told = process.communicate(timeout=240)
    assert process.returncode == 0, told.decode("utf-8", "replace")[-3000:]
    assert set(json.loads(out)["tasks"]) == {"phantom-vqa/en", "phantom-vqa/zh"}
    assert ends(process.pid), "the engine's process has ended with the run"

    spec = json.loads((tmp_path / "run" / "spec.json").read_text("utf-8"))["model"]
    assert spec["spec"] == "vllm:qwen2_5_vl"
    assert "batch_size" not in spec["options"]
    assert "enforce_eager" not in spec["options"]
    assert (spec["settings"]["dtype"], spec["settings"]["max_model_len"]) == ("float32", 1024)
    assert spec["resize"] == {**spec["resize"], "kind": "smart", "factor": 28, "max_pixels": 50176}
    assert str(tiny("qwen2_5_vl").parent) not in json.dumps(spec)

    lines = (tmp_path / "run" / "outputs.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 24
    for line in map(json.loads, lines):
        ((width, height),) = line["sent"]
        assert width % 28 == height % 28 == 0
        assert width * height <= 50176
    manifest = (tmp_path / "run" / "manifest.json").read_text("utf-8")
    assert '"most_in_flight"' in manifest
    assert str(tmp_path) not in manifest
