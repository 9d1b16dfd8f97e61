"""Two copies of the engine, in processes of their own, say what one says."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from vllm_world import QUICK, answers, mixed, model_of

from medgauge_model_adapters.vllm_engine.build import build


def test_two_copies_of_an_engine_say_what_one_says(tiny: Callable[[str], Path], pictures: Path) -> None:
    folder = tiny("qwen2_5_vl")
    asked = mixed(pictures, 20)
    expected = [output.text for output in answers(model_of(folder), asked)]
    copies = build(str(folder), {**QUICK, "data_parallel": "2"})
    try:
        assert [output.text for output in answers(copies, asked)] == expected
        again = [replace(request, id=f"t:en:0:1:{n}") for n, request in enumerate(asked[:5])]
        assert [output.text for output in answers(copies, again)] == expected[:5], "they stay for the next stream"
        each = copies.report()["replicas"]
    finally:
        copies.replicas.stop()
    assert sum(one["engine_requests"] for one in each) == 25
    assert all(one["engine_requests"] >= 8 for one in each)
    assert copies.settings == model_of(folder).settings, "copies change no answer and no spec"
