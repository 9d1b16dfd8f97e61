"""`--set about=FILE.yaml`: what is read, what is refused, and that it changes no run's identity."""

import json
import re
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from medgauge.about import About, Price
from medgauge.cli.main import cli
from medgauge.errors import BadRecord, MedGaugeError
from medgauge.plugins import catalog
from medgauge.spec import make_plan
from medgauge_model_adapters.told import TOLD, read_about

WHOLE = """\
title: 我们的模型 7B
organisation: A hospital
parameters: 7
open_weights: false
licence: not published
medical: true
trained_on: [VQA-RAD, SLAKE]
url: https://example.org/ours
price: {input: 1, output: 2.5}
unverified: [the size]
"""
READ = About(
    title="我们的模型 7B",
    organisation="A hospital",
    parameters=7.0,
    open_weights=False,
    licence="not published",
    medical=True,
    trained_on=("VQA-RAD", "SLAKE"),
    url="https://example.org/ours",
    price=Price(input=1.0, output=2.5),
    unverified=("the size", TOLD),
)


def write(folder: Path, text: str) -> Path:
    file = folder / "secret-name.yaml"
    file.write_text(text, "utf-8")
    return file


def test_every_field_is_read_and_said_to_be_told(tmp_path: Path) -> None:
    assert read_about(write(tmp_path, WHOLE)) == READ
    assert read_about(write(tmp_path, "parameters: 0.5\n")) == About(parameters=0.5, unverified=(TOLD,))


def test_the_example_of_the_page_is_read(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "asking.md").read_text("utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert read_about(write(tmp_path, example)).title == "Ours 7B"
    for name in (field.name for field in fields(About)):
        assert f"{name}:" in example or f"`{name}`" in page


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title: x\nparameter: 7\n", r":2: field 'parameter': expected one of the keys .*parameters.*, got 7"),
        ("title: x\n\nparameters: '7'\n", r":3: field 'parameters.*expected .*valid number.*, got '7'"),
        ("parameters: -1\n", r":1: field 'parameters.*greater than or equal to 0"),
        ("parameters: .nan\n", r":1: field 'parameters.*finite"),
        ("open_weights: 1\n", r":1: field 'open_weights.*valid boolean"),
        ("trained_on: SLAKE\n", r":1: field 'trained_on.*valid (tuple|array)"),
        ("url: /home/me/model\n", r":1: field 'url'"),
        ("url: javascript:alert(1)\n", r":1: field 'url'"),
        ("price: {input: 1}\n", r":1: field 'price\.output"),
        ("price: {input: 1, output: -2}\n", r":1: field 'price\.output.*greater than or equal to 0"),
        ("title: x\ntitle: y\n", r":2: field 'title': expected a key that comes once"),
        ("- title\n", "expected a mapping of keys to values"),
        ("title: [x\n", "not YAML"),
        ("a: &a [*a]\n", "alias"),
        ("title: &a x\nlicence: *a\n", "alias"),
        ("? [a]\n: b\n", "not YAML"),
        ("title: 2026-13-45\n", "not YAML"),
        ("", "expected a mapping of keys to values"),
    ],
)
def test_anything_else_is_refused_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(MedGaugeError, match=told):
        read_about(write(tmp_path, text))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(MedGaugeError, match=r"--set about=.*none\.yaml: cannot read it: No such file"):
        read_about(tmp_path / "none.yaml")
    with pytest.raises(MedGaugeError, match="Is a directory"):
        read_about(tmp_path)
    (tmp_path / "x.yaml").write_bytes(b"title: \xff")
    with pytest.raises(MedGaugeError, match="not UTF-8"):
        read_about(tmp_path / "x.yaml")


PIECES = ["title:", "parameters:", "price:", "{}", "[]", "&a", "*a", "-", "?", "\n", " ", "7", ".nan", "!", "|", ">"]


@given(text=st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.mktemp("about") / "a.yaml"
    file.write_text(text, "utf-8")
    with suppress(MedGaugeError):
        assert TOLD in read_about(file).unverified


def predictions(folder: Path) -> Path:
    file = folder / "said.jsonl"
    plan = make_plan(["phantom-vqa"], "baseline/prior", limit=3)
    samples = plan.tasks[0].load(None, "test").samples
    said = [{"id": sample.id, "language": sample.language, "text": "yes"} for sample in samples]
    file.write_text("".join(json.dumps(record) + "\n" for record in said), "utf-8")
    return file


def test_a_recording_says_what_it_was_told(tmp_path: Path) -> None:
    made = catalog("models").load("replay")(str(predictions(tmp_path)), {"about": str(write(tmp_path, WHOLE))})
    assert made.about == READ
    assert catalog("models").load("replay")(str(predictions(tmp_path)), {}).about == About()
    with pytest.raises(MedGaugeError, match="replay: unknown option 'abuot'; it takes box_format, about"):
        catalog("models").load("replay")(str(predictions(tmp_path)), {"abuot": "x"})
    with pytest.raises(BadRecord, match="field 'size'"):
        catalog("models").load("replay")(str(predictions(tmp_path)), {"about": str(write(tmp_path, "size: 7\n"))})


def test_a_run_keeps_it_and_is_the_same_run_without_it(tmp_path: Path) -> None:
    replay = f"replay:{predictions(tmp_path)}"
    told = {"about": str(write(tmp_path, WHOLE))}
    assert make_plan(["phantom-vqa"], replay, settings=told).spec == make_plan(["phantom-vqa"], replay).spec
    command = ["run", "phantom-vqa", "--model", replay, "--limit", "3", "--out", str(tmp_path / "run")]
    for more in (["--set", f"about={told['about']}"], []):
        done = CliRunner().invoke(cli, [*command, *more])
        assert done.exit_code == 0, (done.output, done.exception)
        manifest = (tmp_path / "run" / "manifest.json").read_text("utf-8")
        assert json.loads(manifest)["about"]["parameters"] == 7.0
        assert json.loads(manifest)["about"]["unverified"] == ["the size", TOLD]
        for file in (tmp_path / "run").glob("*.json*"):
            text = file.read_text("utf-8")
            assert "secret-name" not in text
            assert str(tmp_path) not in text
