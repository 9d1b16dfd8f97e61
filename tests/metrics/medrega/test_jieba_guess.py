"""Our cut with jieba's hidden Markov model is jieba's own, and takes linear time."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from medgauge_metrics import jieba_cut

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD6)
COMMON = st.sampled_from("右肺上叶结节大小约见影像诊断考虑恶性的是不有一aB1.%-_+# \r\n，。")


@settings(max_examples=500, deadline=None)
@given(
    st.text(HAN | COMMON, max_size=30) | st.text(COMMON, max_size=30) | st.text(st.characters(exclude_categories=[]))
)
def test_as_jieba_cuts(text: str) -> None:
    assert jieba_cut.jieba_tokens(text) == list(jieba_cut._tokenizer().cut(text))


def test_a_long_run_takes_linear_time() -> None:
    start = time.process_time()
    assert "".join(jieba_cut.jieba_tokens("肺" * 100_000)) == "肺" * 100_000
    assert time.process_time() - start < 20  # jieba's own takes minutes
