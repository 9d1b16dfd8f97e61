"""A config.json in the form that vLLM reads, where it is written for code that came with the checkpoint."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from medgauge.errors import MedGaugeError
from medgauge_model_adapters.local.checkpoint import CONFIG, Checkpoint
from medgauge_model_adapters.vllm_engine.settings import ConfigLayout

GENERATION = "generation_config.json"
"""It names the tokens that end an answer, and vLLM looks for it beside the config."""


@contextmanager
def readable_config(checkpoint: Checkpoint, layout: ConfigLayout) -> Iterator[str | None]:
    """A folder with the config as vLLM reads it, for as long as it loads; None where its own will do.

    Raises MedGaugeError for a config of another layout than declared.
    """
    if not layout:
        yield None
        return
    config = checkpoint.read(CONFIG)
    if config.get("model_type") != "internvl_chat":
        raise MedGaugeError(
            f"vllm: config_layout={layout}: the config.json of {checkpoint.name} has model_type "
            f"{config.get('model_type')!r}, not 'internvl_chat'; give --set config_layout= for a checkpoint that vLLM "
            "reads as it is"
        )
    with TemporaryDirectory(prefix="medgauge-config-") as folder:
        (Path(folder) / CONFIG).write_text(json.dumps(native(config)), "utf-8")
        generation = checkpoint.read(GENERATION)
        if generation:
            (Path(folder) / GENERATION).write_text(json.dumps(generation), "utf-8")
        yield folder


def native(config: Mapping[str, Any]) -> dict[str, Any]:
    """The config of InternVL-Chat's own code (1.2 to 1.5) as the class that vLLM brings for the same model reads it.

    What the file leaves out has the value that InternVL-Chat's code gives it, not that of the other class.
    """
    kept = {name: value for name, value in config.items() if name not in ("llm_config", "vision_config", *_FOREIGN)}
    return {
        **_CHAT,
        **kept,
        "model_type": "qianfan_ocr",
        "architectures": ["InternVLChatModel"],
        "vision_config": {**_VISION, **_own(config.get("vision_config", {})), "model_type": "qianfan_ocr_vision"},
        "text_config": {"model_type": "llama", **_own(config.get("llm_config", {}))},
    }


_FOREIGN = ("auto_map", "transformers_version")
_VISION: Mapping[str, Any] = {
    "num_channels": 3,
    "patch_size": 14,
    "image_size": 224,
    "qkv_bias": False,
    "hidden_size": 3200,
    "num_attention_heads": 25,
    "intermediate_size": 12800,
    "qk_normalization": True,
    "num_hidden_layers": 48,
    "hidden_act": "gelu",
    "norm_type": "rms_norm",
    "layer_norm_eps": 1e-6,
}
_CHAT: Mapping[str, Any] = {
    "select_layer": -1,
    "force_image_size": 448,
    "downsample_ratio": 0.5,
    "ps_version": "v1",
    "dynamic_image_size": False,
    "use_thumbnail": False,
    "min_dynamic_patch": 1,
    "max_dynamic_patch": 6,
}


def _own(config: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in config.items() if name not in _FOREIGN}
