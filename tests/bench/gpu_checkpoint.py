"""A model of the real size of Qwen2.5-VL-7B with random weights, made on the device: nothing of 15 GB is written."""

from pathlib import Path
from typing import Any

import tiny_checkpoints
from hf_world import model_of

from medgauge_model_adapters.hf.loading import Loaded, assembled

TEXT = {
    "hidden_size": 3584,
    "intermediate_size": 18944,
    "num_hidden_layers": 28,
    "num_attention_heads": 28,
    "num_key_value_heads": 4,
    "vocab_size": 152064,
    "max_position_embeddings": 32768,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24]},
}
VISION = {
    "depth": 32,
    "hidden_size": 1280,
    "intermediate_size": 3420,
    "num_heads": 16,
    "out_hidden_size": 3584,
    "fullatt_block_indexes": [7, 15, 23, 31],
    "window_size": 112,
}


def load_full_size(folder: Path, device: str = "cuda") -> Loaded:
    """The tiny checkpoint's tokeniser and processor, at a pixel budget of 1,280 cells, on a model of full size."""
    tiny_checkpoints.build("qwen2_5_vl", folder)
    recipe = model_of(folder, dtype="bfloat16", max_pixels=str(1280 * 28 * 28)).recipe
    model = drawn(folder, device, {**TEXT}, {**VISION})
    return assembled(recipe, model, device)


def drawn(folder: Path, device: str, text: dict[str, Any], vision: dict[str, Any]) -> Any:
    """Weights drawn on the device in bfloat16; only words that the tiny tokeniser knows are ever said."""
    import torch
    import transformers

    there = transformers.AutoConfig.from_pretrained(folder)
    known = there.text_config.vocab_size
    ids = {name: value for name, value in there.to_dict().items() if name.endswith("_token_id")}
    ends = {name: getattr(there.text_config, name) for name in ("bos_token_id", "eos_token_id", "pad_token_id")}
    config = transformers.Qwen2_5_VLConfig(
        text_config={**text, **ends}, vision_config=vision, tie_word_embeddings=False, **ids
    )
    with torch.device(device):
        model = transformers.AutoModelForImageTextToText.from_config(
            config, dtype=torch.bfloat16, attn_implementation="sdpa"
        )
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim > 1:
                weight.normal_(std=1.0 if "embed" in name else weight[0].numel() ** -0.5)
        model.get_output_embeddings().weight[known:] = 0
    return model
