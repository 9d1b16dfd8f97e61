"""`medgauge demo`: the embedded suite on the embedded models, scored and published."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import click

from medgauge.declared import about_of
from medgauge.plugins import catalog
from medgauge.prepare import select
from medgauge.progress import say
from medgauge.protocols import Example, Learner, Model
from medgauge.run import execute
from medgauge.spec import load_tasks, make_plan
from medgauge.types import Control

LANES: tuple[tuple[tuple[str, Control], ...], ...] = (
    (("baseline/vision", "none"), ("baseline/vision", "blind")),
    (("baseline/blind", "none"), ("baseline/prior", "none")),
)
"""Runs one after another; lanes side by side. A lane's runs of one model share its fits."""


@click.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"), show_default=True)
@click.option("--limit", type=click.IntRange(min=1), help="Ask only this many samples a task.")
def demo(out: Path, limit: int | None) -> None:
    """Run everything that needs no data, no weights, no GPU and no network, and print where the page is.

    The pictures are drawn by code, or come with pydicom and scikit-image; the numbers say nothing about any
    real model.
    """
    select(load_tasks(["demo"]), None, None)  # drawn once, before two processes want it
    with ProcessPoolExecutor(max_workers=len(LANES), mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(_lane, lane, out, limit) for lane in LANES]
        folders = [folder for job in jobs for folder in job.result()]
    build = catalog("commands").load("leaderboard")
    page: Path = build(folders, out / "site", {"title": "MedGauge demo (synthetic and embedded pictures)"})
    say("demo: the leaderboard opens from disk, no server needed:")
    click.echo(page.resolve())


def _lane(lane: tuple[tuple[str, Control], ...], out: Path, limit: int | None) -> list[Path]:
    fitted: dict[str, Learner] = {}
    folders = []
    for model, control in lane:
        suffix = "" if control == "none" else f"-{control}"
        say(f"demo: {model}{suffix}")
        plan = make_plan(["demo"], model, control=control, limit=limit)
        if isinstance(plan.model, Learner):
            plan = replace(plan, model=fitted.setdefault(model, FitOnce(plan.model)))
        folder = out / "runs" / f"{model.rpartition('/')[2]}{suffix}"
        execute(plan, folder, None)
        folders.append(folder)
    return folders


class FitOnce:
    """A learner that fits the same examples once. Fitting is pure, so nothing but time depends on it."""

    def __init__(self, learner: Learner) -> None:
        self._learner = learner
        self._fits: dict[tuple[str, ...], Model] = {}
        self.name = learner.name
        self.box_format = learner.box_format
        self.about = about_of(learner)

    def fit(self, examples: Sequence[Example]) -> Model:
        """The fit on these examples, made now or remembered."""
        ids = tuple(example.request.id for example in examples)
        if ids not in self._fits:
            self._fits[ids] = self._learner.fit(examples)
        return self._fits[ids]
