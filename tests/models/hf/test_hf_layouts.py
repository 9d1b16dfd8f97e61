"""Checkpoints as they are published: older keys of pixel budgets, chat templates that write strings."""

import json
import shutil

import pytest
from hf_world import answers, ask, mixed, model_of, picture, texts
from published_layout import build_published

from medgauge.errors import MedGaugeError
from medgauge.types import Message, Text
from medgauge_model_adapters.hf.collate import collate
from medgauge_model_adapters.hf.prepare import Prepared

PLAIN = "{% for m in messages %}{{ m['role'] }}: CONTENT{{ '\n' }}{% endfor %}ASSISTANT:"
PARTS = (
    "{% for m in messages %}{{ m['role'] }}: {% for p in m['content'] %}{% if p['type'] == 'image' %}<image>"
    "{% else %}{{ p['text'] }}{% endif %}{% endfor %}{{ '\n' }}{% endfor %}ASSISTANT:"
)


@pytest.fixture
def llava_with(tiny, tmp_path):
    """LLaVA with another chat template."""

    def made(name, template):
        folder = shutil.copytree(tiny("llava"), tmp_path / name)
        (folder / "chat_template.jinja").write_text(template, "utf-8")
        return folder

    return made


@pytest.mark.parametrize(
    ("options", "number", "size"),
    [
        ({}, 2, (196, 196)),
        ({"max_pixels": str(16 * 784)}, 2, (84, 84)),
        ({"min_pixels": str(40 * 784)}, 0, (196, 196)),
    ],
    ids=str,
)
def test_the_pixel_budget_of_the_published_layout(tiny, tmp_path, pictures, options, number, size):
    build_published(tmp_path / "published")
    request = ask(0, picture(pictures, number))
    (there,) = model_of(tiny("qwen2_5_vl"), **options).generate([request])
    (output,) = model_of(tmp_path / "published", **options).generate([request])
    assert output.sent == there.sent == (size,)
    assert output.text == there.text


@pytest.mark.parametrize(
    "content",
    ["{{ m['content'] }}", "{{ '' + m['content'] }}", "{{ m['content'].strip() }}", "{{ m['content'] | trim }}"],
)
def test_a_template_of_strings_gets_strings(llava_with, pictures, content):
    asked = mixed(pictures, 7)
    plain = model_of(llava_with("strings", PLAIN.replace("CONTENT", content)))
    assert texts(answers(plain, asked)) == texts(answers(model_of(llava_with("parts", PARTS)), asked))


def test_a_template_that_writes_no_words_is_refused(llava_with):
    model = model_of(llava_with("mute", "{% for m in messages %}{{ m['role'] }}{% endfor %}"))
    with pytest.raises(MedGaugeError, match="chat template of mute writes neither parts nor strings") as caught:
        list(model.generate([ask(0)]))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("wrong", ["'a' + 1", "'%(x)s' % {}", "'{}'.format()"])
def test_a_template_that_breaks_on_one_request_fails_it_alone(llava_with, wrong):
    chat = f"{{% for m in messages %}}{{% if m['role'] == 'system' %}}{{{{ {wrong} }}}}{{% endif %}}{{% endfor %}}"
    model = model_of(llava_with("picky", chat + PARTS))
    system = (Message(role="system", parts=(Text(text="Be brief."),)), *ask(1).messages)
    said = {key: output.error for key, output in answers(model, [ask(0), ask(1, messages=system)]).items()}
    assert said["t:en:0:0:0"] is None
    assert said["t:en:0:0:1"]


def test_what_goes_along_the_prompt_is_padded_on_its_side():
    """As Mllama has it: for each token of the prompt, what it sees of each tile of each picture."""
    import torch

    def made(length, images, tiles):
        inputs = {
            "input_ids": torch.full((1, length), 7),
            "attention_mask": torch.ones((1, length), dtype=torch.long),
            "cross_attention_mask": torch.ones((1, length, images, tiles), dtype=torch.long),
            "pixel_values": torch.ones((1, images, tiles, 3)),
        }
        return Prepared(request=ask(0), inputs=inputs, room=1, sent=())

    laid = collate([made(5, 1, 4), made(3, 2, 4)], pad=0)
    mask = laid["cross_attention_mask"]
    assert mask.shape == (2, 5, 2, 4)
    assert mask[0, :, 0].all()
    assert not mask[0, :, 1].any()
    assert mask[1].flatten(1).all(1).tolist() == [False, False, True, True, True]
    assert mask[1].flatten(1).any(1).tolist() == laid["attention_mask"][1].bool().tolist()
    assert laid["pixel_values"].shape == (2, 2, 4, 3)


def test_the_published_layout_is_what_it_says(tmp_path):
    build_published(tmp_path / "published")
    told = json.loads((tmp_path / "published" / "preprocessor_config.json").read_text("utf-8"))
    assert "size" not in told
    assert told["max_pixels"] == 64 * 784
    assert not (tmp_path / "published" / "processor_config.json").exists()
