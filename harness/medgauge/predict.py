"""Ask the model what is not answered yet, and write down word for word what it says."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from medgauge.ask import MAX_TURNS, Asker, turns
from medgauge.errors import Incomplete, MedGaugeError
from medgauge.fit import Crew, make_crews
from medgauge.prepare import Selected, key_of, unreadable
from medgauge.progress import progress, say
from medgauge.protocols import Model
from medgauge.spec import Plan
from medgauge.store import MANIFEST, RunDirectory
from medgauge.types import Key, Output, Request, Sample


def predict(run: RunDirectory, plan: Plan, selected: Selected, data_dir: Path | None, *, allow_missing: bool) -> None:
    """Complete `outputs.jsonl`. Resumes: what has an answer is not asked again, what failed is.

    Raises Incomplete when the model leaves requests without any output, unless `allow_missing`.
    """
    outputs = run.outputs()
    asker = Asker(plan=plan, tasks={task.name: task for task in plan.tasks}, roots=selected.roots)
    if outputs:
        failed = sum(output.finish == "failed" for output in outputs.values())
        say(f"resuming {run.path}: {len(outputs) - failed} outputs kept, {failed} failed ones are asked again")
    if not next(asker.pending(selected.samples, outputs), None) and not _unread(selected.samples, outputs):
        return
    (run.path / MANIFEST).unlink(missing_ok=True)  # from here on the run is not whole
    crews = make_crews(plan, selected, data_dir, asker)
    with run.appending_outputs() as log, progress("outputs", len(selected.samples)) as advance:
        for output in _answers(asker, crews, selected.samples, outputs):
            advance()
            log.append(output)
            if output.finish != "failed" or output.key not in outputs:
                outputs[output.key] = output
    _report_unasked(asker, plan.model, selected.samples)
    missing = [r.id for r in asker.pending(selected.samples, outputs) if Key.parse(r.id) not in outputs]
    if missing and not allow_missing:
        raise Incomplete(
            f"{plan.model.name} left {len(missing)} of {len(selected.samples)} requests without an output: "
            f"{', '.join(missing[:5])}{', ...' if len(missing) > 5 else ''}. Run again to ask only these (a recording "
            "must be completed first: then --fresh), or give --allow-missing to count them as wrong."
        )


def _report_unasked(asker: Asker, model: object, samples: Sequence[Sample]) -> None:
    """Say how many recorded predictions answer nothing: a misspelt id shows here."""
    if isinstance(model, Recording):
        asked = (asker.request(sample, ()) for sample in samples if unreadable(sample) is None)
        count = model.unasked([request for request in asked if request is not None])
        if count:
            say(f"{count} recorded predictions answer none of the requests")


@runtime_checkable
class Recording(Protocol):
    """A model that says what a file says, and can tell what of it nobody asks for."""

    def unasked(self, requests: Sequence[Request]) -> int:
        """How many predictions answer none of the requests."""
        ...


def _answers(
    asker: Asker, crews: Sequence[Crew], samples: Sequence[Sample], outputs: Mapping[Key, Output]
) -> Iterator[Output]:
    """Waves of turns; within one, whatever order the model likes. `outputs` grows while this runs."""
    for sample in _unread(samples, outputs):
        yield Output(key=key_of(sample), text="", finish="failed", error=unreadable(sample))
    for turn in range(MAX_TURNS):
        asked = 0
        for crew in crews:
            mine = [sample for sample in crew.samples if len(turns(sample, outputs)) == turn]
            requests = list(asker.pending(mine, outputs))
            asked += len(requests)
            yield from _checked(crew.model, requests)
        if not asked:
            return


def _checked(model: Model, requests: Sequence[Request]) -> Iterator[Output]:
    """What the model yields, each to a request that was made and only once. Raises MedGaugeError."""
    open_ids = {request.id for request in requests}
    for output in model.generate(requests) if requests else ():
        if str(output.key) not in open_ids:
            raise MedGaugeError(f"{model.name} answered {str(output.key)!r}, which was not asked or answered before")
        open_ids.discard(str(output.key))
        if (output.error is not None) != (output.finish == "failed") or (output.text and output.finish == "failed"):
            raise MedGaugeError(f"{model.name}: {str(output.key)!r}: an error, and no text, goes with finish 'failed'")
        yield output


def _unread(samples: Iterable[Sample], outputs: Mapping[Key, Output]) -> list[Sample]:
    return [s for s in samples if unreadable(s) is not None and key_of(s) not in outputs]
