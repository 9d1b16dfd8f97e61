"""Parts of the adapter that need no engine."""

import math
import threading
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vllm_world import ask

from medgauge.errors import MedGaugeError
from medgauge.generation import Generation, Option
from medgauge.types import Media, Request
from medgauge_model_adapters.local.token_text import token_ends
from medgauge_model_adapters.local.weighing import ballot, chosen
from medgauge_model_adapters.vllm_engine.ahead import ahead
from medgauge_model_adapters.vllm_engine.config import native
from medgauge_model_adapters.vllm_engine.together import pictures_of, together


def on(number: int, picture: int) -> Request:
    return ask(number, Media(path=f"/{picture}.png", sha256=str(picture), size=(8, 8)), "?")


@given(st.lists(st.integers(0, 4), max_size=40), st.integers(1, 50))
def test_a_reordered_stream_is_the_same_stream(pictures: list[int], window: int) -> None:
    asked = [on(number, picture) for number, picture in enumerate(pictures)]
    out = list(together(iter(asked), window))
    assert Counter(request.id for request in out) == Counter(request.id for request in asked)
    for picture in set(pictures):
        mine = [request.id for request in out if pictures_of(request) == (str(picture),)]
        assert mine == [request.id for request in asked if pictures_of(request) == (str(picture),)]
    if window >= len(asked):
        changes = sum(pictures_of(a) != pictures_of(b) for a, b in pairwise(out))
        assert changes == max(len(set(pictures)) - 1, 0)


def test_a_reordered_stream_looks_no_further_than_its_window() -> None:
    taken: list[int] = []
    source = (taken.append(number) or on(number, number % 3) for number in range(100))
    out = together(source, 10)
    next(out)
    assert len(taken) == 10
    next(out)
    assert len(taken) == 11


def test_work_ahead_keeps_order_and_depth_and_ends_its_threads() -> None:
    taken: list[int] = []
    source = (taken.append(number) or number for number in range(100))
    threads = threading.active_count()
    squares = ahead(lambda number: number * number, source, threads=3, depth=7)
    assert [next(squares) for _ in range(5)] == [0, 1, 4, 9, 16]
    assert len(taken) <= 5 + 7
    squares.close()
    assert threading.active_count() == threads


