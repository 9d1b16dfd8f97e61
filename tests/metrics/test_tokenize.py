"""Tokenisers, one text at a time and many at once."""

import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from medgauge.errors import MedGaugeError
from medgauge.metrics import parse_metric
from medgauge_metrics import characters, jieba_cut
from medgauge_metrics.encoding import Encoded, encode
from medgauge_metrics.numbering import numbered
from medgauge_metrics.textform import CJK, CJK_CHARACTER, fold
from medgauge_metrics.tokenize import TOKENISERS, folded, tokeniser_signature, tokens

PIECES = [*"ab1２2٣.,。，_-'&;<>\n\t Ａ肺右々ひΣ＜", "\u0301", "\u0338", "\ud800", "\U00020001", "İ", "é", "²", "&amp;"]
PIECES += [
    "<skipped>",
    "12mm",
    "T2",
    "0.5",
    "1,000",
    "3-4",
    "&quot;",
    "-\n",
    "\u2019",
    "—",
    "\u20001",
    "\u3001",
    "\uff0e",
]
PIECES += ["effusion", "pneumothorax", "cardiomegaly", "hydropneumothorax", "hydropneumothoraces", "naïveté", "肺炎"]
pieced = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
texts = pieced | st.text(st.characters(exclude_categories=[]), max_size=30)
many = settings(max_examples=600, deadline=None)


@many
@given(texts)
@example("a..5 b.,c 1.-2 3-4- .5. 5.")
def test_13a_is_sacrebleus(text: str) -> None:
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

    assert TOKENISERS["13a"](text) == Tokenizer13a()(text.rstrip()).split()


@many
@given(texts)
def test_zh_is_sacrebleus(text: str) -> None:
    from sacrebleu.tokenizers.tokenizer_zh import TokenizerZh

    assert TOKENISERS["zh"](text) == TokenizerZh()(text.rstrip()).split()


def test_zh_sets_the_same_characters_alone_as_sacrebleu() -> None:
    from sacrebleu.tokenizers.tokenizer_zh import TokenizerZh

    theirs = TokenizerZh._is_chinese_char
    for code in (*range(0x10000), *range(0x10000, 0x110000, 997), 0x20000, 0x2A6D6, 0x2F800, 0x2FA1D):
        character = chr(code)
        if not character.isspace() and code > 0x7F:
            assert (TOKENISERS["zh"](f"a{character}b") == ["a", character, "b"]) == theirs(character), hex(code)


@many
@given(texts)
def test_char_is_one_pattern_over_the_folded_text(text: str) -> None:
    pattern = rf"{CJK_CHARACTER}|\d+(?:[.,]\d+)*|[^\W\d_{CJK}][^\W_{CJK}]*"
    assert tokens(text) == re.findall(pattern, unicodedata.normalize("NFC", fold(text).lower()))
    assert folded(text) == fold(text)


def test_many_full_width_forms_are_folded() -> None:
    text = "".join(map(chr, range(0xFF00, 0xFF70))) * 3
    assert folded(text) == fold(text)


def lists(encoded: Encoded) -> list[list[str]]:
    return [
        [encoded.words[i] for i in encoded.ids[a:b]]
        for a, b in zip(encoded.starts[:-1], encoded.starts[1:], strict=True)
    ]


