"""Options weighed: the model reads each continuation of the prompt that tells them apart."""

from collections.abc import Sequence
from typing import TypeAlias

from medgauge_model_adapters.hf.collate import collate, to_device
from medgauge_model_adapters.hf.draw import Forcing
from medgauge_model_adapters.hf.loading import Loaded
from medgauge_model_adapters.hf.prepare import Prepared
from medgauge_model_adapters.local.weighing import Ballot, Tokens

Found: TypeAlias = dict[Tokens, dict[int, float]]


def weigh(loaded: Loaded, batch: Sequence[Prepared], ballots: Sequence[Ballot]) -> list[dict[str, float]]:
    """For each request the scores of its options, as its ballot makes them of the model's probabilities.

    Never more rows at once than the batch has requests. Raises torch.OutOfMemoryError.
    """
    rows = [(index, leaf) for index, one in enumerate(ballots) for leaf in leaves(list(one.steps))]
    rows.sort(key=lambda row: len(row[1]))
    found: list[Found] = [{} for _ in batch]
    for start in range(0, len(rows), len(batch)):
        some = rows[start : start + len(batch)]
        wanted = [[ballots[index].steps.get(leaf[:n], []) for n in range(len(leaf) + 1)] for index, leaf in some]
        steps = _forced(loaded, [batch[index] for index, _ in some], [leaf for _, leaf in some], wanted)
        for row, (index, leaf) in enumerate(some):
            for n in range(len(leaf) + 1):
                found[index][leaf[:n]] = steps[n][row]
    return [one.scores(steps) for one, steps in zip(ballots, found, strict=True)]


def leaves(continuations: Sequence[Tokens]) -> list[Tokens]:
    """Those that no other goes on from: reading them passes through all."""
    return [one for one in continuations if not any(_goes_on(other, one) for other in continuations)]


def _goes_on(longer: Tokens, start: Tokens) -> bool:
    return len(longer) > len(start) and longer[: len(start)] == start


def _forced(
    loaded: Loaded, batch: Sequence[Prepared], rows: Sequence[Tokens], wanted: Sequence[Sequence[Sequence[int]]]
) -> list[list[dict[int, float]]]:
    import transformers

    forcing = Forcing(rows=rows, wanted=wanted)
    loaded.model.generate(
        **to_device(collate(batch, loaded.pad), loaded.device, loaded.model.dtype),
        generation_config=transformers.GenerationConfig(
            max_new_tokens=max(map(len, rows)) + 1, do_sample=False, pad_token_id=loaded.pad, eos_token_id=[]
        ),
        logits_processor=transformers.LogitsProcessorList([forcing]),
    )
    return forcing.found
