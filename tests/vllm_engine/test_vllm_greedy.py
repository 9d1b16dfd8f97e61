"""The engine says what transformers says by hand, token for token, however many requests it carries at once."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import tiny_checkpoints
from vllm_world import Spy, answers, ask, by_hand, mixed, model_of, picture

from medgauge.generation import Generation


@pytest.mark.parametrize("family", tiny_checkpoints.VISUAL)
def test_as_transformers_by_hand(family: str, tiny: Callable[[str], Path], pictures: Path, spy: Spy) -> None:
    folder = tiny(family)
    requests = mixed(pictures, 12)
    two = ask(12, "Before: ", picture(pictures, 0), " After: ", picture(pictures, 1), " What has changed?")
    swapped = ask(13, "Before: ", picture(pictures, 1), " After: ", picture(pictures, 0), " What has changed?")
    requests += [two, swapped, ask(14, "What is a pleural effusion?")]
    model = model_of(folder)
    said = answers(model, requests)
    reference = by_hand(folder)
    expected = [reference.tokens(request) for request in requests]
    decode = reference.processor.tokenizer.decode
    assert sorted(spy.tokens()) == sorted(expected)
    for request, output, tokens in zip(requests, said, expected, strict=True):
        ended = tokens[-1] == reference.processor.tokenizer.eos_token_id
        assert output.text == decode(tokens[:-1] if ended else tokens, skip_special_tokens=True)
        assert output.finish == ("stop" if ended else "length")
        assert output.usage.output_tokens == len(tokens)
        assert output.usage.input_tokens == reference.inputs(request)["input_ids"].shape[1]
        assert output.sent == tuple(model.resize.sent(media.size) for media in request.media if media.size)
    assert len({output.text for output in said[:12]}) > 6, "answers must hang on pictures and words"
    assert said[12].text != said[13].text


def test_one_engine_call_carries_many(tiny: Callable[[str], Path], pictures: Path, spy: Spy) -> None:
    model = model_of(tiny("qwen2_5_vl"))
    answers(model, mixed(pictures, 48))
    assert max(spy.running) == 16 == model.report()["batch_size"]
    assert sum(running >= 12 for running in spy.running) > len(spy.running) / 2
    assert max(spy.held) == 32, "what waits in the engine must be enough to fill it again, and no more"
    assert len(spy.running) < 48 * 24 / 8, "most steps must have written for many requests"


def test_settings_of_generation_as_by_hand(tiny: Callable[[str], Path], pictures: Path) -> None:
    folder = tiny("qwen2_5_vl")
    model, reference = model_of(folder), by_hand(folder)
    penalised = Generation(max_new_tokens=16, repetition_penalty=1.4)
    requests = mixed(pictures, 6, penalised)
    expected = [reference.tokens(request, repetition_penalty=1.4) for request in requests]
    decode = reference.processor.tokenizer.decode
    assert [o.text for o in answers(model, requests)] == [decode(t, skip_special_tokens=True) for t in expected]
    greedy = [o.text for o in answers(model, [replace(r, generation=Generation(max_new_tokens=16)) for r in requests])]
    assert greedy != [decode(t, skip_special_tokens=True) for t in expected]
    coldest = Generation(max_new_tokens=16, temperature=1.0, top_k=1)
    assert [o.text for o in answers(model, [replace(r, generation=coldest) for r in requests])] == greedy
    narrow = Generation(max_new_tokens=16, temperature=1.0, top_p=1e-6)
    assert [o.text for o in answers(model, [replace(r, generation=narrow) for r in requests])] == greedy
