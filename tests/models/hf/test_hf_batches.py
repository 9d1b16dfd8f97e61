"""An answer does not depend on what stands beside it, and is what transformers gives by hand."""

import random
from dataclasses import replace

import pytest
from hf_world import answers, ask, by_hand, mixed, model_of, picture, texts, with_profile
from tiny_checkpoints import VISUAL

from medgauge.resize import Resize
from medgauge.types import Message, Text, answering
from medgauge_model_adapters.hf.batches import choose, waiting
from medgauge_model_adapters.hf.engine import Engine
from medgauge_model_adapters.hf.loading import load
from medgauge_model_adapters.hf.prepare import Prepared
from medgauge_model_adapters.hf.sizes import Sizes


@pytest.mark.parametrize("family", VISUAL)
def test_one_by_one_batched_shuffled_and_by_hand_are_the_same(tiny, pictures, family):
    folder = tiny(family)
    requests = mixed(pictures)
    alone = texts(answers(model_of(folder, batch_size="1"), requests))
    assert len(set(alone.values())) > len(alone) // 2, "answers must hang on what is asked"
    model = model_of(folder, batch_size="6")
    assert texts(answers(model, requests)) == alone
    assert max(map(int, model.report()["workers"][0]["batches"])) > 1
    assert texts(answers(model, random.Random(3).sample(requests, len(requests)))) == alone
    assert [by_hand(folder, [request])[0] for request in requests] == list(alone.values())


def test_padding_on_the_right_would_be_wrong(tiny, pictures):
    """What the comparison above is worth: the usual mistake changes answers here."""
    folder = tiny("qwen2_5_vl")
    requests = [ask(n, picture(pictures, n)) for n in range(4)]
    alone = [by_hand(folder, [request])[0] for request in requests]
    assert by_hand(folder, requests) == alone
    assert by_hand(folder, requests, side="right") != alone


@pytest.mark.parametrize("family", VISUAL)
def test_the_answer_hangs_on_every_picture_and_their_order(tiny, pictures, family):
    first, second, third = (picture(pictures, n) for n in (2, 3, 5))
    asked = [ask(0, first, second), ask(4, second, first), ask(8, first, third), ask(12, first)]
    outputs = answers(model_of(tiny(family)), asked)
    assert len(set(texts(outputs).values())) == 4
    assert [len(output.sent) for output in outputs.values()] == [len(request.media) for request in asked]


@pytest.mark.parametrize("family", VISUAL)
def test_a_picture_stands_where_it_is_put(tiny, pictures, family):
    media = picture(pictures, 1)
    words = (Text(text="The prior study. "), Text(text=" Is there a pleural effusion?"))
    between = (Message(role="user", parts=(words[0], media, words[1])),)
    before = (Message(role="user", parts=(media, Text(text="The prior study. Is there a pleural effusion?"))),)
    model = model_of(tiny(family))
    said = texts(answers(model, [ask(0, messages=between), ask(1, messages=before)]))
    assert len(set(said.values())) == 2
    first = with_profile(model, layout=model.recipe.profile.layout.model_copy(update={"image": "first"}))
    moved, there = texts(answers(first, [ask(0, messages=between), ask(1, messages=before)])).values()
    assert moved == there


def test_a_system_prompt_changes_the_answer(tiny, pictures):
    request = ask(0, picture(pictures, 0))
    system = (Message(role="system", parts=(Text(text="You are a careful radiologist."),)), *request.messages)
    folder = tiny("qwen2_5_vl")
    (plain,) = texts(answers(model_of(folder), [request])).values()
    (asked,) = texts(answers(model_of(folder), [replace(request, messages=system)])).values()
    (set_,) = texts(answers(model_of(folder, system="You are a careful radiologist."), [request])).values()
    assert plain != asked == set_


def test_the_pixel_budget_holds_and_is_recorded(tiny, pictures):
    request = ask(0, picture(pictures, 2))
    model = model_of(tiny("qwen2_5_vl"))
    assert model.resize == Resize(kind="smart", factor=28, min_pixels=4 * 784, max_pixels=64 * 784)
    small = model_of(tiny("qwen2_5_vl"), max_pixels=str(16 * 784))
    assert small.resize.max_pixels == 16 * 784
    for each, size in ((model, (196, 196)), (small, (84, 84))):
        (output,) = each.generate([request])
        assert output.sent == (size,) == (each.resize.sent((300, 300)),)
    fit = model_of(tiny("internvl"), max_pixels="2500")
    (output,) = fit.generate([request])
    assert output.sent == ((50, 50),)


def test_requests_that_cannot_be_asked_fail_alone(tiny, pictures, tmp_path):
    (tmp_path / "0.png").write_bytes(b"no picture")
    asked = mixed(pictures, 5)
    lost = ask(50, replace(picture(pictures, 0), path=str(tmp_path / "0.png")))
    marked = ask(51, picture(pictures, 0), words="What does <|image_pad|> mean?")
    long = ask(52, picture(pictures, 0), words="lung 肺 " * 3000)
    folder = tiny("qwen2_5_vl")
    outputs = answers(model_of(folder, batch_size="8"), [lost, *asked, marked, long])
    failed = {output.key.id: output.error for output in outputs.values() if output.finish == "failed"}
    assert set(failed) == {"50", "51", "52"}
    assert failed["50"].startswith("0.png: not a readable image")
    assert str(tmp_path) not in failed["50"]
    assert "leaves no room in a context of 4096" in failed["52"]
    rest = {key: output.text for key, output in outputs.items() if output.finish != "failed"}
    assert rest == texts(answers(model_of(folder, batch_size="1"), asked))


def test_the_stream_is_taken_as_it_is_needed(tiny, pictures):
    taken = 0

    def stream():
        nonlocal taken
        for request in mixed(pictures, 200, max_new_tokens=1):
            taken += 1
            yield request

    outputs = model_of(tiny("llava"), batch_size="2").generate(stream())
    next(outputs)
    assert taken <= 2 * 4 + 2
    outputs.close()


def test_a_batch_is_of_one_kind_and_little_of_it_is_padding():
    import torch

    def made(number, length, **more):
        inputs = {"input_ids": torch.zeros((1, length), dtype=torch.long)}
        return waiting(Prepared(request=ask(number, **more), inputs=inputs, room=10, sent=()))

    lengths = (100, 400, 90, 101, 95, 100)
    window = [made(n, length, temperature=0.5 if n == 5 else 0.0) for n, length in enumerate(lengths)]
    batch = choose(window, Sizes(start=8))
    assert set(batch) == {window[n] for n in (0, 2, 3, 4)}
    assert batch[0] is window[0]
    assert len(choose(window, Sizes(start=2))) == 2


def test_no_row_is_written_beyond_its_context(tiny):
    """A prompt near the end of the context has less room, and does not go with those that have more."""
    words = ("lung " * 4060, "lung " * 4000)
    lengths, asked = {}, [ask(n, words=text, max_new_tokens=60) for n, text in enumerate(words)]
    model = model_of(tiny("qwen2_text"), batch_size="2")
    engine = Engine(loaded=load(model.recipe, "cpu"), sizes=Sizes(start=2), answer=lambda loaded, batch: seen(batch))

    def seen(batch):
        for one in batch:
            lengths[one.request.id] = one.length
            assert one.length + max(each.room for each in batch) <= engine.loaded.context
        return [answering(one.request, text="") for one in batch]

    list(engine.generate(asked))
    assert max(lengths.values()) + 60 > engine.loaded.context
    assert engine.report()["batches"] == {"1": 2}
