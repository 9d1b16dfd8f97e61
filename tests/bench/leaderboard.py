"""How large and how fast a leaderboard is: `python tests/bench/leaderboard.py [--models 50] [--samples 100000]`.

Writes runs with synthetic scores, builds the site by the command line, and measures: time, memory of all processes
together, bytes by kind of file, and in a browser, where one is at hand, the time until a sort button answers and until
all scores of the largest task are there. `--samples` are those of all tasks together. Linux alone: memory is read from
/proc. What the runs hold is made up, results.json too, whose intervals are Wald's.
"""

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np

from medgauge.codec import dumps, plain
from medgauge.results import SCHEMA_VERSION
from medgauge.spec import ModelSpec, RunSpec, TaskSpec
from medgauge.store import MANIFEST, OUTPUTS, RESULTS, SAMPLES, SCORES, SPEC, RunDirectory
from medgauge.tasks import Card

METRICS = ("exact_match", "token_f1")
TAGS = {
    "modality": ("ct", "mri", "x-ray", "ultrasound"),
    "organ": ("lung", "liver", "brain", "heart", "kidney"),
    "question_type": ("presence", "position", "size"),
}
PER_GROUP = 4
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]


def card(name: str) -> Card:
    """A data set that shows its questions and no pictures."""
    return Card(
        name=name,
        title=f"Synthetic {name}",
        family="vqa",
        languages=("en",),
        modality=TAGS["modality"],
        licence="CC0-1.0",
        access="embedded",
        publish="references",
        group="patient",
        version=1,
        primary="exact_match",
        metrics=("token_f1",),
        citation="Nobody. Made up.",
        loader="made:load",
        synthetic=True,
    )


def tags_of(i: int) -> dict[str, str]:
    return {tag: values[(i * 7 + len(tag)) % len(values)] for tag, values in TAGS.items()}


def sample_lines(task: str, n: int) -> str:
    """`samples.jsonl` of one task."""
    lines = []
    for i in range(n):
        target = {"text": f"structure {i % 97}"}
        sample = {"id": f"{task}-{i}", "task": task, "language": "en", "question": f"What is seen at place {i}?"}
        sample |= {"target": target, "tags": tags_of(i), "group": f"p{i // PER_GROUP}", "publish": "references"}
        lines.append(dumps(sample))
    return "\n".join(lines) + "\n"


def results_of(task: str, right: np.ndarray, f1: np.ndarray) -> dict[str, object]:
    """An entry of `results.json`."""
    numbers = {"exact_match": right, "token_f1": f1}
    kinds = {tag: (np.arange(len(right)) * 7 + len(tag)) % len(values) for tag, values in TAGS.items()}
    slices = {
        tag: {value: part(numbers, np.flatnonzero(kinds[tag] == k)) for k, value in enumerate(values)}
        for tag, values in TAGS.items()
    }
    whole = part(numbers, np.arange(len(right)))
    status = {"scored": len(right), "no_answer": 0, "refused": 0, "failed": 0}
    head = {"task": task, "family": "vqa", "language": "en", "primary": "exact_match", "status": status, "truncated": 0}
    return head | whole | {"slices": slices}


