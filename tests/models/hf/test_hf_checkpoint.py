"""What is told of a checkpoint from its files, and what changes its fingerprint."""

import json
import shutil

import pytest
from hf_world import model_of

from medgauge.errors import MedGaugeError
from medgauge.resize import AS_IS, Resize
from medgauge_model_adapters.hf.build import build
from medgauge_model_adapters.local.checkpoint import Checkpoint, find_checkpoint


@pytest.fixture
def copy(tiny, tmp_path):
    return Checkpoint(folder=shutil.copytree(tiny("qwen3_vl"), tmp_path / "copy"))


def test_a_copy_elsewhere_is_the_same(tiny, copy):
    there = find_checkpoint("transformers", str(tiny("qwen3_vl")))
    assert there.fingerprint() == copy.fingerprint()
    assert model_of(copy.folder).settings == model_of(there.folder).settings


@pytest.mark.parametrize(
    "file", ["config.json", "tokenizer.json", "processor_config.json", "chat_template.jinja", "generation_config.json"]
)
def test_every_byte_of_a_small_file_counts(copy, file):
    before = copy.fingerprint()
    path = copy.folder / file
    path.write_bytes(path.read_bytes() + b" ")
    assert copy.fingerprint() != before


def test_weights_count_by_name_size_and_ends(copy):
    before = copy.fingerprint()
    file = copy.folder / "model.safetensors"
    weights = file.read_bytes()
    file.write_bytes(weights.replace(b"lm_head.weight", b"lm_haed.weight", 1))
    renamed = copy.fingerprint()
    file.write_bytes(weights + b"\0")
    longer = copy.fingerprint()
    file.rename(copy.folder / "other.safetensors")
    assert len({before, renamed, longer, copy.fingerprint()}) == 4


def test_what_decides_nothing_does_not_count(copy):
    before = copy.fingerprint()
    (copy.folder / "README.md").write_text("words")
    (copy.folder / ".cache").mkdir()
    (copy.folder / ".cache" / "download.json").write_text("{}")
    assert copy.fingerprint() == before


def test_code_that_comes_with_it_is_hashed(copy):
    assert copy.code_hash() == ""
    (copy.folder / "modeling_x.py").write_text("x = 1")
    one = copy.code_hash()
    (copy.folder / "modeling_x.py").write_text("x = 2")
    assert "" != one != copy.code_hash()
    model = model_of(copy.folder, trust_remote_code="true")
    assert model.settings["remote_code"] == copy.code_hash()


@pytest.mark.parametrize(
    ("family", "resize"),
    [
        ("qwen2_5_vl", Resize(kind="smart", factor=28, min_pixels=3136, max_pixels=50176)),
        ("qwen3_vl", Resize(kind="smart", factor=32, min_pixels=4096, max_pixels=65536)),
        ("internvl", AS_IS),
        ("llava", AS_IS),
        ("qwen2_text", AS_IS),
    ],
)
def test_the_resize_is_read_from_the_processor(tiny, family, resize):
    assert Checkpoint(folder=tiny(family)).resize == resize


def test_settings_tell_no_path(tiny):
    model = model_of(tiny("llava"), system="You are careful.")
    assert str(tiny("llava").parent) not in str(model.settings) + model.fingerprint
    assert model.settings["system"] == "You are careful."
    assert model.runtime == {"batch_size", "device", "devices"}
    assert model.uploads_to is None


def test_of_a_hub_repository_the_commit_pins_the_weights(copy):
    """They are not here when it is first asked, and must not make it another model once they are."""
    there = Checkpoint(folder=copy.folder, hub="acme/mine", revision="a" * 40)
    before = there.fingerprint()
    (copy.folder / "model.safetensors").unlink()
    assert there.fingerprint() == before


def test_other_numbers_of_the_same_shape_are_another_model(copy):
    before = copy.fingerprint()
    file = copy.folder / "model.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(bytes(content))
    assert copy.fingerprint() != before


def test_code_in_another_repository_is_refused(copy):
    config = json.loads((copy.folder / "config.json").read_text())
    config["auto_map"] = {"AutoModel": "acme/other--modeling.Mine"}
    (copy.folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(MedGaugeError, match="lies in acme/other, which no revision pins"):
        build(str(copy.folder), {"trust_remote_code": "true"})
