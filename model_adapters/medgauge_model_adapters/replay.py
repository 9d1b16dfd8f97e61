"""Recorded predictions as a model: `replay:FILE`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from medgauge.about import About
from medgauge.errors import MedGaugeError, shorten
from medgauge.types import Key, Output, Request, answering
from medgauge_model_adapters.options import chosen_box_format
from medgauge_model_adapters.predictions import Prediction, read_predictions
from medgauge_model_adapters.told import read_about

Index = Mapping[tuple[str, int, int], tuple[Prediction, ...]]
"""Predictions by id, trial and turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A model that says what a file says."""

    name: str
    box_format: str
    fingerprint: str
    """sha256 of the file."""
    about: About
    runtime: frozenset[str] = frozenset({"about"})
    predictions: tuple[Prediction, ...] = field(repr=False)
    index: Index = field(repr=False)

    def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
        """An output for every request that has a prediction; the others are not answered.

        Raises MedGaugeError before the first output when it is not clear which request a prediction answers.
        """
        found = self._matched(requests)
        for request, said in found:
            yield answering(request, text=said.text, error=said.error, finish=said.finish, scores=said.scores)

    def unasked(self, requests: Iterable[Request]) -> int:
        """How many predictions none of these requests asks for."""
        return len(self.predictions) - len({id(prediction) for _, prediction in self._matched(requests)})

    def _matched(self, requests: Iterable[Request]) -> list[tuple[Request, Prediction]]:
        asked = [(request, Key.parse(request.id)) for request in requests]
        tasks = sorted({key.task for _, key in asked})
        used: dict[int, Key] = {}
        found: list[tuple[Request, Prediction]] = []
        for request, key in asked:
            prediction = self._prediction(key)
            if prediction is None:
                continue
            if prediction.task is None and len(tasks) > 1:
                raise MedGaugeError(
                    f"{self.name}: the prediction {shorten(prediction.id)} names no task, and {len(tasks)} tasks are "
                    f'asked ({", ".join(tasks[:4])}); add "task" to every prediction, or ask one task at a time'
                )
            other = used.setdefault(id(prediction), key)
            if other is not key:
                raise MedGaugeError(
                    f"{self.name}: the prediction {shorten(prediction.id)} answers both {str(other)!r} and "
                    f'{str(key)!r}; add "language" to every prediction'
                )
            found.append((request, prediction))
        return found

    def _prediction(self, key: Key) -> Prediction | None:
        """The prediction for a key, the one that names most of it. Raises MedGaugeError for a tie."""
        close = [p for p in self.index.get((key.id, key.trial, key.turn), ()) if p.fits(key)]
        if not close:
            return None
        most = max(p.named for p in close)
        best = [p for p in close if p.named == most]
        if len(best) > 1:
            raise MedGaugeError(
                f"{self.name}: {len(best)} predictions fit {str(key)!r}; one names the task and one the language"
            )
        return best[0]


def build(argument: str, options: Mapping[str, str]) -> Replay:
    """Recorded answers: `replay:FILE`.

    Options: `box_format` (default `medrega`); `about`, a YAML file that tells what the model is that gave the answers.

    Raises BadRecord for a record, or a field of `about`, that breaks the form, MedGaugeError for a file that cannot be
    read.
    """
    if not argument:
        raise MedGaugeError("replay: expected a file of predictions, as in replay:predictions.jsonl")
    box_format = chosen_box_format("replay", options, ("about",))
    about = read_about(Path(options["about"])) if "about" in options else About()
    file = Path(argument)
    predictions, fingerprint = read_predictions(file)
    index: defaultdict[tuple[str, int, int], list[Prediction]] = defaultdict(list)
    for prediction in predictions:
        index[prediction.id, prediction.trial, prediction.turn].append(prediction)
    return Replay(
        name=f"replay:{file.stem}",
        box_format=box_format,
        fingerprint=fingerprint,
        about=about,
        predictions=predictions,
        index={place: tuple(found) for place, found in index.items()},
    )
