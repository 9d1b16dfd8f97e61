"""Options weighed: the same numbers as from the logits of a plain forward pass."""

import math
from dataclasses import replace

import pytest
from hf_world import answers, ask, by_hand_inputs, by_hand_model, mixed, model_of, picture, texts
from hypothesis import given
from hypothesis import strategies as st
from tiny_checkpoints import VISUAL

from medgauge.errors import MedGaugeError
from medgauge.generation import Option
from medgauge_model_adapters.hf.weigh import leaves

LETTERS = (Option(label="liver", forms=("A", "A.")), Option(label="lung", forms=("B", "B.")))
ORGANS = (
    Option(label="lung", forms=("lung", "肺", "the lungs are clear")),
    Option(label="heart", forms=("heart", "心影不大")),
    Option(label="none", forms=("no lesion", "no")),
)


def next_logs(folder, request, said):
    """Log-probabilities of the token after the prompt and `said`, by a plain forward pass over all of it."""
    import torch

    model, _ = by_hand_model(folder)
    inputs = dict(by_hand_inputs(folder, [request]))
    length = inputs["input_ids"].shape[1]
    if said:
        more = torch.tensor([said])
        for name, value in inputs.items():
            if value.shape == (1, length):
                tail = {"input_ids": more, "attention_mask": torch.ones_like(more)}.get(name, torch.zeros_like(more))
                inputs[name] = torch.cat([value, tail.to(value.dtype)], 1)
    with torch.inference_mode():
        return model(**inputs).logits[0, -1].log_softmax(-1)


def encoded(folder, text):
    return by_hand_model(folder)[1].tokenizer(text, add_special_tokens=False)["input_ids"]


@pytest.mark.parametrize("family", VISUAL)
def test_first_tokens(tiny, pictures, family):
    folder = tiny(family)
    requests = mixed(pictures, 4, options=LETTERS, scoring="first-token")
    outputs = answers(model_of(folder, batch_size="4"), requests)
    for request in requests:
        logs = next_logs(folder, request, [])
        output = outputs[request.id]
        firsts = {
            option.label: {encoded(folder, f"{space}{form}")[0] for form in option.forms for space in ("", " ")}
            for option in LETTERS
        }
        scores = {label: sum(float(logs[token].exp()) for token in tokens) for label, tokens in firsts.items()}
        assert output.scores == pytest.approx(scores, rel=1e-4)
        assert output.text == ("A" if output.scores["liver"] >= output.scores["lung"] else "B")
        assert output.usage.output_tokens == 0
        assert output.finish == "stop"


@pytest.mark.parametrize("family", VISUAL)
def test_whole_options(tiny, pictures, family):
    folder = tiny(family)
    requests = mixed(pictures, 3, options=ORGANS, scoring="whole-option")
    outputs = answers(model_of(folder, batch_size="3"), requests)
    for request in requests:
        scores = {}
        for option in ORGANS:
            logs = []
            for form in option.forms:
                tokens = encoded(folder, form)
                steps = (next_logs(folder, request, tokens[:n])[token] for n, token in enumerate(tokens))
                logs.append(sum(map(float, steps)))
            scores[option.label] = math.log(sum(map(math.exp, logs)))
        assert outputs[request.id].scores == pytest.approx(scores, rel=1e-4)
        best = max(ORGANS, key=lambda option: scores[option.label])
        assert outputs[request.id].text == best.forms[0]


def test_scores_do_not_hang_on_the_batch(tiny, pictures):
    folder = tiny("internvl")
    requests = mixed(pictures, 6, options=ORGANS, scoring="whole-option")
    alone = answers(model_of(folder, batch_size="1"), requests)
    together = answers(model_of(folder, batch_size="6"), requests[::-1])
    assert texts(together) == texts(alone)
    for key, output in alone.items():
        assert together[key].scores == pytest.approx(output.scores, rel=1e-5)


def test_where_several_may_be_right_the_answer_is_written_and_the_scores_stand_beside_it(tiny, pictures):
    folder = tiny("qwen2_5_vl")
    plain = mixed(pictures, 3)
    alone = mixed(pictures, 3, options=ORGANS, scoring="whole-option")
    many = [replace(one, many=True) for one in alone]
    written = answers(model_of(folder), many)
    assert texts(written) == texts(answers(model_of(folder), plain))
    weighed = answers(model_of(folder), alone)
    for key, output in written.items():
        assert output.scores == pytest.approx(weighed[key].scores, rel=1e-5)
        assert output.usage.output_tokens > 0


def test_a_question_without_options_is_written(tiny, pictures):
    (output,) = model_of(tiny("llava")).generate([ask(0, picture(pictures, 0), scoring="first-token")])
    assert output.scores is None
    assert output.usage.output_tokens > 0


def test_options_that_begin_alike_need_the_whole(tiny, pictures):
    alike = (Option(label="one", forms=("lung left",)), Option(label="two", forms=("lung right",)))
    asked = ask(0, picture(pictures, 0), options=alike, scoring="first-token")
    with pytest.raises(MedGaugeError, match=r"'one' and 'two' begin with the same token.*scoring=whole-option"):
        list(model_of(tiny("llava")).generate([asked]))


@given(st.sets(st.lists(st.integers(0, 3), max_size=4).map(tuple), min_size=1))
def test_every_continuation_is_the_start_of_a_leaf(continuations):
    found = leaves(sorted(continuations))
    assert set(found) <= continuations
    assert all(any(leaf[: len(one)] == one for leaf in found) for one in continuations)
    assert not any(a != b and a[: len(b)] == b for a in found for b in found)
