"""What the user can mend ends in one line that says what to do."""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hf_world import answers, ask, model_of, picture, texts

from medgauge.errors import MedGaugeError
from medgauge_model_adapters.hf.build import build


@pytest.fixture
def copied(tiny, tmp_path):
    """A checkpoint that a test may spoil."""

    def made(family):
        return shutil.copytree(tiny(family), tmp_path / family)

    return made


def edit(file, **changed):
    said = {**json.loads(file.read_text("utf-8")), **changed}
    file.write_text(json.dumps({name: value for name, value in said.items() if value is not None}), "utf-8")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"dtype": "float8"}, "option dtype='float8'"),
        ({"device": "gpu"}, "option device='gpu'"),
        ({"batch_size": "0"}, "option batch_size='0'"),
        ({"max_pixels": "many"}, "option max_pixels='many'"),
        ({"attention": "eager"}, "unknown option 'attention'; it takes profile, "),
        ({"profile": "qwen9"}, "unknown profile 'qwen9'"),
        ({"box_format": "circles"}, "unknown box format 'circles'"),
        ({"max_pixels": "100"}, "max_pixels"),
    ],
    ids=str,
)
def test_options(tiny, options, said):
    with pytest.raises(MedGaugeError) as caught:
        build(str(tiny("qwen2_5_vl")), options)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_not_a_checkpoint(tmp_path, copied):
    (tmp_path / "empty").mkdir()
    for argument, said in (
        (str(tmp_path / "empty"), "is no checkpoint folder: it has no config.json"),
        (str(tmp_path / "nowhere"), "neither a folder nor a hub id"),
        ("", "expected a checkpoint, as in transformers:/models/mine"),
    ):
        with pytest.raises(MedGaugeError, match=said):
            build(argument, {})
    folder = copied("llava")
    (folder / "config.json").write_text("{", "utf-8")
    with pytest.raises(MedGaugeError, match=r"config\.json is not readable JSON"):
        build(str(folder), {})
    (folder / "config.json").write_text('{"model_type": "no-such-thing"}', "utf-8")
    with pytest.raises(MedGaugeError, match=r"cannot load llava: .*no-such-thing") as caught:
        next(build(str(folder), {}).generate([ask(0)]))
    assert "\n" not in str(caught.value)


def test_no_chat_template(copied):
    folder = copied("qwen2_5_vl")
    (folder / "chat_template.jinja").unlink()
    edit(folder / "tokenizer_config.json", chat_template=None)
    with pytest.raises(MedGaugeError, match="qwen2_5_vl has no chat template: expected chat_template"):
        build(str(folder), {})


def test_a_model_of_words(tiny, pictures):
    model = model_of(tiny("qwen2_text"))
    with pytest.raises(MedGaugeError, match=r"qwen2_text is a model of words.*--control blind"):
        list(model.generate([ask(0, picture(pictures, 0))]))
    said = texts(answers(model, [ask(n) for n in range(4)]))
    assert said == texts(answers(model_of(tiny("qwen2_text"), batch_size="1"), [ask(n) for n in range(4)]))
    assert len(set(said.values())) == 4


@pytest.mark.parametrize("package", ["torch", "transformers"])
def test_a_missing_extra(tiny, monkeypatch, package):
    monkeypatch.setattr(
        "medgauge_model_adapters.hf.build.find_spec", lambda name: None if name == package else object()
    )
    with pytest.raises(MedGaugeError, match=rf"{package} is not installed; pip install 'medgauge\[transformers\]'"):
        build(str(tiny("llava")), {})


def test_weights_that_are_missing_are_not_made_up(copied):
    """transformers draws them at random and goes on. The factory reads none, and does not see it."""
    from safetensors.torch import load_file, save_file

    file = copied("llava") / "model.safetensors"
    weights = load_file(file)
    del weights[next(name for name in weights if "layers.1.mlp.up_proj" in name)]
    save_file(weights, file, metadata={"format": "pt"})
    model = build(str(file.parent), {})
    with pytest.raises(MedGaugeError, match=r"1 weights of llava are not in its files, .*up_proj.* first"):
        next(model.generate([ask(0)]))


def test_weights_that_break_off(copied):
    file = copied("llava") / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1000])
    with pytest.raises(MedGaugeError, match="cannot load llava: ") as caught:
        next(build(str(file.parent), {}).generate([ask(0)]))
    assert "\n" not in str(caught.value)


