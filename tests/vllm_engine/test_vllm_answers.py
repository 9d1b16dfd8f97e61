"""What comes with an answer: log-probabilities, weighed options, a schema obeyed, trials, a stream that is not held."""

import json
import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from vllm_world import Spy, answers, ask, by_hand, mixed, model_of, picture, trial

from medgauge.generation import Generation, Option
from medgauge.types import Key, Request
from medgauge_model_adapters.local.token_text import decoding
from medgauge_model_adapters.vllm_engine.model import DECODED, VllmModel
from medgauge_model_adapters.vllm_engine.tally import Tally
from medgauge_model_adapters.vllm_engine.together import WINDOW

OPTIONS = (
    Option(label="liver", forms=("A", "A. liver", "肝脏")),
    Option(label="kidney", forms=("B", "B. kidney", "肾脏")),
    Option(label="lung", forms=("C", "C. lung", "肺")),
)
SCHEMA = {
    "type": "object",
    "properties": {"finding": {"enum": ["yes", "no"]}},
    "required": ["finding"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def folder(tiny: Callable[[str], Path]) -> Path:
    return tiny("qwen2_5_vl")


@pytest.fixture(scope="module")
def model(folder: Path) -> VllmModel:
    return model_of(folder)


def test_log_probabilities_of_what_is_written(model: VllmModel, folder: Path, pictures: Path, spy: Spy) -> None:
    generation = Generation(max_new_tokens=12, logprobs=True, temperature=0.7, repetition_penalty=1.2)
    requests = mixed(pictures, 3, generation)
    said = answers(model, requests)
    reference = by_hand(folder)
    decode = decoding(reference.processor.tokenizer, keep_special_tokens=False)
    for request, output, tokens in zip(requests, said, spy.tokens(), strict=True):
        steps = reference.log_probabilities(request, tokens)
        logs = [step[token] for step, token in zip(steps, tokens, strict=False)]
        assert [log for _, log in output.logprobs] == pytest.approx(logs, abs=2e-4), "of the model, before penalties"
        assert [end for end, _ in output.logprobs] == sorted(end for end, _ in output.logprobs)
        assert output.logprobs[-1][0] == len(output.text)
        for end, count in zip((end for end, _ in output.logprobs), range(1, len(tokens)), strict=False):
            assert output.text[:end] == decode(tokens[:count]).rstrip("\ufffd")[: len(output.text[:end])]


APART = tuple(replace(option, forms=option.forms[:2]) for option in OPTIONS)
"""Without the Chinese forms, whose first bytes are one token here."""


def weighed(pictures: Path, scoring: str, **fields: object) -> list[Request]:
    generation = Generation(scoring=scoring, max_new_tokens=8)
    options = APART if scoring == "first-token" else OPTIONS
    return [replace(r, options=options, generation=generation, **fields) for r in mixed(pictures, 4)]


def test_first_tokens_weighed(model: VllmModel, folder: Path, pictures: Path) -> None:
    reference = by_hand(folder)
    encode = reference.processor.tokenizer.encode
    for request, output in zip(*both(model, weighed(pictures, "first-token")), strict=True):
        (step,) = reference.log_probabilities(request, ())
        expected = {
            option.label: sum(
                math.exp(step[token])
                for token in {encode(s + f, add_special_tokens=False)[0] for f in option.forms for s in ("", " ")}
            )
            for option in APART
        }
        assert output.scores == pytest.approx(expected, rel=1e-3)
        assert output.text == next(o.forms[0] for o in OPTIONS if o.label == max(expected, key=expected.__getitem__))
        assert (output.finish, output.usage.output_tokens) == ("stop", 0)


def test_whole_options_weighed(model: VllmModel, folder: Path, pictures: Path) -> None:
    reference = by_hand(folder)
    encode = reference.processor.tokenizer.encode
    for request, output in zip(*both(model, weighed(pictures, "whole-option")), strict=True):
        expected = {}
        for option in OPTIONS:
            chances = []
            for form in option.forms:
                tokens = encode(form, add_special_tokens=False)
                steps = reference.log_probabilities(request, tokens)
                chances.append(math.exp(sum(step[t] for step, t in zip(steps, tokens, strict=False))))
            expected[option.label] = math.log(sum(chances))
        assert output.scores == pytest.approx(expected, abs=2e-3)
        assert output.text == next(o.forms[0] for o in OPTIONS if o.label == max(expected, key=expected.__getitem__))


def test_several_right_options_are_weighed_beside_the_answer(model: VllmModel, pictures: Path) -> None:
    alone = answers(model, weighed(pictures, "whole-option"))
    beside = answers(model, weighed(pictures, "whole-option", many=True))
    written = answers(model, [replace(r, generation=Generation(max_new_tokens=8)) for r in mixed(pictures, 4)])
    for one, other, third in zip(alone, beside, written, strict=True):
        assert other.scores == pytest.approx(one.scores, abs=1e-3)
        assert other.text == third.text
        assert other.usage.output_tokens == third.usage.output_tokens


def both(model: VllmModel, requests: list[Request]) -> tuple[list[Request], list]:
    return requests, answers(model, requests)


def test_a_schema_is_obeyed_and_its_end_is_an_end(model: VllmModel, pictures: Path) -> None:
    generation = Generation(max_new_tokens=96, temperature=1.0)
    asked = [replace(r, schema=SCHEMA, generation=generation) for r in mixed(pictures, 4)]
    for output in answers(model, asked):
        assert output.finish == "stop"
        assert json.loads(output.text)["finding"] in ("yes", "no")


def test_trials_draw_each_their_own_and_again_the_same(model: VllmModel, pictures: Path) -> None:
    warm = mixed(pictures, 4, Generation(max_new_tokens=12, temperature=1.0, seed=3))
    asked = [trial(request, number) for request in warm for number in range(3)]
    first = [output.text for output in answers(model, asked)]
    assert all(len(set(first[at : at + 3])) > 1 for at in range(0, 12, 3))
    assert [output.text for output in answers(model, asked[::-1])][::-1] == first
    other = [replace(request, generation=replace(request.generation, seed=4)) for request in warm]
    assert [o.text for o in answers(model, other)] != first[1::3], "trial 1 of seed 3 is not trial 0 of seed 4"


def test_the_same_words_under_two_ids_are_drawn_apart(model: VllmModel, pictures: Path) -> None:
    one = mixed(pictures, 1, Generation(max_new_tokens=12, temperature=1.0, seed=3))[0]
    two = replace(one, id=str(replace(Key.parse(one.id), id="another")))
    said = [output.text for output in answers(model, [trial(r, number) for r in (one, two) for number in range(3)])]
    assert said[:3] != said[3:]


def test_a_picture_that_is_none_and_a_prompt_too_long_fail_alone(
    model: VllmModel, pictures: Path, tmp_path: Path
) -> None:
    (tmp_path / "torn.png").write_bytes((pictures / "0.png").read_bytes()[:60])
    torn = replace(picture(pictures, 0), path=str(tmp_path / "torn.png"), sha256="torn")
    good = mixed(pictures, 6)
    asked = [*good[:3], ask(90, torn, "?"), ask(91, picture(pictures, 1), "lung " * 2000), *good[3:]]
    said = answers(model, asked)
    assert [output.finish for output in said].count("failed") == 2
    assert "torn.png: not a readable image" in (said[3].error or "")
    assert str(tmp_path) not in (said[3].error or "")
    assert "1024" in (said[4].error or "")
    assert [output.text for output in (*said[:3], *said[5:])] == [output.text for output in answers(model, good)]


def test_a_stream_is_never_held_and_can_be_left(model: VllmModel, pictures: Path) -> None:
    taken = 0

    def stream() -> Iterator[Request]:
        nonlocal taken
        some = mixed(pictures, 6)
        for number in range(5000):
            taken += 1
            yield replace(some[number % 6], id=f"t:en:0:0:{number}")

    threads = threading.active_count()
    outputs = model.generate(stream())
    next(outputs)
    assert taken <= WINDOW + DECODED + 2 * 16 + 1
    outputs.close()
    assert not model.engine.llm.llm_engine.has_unfinished_requests()
    assert threading.active_count() <= threads
    assert len(answers(model, mixed(pictures, 3))) == 3


def test_thoughts_stay_in_the_text(folder: Path) -> None:
    tokenizer = by_hand(folder).processor.tokenizer
    said = "<think>The lungs are clear.</think>no"
    ids = tokenizer.encode(said, add_special_tokens=False)
    assert decoding(tokenizer, keep_special_tokens=False)(ids) == said


WORDS_ALONE = (
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}"
    "{{ '<|im_start|>assistant\n' }}"
)


def test_a_template_of_words_alone_gets_pictures_where_they_stand(model: VllmModel, pictures: Path) -> None:
    """A message's parts are one string for such a template; the prompt is that of the template that takes parts."""
    parts = ("Before: ", picture(pictures, 0), " after:", picture(pictures, 1), "\nChanged?")
    asked = [ask(0, *parts), ask(1, "No picture, but a question.")]
    flat = replace(model, tally=Tally())
    template = replace(model.engine.template, text=WORDS_ALONE, takes_parts=False)
    flat.__dict__["engine"] = replace(model.engine, template=template)
    for one, other in zip(answers(model, asked), answers(flat, asked), strict=True):
        assert other.error is None
        assert (other.text, other.usage.input_tokens) == (one.text, one.usage.input_tokens)


def test_order_and_company_change_nothing(model: VllmModel, pictures: Path) -> None:
    asked = mixed(pictures, 12)
    together = [output.text for output in answers(model, asked)]
    alone = [output.text for output in chain.from_iterable(answers(model, [request]) for request in asked)]
    assert alone == together


def test_the_engine_says_nothing_on_stdout(model: VllmModel, pictures: Path, capfd: pytest.CaptureFixture[str]) -> None:
    answers(model, mixed(pictures, 2))
    assert capfd.readouterr().out == ""
