"""What a user can mend ends with one line that says how, before or at the first request."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from vllm_world import QUICK, ask, model_of, picture

from medgauge.errors import MedGaugeError
from medgauge.generation import Generation, Option
from medgauge_model_adapters.vllm_engine import build as factory
from medgauge_model_adapters.vllm_engine.build import build


def refused(model, *requests):
    with pytest.raises(MedGaugeError) as caught:
        list(model.generate(requests))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_pictures_for_a_model_of_words(tiny: Callable[[str], Path], pictures: Path) -> None:
    model = model_of(tiny("qwen2_text"))
    assert "reads words alone" in refused(model, ask(0, picture(pictures, 0), "?"))
    (said,) = model.generate([ask(1, "Is there an effusion?")])
    assert (said.finish, said.sent) == ("length", ())


def test_no_chat_template(tiny: Callable[[str], Path], tmp_path: Path) -> None:
    folder = shutil.copytree(tiny("llava"), tmp_path / "llava")
    (folder / "chat_template.jinja").unlink()
    config = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    config.pop("chat_template", None)
    (folder / "tokenizer_config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(MedGaugeError, match=r"llava has no chat template: .*chat_template\.jinja.*--set profile="):
        build(str(folder), QUICK)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"dtype": "float8"}, "dtype='float8'.*'float32'"),
        ({"batch_size": "0"}, "batch_size='0'"),
        ({"gpu_memory": "1.2"}, "gpu_memory='1.2'"),
        ({"max_num_seq": "4"}, "unknown option 'max_num_seq'; it takes .*batch_size"),
        ({"profile": "medregaa"}, "unknown profile 'medregaa'.*'medrega'"),
        ({"profile": "qwen3-vl-8b"}, "it is not the checkpoint of this profile"),
    ],
)
def test_options(options: dict[str, str], told: str, tiny: Callable[[str], Path]) -> None:
    with pytest.raises(MedGaugeError, match=told):
        build(str(tiny("qwen2_5_vl")), options)


@pytest.mark.parametrize(
    ("checkpoint", "told"), [("", "expected a checkpoint"), ("/no/such/folder", "/no/such/folder")]
)
def test_no_checkpoint(checkpoint: str, told: str) -> None:
    with pytest.raises(MedGaugeError, match=told):
        build(checkpoint, {})


def test_the_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factory, "find_spec", lambda name: None)
    with pytest.raises(MedGaugeError, match=r"pip install 'medgauge\[vllm\]'"):
        build("owner/name", {})


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"max_model_len": "100000"}, "max_model_len.*100000"),
        ({"quantization": "no-such-method"}, "quantization"),
    ],
)
def test_what_vllm_does_not_load(
    options: dict[str, str], told: str, tiny: Callable[[str], Path], pictures: Path
) -> None:
    with pytest.raises(MedGaugeError, match=f"vllm: cannot load qwen2_5_vl: .*{told}") as caught:
        list(build(str(tiny("qwen2_5_vl")), {**QUICK, **options}).generate([ask(0, "?")]))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("generation", "told"),
    [
        (Generation(num_beams=4), "num_beams=4"),
        (Generation(temperature=2.5), "temperature=2.5"),
        (Generation(temperature=0.001), "temperature=0.001"),
    ],
)
def test_settings_that_vllm_does_not_take(
    generation: Generation, told: str, tiny: Callable[[str], Path], pictures: Path
) -> None:
    model = model_of(tiny("qwen2_5_vl"))
    assert told in refused(model, ask(0, picture(pictures, 0), "?", generation=generation))


def test_options_that_begin_alike(tiny: Callable[[str], Path], pictures: Path) -> None:
    options = (Option(label="left lung", forms=("lung left",)), Option(label="right lung", forms=("lung right",)))
    asked = ask(0, picture(pictures, 0), "?", options=options, generation=Generation(scoring="first-token"))
    told = refused(model_of(tiny("qwen2_5_vl")), asked)
    assert "'left lung' and 'right lung'" in told
    assert "scoring=whole-option" in told
    whole = replace(asked, generation=Generation(scoring="whole-option"))
    (said,) = model_of(tiny("qwen2_5_vl")).generate([whole])
    assert set(said.scores or ()) == {"left lung", "right lung"}


def test_more_pictures_than_allowed(tiny: Callable[[str], Path], pictures: Path) -> None:
    parts = [picture(pictures, n) for n in range(9)]
    assert "--set images=9" in refused(model_of(tiny("qwen2_5_vl")), ask(0, *parts, "?"))