def test_work_ahead_raises_what_the_work_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        list(ahead(lambda number: 1 // number, [1, 0, 2], threads=2, depth=2))


TOKENS = [part.encode() for part in ("lung", " left", "<box>", "")] + [b"\xe8\x82", b"\xba", b"\xf0\x9f", b"\xab\x81"]


def spelt(ids: Sequence[int]) -> str:
    """Bytes as a byte-level tokenizer decodes them."""
    return b"".join(TOKENS[id] for id in ids).decode("utf-8", "replace")


def marked(ids: Sequence[int]) -> str:
    """A tokenizer that drops the space at the start of a text, as SentencePiece does."""
    return spelt(ids).removeprefix(" ")


@pytest.mark.parametrize("decode", [spelt, marked])
@given(ids=st.lists(st.integers(0, len(TOKENS) - 1), max_size=30))
def test_ends_of_tokens_rise_to_the_end_of_the_text(decode, ids: list[int]) -> None:
    text = decode(ids)
    ends = token_ends(decode, ids, text)
    assert len(ends) == len(ids)
    assert list(ends) == sorted(ends)
    assert not ids or ends[-1] == len(text)


@pytest.mark.parametrize("decode", [spelt, marked])
@given(ids=st.lists(st.sampled_from([0, 1, 2, 4]), max_size=20))
def test_ends_of_whole_characters_are_where_their_prefix_ends(decode, ids: list[int]) -> None:
    ids = [other for id in ids for other in ((4, 5) if id == 4 else (id,))]  # 肺 is two tokens
    text = decode(ids)
    ends = token_ends(decode, ids, text)
    for count, end in enumerate(ends, start=1):
        whole = count if ids[count - 1] != 4 else count - 1
        assert text[:end] == decode(ids[:whole])


def spell(text: str) -> list[int]:
    return [ord(letter) for letter in text]


def weighing(scoring: str, *options: Option) -> Request:
    return ask(0, "?", options=options, generation=Generation(scoring=scoring))


def test_forms_that_begin_alike_are_asked_once() -> None:
    options = (Option(label="a", forms=("ab", "ac")), Option(label="b", forms=("b",)))
    made = ballot(weighing("whole-option", *options), spell)
    assert made is not None
    assert made.steps == {(): [97, 98], (97,): [98, 99]}
    scores = made.scores({(): {97: -1.0, 98: -0.5}, (97,): {98: -2.0, 99: -2.0}})
    assert scores == pytest.approx({"a": -1 - 2 + 0.6931471805599453, "b": -0.5})


def worded(text: str) -> list[int]:
    """A tokenizer of words: with a space before it, a word is another token."""
    return [sum(map(ord, word)) for word in text.replace(" ", "\n_").split("\n") if word]


def test_first_tokens_are_summed_over_forms_and_spaces() -> None:
    options = (Option(label="a", forms=("A", "A liver")), Option(label="b", forms=("B",)))
    made = ballot(weighing("first-token", *options), worded)
    assert made is not None
    plain, spaced = ord("A"), ord("A") + ord("_")
    assert made.steps == {(): [plain, spaced, ord("B"), ord("B") + ord("_")]}
    logs = {plain: -1.0, spaced: -2.0, ord("B"): -3.0, ord("B") + ord("_"): -4.0}
    expected = {"a": math.exp(-1) + math.exp(-2), "b": math.exp(-3) + math.exp(-4)}
    assert made.scores({(): logs}) == pytest.approx(expected)


def test_a_shared_first_token_is_refused() -> None:
    options = (Option(label="left", forms=("lung",)), Option(label="right", forms=("liver",)))
    with pytest.raises(MedGaugeError, match=r"'left' and 'right' begin with the same token.*scoring=whole-option"):
        ballot(weighing("first-token", *options), spell)


def test_ties_go_to_the_first_option() -> None:
    request = weighing("whole-option", Option(label="a", forms=("x", "y")), Option(label="b", forms=("z",)))
    assert chosen(request, {"a": -1.0, "b": -1.0}) == "x"
    assert chosen(request, {"a": -2.0, "b": -1.0}) == "z"


def test_nothing_is_weighed_without_options_or_scoring() -> None:
    assert ballot(weighing("none", Option(label="a", forms=("a",))), spell) is None
    assert ballot(weighing("whole-option"), spell) is None


def test_a_form_without_tokens_is_refused() -> None:
    with pytest.raises(MedGaugeError, match="has no token"):
        ballot(weighing("whole-option", Option(label="a", forms=("",))), spell)


def test_a_config_of_internvl_chat_is_translated_whole() -> None:
    told = native(
        {
            "model_type": "internvl_chat",
            "auto_map": {"AutoConfig": "code.Config"},
            "architectures": ["InternVLChatModel"],
            "llm_config": {"model_type": "llama", "hidden_size": 7168, "auto_map": {}},
            "vision_config": {"model_type": "intern_vit_6b", "num_hidden_layers": 45, "norm_type": "layer_norm"},
            "template": "Hermes-2",
            "downsample_ratio": 0.25,
        }
    )
    assert told["model_type"] == "qianfan_ocr"
    assert "auto_map" not in told
    assert "llm_config" not in told
    assert told["text_config"] == {"model_type": "llama", "hidden_size": 7168}
    assert (told["vision_config"]["num_hidden_layers"], told["vision_config"]["hidden_size"]) == (45, 3200)
    assert told["vision_config"]["norm_type"] == "layer_norm", "what the file says goes before any default"
    assert (told["downsample_ratio"], told["ps_version"], told["template"]) == (0.25, "v1", "Hermes-2")
