"""What profiles, files and addresses say of a model, and where they say nothing of it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medgauge import codec
from medgauge.about import About, Price, cost
from medgauge.declared import declared
from medgauge.plugins import catalog
from medgauge.resize import AS_IS
from medgauge_model_adapters.hf.settings import TransformersOptions
from medgauge_model_adapters.known import about_checkpoint, about_server
from medgauge_model_adapters.local.checkpoint import Checkpoint
from medgauge_model_adapters.named import profile_names
from medgauge_model_adapters.openai_api.address import read_address
from medgauge_model_adapters.openai_api.settings import OpenAIOptions
from medgauge_model_adapters.options import read_options
from medgauge_model_adapters.profile import PLAIN, read_profile
from medgauge_model_adapters.vllm_engine.model import VllmModel
from medgauge_model_adapters.vllm_engine.settings import VllmOptions

QWEN = "Qwen/Qwen2.5-VL-7B-Instruct"
LOCAL = "http://127.0.0.1:8000/v1"
DOUBT = f"that these are the weights of {QWEN}: they were given by another address"


def weights(folder: Path, config: dict[str, Any] | None = None, **tensors: np.ndarray) -> Checkpoint:
    save = pytest.importorskip("safetensors.numpy").save_file
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config or {}), "utf-8")
    (folder / "chat_template.jinja").write_text("{{ messages }}", "utf-8")
    save(tensors or {"a": np.zeros((30, 100), np.float32)}, folder / "model.safetensors")
    return Checkpoint(folder=folder)


def of_checkpoint(checkpoint: Checkpoint, **options: str) -> About:
    read, profile = read_options(TransformersOptions, "transformers", options)
    return about_checkpoint(checkpoint, profile, read.name or checkpoint.name)


def of_server(argument: str, **options: str) -> About:
    read, profile = read_options(OpenAIOptions, "openai", options)
    address = read_address(argument)
    return about_server(address, profile, read, read.name or address.model)


def test_a_checkpoint_from_its_hub_is_what_its_profile_states(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", "utf-8")
    profile = read_profile("qwen2.5-vl-7b")
    about = of_checkpoint(Checkpoint(folder=tmp_path, hub=QWEN), profile="qwen2.5-vl-7b")
    assert about == About(
        title=profile.title,
        parameters=profile.parameters,
        open_weights=True,
        licence="Apache-2.0",
        medical=False,
        trained_on=profile.trained_on,
        url=f"https://huggingface.co/{QWEN}",
        unverified=profile.unverified,
    )
    assert about.parameters


def test_a_checkpoint_that_runs_under_the_profiles_name_is_said_to_be_it(tmp_path: Path) -> None:
    about = of_checkpoint(weights(tmp_path / "x"), profile="qwen2.5-vl-7b", name="qwen2.5-vl-7b")
    assert (about.title, about.open_weights) == (read_profile("qwen2.5-vl-7b").title, True)
    assert about.unverified[-1] == DOUBT
    assert about.parameters == 3e-6, "files that are here go before what is said of others"


def test_a_profile_that_is_lent_says_nothing_of_a_fine_tune(tmp_path: Path) -> None:
    mine = weights(tmp_path / "mine")
    for options in ({"profile": "qwen2.5-vl-7b"}, {"profile": "qwen2.5-vl-7b", "name": "ours"}, {}):
        assert of_checkpoint(mine, **options) == About(parameters=3e-6)
    other = replace(mine, hub="someone/mine")
    assert of_checkpoint(other) == About(parameters=3e-6, url="https://huggingface.co/someone/mine")


def test_parameters_are_counted_where_each_number_is_one(tmp_path: Path) -> None:
    floats = {"a": np.zeros((3, 5), np.float16), "b": np.zeros(4, np.float32), "c": np.zeros((), np.float64)}
    buffers = {"position_ids": np.zeros((1, 77), np.int64), "seen": np.zeros(2, np.bool_)}
    assert weights(tmp_path / "a", **floats).parameters == 15 + 4 + 1
    assert weights(tmp_path / "b", **floats, **buffers).parameters == 20, "positions are no parameters"
    assert weights(tmp_path / "c", **floats, packed=np.zeros(4, np.uint8)).parameters is None
    assert weights(tmp_path / "d", {"quantization_config": {"bits": 4}}, **floats).parameters is None
    assert weights(tmp_path / "e", **buffers).parameters is None
    (tmp_path / "f").mkdir()
    assert Checkpoint(folder=tmp_path / "f").parameters is None, "the weights are elsewhere"


def test_shards_are_counted_together(tmp_path: Path) -> None:
    checkpoint = weights(tmp_path / "x", a=np.zeros(6, np.float32))
    (tmp_path / "x" / "model.safetensors").rename(tmp_path / "x" / "1.safetensors")
    weights(tmp_path / "x", b=np.zeros(7, np.float32))
    (tmp_path / "x" / "model.safetensors").rename(tmp_path / "x" / "2.safetensors")
    index = {"weight_map": {"a": "1.safetensors", "b": "2.safetensors"}}
    (tmp_path / "x" / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")
    assert checkpoint.parameters == 13
    (tmp_path / "x" / "2.safetensors").unlink()
    assert checkpoint.parameters is None, "half of a model has no size"


@pytest.mark.parametrize("damage", [b"", b"x", b"\xff" * 64, (9).to_bytes(8, "little") + b"[1, 2, 3]"])
def test_damaged_weights_have_no_size(tmp_path: Path, damage: bytes) -> None:
    checkpoint = weights(tmp_path / "x")
    (tmp_path / "x" / "model.safetensors").write_bytes(damage)
    assert checkpoint.parameters is None


@pytest.mark.parametrize("index", ["", "[]", "{}", '{"weight_map": []}', '{"weight_map": {"a": ["b"]}}'])
def test_a_damaged_index_has_no_size(tmp_path: Path, index: str) -> None:
    (tmp_path / "config.json").write_text("{}", "utf-8")
    (tmp_path / "model.safetensors.index.json").write_text(index, "utf-8")
    assert Checkpoint(folder=tmp_path).parameters is None


def test_the_model_of_transformers_says_it(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    pytest.importorskip("torch")
    weights(tmp_path / "x")
    made = catalog("models").load("transformers")(str(tmp_path / "x"), {})
    assert declared(made).about == About(parameters=3e-6)


def test_the_model_of_vllm_says_it(tmp_path: Path) -> None:
    made = VllmModel(
        name="qwen2.5-vl-7b",
        box_format="json-pixels",
        resize=AS_IS,
        generation={},
        settings={},
        fingerprint="",
        runtime=frozenset(),
        checkpoint=weights(tmp_path / "x"),
        options=VllmOptions(),
        profile=read_profile("qwen2.5-vl-7b"),
    )
    assert declared(made).about.unverified[-1] == DOUBT
    assert declared(made).about.parameters == 3e-6


def test_open_weights_are_the_same_on_any_server() -> None:
    own = of_server(f"{QWEN}@{LOCAL}", profile="qwen2.5-vl-7b")
    assert (own.open_weights, own.parameters) == (True, read_profile("qwen2.5-vl-7b").parameters)
    assert DOUBT not in own.unverified
    alias = of_server(f"tiny@{LOCAL}", profile="qwen2.5-vl-7b", name="qwen2.5-vl-7b")
    assert alias == replace(own, unverified=(*own.unverified, DOUBT))
    assert of_server(f"tiny@{LOCAL}", profile="qwen2.5-vl-7b") == About()
    assert of_server(f"tiny@{LOCAL}") == About()


def test_a_service_is_known_by_model_and_address() -> None:
    profile = read_profile("gpt")
    own = of_server(profile.hub, profile="gpt", name="gpt")
    assert own.price == profile.price is not None
    assert (own.open_weights, own.parameters) == (False, None)
    model, _, url = profile.hub.partition("@")
    assert of_server(f"{model}-mini@{url}", profile="gpt", name="gpt") == About(), "another model has another price"
    assert of_server(f"{model}@https://gateway.example.org/v1", profile="gpt", name="gpt") == About()


def test_prices_that_are_given_go_before_and_are_said_to_be_told() -> None:
    profile = read_profile("gpt")
    assert profile.price
    whole = of_server(f"tiny@{LOCAL}", price_input="1", price_output="0")
    assert whole.price == Price(input=1.0, output=0.0)
    assert "price_input" in whole.unverified[0]
    assert of_server(f"tiny@{LOCAL}", price_input="1") == About(), "half a price is none"
    mixed = of_server(profile.hub, profile="gpt", price_output="99")
    assert mixed.price == Price(input=profile.price.input, output=99.0)


def test_the_ledger_and_the_manifest_have_one_price(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    for hub, options in (("", {}), (f"tiny@{LOCAL}", {"price_input": "3", "price_output": "5"}), (f"a@{LOCAL}", {})):
        made = catalog("models").load("gpt")("", {**({"hub": hub} if hub else {}), **options})
        made.ledger.paid(1000, 10)
        usage = {"input_tokens": 1000, "output_tokens": 10, "without_tokens": 0}
        assert made.ledger.cost == cost(made.about, usage)
        assert (made.about.price is None) == (hub.startswith("a@"))


@pytest.mark.parametrize("name", profile_names())
def test_what_every_profile_states_can_be_written(name: str) -> None:
    profile = read_profile(name)
    if profile.backend == "openai":
        about = of_server(profile.hub, profile=name)
    else:
        about = of_checkpoint(Checkpoint(folder=Path("/nowhere"), hub=profile.hub), profile=name)
    assert codec.convert(About, codec.plain(about), name) == about
    assert (about.title, about.licence, about.medical) == (profile.title, profile.licence, profile.medical)
    assert (about.parameters, about.open_weights) == (profile.parameters, profile.open_weights)


def test_no_profile_states_nothing() -> None:
    checkpoint = Checkpoint(folder=Path("/nowhere/plain"))
    assert of_checkpoint(checkpoint, name=PLAIN.name) == About()


@pytest.mark.parametrize("name", ["baseline/prior", "baseline/blind", "baseline/vision"])
def test_baselines_are_known(name: str) -> None:
    about = declared(catalog("models").load(name)("", {})).about
    assert (about.parameters, about.open_weights, about.licence, about.medical) == (0.0, True, "Apache-2.0", False)
    assert about.title
    assert about.price is None
