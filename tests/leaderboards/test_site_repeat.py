"""The command that repeats a run must be one that the command line takes, and lead to the same run."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medgauge.about import About
from medgauge.cli.run import read_settings, run
from medgauge.codec import plain
from medgauge.cot import Cot
from medgauge.generation import Generation
from medgauge.spec import ModelSpec, Plan, RunSpec, TaskSpec, make_plan
from medgauge.store import RunDirectory
from medgauge.types import Control
from medgauge_leaderboards.site.repeat import command, sounds_secret, without_places, without_secrets
from medgauge_leaderboards.site.runs import Cell, Run

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\0="), min_size=1, max_size=12).map(str.strip)


def cell_of(spec: RunSpec, **manifest: Any) -> Cell:
    """A cell of a run that is nowhere on disk."""
    made = Run(directory=RunDirectory(Path("nowhere")), spec=spec, manifest=manifest, tasks={}, cards={}, about=About())
    return Cell(key=spec.tasks[0].name, run=made, result={"n": 1}, spec=spec.tasks[0])


def parsed(text: str) -> dict[str, Any]:
    """What `medgauge run` makes of a command, by its own parser; nothing is run."""
    program, name, *rest = shlex.split(text)
    assert (program, name) == ("medgauge", "run")
    return run.make_context("run", rest).params


def plan_of(text: str) -> Plan:
    """What `medgauge run` would run."""
    asked = parsed(text)
    return make_plan(
        asked["tasks"],
        asked["model"],
        settings=read_settings(asked["settings"]),
        control=asked["control"],
        limit=asked["limit"],
        trials=asked["trials"],
        allow_modified=asked["allow_modified"],
    )


@pytest.mark.parametrize("control", get_args(Control))
@pytest.mark.parametrize(
    ("model", "chosen", "more"),
    [
        ("baseline/prior", {}, {}),
        ("baseline/blind", {"prompts": "medrega", "max_new_tokens": "64", "logprobs": "true"}, {"limit": 7}),
        ("baseline/prior", {"temperature": "0.7", "top_p": "0.95", "seed": "3"}, {"trials": 3, "limit": 1}),
        ("baseline/vision", {"cot": "regions", "cot_call": "fresh", "cot_no_box": "say"}, {"allow_modified": True}),
        ("baseline/vision", {"schema": "true", "scoring": "first-token", "num_beams": "2"}, {}),
    ],
)
def test_the_command_makes_the_same_plan_again(
    control: Control, model: str, chosen: dict[str, str], more: dict[str, Any]
) -> None:
    made = make_plan(["phantom-vqa"], model, settings=chosen, control=control, **more)
    text = command(cell_of(made.spec))
    assert plan_of(text).spec == made.spec
    assert not parsed(text)["allow_missing"]


SPECS = st.builds(
    RunSpec,
    model=st.builds(
        ModelSpec,
        spec=PLAIN.filter(bool),
        name=st.just("m"),
        box_format=st.just("medrega"),
        options=st.dictionaries(PLAIN.filter(lambda name: name and not sounds_secret(name, "")), TEXT.map(str.strip)),
        settings=st.dictionaries(st.just("revision"), st.just("main")),
    ),
    tasks=st.just(
        (TaskSpec(name="t", version=1, family="vqa", languages=("en",), prompts="plain", prompts_hash="0", fit=None),)
    ),
    generation=st.builds(
        Generation,
        max_new_tokens=st.integers(1, 9999),
        temperature=st.floats(0, 5),
        logprobs=st.booleans(),
        scoring=st.sampled_from(["none", "whole-option"]),
    ),
    control=st.sampled_from(get_args(Control)),
    limit=st.none() | st.integers(1, 10**6),
    trials=st.integers(1, 9),
    allow_modified=st.booleans(),
    cot=st.none() | st.just(Cot(no_box="say", wording={"t": "h"})),
    schema=st.booleans(),
)


@settings(max_examples=200, deadline=None)
@given(spec=SPECS, missing=st.booleans())
def test_every_option_comes_through_the_parser(spec: RunSpec, missing: bool) -> None:
    made = parsed(command(cell_of(spec, allow_missing=missing)))
    assert made["tasks"] == ("t",)
    assert made["model"] == without_secrets(spec.model.spec)
    assert made["control"] == spec.control
    assert made["trials"] == spec.trials
    assert made["limit"] == spec.limit
    assert (made["allow_modified"], made["allow_missing"]) == (spec.allow_modified, missing)
    chosen = read_settings(made["settings"])
    assert chosen.pop("prompts") == "plain"
    assert chosen.pop("schema", "false") == str(spec.schema).lower()
    assert {name: chosen.pop(name, None) for name in ("cot", "cot_no_box")} == (
        {"cot": "regions", "cot_no_box": "say"} if spec.cot else {"cot": None, "cot_no_box": None}
    )
    for name, value in plain(spec.generation).items():
        said = chosen.pop(name, None)
        usual = getattr(Generation(), name)
        assert said == (str(value).lower() if isinstance(value, bool) else str(value)) or (
            said is None and value == usual and not spec.model.settings
        )
    assert chosen == {name: without_secrets(value) for name, value in spec.model.options.items()}


def test_all_of_decoding_is_said_of_a_model_that_may_recommend_it() -> None:
    """At 0, where a profile recommends 0.7, the temperature was asked for; what was recommended is not in the run."""
    model = ModelSpec(spec="some", name="some", box_format="medrega", settings={"revision": "main"})
    task = TaskSpec(name="t", version=1, family="vqa", languages=("en",), prompts="plain", prompts_hash="0")
    text = command(cell_of(RunSpec(model=model, tasks=(task,))))
    chosen = read_settings(parsed(text)["settings"])
    assert chosen["temperature"] == "0.0"
    assert set(plain(Generation())) <= set(chosen)
    bare = command(cell_of(RunSpec(model=replace(model, settings={}), tasks=(task,))))
    assert bare == "medgauge run t --model some --data-dir DATA --set prompts=plain"


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("api_key", True),
        ("apiKey", True),
        ("HF_TOKEN", True),
        ("x-authorization", True),
        ("api_keys", True),
        ("password", True),
        ("workers.0.secret", True),
        ("tokenizer", False),
        ("max_pixels", False),
        ("db_pwd", True),
        ("pwd", True),
        ("bearer", True),
        ("cookie", True),
        ("headers.Cookie", True),
        ("github_pat", True),
        ("githubPat", True),
        ("sig", True),
        ("keyfile", True),
        ("clientsecret", True),
        ("clientSecretId", True),
        ("client_secret_value", True),
        ("pattern", False),
        ("sigma", False),
        ("signature", False),
        ("compat", False),
    ],
)
def test_names_that_sound_secret(name: str, secret: bool) -> None:
    assert sounds_secret(name, "abc") == secret


def test_a_count_of_tokens_is_no_secret() -> None:
    assert not sounds_secret("output_tokens", 12)
    assert sounds_secret("output_tokens", "hf_12")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("https://user:p@ss@host/v1", "https://...@host/v1"),
        ("openai:m@http://host:8000/v1", "openai:m@http://host:8000/v1"),
        ("https://host/v1?version=2&sig=abc#frag", "https://host/v1?..."),
        ("https://host/v1#token", "https://host/v1?..."),
        ("https://host/v1?a=b@c", "https://..."),
        ("sk-abcdef123456", "..."),
        ("x hf_abcdefghi y", "x ... y"),
        ("ghp_abcdefghi", "..."),
        ("Bearer abc", "..."),
        ("Authorization: Basic dXNlcjpwdw==", "Authorization: ..."),
        ('{"api_key": "abc"}', '{"api_key": "..."}'),
        ("task-specific, disk-backed", "task-specific, disk-backed"),
        ("tokenizer=own", "tokenizer=own"),
    ],
)
def test_what_is_left_of_a_text(text: str, left: str) -> None:
    assert without_secrets(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("404 of https://me@gpu-7:8000/v1/chat?x=1", "404 of https://.../v1/chat?..."),
        ("no such file: '/home/me/my set/1.png'", "no such file: ..."),
        ("cannot open:/home/me/1.png", "cannot open:..."),
        ("file:///home/me/1.png is gone", "... is gone"),
        (r"C:\Users\me\1.png", "..."),
        ("~me/x", "..."),
        ("connect to 10.0.0.5:8000", "connect to ..."),
        ("HTTPConnectionPool(host='gpu-7.internal', port=8000)", "HTTPConnectionPool(host='...', port=8000)"),
        ("image/png and/or 3.5.1", "image/png and/or 3.5.1"),
    ],
)
def test_what_is_left_of_an_error(text: str, left: str) -> None:
    assert without_places(text) == left


SECRET = "zq7Q9xw"
GLUE = st.text(st.characters(codec="ascii", categories=["Lu", "Ll", "Nd", "Po", "Sm"]), max_size=6)


@settings(max_examples=500, deadline=None)
@given(
    form=st.sampled_from(
        [
            "https://u:{a}{s}@host/v1",
            "https://{s}{a}@host/v1",
            "https://u:{s}@{a}@host/v1",
            "http://host/v1?{a}={s}",
            "http://host/v1?a=b&{a}{s}",
            "http://host/v1#{a}{s}",
            "Bearer {s}{a}",
            "sk-{s}",
            "hf_{s}",
            "ghp_{s}",
            "api_key={s}",
            "Cookie: {s}",
        ]
    ),
    glue=GLUE,
    before=st.sampled_from(["", "see ", "model@", "(", "x, "]),
)
def test_no_secret_is_left(form: str, glue: str, before: str) -> None:
    text = before + form.format(a=glue, s=SECRET)
    for made in (without_secrets(text), without_places(text)):
        assert SECRET not in made


@given(TEXT)
def test_taking_secrets_out_twice_is_taking_them_out_once(text: str) -> None:
    once = without_secrets(text)
    assert without_secrets(once) == once
