"""The family `classification`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from medgauge.errors import MedGaugeError
from medgauge.generation import Option
from medgauge.protocols import BoxFormat, Style
from medgauge.types import Answer, JsonObject, Language, Output, Parsed, Request, Sample
from medgauge_metrics.answers import match_labels, normalise
from medgauge_tasks.families import NO_OPTIONS, FamilyKit, option
from medgauge_tasks.json_answers import JsonAnswer, json_answer, object_of, one_of
from medgauge_tasks.pictures import picture_words
from medgauge_tasks.prompts import ask, fill, held, prompt_set
from medgauge_tasks.reading import hear
from medgauge_tasks.records import REFERENCE, Record

METRICS: Mapping[str, tuple[str, ...]] = {
    "single": (
        *("accuracy", "balanced_accuracy", "macro_f1", "mcc", "kappa", "sensitivity", "specificity", "support"),
        *("auroc", "auprc", "unmapped_rate", "truncated_rate"),
    ),
    "multi": (
        *("subset_accuracy", "macro_f1", "micro_f1", "sample_f1", "sensitivity", "specificity", "support"),
        *("auroc", "auprc", "unmapped_rate", "truncated_rate"),
    ),
}
LABELS = ("single", "multi")
"""Values of the card's option `labels`."""
SUBJECTS = ("disease", "organ", "tissue")
"""Values of the card's option `subject`: what the labels are, for prompts that say so."""
_HEALTHY = frozenset(
    map(normalise, ("no finding", "no findings", "normal", "无异常", "未见异常", "正常", "无异常发现", "未见明显异常"))
)
_COMMAS = re.compile(r"[,，、;；\n]")


def kind_of(sample: Sample, options: Mapping[str, str]) -> str:
    """`single` or `multi`: the sample's tag, else the card's option."""
    return sample.tags.get("kind") or option(options, "labels", LABELS)


def next_request(
    sample: Sample, style: Style, outputs: Sequence[Output], *, options: Mapping[str, str] = NO_OPTIONS
) -> Request | None:
    """One turn: the labels, one a line, and the data set's question or the prompt set's own.

    Raises MedGaugeError when the sample is of another kind than the card's metrics are for.
    """
    if outputs:
        return None
    asked, declared = kind_of(sample, options), option(options, "labels", LABELS)
    if asked != declared:
        raise MedGaugeError(
            f"{sample.task}: sample {sample.id!r} is of kind {asked!r}, but the card is scored as {declared!r}; "
            f"give the card the option labels: {asked}"
        )
    words = prompt_set("classification", style).words[style.language]
    subject = option(options, "subject", SUBJECTS)
    picture = picture_words(sample, style.language)
    fields = {
        **picture,
        "labels": "\n".join(sample.choices),
        "question": sample.question or fill(words[f"question_{subject}"], picture),
        "subject": words[f"subject_{subject}"],
        "plural": words[f"plural_{subject}"],
        "healthy": _healthy(sample, words),
    }
    named = aliases(options.get("aliases", ""))
    offered = tuple(Option(label=choice, forms=(choice, *named.get(choice, ()))) for choice in sample.choices)
    request = replace(ask("classification", sample, style, asked, fields), options=offered, many=asked == "multi")
    return held(request, style, _schema(sample, asked))


def _schema(sample: Sample, kind: str) -> JsonObject:
    label = one_of(sample.choices)
    return object_of(label=label) if kind == "single" else object_of(labels={"type": "array", "items": label})


def _healthy(sample: Sample, words: Mapping[str, str]) -> str:
    """What the label that stands for "nothing" means, where there is one."""
    label = next((choice for choice in sample.choices if normalise(choice) in _HEALTHY), None)
    return fill(words["healthy"], {"label": label}) if label else ""


def parse(
    sample: Sample, outputs: Sequence[Output], box_format: BoxFormat, *, options: Mapping[str, str] = NO_OPTIONS
) -> Parsed:
    """The labels that the words give: by whole answer, else by undenied mention; None when they give none.

    An output's scores are the answer's, whatever its words. Raises MedGaugeError for a score of no label.
    """
    del box_format
    heard = hear(outputs)
    scores = _scores(sample, outputs)
    if not heard.text:
        return Parsed(answer=Answer(scores=scores) if scores else None, detail={"rule": "empty"})
    multi = kind_of(sample, options) == "multi"
    written = json_answer(heard, "labels" if multi else "label")
    words = heard.raw if written is None else _in_json(written, sample)
    if words is None:
        return Parsed(answer=Answer(scores=scores) if scores else None, detail={"rule": "malformed JSON"})
    found = match_labels(words, sample.choices, multi, aliases(options.get("aliases", "")))
    mapped = found.labels is not None or bool(scores)
    text = heard.text if written is None else words
    answer = Answer(text=text, labels=found.labels, scores=scores) if mapped else None
    if written is not None:
        return Parsed(answer=answer, detail={"rule": f"JSON, {found.rule}"})
    return Parsed(answer=answer, detail={"rule": found.rule, "span": found.spans})


