"""What is known of a model reaches the manifest and stays there; what an answer cost is known or it is not."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import make_plan, make_task

from medgauge import codec
from medgauge.about import About, Price, cost
from medgauge.declared import declared
from medgauge.errors import BadRecord, MedGaugeError
from medgauge.manifest import usage_of
from medgauge.run import execute, score_again
from medgauge.store import RunDirectory
from medgauge.types import Key, Output, Request, Usage, answering

KNOWN = About(title="Known 7B", parameters=7.0, open_weights=True, licence="MIT", price=Price(input=1.0, output=2.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A model that says what it is."""

    name: str = "known"
    box_format: str = "medrega"
    about: About = field(default_factory=lambda: KNOWN)

    def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
        for request in requests:
            yield answering(request, text="left", usage=Usage(input_tokens=10, output_tokens=3))


def about_in(folder: Path) -> dict[str, object]:
    return RunDirectory(folder).manifest()["about"]


def test_a_finished_run_says_what_its_model_is(tmp_path: Path) -> None:
    execute(make_plan(make_task(tmp_path / "data"), Known()), tmp_path / "run", None)
    assert about_in(tmp_path / "run") == {
        "title": "Known 7B",
        "organisation": "",
        "parameters": 7.0,
        "open_weights": True,
        "licence": "MIT",
        "medical": None,
        "trained_on": [],
        "url": "",
        "price": {"input": 1.0, "output": 2.0},
        "unverified": [],
    }
    manifest = RunDirectory(tmp_path / "run").manifest()
    assert codec.convert(About, manifest["about"], "manifest.json") == KNOWN
    assert cost(KNOWN, manifest["usage"]) == pytest.approx(24 * (10 * 1.0 + 3 * 2.0) / 1e6)
    assert "Known 7B" not in (tmp_path / "run" / "spec.json").read_text("utf-8"), "it decides no answer"


def test_a_model_that_says_nothing_is_unknown(tmp_path: Path) -> None:
    execute(make_plan(make_task(tmp_path / "data"), Known(about=About())), tmp_path / "run", None)
    assert codec.convert(About, about_in(tmp_path / "run"), "manifest.json") == About()
    assert declared(object()).about == About()
    assert codec.convert(About, {}, "manifest.json") == About()


def rescored(task, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medgauge.run.load_tasks", lambda names: (task,))
    score_again(out)


def test_scoring_again_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task = make_task(tmp_path / "data")
    execute(make_plan(task, Known()), tmp_path / "run", None)
    before = about_in(tmp_path / "run")
    rescored(task, tmp_path / "run", monkeypatch)
    assert about_in(tmp_path / "run") == before


def test_a_run_of_before_can_be_scored_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task = make_task(tmp_path / "data")
    execute(make_plan(task, Known()), tmp_path / "run", None)
    file = tmp_path / "run" / "manifest.json"
    old = json.loads(file.read_text("utf-8"))
    del old["about"]
    file.write_text(json.dumps(old), "utf-8")
    rescored(task, tmp_path / "run", monkeypatch)
    assert codec.convert(About, about_in(tmp_path / "run"), file) == About()


def test_what_was_told_is_kept_where_the_same_command_is_silent(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data")
    for about, kept in (
        (KNOWN, KNOWN),
        (About(), KNOWN),
        (replace(KNOWN, parameters=8.0), replace(KNOWN, parameters=8.0)),
    ):
        execute(make_plan(task, Known(about=about)), tmp_path / "run", None)
        assert codec.convert(About, about_in(tmp_path / "run"), "manifest.json") == kept


def test_a_damaged_manifest_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    task = make_task(tmp_path / "data")
    execute(make_plan(task, Known()), tmp_path / "run", None)
    file = tmp_path / "run" / "manifest.json"
    whole = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**whole, "about": {"parameters": "seven"}}), "utf-8")
    with pytest.raises(BadRecord, match=r"manifest\.json: field 'parameters.*expected a valid number, got 'seven'"):
        execute(make_plan(task, Known()), tmp_path / "run", None)


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ({"title": "x"}, "known: its about is a dict, not a medgauge.about.About"),
        (About(parameters=-1.0), "known: about: field 'parameters"),
        (About(parameters=float("nan")), "finite"),
        (About(open_weights="yes"), "known: about: field 'open_weights"),  # type: ignore[arg-type]
        (About(url="file:///home/me"), "known: about: field 'url'"),
        (About(url="javascript:alert(1)"), "known: about: field 'url'"),
        (About(price=Price(input=-1.0, output=0.0)), r"known: about: field 'price\.input"),
    ],
)
def test_what_a_model_says_of_itself_is_held_to_its_form(about: object, told: str) -> None:
    with pytest.raises(MedGaugeError, match=told):
        declared(Known(about=about))  # type: ignore[arg-type]


