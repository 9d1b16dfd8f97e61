"""What a run would ask, and what it lacks: per data set ready or missing, its terms, and one request as it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from medgauge.ask import Asker
from medgauge.data.files import where_to_get
from medgauge.errors import Incomplete, MedGaugeError
from medgauge.prepare import Selected, select
from medgauge.progress import say
from medgauge.spec import Plan
from medgauge.tasks import Access, Task
from medgauge.types import Message, Text

State: TypeAlias = Literal["ready", "missing", "broken", "no card"]
EXIT = {"ready": 0, "broken": 2, "missing": 4, "no card": 4}
IMAGE = "<image>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message of a request, with `<image>` where a picture goes."""

    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """One data set of a plan."""

    name: str
    state: State
    why: str = ""
    """What is missing or wrong."""
    get: str = ""
    """Where the data set is got, and on what terms."""
    licence: str = ""
    access: Access | None = None
    samples: int | None = None
    requests: int | None = None
    """Turns of a dialogue and trials counted."""
    pictures: int | None = None
    """Different ones."""
    unreadable: int = 0
    """Samples that will fail, because a picture cannot be read."""
    sample: tuple[Said, ...] = ()
    """The first request, word for word; without the control's change."""


def look(plan: Plan, data_dir: Path | None) -> list[Outlook]:
    """The data sets of a plan, each loaded by itself and let go again; nothing is asked."""
    found = []
    for task in plan.tasks:
        say(f"looking at {task.name}")
        found.append(_look(plan, task, data_dir))
    return found


def exit_code(found: Sequence[Outlook]) -> int:
    """0 where all is ready; 4 where data are missing; 2 where the rest is broken."""
    return max((EXIT[one.state] for one in found), default=0)


def _look(plan: Plan, task: Task, data_dir: Path | None) -> Outlook:
    card = task.card

    def outlook(state: State, why: str) -> Outlook:
        return Outlook(
            name=card.name, state=state, why=why, get=where_to_get(card), licence=card.licence, access=card.access
        )

    try:
        selected = select([task], data_dir, plan.spec.limit, allow_modified=plan.spec.allow_modified)
        return _ready(plan, task, selected)
    except Incomplete as error:
        return outlook("missing", str(error).removeprefix(f"{card.name}: "))
    except MedGaugeError as error:
        return outlook("broken", str(error).removeprefix(f"{card.name}: "))


def _ready(plan: Plan, task: Task, selected: Selected) -> Outlook:
    asker = Asker(plan=plan, tasks={task.name: task}, roots=selected.roots)
    asked = list(asker.asked(selected.samples))
    first = asker.request(asked[0].sample, ()) if asked else None
    trials = plan.spec.trials
    return Outlook(
        name=task.name,
        state="ready",
        get=where_to_get(task.card),
        licence=task.card.licence,
        access=task.card.access,
        samples=len(selected.samples),
        requests=len(asked) * (2 if plan.spec.cot else 1),
        pictures=len({picture.sha256 for sample in selected.samples for picture in sample.media}),
        unreadable=len(selected.samples) - len(asked) // trials,
        sample=tuple(map(_said, first.messages)) if first else (),
    )


def _said(message: Message) -> Said:
    words = (part.text if isinstance(part, Text) else IMAGE for part in message.parts)
    return Said(role=message.role, text="".join(words))
