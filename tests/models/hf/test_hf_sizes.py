"""Batch sizes: halved where memory ends, remembered for what is as heavy, doubled while it pays."""

import pytest
from hf_world import answers, ask, mixed, model_of, picture, texts
from hypothesis import given
from hypothesis import strategies as st

from medgauge_model_adapters.hf.engine import Engine
from medgauge_model_adapters.hf.generate import answer
from medgauge_model_adapters.hf.loading import load
from medgauge_model_adapters.hf.sizes import Sizes, sizes_for

LIGHT, HEAVY, LONG = (6, 10), (8, 14), (9, 8)


def tight(most):
    """A device with memory for so many requests, and the sizes that were tried on it."""
    import torch

    tried = []

    def run(loaded, batch):
        tried.append(len(batch))
        if len(batch) > most:
            raise torch.OutOfMemoryError("no room for the batch\nand more lines")
        return answer(loaded, batch)

    return run, tried


def test_out_of_memory_halves_and_remembers(tiny, pictures):
    recipe = model_of(tiny("llava")).recipe
    run, tried = tight(3)
    engine = Engine(loaded=load(recipe, "cpu"), sizes=Sizes(start=8), answer=run)
    requests = [ask(n, picture(pictures, n), words="Where is the lesion?", max_new_tokens=3) for n in range(24)]
    said = {str(output.key): output for output in engine.generate(requests)}
    assert texts(said) == texts(answers(model_of(tiny("llava"), batch_size="1"), requests))
    assert tried[:4] == [8, 4, 2, 2]
    assert max(tried[tried.index(2) :][2:]) <= 4, "what did not fit is not tried again"
    assert engine.report()["halvings"] == sum(size > 3 for size in tried) == 3


def test_one_request_too_large_fails_alone(tiny, pictures):
    run, _ = tight(0)
    engine = Engine(loaded=load(model_of(tiny("llava")).recipe, "cpu"), sizes=Sizes(start=2), answer=run)
    outputs = list(engine.generate(mixed(pictures, 3)))
    assert {output.error for output in outputs} == {"out of memory: no room for the batch"}
    assert {output.finish for output in outputs} == {"failed"}
    assert len(outputs) == 3


def test_a_size_that_failed_binds_what_is_as_heavy_in_both_ways():
    sizes = Sizes(start=8)
    sizes.failed(HEAVY, 8)
    assert (sizes.of(HEAVY), sizes.of((9, 14)), sizes.of(LIGHT), sizes.of(LONG)) == (4, 4, 8, 8)
    sizes.failed(HEAVY, 1)
    assert sizes.of(HEAVY) == 1


def test_auto_doubles_while_it_pays_and_goes_back_when_it_does_not():
    sizes = sizes_for("auto", on_gpu=True)
    assert sizes.of(LIGHT) == 8
    for size, seconds in ((8, 1.0), (16, 1.2), (32, 2.0)):
        assert sizes.of(LIGHT) == size
        sizes.worked(LIGHT, size, seconds)
    assert sizes.of(LIGHT) == 64
    sizes.worked(LIGHT, 64, 4.0)
    assert sizes.of(LIGHT) == 32
    sizes.worked(LIGHT, 32, 0.1)
    assert sizes.of(LIGHT) == 32, "settled"


def test_a_part_of_a_batch_says_nothing_of_the_speed():
    sizes = sizes_for("auto", on_gpu=True)
    sizes.worked(LIGHT, 3, 0.001)
    assert sizes.of(LIGHT) == 8


@pytest.mark.parametrize(("asked", "gpu", "size"), [("auto", False, 8), (3, True, 3), (3, False, 3)])
def test_a_size_that_is_given_stays(asked, gpu, size):
    sizes = sizes_for(asked, gpu)
    for _ in range(5):
        sizes.worked(LIGHT, size, 0.001)
    assert sizes.of(LIGHT) == size


@given(st.lists(st.tuples(st.sampled_from([LIGHT, HEAVY, LONG]), st.booleans(), st.floats(1e-6, 100))))
def test_sizes_stay_between_one_and_most_and_under_what_failed(events):
    sizes = sizes_for("auto", on_gpu=True)
    failed = {}
    for bucket, fits, seconds in events:
        size = sizes.of(bucket)
        assert 1 <= size <= sizes.most
        assert size < failed.get(bucket, 10**6) or size == 1
        if fits:
            sizes.worked(bucket, size, seconds)
        else:
            sizes.failed(bucket, size)
            failed[bucket] = min(size, failed.get(bucket, size))
