"""How tokens are chosen: greedy unless asked, every setting honoured, draws that hang on the request alone."""

from dataclasses import replace

import numpy as np
import pytest
from hf_world import answers, ask, by_hand, by_hand_inputs, by_hand_model, mixed, model_of, picture, texts, with_profile
from scripted_checkpoint import build_scripted
from tiny_checkpoints import VISUAL

from medgauge.errors import MedGaugeError
from medgauge.types import Key
from medgauge_model_adapters.hf.draw import randomness

HOT = {"temperature": 1.2, "max_new_tokens": 12}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"repetition_penalty": 1.7},
        {"num_beams": 3},
        {"num_beams": 2, "repetition_penalty": 1.3},
        {"max_new_tokens": 3},
        {"min_new_tokens": 9},
    ],
    ids=str,
)
def test_settings_do_what_transformers_does_with_them(tiny, pictures, settings):
    """The checkpoint's own file asks for sampling at 0.7 and a penalty of 1.3: none of it leaks."""
    folder = tiny("qwen2_5_vl")
    requests = mixed(pictures, 6, **settings)
    said = texts(answers(model_of(folder, batch_size="1"), requests))
    assert list(said.values()) == [by_hand(folder, [request], **settings)[0] for request in requests]
    assert texts(answers(model_of(folder, batch_size="6"), requests)) == said


def test_a_penalty_does_not_see_the_padding(tiny, pictures):
    """The pad token is an ordinary end token to other checkpoints: penalised by a longer neighbour, answers change."""
    folder = tiny("internvl")
    requests = [ask(n, picture(pictures, 0), words="肺 " * (1 + 30 * n), repetition_penalty=50.0) for n in range(2)]
    alone = texts(answers(model_of(folder, batch_size="1"), requests))
    assert texts(answers(model_of(folder, batch_size="2"), requests)) == alone


def test_trials_differ_and_repeat_whatever_the_batch(tiny, pictures):
    folder = tiny("qwen2_5_vl")
    trials = [
        replace(request, id=str(replace(Key.parse(request.id), trial=trial)))
        for request in mixed(pictures, 5, **HOT)
        for trial in range(3)
    ]
    drawn = texts(answers(model_of(folder, batch_size="1"), trials))
    assert len(set(drawn.values())) == len(drawn), "every trial of every question is drawn anew"
    assert texts(answers(model_of(folder, batch_size="7"), trials[::-1])) == drawn
    other = [replace(one, generation=replace(one.generation, seed=5)) for one in trials]
    assert texts(answers(model_of(folder), other)) != drawn


def test_a_trial_is_not_the_seed_after(tiny, pictures):
    first = ask(0, picture(pictures, 0), seed=4, trial=1, **HOT)
    second = ask(0, picture(pictures, 0), seed=5, **HOT)
    model = model_of(tiny("qwen2_5_vl"))
    assert list(texts(answers(model, [first])).values()) != list(texts(answers(model, [second])).values())


def test_draws_follow_the_distribution(tiny, pictures):
    """800 first tokens against the probabilities after temperature, top-k and top-p, by a chi-square bound."""
    import torch

    folder = tiny("qwen2_5_vl")
    settings = {"temperature": 3.0, "top_k": 6, "top_p": 0.95, "max_new_tokens": 1}
    asked = [ask(0, picture(pictures, 0), trial=trial, **settings) for trial in range(800)]
    said = texts(answers(model_of(folder, batch_size="64"), asked))
    model, processor = by_hand_model(folder)
    with torch.inference_mode():
        logits = model(**by_hand_inputs(folder, asked[:1])).logits[0, -1]
    top = (logits / 3.0).topk(6)
    shares = top.values.softmax(-1)
    kept = int((shares.cumsum(-1) - shares < 0.95).sum())
    shares = (shares[:kept] / shares[:kept].sum()).numpy()
    words = [processor.tokenizer.decode([token]) for token in top.indices[:kept].tolist()]
    assert len(set(words)) == kept > 2
    counts = np.array([sum(text == word for text in said.values()) for word in words])
    assert counts.sum() == len(said)
    chi_square = float(((counts - 800 * shares) ** 2 / (800 * shares)).sum())
    assert chi_square < 25, (counts, shares)


