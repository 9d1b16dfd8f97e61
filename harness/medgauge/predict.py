"""Ask the model what is not answered yet, and write down word for word what it says."""

import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from medgauge.ask import MAX_TURNS, Asked, Asker, turns
from medgauge.controls import make_control
from medgauge.errors import Incomplete, MedGaugeError
from medgauge.fit import Crew, make_crews
from medgauge.prepare import Selected, key_of, unreadable
from medgauge.progress import progress, say
from medgauge.protocols import Model, Recording
from medgauge.spec import Plan
from medgauge.store import MANIFEST, RunDirectory
from medgauge.types import Key, Output, Request, Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast answers came, from the first request to the last answer; the time to load weights is in it."""

    answers: int
    """Outputs; a dialogue has several turns."""
    seconds: float


def predict(
    run: RunDirectory, plan: Plan, selected: Selected, data_dir: Path | None, *, allow_missing: bool
) -> Pace | None:
    """Complete `outputs.jsonl`. Resumes: what has an answer is not asked again, what failed is.

    How fast it went; None where nothing was left to ask.

    Raises Incomplete when the model leaves requests without any output, unless `allow_missing`.
    """
    outputs = run.outputs()
    asker = Asker(
        plan=plan,
        tasks={task.name: task for task in plan.tasks},
        roots=selected.roots,
        control=make_control(plan.spec.control, run, selected),
    )
    if outputs:
        failed = sum(output.finish == "failed" for output in outputs.values())
        say(f"resuming {run.path}: {len(outputs) - failed} outputs kept, {failed} failed ones are asked again")
    unread = _unread(selected.samples, outputs, plan.spec.trials)
    if not next(asker.pending(asker.asked(selected.samples), outputs), None) and not unread:
        return None
    (run.path / MANIFEST).unlink(missing_ok=True)  # from here on the run is not whole
    crews = make_crews(plan, selected, data_dir, asker)
    total = len(selected.samples) * plan.spec.trials * (2 if plan.spec.cot else 1)
    started = time.monotonic()
    count = _write(run, chain(unread, _answers(asker, crews, outputs)), outputs, total)
    pace = Pace(answers=count - len(unread), seconds=time.monotonic() - started)
    _report_unasked(asker, plan.model, selected.samples, outputs)
    left = asker.pending(asker.asked(selected.samples), outputs)
    missing = [request.id for request in left if Key.parse(request.id) not in outputs]
    if missing and not allow_missing:
        raise Incomplete(
            f"{plan.model.name} left {len(missing)} of {total} requests without an output: "
            f"{', '.join(missing[:5])}{', ...' if len(missing) > 5 else ''}. Run again to ask only these (a recording "
            "must be completed first: then --fresh), or give --allow-missing to count them as wrong."
        )
    return pace


def _write(run: RunDirectory, answers: Iterable[Output], outputs: dict[Key, Output], total: int) -> int:
    """Append answers to the log as they come, and keep them in `outputs`; how many they were."""
    count = 0
    with run.appending_outputs() as log, progress("outputs", total) as advance:
        for output in answers:
            advance()
            count += 1
            log.append(output)
            if output.finish != "failed" or output.key not in outputs:
                outputs[output.key] = output
    return count


def _report_unasked(asker: Asker, model: object, samples: Sequence[Sample], outputs: Mapping[Key, Output]) -> None:
    """Say how many recorded predictions answer nothing: a misspelt id shows here."""
    if isinstance(model, Recording):
        count = model.unasked(list(asker.answered(asker.asked(samples), outputs)))
        if count:
            say(f"{count} recorded predictions answer none of the requests")


def _answers(asker: Asker, crews: Sequence[Crew], outputs: Mapping[Key, Output]) -> Iterator[Output]:
    """Waves of turns; within one, whatever order the model likes. `outputs` grows while this runs."""
    for turn in range(MAX_TURNS):
        asked = 0
        for crew in crews:
            mine = (one for one in asker.asked(crew.samples) if len(_turns(one, outputs)) == turn)
            handed = _Handed(asker.pending(mine, outputs))
            yield from _checked(crew.model, handed)
            asked += handed.count
        if not asked:
            return


def _turns(one: Asked, outputs: Mapping[Key, Output]) -> list[Output]:
    return turns(one.sample, outputs, one.trial)


class _Handed:
    """A stream of requests that remembers which of them are out and not answered."""

    def __init__(self, requests: Iterator[Request]) -> None:
        self._requests = requests
        self.open: set[str] = set()
        self.count = 0

    def __iter__(self) -> "_Handed":
        return self

    def __next__(self) -> Request:
        request = next(self._requests)
        self.open.add(request.id)
        self.count += 1
        return request


def _checked(model: Model, handed: _Handed) -> Iterator[Output]:
    """What the model yields, each to a request that was made and only once. Raises MedGaugeError.

    Requests are made as the model takes them. A model that nothing is asked is not called.
    """
    first = next(handed, None)
    if first is None:
        return
    with closing(closable(model.generate(chain([first], handed)))) as outputs:
        for output in outputs:
            if str(output.key) not in handed.open:
                raise MedGaugeError(
                    f"{model.name} answered {str(output.key)!r}, which was not asked or answered before"
                )
            handed.open.discard(str(output.key))
            if (output.error is not None) != (output.finish == "failed") or (output.text and output.error is not None):
                wrong = f"{model.name}: {str(output.key)!r}"
                raise MedGaugeError(f"{wrong}: an error, and no text, goes with finish 'failed'")
            yield output


def closable(outputs: Iterator[Output]) -> Generator[Output]:
    """Any iterator as one that can be closed, and closes what it reads from."""
    yield from outputs


def _unread(samples: Iterable[Sample], outputs: Mapping[Key, Output], trials: int) -> list[Output]:
    """A failed output, in every trial, for each sample that cannot be asked and has none yet."""
    return [
        Output(key=key, text="", finish="failed", error=unreadable(sample))
        for sample in samples
        if unreadable(sample) is not None
        for trial in range(trials)
        if (key := key_of(sample, trial=trial)) not in outputs
    ]
