"""`--protocol medevalkit`: records in, its printed numbers out."""

from medgauge.record_protocols import Numbered, Printed, RecordProtocol
from medgauge_metrics.compat.medevalkit.rouge import CannotScore
from medgauge_metrics.compat.medevalkit.scores import NAMES, Judged, Reply, judge, printed
from medgauge_metrics.compat.peer import Place, same_everywhere


def score(task: str, records: Numbered, file: str) -> Printed:
    """All numbers, or none of them and the reason: the original stops at the first error.

    Records hold `prediction` and `reference`, or `response` and `answer` as its own files have them. With
    `answer_type` in all records the loop is SLAKE's, else that of VQA-RAD and PathVQA. Raises BadRecord.
    """
    del task  # one loop serves both languages
    places = [Place(values=values, file=file, line=line) for line, values in records]
    slake = same_everywhere(places, "answer_type")
    replies = [_reply(place, slake) for place in places]
    judged: list[Judged] = []
    for place, reply in zip(places, replies, strict=True):
        try:
            judged.append(judge(reply))
        except CannotScore as error:
            return _nothing(error, f"at record {place.line}")
    try:
        return Printed(metrics=printed(judged))
    except CannotScore as error:
        return _nothing(error, "for want of an open or of a closed question")


def _reply(place: Place, slake: bool) -> Reply:
    if "choices" in place.values:
        raise place.bad("choices", "no choices: multiple choice is not rebuilt", place.values["choices"])
    kind = place.text("answer_type") if slake else ""
    if slake and kind not in ("OPEN", "CLOSED"):
        raise place.bad("answer_type", "OPEN or CLOSED", kind)
    return Reply(
        said=place.text("prediction", "response"),
        right=place.reference("reference", "answer"),
        open=kind == "OPEN" if slake else None,
    )


def _nothing(error: CannotScore, where: str) -> Printed:
    note = f"the released code raises {error} ({where}) and prints nothing"
    return Printed(metrics=dict.fromkeys(NAMES), notes={"*": note})


def medevalkit() -> RecordProtocol:
    """The protocol as the plugin brings it."""
    return RecordProtocol(
        title="as released by alibaba-damo-academy (MedEvalKit, rules without a judge), mistakes included; "
        "for comparison, never ranked",
        tasks=("vqa/en", "vqa/zh"),
        score=score,
    )
