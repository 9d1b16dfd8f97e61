"""A tiny checkpoint that says what the test wants it to say."""

from itertools import pairwise
from pathlib import Path

from tiny_checkpoints import build_qwen2_5_vl


def build_scripted(folder: Path, script: str) -> None:
    """A Qwen2.5-VL that says one thing whatever it is shown. Its tokens must all be different, and no newline.

    What it says next hangs on the last token alone: no layer adds anything, and the head maps each token to the next.
    """
    import torch
    import transformers

    build_qwen2_5_vl(folder)
    model = transformers.Qwen2_5_VLForConditionalGeneration.from_pretrained(folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    start = tokenizer("\n")["input_ids"]
    tokens = [*start, *tokenizer(script)["input_ids"], tokenizer.eos_token_id]
    if len(set(tokens)) < len(tokens):
        raise ValueError(f"a script says each token once: {script!r}")
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "layers" in name and name.endswith(("o_proj.weight", "down_proj.weight")):
                weight.zero_()
        words = model.get_input_embeddings().weight
        head = model.get_output_embeddings().weight.zero_()
        for now, then in pairwise(tokens):
            head[then] = words[now]
    model.save_pretrained(folder)
