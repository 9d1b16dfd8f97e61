"""What this distribution brings: one task and one metric, both under the prefix `ward`."""

from medgauge.plugins import Plugin
from medgauge.tasks import Task


def _counting() -> Task:
    from medgauge_ward.task import counting

    return counting()


plugin = Plugin(
    prefix="ward",
    tasks={"counting": _counting},
    metrics={"count_within": "medgauge_ward.metric:CountWithin"},
)
