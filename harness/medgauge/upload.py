"""Data under a signed licence stay on this machine, unless their user says that the licence lets them leave."""

from collections.abc import Iterable

from medgauge.errors import MedGaugeError
from medgauge.tasks import Task

FLAG = "--allow-credentialed-upload"


def require_permission(tasks: Iterable[Task], model: str, host: str | None, allowed: bool) -> None:
    """Refuse to send credentialed data to another machine. Raises MedGaugeError naming the data sets and the host."""
    closed = [task.name for task in tasks if task.card.access in ("credentialed", "never-released")]
    if host is not None and closed and not allowed:
        raise MedGaugeError(
            f"{', '.join(closed)}: credentialed data, which {model} would send to {host}. Their licences forbid to "
            f"share them with others; ask a model on this machine, or, if your agreement covers that host, say so "
            f"with {FLAG}"
        )
