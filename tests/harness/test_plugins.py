"""The door: strangers come in by the same one, and a broken one is named."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from medgauge.errors import MedGaugeError, UnknownName
from medgauge.metrics import parse_metric
from medgauge.plugins import catalog


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on sys.path where a test lays distributions."""
    monkeypatch.syspath_prepend(str(tmp_path))
    catalog.cache_clear()
    yield tmp_path
    catalog.cache_clear()
    for name in [name for name in sys.modules if name.startswith("stranger")]:
        del sys.modules[name]


def install(folder: Path, name: str, code: str) -> None:
    (folder / f"{name}.py").write_text(code)
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[medgauge]\n{name} = {name}:plugin\n")


def test_a_stranger_brings_names_under_its_prefix(installed: Path) -> None:
    code = "from medgauge.plugins import Plugin\nplugin = Plugin(prefix='acme', models={'vlm': 'stranger_model:make'})"
    install(installed, "stranger", code)
    (installed / "stranger_model.py").write_text("def make(argument, options): return argument")
    assert "acme/vlm" in catalog("models").entries
    assert "stranger_model" not in sys.modules
    assert catalog("models").load("acme/vlm")("x", {}) == "x"


def test_one_name_twice_shows_both(installed: Path) -> None:
    code = "from medgauge.plugins import Plugin\nplugin = Plugin(models={'replay': 'x:y'})"
    install(installed, "stranger", code)
    with pytest.raises(MedGaugeError, match=r"model 'replay' is defined twice: medgauge_model_adapters:plugin and"):
        catalog("models")


@pytest.mark.parametrize("code", ["import nothing_of_that_name", "plugin = 3", "raise SystemError('x')"])
def test_a_broken_plugin_is_named_and_stops_only_who_needs_it(installed: Path, code: str) -> None:
    install(installed, "stranger", code)
    assert "replay" in catalog("models").entries
    assert list(catalog("models").broken) == ["stranger"]
    with pytest.raises(MedGaugeError, match="'acme/vlm' is not known, and some plugins could not be read: stranger"):
        catalog("models").load("acme/vlm")


def test_unknown_name_says_what_was_meant_and_how_to_list() -> None:
    with pytest.raises(
        UnknownName, match=r"unknown model 'baseline/visoin'. Did you mean 'baseline/vision'.*list models"
    ):
        catalog("models").load("baseline/visoin")


@pytest.mark.parametrize("name", ["exact_match", "f1@0.5", "rouge_l", "label_f1@0.75", "macro_f1"])
def test_metric_names_parse_back(name: str) -> None:
    assert parse_metric(name).name == name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("exact_mach", "Did you mean 'exact_match'"),
        ("f1@", "expected head, head@number"),
        ("f1@0.50", "write it as 'f1@0.5'"),
        ("exact_match(colour=red)", "colour"),
        ("Exact", "expected head"),
    ],
)
def test_wrong_metric_names(name: str, message: str) -> None:
    with pytest.raises(MedGaugeError, match=message):
        parse_metric(name)


@pytest.mark.parametrize("name", ["f1@..", "f1@1.2.3", "f1", "f1(at=0.5)", "rouge_l(beta=1.2,beta=1.3)", "f1@0.5(x=1)"])
def test_a_metric_that_cannot_be_is_refused_by_name(name: str) -> None:
    with pytest.raises(MedGaugeError, match=r"^metric '"):
        parse_metric(name)
