"""`--protocol multimedeval`: records in, its printed numbers out."""

from statistics import fmean

from medgauge.record_protocols import Numbered, Printed, RecordProtocol
from medgauge_metrics.compat.multimedeval.scores import LETTERS, pick, report, vqa
from medgauge_metrics.compat.peer import Place

_WEIGHTS = "not computed: needs model weights"
_REPORT_NOTES = {
    "f1-radgraph": _WEIGHTS,
    "CheXBert vector similarity": _WEIGHTS,
    "f1-bertscore": _WEIGHTS,
    "radcliq": _WEIGHTS,
    "meteor": "not computed: needs nltk's corpora punkt_tab and wordnet",
}
_REPORT_ORDER = ("bleu1", "bleu4", *_REPORT_NOTES, "rougeL", "rouge1")


def score(task: str, records: Numbered, file: str) -> Printed:
    """The numbers of one task for records of `prediction` and `reference`, and of `choices` for `qa/en`.

    The reference of `qa/en` is an option's text or its letter. At least one record. Raises BadRecord.
    """
    places = [Place(values=values, file=file, line=line) for line, values in records]
    if task == "qa/en":
        return Printed(metrics={"accuracy": fmean(map(_picked_right, places))})
    pairs = [(place.text("prediction"), place.reference("reference")) for place in places]
    if task == "vqa/en":
        return Printed(metrics=vqa(pairs))
    computed = report(pairs)
    return Printed(metrics={name: computed.get(name) for name in _REPORT_ORDER}, notes=_REPORT_NOTES)


def _picked_right(place: Place) -> bool:
    choices = place.choices(len(LETTERS))
    written = place.reference("reference").strip().lower()
    texts = [choice.strip().lower() for choice in choices]
    right = texts.index(written) if written in texts else LETTERS.lower().find(written) if len(written) == 1 else -1
    if not 0 <= right < len(choices):
        raise place.bad("reference", f"one of the choices {list(choices)} or its letter", written)
    return pick(place.text("prediction"), choices) == right


def multimedeval() -> RecordProtocol:
    """The protocol as the plugin brings it."""
    return RecordProtocol(
        title="as released by the authors of MultiMedEval (1.0.0), mistakes included; for comparison, never ranked",
        tasks=("vqa/en", "qa/en", "report/en"),
        score=score,
    )