def usages(*pairs: tuple[int | None, int | None]) -> dict[str, float | None]:
    key = Key(task="t", id="1", language="en")
    return usage_of(
        Output(key=key, text="", usage=Usage(input_tokens=asked, output_tokens=said)) for asked, said in pairs
    )


def test_a_cost_is_known_only_where_every_token_is() -> None:
    assert cost(KNOWN, usages((1_000_000, 0), (0, 500_000))) == 2.0
    assert cost(KNOWN, usages((10, 10), (10, None))) is None
    assert cost(KNOWN, usages((10, 10), (None, 10))) is None, "the questions cost as well"
    assert cost(KNOWN, usages()) is None
    assert cost(About(), usages((10, 10))) is None, "no price is not a price of nothing"
    assert cost(About(price=Price(input=0.0, output=0.0)), usages((10, 10))) == 0.0


@pytest.mark.parametrize("wrong", [None, True, -1, 1.5, "10", [], float("nan"), 10**400])
@pytest.mark.parametrize("name", ["input_tokens", "output_tokens", "without_tokens"])
def test_a_count_that_is_none_makes_no_cost(name: str, wrong: object) -> None:
    whole = {"input_tokens": 10, "output_tokens": 10, "without_tokens": 0}
    assert cost(KNOWN, whole) is not None
    assert cost(KNOWN, {**whole, name: wrong}) is None
    assert cost(KNOWN, {key: value for key, value in whole.items() if key != name}) is None


def test_a_cost_beyond_all_numbers_is_none() -> None:
    dear = About(price=Price(input=1e308, output=1e308))
    assert cost(dear, {"input_tokens": 2**40, "output_tokens": 1, "without_tokens": 0}) is None


counts, dollars = st.integers(0, 10**12), st.floats(0, 1e4)


@given(asked=counts, said=counts, low=dollars, high=dollars)
def test_a_cost_is_what_exact_fractions_give(asked: int, said: int, low: float, high: float) -> None:
    about = About(price=Price(input=low, output=high))
    exact = (asked * Fraction(low) + said * Fraction(high)) / 10**6
    found = cost(about, {"input_tokens": asked, "output_tokens": said, "without_tokens": 0})
    assert found == pytest.approx(float(exact), rel=1e-12)


abouts = st.builds(
    About,
    title=st.text(),
    organisation=st.text(),
    parameters=st.none() | st.floats(0, 1e6),
    open_weights=st.none() | st.booleans(),
    licence=st.text(),
    medical=st.none() | st.booleans(),
    trained_on=st.lists(st.text(), max_size=3).map(tuple),
    url=st.sampled_from(["", "https://example.org/m", "http://例子.中国/模型"]),
    price=st.none() | st.builds(Price, input=dollars, output=dollars),
    unverified=st.lists(st.text(), max_size=3).map(tuple),
)


@given(about=abouts)
def test_what_is_written_is_read_again(about: About) -> None:
    assert codec.convert(About, json.loads(codec.dumps(codec.plain(about))), "manifest.json") == about


def test_a_run_says_how_fast_it_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked anew it is timed anew; asked nothing, or scored again, it keeps what it had."""
    task, out = make_task(tmp_path / "data"), tmp_path / "run"
    clock = iter([100.0, 104.0])
    monkeypatch.setattr("medgauge.predict.time", SimpleNamespace(monotonic=lambda: next(clock)))
    execute(make_plan(task, Known()), out, None)
    assert RunDirectory(out).manifest()["pace"] == {"answers": 24, "seconds": 4.0}
    execute(make_plan(task, Known()), out, None)
    rescored(task, out, monkeypatch)
    assert RunDirectory(out).manifest()["pace"] == {"answers": 24, "seconds": 4.0}