def _in_json(written: JsonAnswer, sample: Sample) -> str | None:
    """The labels of the JSON as they are said in words; None where it holds none as asked."""
    several = written.texts("labels")
    if several is None:
        return written.text("label") or None
    return ", ".join(several) or ("无" if sample.language == "zh" else "none")


def _scores(sample: Sample, outputs: Sequence[Output]) -> Mapping[str, float] | None:
    """The last output's scores under the labels as spelt in the choices."""
    written = (outputs[-1].scores or {}) if outputs else {}
    named = {name: _equal(name, sample.choices) for name in written}
    wrong = [name for name, label in named.items() if label is None]
    if wrong or len(set(named.values())) < len(named):
        raise MedGaugeError(
            f"{sample.task}: the scores for sample {sample.id!r} name {wrong or sorted(named)}; "
            f"expected each of {list(sample.choices)} at most once"
        )
    return {label: written[name] for name, label in named.items() if label is not None} or None


@cache
def aliases(text: str) -> Mapping[str, tuple[str, ...]]:
    """The card's option `aliases`: one `label: name | name` a line. Raises MedGaugeError."""
    read: dict[str, tuple[str, ...]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        label, colon, names = line.partition(":")
        others = tuple(name.strip() for name in names.split("|") if name.strip())
        if not colon or not others or label.strip() in read:
            raise MedGaugeError(f"option 'aliases': expected lines `label: name | name`, a label once, got {line!r}")
        read[label.strip()] = others
    return read


def metrics(options: Mapping[str, str]) -> tuple[str, ...]:
    """Those of single labels, or of label sets. Raises MedGaugeError for an unknown value of an option."""
    option(options, "subject", SUBJECTS)
    aliases(options.get("aliases", ""))
    return METRICS[option(options, "labels", LABELS)]


def read_record(
    record: Mapping[str, Any],
    language: Language,
    box_format: BoxFormat,
    *,
    options: Mapping[str, str] = NO_OPTIONS,
    file: str = "records",
    line: int = 1,
) -> tuple[Sample, str]:
    """`choices` is required. A list as reference, or the option `labels: multi`, makes a set of labels.

    `scores` may hold a real score of each label; whoever scores the record gives it to the output.
    """
    del box_format
    read = Record(values=record, family="classification", language=language, file=file, line=line)
    choices = read.names("choices")
    if not choices:
        raise read.bad("choices", "the list of all labels", record.get("choices"))
    named = [_equal(name, choices) for name in read.scores() or ()]
    if None in named or len(set(named)) < len(named):
        raise read.bad("scores", f"each of {list(choices)} at most once", record["scores"])
    name, value = read.value(REFERENCE)
    if isinstance(value, list) or option(options, "labels", LABELS) == "multi":
        written = read.names(name) if isinstance(value, list) else tuple(_COMMAS.split(read.reference()))
        wanted = {_label(read, label, choices) for label in written if label.strip()}
        labels = tuple(choice for choice in choices if choice in wanted)
        return read.sample(
            Answer(text=", ".join(labels), labels=labels), kind="multi", choices=choices
        ), read.prediction()
    label = _label(read, read.reference(), choices)
    return read.sample(Answer(text=label, labels=(label,)), kind="single", choices=choices), read.prediction()


def _label(read: Record, written: str, choices: tuple[str, ...]) -> str:
    label = _equal(written, choices)
    if label is None:
        raise read.bad("reference", f"labels of {list(choices)}", written)
    return label


def _equal(written: str, choices: Sequence[str]) -> str | None:
    """The one label that a name equals as written, or else normalised."""
    equal = [choice for choice in choices if choice == written.strip()]
    equal = equal or [choice for choice in choices if normalise(choice) == normalise(written)]
    return equal[0] if len(equal) == 1 else None


kit = FamilyKit(name="classification", next_request=next_request, parse=parse, metrics=metrics, read_record=read_record)
