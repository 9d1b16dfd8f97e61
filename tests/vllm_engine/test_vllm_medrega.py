"""MedRegA's own path: the profile over an untouched checkpoint of its architecture, without a line of its code."""

from collections.abc import Callable
from pathlib import Path

import internvl_chat
import pytest
from PIL import Image
from vllm_world import Spy, answers, ask, draw_pictures, picture

from medgauge.errors import MedGaugeError
from medgauge.generation import Generation
from medgauge.plugins import catalog
from medgauge_model_adapters.vllm_engine.model import VllmModel

OPTIONS = {"dtype": "float32", "max_model_len": "1024", "batch_size": "8", "enforce_eager": "true"}
BASE = "You are a helpful medical assistant. Your task is object detection."
QUESTION = "Please locate <ref>carotid vessel wall</ref> in this MRI scan."
GENERATION = Generation(max_new_tokens=24, min_new_tokens=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return internvl_chat.build(tmp_path_factory.mktemp("hub") / "medrega")


@pytest.fixture(scope="module")
def made(folder: Path) -> Callable[..., VllmModel]:
    def build(**options: str) -> VllmModel:
        return catalog("models").load("medrega")("", {"hub": str(folder), **OPTIONS, **options})

    return build


@pytest.fixture(scope="module")
def model(made: Callable[..., VllmModel]) -> VllmModel:
    return made()


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_pictures(tmp_path_factory.mktemp("scans"))


def test_greedy_tokens_prompt_and_tile(model: VllmModel, folder: Path, scans: Path, spy: Spy) -> None:
    requests = [ask(n, f"{BASE} ", picture(scans, n), f"\n{QUESTION}", generation=GENERATION) for n in range(4)]
    said = answers(model, requests)
    reference = internvl_chat.reference(folder)
    done = sorted(spy.finished, key=lambda output: int(output.request_id))
    assert [output.sent for output in said] == [((448, 448),)] * 4
    for request, output, ended in zip(requests, said, done, strict=True):
        prompt = list(ended.prompt_token_ids)
        assert reference.tokenizer.decode(prompt) == (
            "<|im_start|>system\nAnswer the questions.<|im_end|>"
            f"<|im_start|>user\n{BASE} <img>{'<IMG_CONTEXT>' * 256}</img>\n{QUESTION}<|im_end|>"
            "<|im_start|>assistant\n"
        )
        with Image.open(request.media[0].path) as image:
            tokens = reference.tokens(image, prompt, 24)
        assert list(ended.outputs[0].token_ids) == tokens
        words = tokens[:-1] if tokens[-1] == reference.tokenizer.eos_token_id else tokens
        assert output.text == reference.tokenizer.decode(words)
    assert len({output.text for output in said}) == 4, "each picture has an answer of its own"


def test_markup_stays_in_the_text(model: VllmModel, scans: Path) -> None:
    said = answers(model, [ask(n, picture(scans, n), "\nWhere?", generation=GENERATION) for n in range(8)])
    text = " ".join(output.text for output in said)
    assert "<ref>" in text
    assert "<box>" in text
    assert "<|im_end|>" not in text


def test_questions_on_one_picture_share_its_tokens(model: VllmModel, scans: Path) -> None:
    """The prefix cache serves them, although they come apart from each other."""
    spread = [ask(n, picture(scans, n % 3), f"\nQuestion {n}?", generation=GENERATION) for n in range(12)]
    before = model.report()["cached_prompt_tokens"]
    answers(model, spread)
    assert model.report()["cached_prompt_tokens"] - before >= 9 * 128


def test_what_the_run_records(model: VllmModel) -> None:
    assert model.name == "medrega"
    assert model.box_format == "medrega"
    assert model.settings["system"] == "Answer the questions."
    assert model.settings["image"] == "as-asked"
    assert model.settings["config_layout"] == "internvl-chat"
    assert model.settings["remote_code"] is None
    assert model.generation == {"max_new_tokens": 400, "min_new_tokens": 1}
    assert (model.resize.kind, model.resize.side) == ("squash", 448)


def test_another_layout_than_declared_is_refused(tiny: Callable[[str], Path], scans: Path) -> None:
    wrong = catalog("models").load("medrega")("", {"hub": str(tiny("internvl")), **OPTIONS})
    with pytest.raises(MedGaugeError, match=r"model_type 'internvl', not 'internvl_chat'; give --set config_layout="):
        list(wrong.generate([ask(0, picture(scans, 0), "?")]))
