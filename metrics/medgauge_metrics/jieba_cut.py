"""Chinese words as jieba cuts them, by a tokeniser of our own.

jieba's own would read its dictionary out of a file of a known name in the folder for temporary files, whoever put it
there; words that a caller adds to it would change the cut.
"""

import hashlib
import re
import warnings
from functools import cache
from typing import Any

from medgauge_metrics.jieba_guess import cut

_SAYS = re.compile(r"[^\W_]")


def jieba_words(text: str) -> list[str]:
    """The words along the most likely path through the dictionary (no hidden Markov model), without punctuation."""
    return [word for word in _tokenizer().cut(text, HMM=False) if _SAYS.search(word)]


def jieba_tokens(text: str) -> list[str]:
    """All pieces, as `jieba.lcut` gives them: words that the dictionary lacks are guessed by a hidden Markov model."""
    return list(cut(text, _jieba(), _tokenizer()))


@cache
def dictionary() -> str:
    """jieba's version and the SHA-256 of its dictionary, `0.42.1-1a2b3c4d5e6f`."""
    with _tokenizer().get_dict_file() as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    return f"{_jieba().__version__}-{digest[:12]}"


@cache
def _tokenizer() -> Any:
    """With the dictionary read; nothing is left on the disk."""
    made = _jieba().Tokenizer()
    made.FREQ, made.total = made.gen_pfdict(made.get_dict_file())
    made.initialized = True
    return made


@cache
def _jieba() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    return jieba
