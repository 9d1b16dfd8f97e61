"""jieba's own cut, with its hidden Markov model, in linear time.

jieba copies the whole path at every character of a run that its dictionary does not know: fifty thousand times one
character take it a minute. Here each character keeps where it came from, and the path is read backwards.
"""

from collections.abc import Iterator
from typing import Any

_STATES = "BMES"
"""A character begins a word, stands within it, ends it, or is one."""


def cut(text: str, jieba: Any, tokenizer: Any) -> Iterator[str]:
    """What `tokenizer.cut(text)` gives: words of the dictionary, guessed words, and all that is between them."""
    for block in jieba.re_han_default.split(text):
        if jieba.re_han_default.match(block):
            yield from _cut_block(block, jieba.finalseg, tokenizer)
        else:
            for piece in jieba.re_skip_default.split(block):
                yield from [piece] if jieba.re_skip_default.match(piece) else piece


def _cut_block(block: str, model: Any, tokenizer: Any) -> Iterator[str]:
    """Along the most likely path through the dictionary; runs of single characters are guessed at."""
    route: dict[int, tuple[float, int]] = {}
    tokenizer.calc(block, tokenizer.get_DAG(block), route)
    at = run = 0
    while at < len(block):
        end = route[at][1] + 1
        if end - at > 1:
            yield from _cut_run(block[run:at], model, tokenizer)
            yield block[at:end]
            run = end
        at = end
    yield from _cut_run(block[run:], model, tokenizer)


def _cut_run(run: str, model: Any, tokenizer: Any) -> Iterator[str]:
    """A run that is a word of the dictionary falls apart: the path through the dictionary had the choice."""
    if len(run) < 2 or tokenizer.FREQ.get(run):
        yield from run
        return
    for block in model.re_han.split(run):
        if model.re_han.match(block):
            yield from _guess(block, model)
        else:
            yield from filter(None, model.re_skip.split(block))


def _guess(run: str, model: Any) -> Iterator[str]:
    start = 0
    for at, state in enumerate(_states(run, model)):
        if state in "ES":
            yield run[start : at + 1]
            start = at + 1


def _states(run: str, model: Any) -> str:
    """The most likely states of the characters (Viterbi); of equal paths the one through the later letter."""
    least = model.MIN_FLOAT
    emits = model.emit_P
    scores = {state: model.start_P[state] + emits[state].get(run[0], least) for state in _STATES}
    came: list[dict[str, str]] = []
    for character in run[1:]:
        best = {
            state: max(
                (scores[old] + model.trans_P[old].get(state, least) + emits[state].get(character, least), old)
                for old in model.PrevStatus[state]
            )
            for state in _STATES
        }
        scores = {state: score for state, (score, _) in best.items()}
        came.append({state: old for state, (_, old) in best.items()})
    state = max((scores[last], last) for last in "ES")[1]
    path = [state]
    for step in reversed(came):
        state = step[state]
        path.append(state)
    return "".join(reversed(path))