def part(numbers: dict[str, np.ndarray], chosen: np.ndarray) -> dict[str, object]:
    groups = len(np.unique(chosen // PER_GROUP))
    made = {}
    for name, values in numbers.items():
        own = values[chosen]
        se = float(own.std() / np.sqrt(len(own)))
        value = float(own.mean())
        made[name] = {"value": value, "low": value - 1.96 * se, "high": value + 1.96 * se, "n": len(own)}
        made[name] |= {"n_undefined": 0, "n_groups": groups, "signature": f"{name}|v:1", "higher_is_better": True}
    return {"n": len(chosen), "n_groups": groups, "metrics": made}


def write_runs(folder: Path, models: int, tasks: int, samples: int, seed: int) -> list[Path]:
    """Run directories whose models share an order of difficulty, as real ones do."""
    generator = np.random.default_rng(seed)
    names, n = [f"task-{t:02d}" for t in range(tasks)], samples // tasks
    whole = "".join(sample_lines(name, n) for name in names)
    hard = {name: generator.normal(0, 1, n) for name in names}
    heads = {
        name: [f'"key": {{"id": "{name}-{i}", "language": "en", "task": "{name}"}}' for i in range(n)] for name in names
    }
    tails = [f'"status": "scored", "tags": {json.dumps(tags_of(i))}}}\n' for i in range(n)]
    runs = []
    for m in range(models):
        run = RunDirectory(folder / f"run-{m:03d}")
        run.path.mkdir(parents=True)
        (run.path / SAMPLES).write_text(whole, "utf-8")
        skill, entries = 1.6 * m / max(1, models - 1) - 0.8, {}
        with (run.path / SCORES).open("w") as scores, (run.path / OUTPUTS).open("w") as outputs:
            for name in names:
                right = (hard[name] + generator.normal(0, 1, n) < skill).astype(float)
                f1 = np.round(np.maximum(right, generator.uniform(0, 1, n)), 4)
                entries[name] = results_of(name, right, f1)
                texts = [f'"structure {i % 97 if hit else (i * 31 + m) % 89}"' for i, hit in enumerate(right)]
                outputs.writelines(
                    f'{{"finish": "stop", {key}, "text": {text}}}\n'
                    for key, text in zip(heads[name], texts, strict=True)
                )
                rows = zip(heads[name], texts, right.tolist(), f1.tolist(), tails, strict=True)
                scores.writelines(
                    f'{{"answer": {{"text": {text}}}, "detail": {{"rule": "whole"}}, "group": "p{i // PER_GROUP}", '
                    f"{key}, "
                    f'"stats": {{"exact_match": [{hit}, 1.0], "token_f1": [{part}, 1.0]}}, {tail}'
                    for i, (key, text, hit, part, tail) in enumerate(rows)
                )
        finish(run, f"lab{m % 7}/model-{m:03d}", names, entries)
        runs.append(run.path)
    return runs


def finish(run: RunDirectory, model: str, names: list[str], entries: dict[str, object]) -> None:
    """The small files of a run."""
    tasks = tuple(
        TaskSpec(name=n, version=1, family="vqa", languages=("en",), prompts="plain", prompts_hash="5f1c")
        for n in names
    )
    run.write(SPEC, plain(RunSpec(model=ModelSpec(spec=model, name=model, box_format="none"), tasks=tasks)))
    run.write(RESULTS, {"schema_version": SCHEMA_VERSION, "tasks": entries})
    cards = {name: plain(card(name)) for name in names}
    usage = {"input_tokens": 1_000_000, "output_tokens": 200_000, "seconds": 3600.0, "without_tokens": 0}
    times = {"started": "2026-01-01T00:00:00Z", "finished": "2026-01-01T01:00:00Z"}
    run.write(MANIFEST, {"schema_version": 1, "files": run.hashes(), "cards": cards, "usage": usage, **times})


def resident(root: int) -> int:
    """Bytes that a process and its descendants hold now; shared pages count in each."""
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        try:
            status = Path(f"/proc/{pid}/status").read_text()
            waiting += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue
        line = next((line for line in status.splitlines() if line.startswith("VmRSS:")), "VmRSS: 0 kB")
        total += 1024 * int(line.split()[1])
    return total


def build(runs: list[Path], out: Path) -> tuple[float, int]:
    """Seconds, and the most bytes held at once."""
    command = [sys.executable, "-m", "medgauge.cli.main", "leaderboard", *map(str, runs), "--out", str(out)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    most = [0]

    def watch() -> None:
        while process.poll() is None:
            most[0] = max(most[0], resident(process.pid))
            time.sleep(0.1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = process.wait()
    watcher.join()
    if code:
        raise SystemExit(f"the build ended with {code}")
    return time.perf_counter() - start, most[0]


def sizes(site: Path) -> Counter[str]:
    """Bytes by kind of file."""
    found: Counter[str] = Counter()
    for file in site.rglob("*"):
        if file.is_file():
            parts = file.relative_to(site).parts
            kind = parts[0] if len(parts) == 1 else "scores" if file.name in ("scores.js", "names.js") else parts[0]
            found[kind] += file.stat().st_size
    return found


def overview(site: Path) -> tuple[int, int]:
    """Bytes of the first page with its scripts and styles, as they are and compressed."""
    page = (site / "index.html").read_bytes()
    parts = [page, *(f.read_bytes() for f in (site / "assets").iterdir() if f.name.encode() in page)]
    return sum(map(len, parts)), sum(len(gzip.compress(part, 9)) for part in parts)


def in_browser(site: Path, rounds: int) -> dict[str, float]:
    """Median seconds from navigation until a sort has been made, and until a task's scores are all there."""
    from playwright.sync_api import sync_playwright

    found = next(path for name in ("chromium", "chromium-browser") if (path := shutil.which(name)))
    times: dict[str, list[float]] = {"overview until sorted": [], "all scores of a task": []}
    task = sorted((site / "samples").glob("*.html"))[0]
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=found, args=ARGUMENTS)
        for _ in range(rounds):
            page = browser.new_page()
            start = time.perf_counter()
            page.goto((site / "index.html").as_uri())
            page.locator("table.board button.sort").nth(1).click()
            page.wait_for_selector("th[aria-sort]")
            times["overview until sorted"].append(time.perf_counter() - start)
            page.goto(task.as_uri())
            page.wait_for_selector("#sample:not([hidden])")
            times["all scores of a task"].append(page.evaluate(LOAD_ALL))
            page.close()
        browser.close()
    return {name: float(np.median(seconds)) for name, seconds in times.items()}


LOAD_ALL = """async () => {
  const app = window.MedGauge, board = document.getElementById("explorer").dataset.board;
  const head = await app.data(`${board}/board`), start = performance.now();
  const all = await Promise.all(head.rows.map((row) => app.scores(board, row.slug)));
  if (all.some((one) => one.values.length !== head.of)) throw new Error("scores are not whole");
  return (performance.now() - start) / 1000;
}"""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=int, nargs="+", default=[50])
    parser.add_argument("--tasks", type=int, default=5)
    parser.add_argument("--samples", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3, help="of the browser")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="keep runs and sites here, and take runs that are here")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        for models in asked.models:
            folder = (asked.out or Path(made)) / f"{models}"
            runs = sorted((folder / "runs").glob("run-*"))
            if not runs:
                runs = write_runs(folder / "runs", models, asked.tasks, asked.samples, asked.seed)
            seconds, most = build(runs, folder / "site")
            kinds = sizes(folder / "site")
            raw, packed = overview(folder / "site")
            print(f"{models} models x {asked.samples} samples in {asked.tasks} tasks", flush=True)
            print(f"  built in {seconds:.1f} s, {most / 1e9:.2f} GB at most; site {sum(kinds.values()) / 1e6:.1f} MB")
            print("  " + ", ".join(f"{kind} {size / 1e6:.2f} MB" for kind, size in kinds.most_common(8)))
            print(f"  overview with scripts and styles {raw / 1e3:.0f} kB, compressed {packed / 1e3:.0f} kB")
            if shutil.which("chromium") or shutil.which("chromium-browser"):
                for name, value in in_browser(folder / "site", asked.rounds).items():
                    print(f"  {name}: {value:.2f} s")


if __name__ == "__main__":
    main()