def test_randomness_is_of_the_question_and_the_seed():
    same = ask(3, seed=2)
    assert randomness(same).random() == randomness(ask(3, seed=2, words="otherwise")).random()
    others = [ask(4, seed=2), ask(3, seed=3), ask(3, seed=2, trial=3)]
    assert len({randomness(one).random() for one in [same, *others]}) == 4


@pytest.mark.parametrize("family", VISUAL)
def test_log_probabilities_are_the_models_own(tiny, pictures, family):
    """Under temperature and penalty too; the tokens are found again by hand."""
    import torch

    folder = tiny(family)
    requests = mixed(pictures, 4, logprobs=True)
    outputs = answers(model_of(folder, batch_size="4"), requests)
    model, processor = by_hand_model(folder)
    for request, output in zip(requests, outputs.values(), strict=False):
        output = outputs[request.id]
        inputs = by_hand_inputs(folder, [request])
        with torch.inference_mode():
            made = model.generate(
                **inputs,
                max_new_tokens=10,
                do_sample=False,
                repetition_penalty=1.0,
                return_dict_in_generate=True,
                output_logits=True,
            )
        tokens = made.sequences[0, inputs["input_ids"].shape[1] :].tolist()
        tokens = tokens[: output.usage.output_tokens]
        logs = [float(step[0].log_softmax(-1)[token]) for step, token in zip(made.logits, tokens, strict=False)]
        if output.finish == "stop":
            tokens, logs = tokens[:-1], logs[:-1]
        assert [log for _, log in output.logprobs] == pytest.approx(logs, rel=1e-4, abs=1e-5)
        ends = [end for end, _ in output.logprobs]
        assert ends == sorted(ends)
        assert ends[-1] == len(output.text)
        for place, end in enumerate(ends):
            before = processor.tokenizer.decode(tokens[: place + 1], skip_special_tokens=True)
            assert before.rstrip("�").startswith(output.text[:end].rstrip("�"))


def test_the_end_of_a_token_falls_between_characters(tmp_path, pictures):
    """A Chinese character that takes several tokens ends where its last one does."""
    build_scripted(tmp_path / "said", "肺鱼ok")
    model = model_of(tmp_path / "said")
    (output,) = model.generate([ask(0, picture(pictures, 0), logprobs=True, max_new_tokens=30)])
    assert output.text == "肺鱼ok"
    assert output.finish == "stop"
    ends = [end for end, _ in output.logprobs]
    assert set(ends) <= set(range(len(output.text) + 1))
    assert ends[-1] == len(output.text)
    assert len(ends) > len(set(ends)), "bytes of one character end where it began, until its last"
    assert output.usage.output_tokens == len(ends) + 1


def test_special_tokens_are_kept_where_the_profile_says_so(tmp_path, pictures):
    build_scripted(tmp_path / "said", "left<|vision_pad|> right")
    model = model_of(tmp_path / "said")
    asked = [ask(0, picture(pictures, 0), logprobs=True)]
    (plain,) = texts(answers(model, asked)).values()
    (kept,) = answers(with_profile(model, keep_special_tokens=True), asked).values()
    assert (plain, kept.text) == ("left right", "left<|vision_pad|> right")
    assert kept.logprobs[-1][0] == len(kept.text)


def test_cut_answers_say_so(tmp_path, pictures):
    build_scripted(tmp_path / "said", "the heart is not")
    model = model_of(tmp_path / "said")
    outputs = answers(model, [ask(n, picture(pictures, n), max_new_tokens=n) for n in (2, 9)])
    assert [output.finish for output in outputs.values()] == ["length", "stop"]
    assert outputs["t:en:0:0:9"].text == "the heart is not"
    assert outputs["t:en:0:0:9"].text.startswith(outputs["t:en:0:0:2"].text)


@pytest.mark.parametrize("wrong", [{"temperature": 0.5}, {"logprobs": True}])
def test_beams_go_with_neither_draws_nor_log_probabilities(tiny, pictures, wrong):
    with pytest.raises(MedGaugeError, match=f"num_beams=2 does not go with {next(iter(wrong))}"):
        list(model_of(tiny("llava")).generate([ask(0, picture(pictures, 0), num_beams=2, **wrong)]))
