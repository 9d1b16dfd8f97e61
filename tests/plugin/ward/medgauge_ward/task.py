"""The card as a task of the family `vqa`."""

from dataclasses import replace
from importlib.resources import files

from medgauge.tasks import Task
from medgauge_tasks.cards import build_task_from, read_card


def counting() -> Task:
    """The task as the catalog names it."""
    text = (files("medgauge_ward") / "counting.yaml").read_text("utf-8")
    return build_task_from(replace(read_card(text, "counting.yaml"), name="ward/counting"))
