"""Profiles of checkpoints without a chat template: what the real processors make of ours, the picture included."""

from itertools import groupby

import pytest
from PIL import Image

from medgauge.types import Media, Message, Request, Text
from medgauge_model_adapters.chat import chat_parts, laid_out
from medgauge_model_adapters.profile import read_profile

transformers = pytest.importorskip("transformers", reason="transformers is not installed here")
WORDS = ["Locate", "the", "heart", ";", "left", "lung", "detect", "An", "image", "of"]
GROUNDING = ["<image>", "</image>", "<phrase>", "</phrase>", "<object>", "</object>", "<grounding>"]


def tokenizer(extra):
    from tokenizers import Tokenizer, models, pre_tokenizers

    named = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}
    vocabulary = {word: number for number, word in enumerate([*named.values(), "\n", *WORDS])}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Split(" ", "removed")
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=words, **named)
    fast.add_special_tokens({"additional_special_tokens": extra})
    fast.image_token, fast.image_token_id = "<image>", fast.convert_tokens_to_ids("<image>")
    return fast


def pictures(name):
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
    from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

    side = {"height": 28, "width": 28}
    made = (
        SiglipImageProcessorPil(size=side)
        if name == "paligemma2-3b"
        else CLIPImageProcessorPil(size=side, crop_size=side)
    )
    made.image_seq_length = 4
    return made


def processor(name):
    if name == "kosmos-2":
        return transformers.Kosmos2Processor(pictures(name), tokenizer(GROUNDING), num_patch_index_tokens=16)
    made = transformers.PaliGemmaProcessor if name == "paligemma2-3b" else transformers.Florence2Processor
    return made(pictures(name), tokenizer(["<image>"]))


def asked(name, text):
    """Tokens and pixels of one question with one picture, through the layout and the template of a profile."""
    profile, made = read_profile(name), processor(name)
    request = Request(
        id="t:en:0:0:x",
        messages=(Message(role="user", parts=(Text(text=f"{text}\n"), Media(path="/a.png", sha256="", size=None))),),
    )
    image = Image.new("RGB", (60, 40), (200, 10, 10))
    messages = chat_parts(laid_out(request, profile.layout), lambda _: {"type": "image", "image": image})
    template = profile.chat_template_text
    inputs = made.apply_chat_template(
        messages,
        chat_template=template,
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="np",
    )
    return made.tokenizer.convert_ids_to_tokens(inputs["input_ids"][0].tolist()), inputs


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("paligemma2-3b", "detect heart ; left lung", ["<image>", "<s>", "detect", "heart", ";", "left", "lung\n"]),
        ("florence-2-large", "Locate the heart", ["<image>", "<s>", "Locate", "the", "heart", "</s>"]),
    ],
)
def test_the_picture_comes_first_and_words_follow(name, text, expected) -> None:
    tokens, inputs = asked(name, text)
    assert [token for token, _ in groupby(tokens)] == [
        word if word in WORDS or "<" in word else "<unk>" for word in expected
    ]
    assert tokens.count("<image>") == 4
    assert inputs["pixel_values"].shape == (1, 3, 28, 28)


def test_kosmos_is_asked_for_places_after_the_picture() -> None:
    tokens, inputs = asked("kosmos-2", "An image of")
    assert tokens[-4:] == ["<grounding>", "An", "image", "of"]
    assert inputs["image_embeds_position_mask"].sum() == 64
    assert inputs["pixel_values"].shape == (1, 3, 28, 28)
