"""What a model declares reaches the spec, the questions and the manifest; requests are made as they are taken."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import make_plan as made_plan
from made import make_task

from medgauge.errors import MedGaugeError
from medgauge.generation import Generation, make_generation
from medgauge.plugins import catalog
from medgauge.protocols import Style
from medgauge.resize import Resize
from medgauge.run import execute
from medgauge.spec import make_plan
from medgauge.store import RunDirectory
from medgauge.types import Output, Request, Sample, answering
from medgauge.upload import require_permission

SQUASH = Resize(kind="squash", side=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Full:
    """A model that declares all that can be declared."""

    name: str = "full"
    box_format: str = "json-pixels"
    resize: Resize = SQUASH
    settings: Mapping[str, str | int] = field(default_factory=lambda: {"revision": "abc", "max_pixels": 10_000})
    fingerprint: str = "0" * 64
    runtime: frozenset[str] = frozenset({"batch_size"})
    uploads_to: str | None = "api.example.org"
    generation: Mapping[str, object] = field(default_factory=lambda: {"max_new_tokens": 40, "top_k": 3})
    seen: list[Request] = field(default_factory=list)

    def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
        for request in requests:
            self.seen.append(request)
            yield answering(request, text="left", sent=tuple((100, 100) for _ in request.media))

    def report(self) -> Mapping[str, object]:
        return {"device": "none", "batches": {"1": len(self.seen)}}


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Full:
    """`full` among the models; options are not looked at."""
    model = Full()
    models = catalog("models")
    entries = {**models.entries, "full": lambda: lambda argument, options: model}
    monkeypatch.setattr(
        "medgauge.spec.catalog", lambda kind: replace(models, entries=entries) if kind == "models" else catalog(kind)
    )
    return model


def test_what_is_declared_stands_in_the_spec(named: Full) -> None:
    plan = make_plan(["phantom-vqa"], "full", settings={"batch_size": "4", "dtype": "float32", "max_new_tokens": "9"})
    assert plan.spec.model.options == {"dtype": "float32"}, "how fast is no part of what is asked"
    assert plan.spec.model.settings == {"revision": "abc", "max_pixels": 10_000}
    assert plan.spec.model.resize == Resize(kind="squash", side=100)
    assert (plan.spec.generation.max_new_tokens, plan.spec.generation.top_k) == (9, 3), "--set goes before"


def test_a_box_in_a_question_is_in_pixels_of_the_picture_as_it_will_be_sent(named: Full, tmp_path: Path) -> None:
    plan = make_plan(["phantom-region-to-text"], "full", limit=3)
    execute(plan, tmp_path / "run", None)
    samples = {stored.sample.id: stored.sample for stored in RunDirectory(tmp_path / "run").samples()}
    assert named.seen
    for request in named.seen:
        sample = samples[request.id.rpartition(":")[2]]
        size = sample.media[0].size
        assert size is not None
        written = re.search(r'"bbox_2d": (\[.*?\])', request.text)
        assert written
        numbers = json.loads(written[1])
        x1, y1, x2, y2 = sample.regions[0].xyxy
        expected = (x1 / size[0] * 100, y1 / size[1] * 100, x2 / size[0] * 100, y2 / size[1] * 100)
        assert numbers == pytest.approx(expected, abs=0.5)
        assert size != (100, 100)


def test_the_report_and_the_costs_stand_in_the_manifest(named: Full, tmp_path: Path) -> None:
    execute(make_plan(["phantom-vqa"], "full", limit=3), tmp_path / "run", None)
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text("utf-8"))
    assert manifest["model"] == {"device": "none", "batches": {"1": len(named.seen)}}
    assert manifest["usage"]["output_tokens"] is None
    assert manifest["usage"]["without_tokens"] == len(named.seen)
    execute(make_plan(["phantom-vqa"], "full", limit=3), tmp_path / "run", None)
    again = json.loads((tmp_path / "run" / "manifest.json").read_text("utf-8"))
    assert again["model"] == manifest["model"], "nothing was asked: the report is that of the run that asked"


def test_credentialed_data_leave_only_when_the_user_says_so(tmp_path: Path) -> None:
    closed = make_task(tmp_path, access="credentialed")
    with pytest.raises(MedGaugeError, match=r"made: credentialed data, which m would send to h\.org.*--allow-credent"):
        require_permission([closed], "m", "h.org", allowed=False)
    require_permission([closed], "m", "h.org", allowed=True)
    require_permission([closed], "m", None, allowed=False)
    require_permission([make_task(tmp_path, access="public")], "m", "h.org", allowed=False)


def test_trials_of_a_greedy_model_are_refused(named: Full) -> None:
    with pytest.raises(MedGaugeError, match="greedy answers are all the same"):
        make_plan(["phantom-vqa"], "full", trials=3)
    assert make_plan(["phantom-vqa"], "full", trials=3, settings={"temperature": "0.5"}).spec.trials == 3


def test_requests_are_made_as_the_model_takes_them(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data")
    made: set[str] = set()
    ahead: list[int] = []

    def counting(sample: Sample, style: Style, outputs: Sequence[Output]) -> Request | None:
        request = task.next_request(sample, style, outputs)
        made.update({request.id} if request else ())
        return request

    @dataclass(frozen=True, slots=True, kw_only=True)
    class FourAtATime:
        name: str = "four"
        box_format: str = "medrega"

        def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
            stream, said = iter(requests), 0
            while window := list(islice(stream, 4)):
                for request in window:
                    ahead.append(len(made) - said)
                    said += 1
                    yield answering(request, text="left")

    execute(made_plan(replace(task, next_request=counting), FourAtATime()), tmp_path / "run", None)
    assert len(ahead) == 24
    assert max(ahead) == 4, "no request is made before it is taken"


def test_an_interrupted_run_closes_the_model(tmp_path: Path) -> None:
    closed: list[bool] = []

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Holds:
        name: str = "holds"
        box_format: str = "medrega"

        def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
            try:
                for request in requests:
                    yield answering(request, text="left")
                    yield answering(request, text="again")
            finally:
                closed.append(True)

    with pytest.raises(MedGaugeError, match="not asked or answered before"):
        execute(made_plan(make_task(tmp_path / "data"), Holds()), tmp_path / "run", None)
    assert closed == [True]


def test_generation_from_words() -> None:
    made = make_generation({"temperature": "0.5", "logprobs": "true", "scoring": "first-token", "top_k": "7"}, {})
    assert made == Generation(temperature=0.5, logprobs=True, scoring="first-token", top_k=7)
    for name, value, told in (
        ("temperature", "hot", "expected a valid number"),
        ("temperature", "-1", "temperature >= 0"),
        ("scoring", "dice", "expected 'none', 'first-token' or 'whole-option'"),
        ("top_p", "0", r"top_p in \(0, 1\]"),
        ("min_new_tokens", "600", "min_new_tokens at most max_new_tokens"),
        ("repetition_penalty", "0", "repetition_penalty > 0"),
    ):
        with pytest.raises(MedGaugeError, match=told):
            make_generation({name: value}, {})


sizes = st.tuples(st.integers(1, 5000), st.integers(1, 5000))


@settings(deadline=None)
@given(size=sizes, factor=st.sampled_from([14, 28, 32]), low=st.integers(1, 20), spread=st.integers(1, 400))
def test_a_smart_size_is_that_of_the_models_own_processor(
    size: tuple[int, int], factor: int, low: int, spread: int
) -> None:
    qwen = pytest.importorskip("transformers.models.qwen2_vl.image_processing_pil_qwen2_vl")
    pixels = {"min_pixels": low * factor**2, "max_pixels": (low + spread) * factor**2}
    resize = Resize(kind="smart", factor=factor, **pixels)
    if max(size) > 200 * min(size):
        with pytest.raises(ValueError, match="200 times"):
            resize.sent(size)
        return
    height, width = qwen.smart_resize(size[1], size[0], factor=factor, **pixels)
    assert resize.sent(size) == (width, height)
    assert (width % factor, height % factor) == (0, 0)


@settings(deadline=None)
@given(size=sizes, pixels=st.integers(1, 10_000_000), side=st.integers(0, 3000))
def test_a_fitting_size_keeps_the_shape_and_never_grows(size: tuple[int, int], pixels: int, side: int) -> None:
    width, height = Resize(kind="fit", max_pixels=pixels, side=side).sent(size)
    assert width <= size[0]
    assert height <= size[1]
    assert width * height <= pixels or 1 in (width, height)
    assert not side or max(width, height) <= side
    if min(width, height) > 50:
        assert width / height == pytest.approx(size[0] / size[1], rel=0.05)


def test_no_resize_is_made_that_cannot_be() -> None:
    for wrong in (
        {"kind": "squash"},
        {"kind": "fit", "max_pixels": -1},
        {"kind": "smart", "factor": 28, "max_pixels": 100},
        {"kind": "smart", "factor": 0},
    ):
        with pytest.raises(ValueError, match="a resize needs"):
            Resize(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("/home/someone/models/mine", "mine"),
        ("~/mine", "mine"),
        ("/home/someone/secret/model@http://127.0.0.1:8000/v1", "model@http://127.0.0.1:8000/v1"),
        ("owner/name", "owner/name"),
        ("gpt-5", "gpt-5"),
        ("tiny@http://h/v1", "tiny@http://h/v1"),
        ("0.7", "0.7"),
    ],
)
def test_no_path_of_a_machine_is_kept(named: Full, written: str, kept: str) -> None:
    plan = make_plan(["phantom-vqa"], "full", settings={"hub": written})
    assert plan.spec.model.options == {"hub": kept}
