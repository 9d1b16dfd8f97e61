"""`medgauge demo`: the embedded suite on the embedded models, scored and published."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import click

from medgauge.plugins import catalog
from medgauge.prepare import select
from medgauge.progress import say
from medgauge.run import execute
from medgauge.spec import load_tasks, make_plan
from medgauge.types import Control

RUNS: tuple[tuple[str, Control], ...] = (
    ("baseline/vision", "none"),
    ("baseline/vision", "blind"),
    ("baseline/blind", "none"),
    ("baseline/prior", "none"),
)
"""The slow ones first: two run at a time."""


@click.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"), show_default=True)
@click.option("--limit", type=click.IntRange(min=1), help="Ask only this many samples a task.")
def demo(out: Path, limit: int | None) -> None:
    """Run everything that needs no data, no weights, no GPU and no network, and print where the page is.

    The pictures are drawn by code, or come with pydicom and scikit-image; the numbers say nothing about any
    real model.
    """
    select(load_tasks(["demo"]), out / "data", None)  # drawn once, before two processes want it
    folders = [out / "runs" / f"{model.rpartition('/')[2]}{_suffix(control)}" for model, control in RUNS]
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn")) as pool:
        jobs = [
            pool.submit(_run, model, control, folder, out / "data", limit)
            for (model, control), folder in zip(RUNS, folders, strict=True)
        ]
        for job in jobs:
            job.result()
    build = catalog("commands").load("leaderboard")
    page: Path = build(folders, out / "site", "MedGauge demo (synthetic and embedded pictures)", False)
    say("demo: the leaderboard opens from disk, no server needed:")
    click.echo(page.resolve())


def _run(model: str, control: Control, folder: Path, data: Path, limit: int | None) -> None:
    say(f"demo: {model}{_suffix(control)}")
    execute(make_plan(["demo"], model, control=control, limit=limit), folder, data)


def _suffix(control: Control) -> str:
    return "" if control == "none" else f"-{control}"
