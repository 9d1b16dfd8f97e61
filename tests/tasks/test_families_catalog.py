"""Every sample of the embedded tasks can be asked, and its target, said in its own form, is read back."""

from dataclasses import replace

import pytest
from family_samples import Case, box_format, output, say

from medgauge.plugins import catalog
from medgauge.protocols import Frame, Style
from medgauge.tasks import Task
from medgauge.types import Answer, Sample

EMBEDDED = [name for name in catalog("tasks").entries if name.startswith(("phantom-", "pictures-"))]


def read_back(task: Task, sample: Sample, prompts: str, format: str) -> Answer | None:
    style = Style(prompts=prompts, language=sample.language, box_format=box_format(format))
    blind = replace(sample, target=Answer())
    request = task.next_request(blind, style, ())
    assert request is not None
    assert request.media == sample.media
    size = sample.media[0].size
    assert size is not None
    case = Case(kind="", sample=replace(sample, task=task.card.family), frame=Frame(original=size, sent=size))
    return task.parse(blind, (output(sample, say(case, style.box_format)),), style.box_format).answer


@pytest.mark.parametrize("name", EMBEDDED)
@pytest.mark.parametrize(("prompts", "format"), [("plain", "json-1000"), ("medrega", "medrega")])
def test_targets_are_read_back(name: str, prompts: str, format: str) -> None:
    task: Task = catalog("tasks").load(name)
    samples = task.load(None, "test").samples
    assert samples
    for sample in samples:
        answer, target = read_back(task, sample, prompts, format), sample.target
        assert answer is not None
        assert (answer.choice, answer.labels) == (target.choice, target.labels)
        assert target.polar in (None, answer.polar)
        assert sorted(box.label for box in answer.boxes) == sorted(box.label for box in target.boxes)
        assert [(s.label, s.text) for s in answer.segments] == [(s.label, s.text) for s in target.segments]
        if task.card.family in ("report", "region-to-text", "grounded-report"):
            assert answer.text == target.text