@pytest.mark.parametrize("name", TOKENISERS)
@settings(max_examples=300, deadline=None)
@given(data=st.lists(texts, max_size=5), room=st.sampled_from([1, 20, 1 << 17]))
def test_many_texts_at_once_have_the_same_tokens(name: str, data: list[str], room: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(characters, "_ROOM", room)
        encoded = encode(data, name)
    assert lists(encoded) == [TOKENISERS[name](text) for text in data]
    assert len(set(encoded.words)) == len(encoded.words)
    strings = encoded.strings()
    assert list(map(len, strings)) == [len(words) for words in lists(encoded)]
    assert len(set("".join(strings))) == len({word for words in lists(encoded) for word in words})


@settings(max_examples=300, deadline=None)
@given(data=st.lists(st.text("abcdefgh12é. ,", min_size=6, max_size=60), max_size=5))
def test_words_of_any_length_are_told_apart(data: list[str]) -> None:
    assert lists(encode(data, "char")) == [tokens(text) for text in data]


def test_as_many_words_as_there_are_surrogates_and_more() -> None:
    words = [f"w{i}" for i in range(60_000)]
    encoded = encode([" ".join(words), words[0], words[-1], ""], "none")
    whole, first, last, empty = encoded.strings()
    assert (len(set(whole)), whole[0], whole[-1], empty) == (60_000, first, last, "")


def test_more_words_than_characters_have_no_strings() -> None:
    words, ids = numbered(map(str, range(0x110000)))
    encoded = Encoded(words=words, ids=ids, starts=ids[:1])
    with pytest.raises(OverflowError, match="more than there are characters"):
        encoded.strings()


@many
@given(st.lists(st.sampled_from(["右下肺", "结节", "磨玻璃", "双肺", "未见", "12mm", "TI-RADS", "，", "。", " "])))
def test_jieba_is_the_path_through_its_dictionary(pieces: list[str]) -> None:
    import rjieba

    text = "".join(pieces)
    expected = [word for word in rjieba.cut(fold(text).lower(), False) if re.search(r"[^\W_]", word)]
    assert TOKENISERS["jieba"](text) == expected
    assert "".join(jieba_cut.jieba_tokens(text)) == text


def test_jieba_is_cut_by_a_tokeniser_of_its_own(tmp_path: Path) -> None:
    """Words that somebody adds to jieba change nothing, and no dictionary is left for others to change."""
    code = (
        f"import logging, tempfile; tempfile.tempdir = {str(tmp_path)!r}\n"
        "from medgauge_metrics.tokenize import TOKENISERS, tokeniser_signature\n"
        "import jieba; jieba.setLogLevel(logging.WARNING)\n"
        "before = TOKENISERS['jieba']('右上叶尖后段磨玻璃结节'), tokeniser_signature('jieba')\n"
        "import os; print(os.listdir(tempfile.tempdir), before[0])\n"
        "jieba.add_word('上叶尖后段磨玻璃结节')\n"
        "assert before == (TOKENISERS['jieba']('右上叶尖后段磨玻璃结节'), tokeniser_signature('jieba'))\n"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] ['右', '上', '叶', '尖', '后', '段', '磨', '玻璃', '结节']\n"
    assert "Building" not in done.stderr


def test_jieba_is_read_when_it_is_used() -> None:
    code = (
        "import sys, medgauge_metrics.bleu; from medgauge.metrics import parse_metric; "
        "parse_metric('bleu4(tokenizer=jieba)'); print('jieba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_signatures_say_how_texts_are_cut() -> None:
    assert tokeniser_signature("char") == "tok:char.v1|case:lower|punct:dropped"
    assert tokeniser_signature("13a") == "tok:13a|case:mixed|punct:kept"
    assert re.fullmatch(
        r"tok:jieba-0\.42\.1-[0-9a-f]{12}\|hmm:no\|case:lower\|punct:dropped", tokeniser_signature("jieba")
    )
    assert parse_metric("bleu4(tokenizer=zh)").signature.startswith("bleu4(tokenizer=zh)|tok:zh|case:mixed|")


@pytest.mark.parametrize("name", ["bleu4", "rouge_l", "token_f1", "cider_d", "length_ratio"])
def test_an_unknown_option_is_refused(name: str) -> None:
    with pytest.raises(MedGaugeError, match="expected one of char, jieba, none, 13a, zh"):
        parse_metric(f"{name}(tokenizer=intl)")
    with pytest.raises(MedGaugeError, match="expected one of findings, impression, body"):
        parse_metric(f"{name}(section=history)")
    with pytest.raises(MedGaugeError, match="write it as"):
        parse_metric(f"{name}(tokenizer=char)")


def test_the_cut_of_a_report() -> None:
    text = "右下肺结节，T2 0.5cm. Left-sided!"
    assert TOKENISERS["none"](text) == ["右下肺结节，T2", "0.5cm.", "Left-sided!"]
    assert TOKENISERS["zh"](text) == [*"右下肺结节，", "T2", "0.5cm", ".", "Left-sided", "!"]
    assert TOKENISERS["13a"](text) == ["右下肺结节，T2", "0.5cm", ".", "Left-sided", "!"]
    assert TOKENISERS["jieba"](text) == ["右", "下", "肺", "结节", "t2", "0", "5cm", "left", "sided"]