def test_weights_of_another_shape_are_named(copied):
    folder = copied("qwen2_text")
    edit(folder / "config.json", intermediate_size=128)
    with pytest.raises(MedGaugeError, match=r"weights of qwen2_text .*mlp.* is \(.*256.*\) .*\(.*128") as caught:
        next(build(str(folder), {}).generate([ask(0)]))
    assert "\n" not in str(caught.value)


def test_a_model_that_does_not_fit_its_device(tiny, monkeypatch):
    import torch

    def full(self, device):
        raise torch.OutOfMemoryError("CUDA out of memory.\nMore lines")

    monkeypatch.setattr(torch.nn.Module, "to", full)
    with pytest.raises(MedGaugeError, match=r"cannot load qwen2_text: CUDA out of memory\.$"):
        next(model_of(tiny("qwen2_text")).generate([ask(0)]))


def test_a_schema_is_for_other_backends(tiny, pictures):
    asked = replace(ask(0, picture(pictures, 0)), schema={"type": "object"})
    with pytest.raises(MedGaugeError, match="JSON schema; ask llava through vllm: or openai:"):
        list(model_of(tiny("llava")).generate([asked]))


def test_a_dtype_that_is_none(copied):
    folder = copied("llava")
    edit(folder / "config.json", dtype="float8_e4m3fn")
    with pytest.raises(MedGaugeError, match="is in float8_e4m3fn; expected one of float32, bfloat16, float16"):
        build(str(folder), {})
    assert build(str(folder), {"dtype": "bfloat16"}).settings["dtype"] == "bfloat16"


def test_no_such_device(tiny):
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    with pytest.raises(MedGaugeError, match="device=cuda: there is no CUDA device here"):
        list(build(str(tiny("llava")), {"device": "cuda"}).generate([ask(0)]))


def test_a_hub_id_that_is_not_here(monkeypatch, tmp_path):
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(MedGaugeError, match="hub id 'acme/tiny' is not in the local cache") as caught:
        build("acme/tiny", {})
    assert "give its folder" in str(caught.value)


def test_code_from_the_hub_only_at_a_commit(tiny, monkeypatch):
    from medgauge_model_adapters.local.checkpoint import Checkpoint

    folder = tiny("llava")
    found = Checkpoint(folder=folder, hub="acme/llava", revision="")
    monkeypatch.setattr("medgauge_model_adapters.local.usable.find_checkpoint", lambda *args: found)
    with pytest.raises(MedGaugeError, match="only at a commit that you have looked at"):
        build("acme/llava", {"trust_remote_code": "true", "revision": "main"})
    assert build("acme/llava", {"trust_remote_code": "true", "revision": "a" * 40}).name == "llava"


def test_a_profile_of_another_family(tiny):
    with pytest.raises(MedGaugeError, match=r"profile 'qwen2\.5-vl-7b' declares .* to multiples of 32"):
        build(str(tiny("qwen3_vl")), {"profile": "qwen2.5-vl-7b"})


def test_a_processor_that_sizes_otherwise_than_declared_stops_the_run(tiny, pictures):
    """A silent difference would move every box."""
    model = model_of(tiny("qwen2_5_vl"))
    resize = replace(model.resize, factor=56)
    profile = model.recipe.profile.model_copy(update={"resize": resize})
    broken = replace(model, recipe=replace(model.recipe, profile=profile))
    with pytest.raises(MedGaugeError, match="came out of its processor as"):
        list(broken.generate([ask(0, picture(pictures, 1))]))


def test_a_broken_torchvision_counts_as_none(tiny, pictures, tmp_path):
    """In a process of its own: transformers looks for torchvision once."""
    import subprocess

    here = Path(__file__).parent
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision" / "__init__.py").write_text("raise RuntimeError('operator nms does not exist')\n")
    script = (
        "import sys\n"
        f"sys.path[:0] = {[str(tmp_path), str(here), str(here.parent / 'tiny')]!r}\n"
        "from hf_world import *\n"
        f"model = model_of(Path({str(tiny('qwen2_5_vl'))!r}))\n"
        f"print(*(o.text.encode() for o in model.generate([ask(0, picture(Path({str(pictures)!r}), 0))])))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    alone = [output.text.encode() for output in model_of(tiny("qwen2_5_vl")).generate([ask(0, picture(pictures, 0))])]
    assert done.stdout.split("\n")[0] == str(alone[0])
