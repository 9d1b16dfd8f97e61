"""A distribution for the test that kills a run: a slow model that writes down what it was asked."""

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from made import look, make_task

from medgauge.plugins import Plugin
from medgauge.tasks import Task
from medgauge.types import Output, Request, answering

HERE = Path(os.environ["KILLED_FOLDER"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    name: str = "slow"
    box_format: str = "medrega"

    def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
        for request in requests:
            with (HERE / "asked").open("a") as stream:
                stream.write(request.id + "\n")
            time.sleep(0.05 if (HERE / "slower").exists() else 0.01)
            yield answering(request, text=look(request))


def slow(argument: str, options: Mapping[str, str]) -> Slow:
    return Slow()


def task() -> Task:
    return make_task(HERE / "data", n=160, name="killed/made")


plugin = Plugin(prefix="killed", tasks={"made": task}, models={"slow": lambda: slow})
