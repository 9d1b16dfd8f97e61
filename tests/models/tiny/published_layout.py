"""A tiny checkpoint in the older layout that Qwen2-VL and Qwen2.5-VL are published in."""

import json
from pathlib import Path

from tiny_checkpoints import build_qwen2_5_vl


def build_published(folder: Path) -> None:
    """Qwen2.5-VL with a `preprocessor_config.json` of its own, whose pixel budget is `min_pixels` and `max_pixels`."""
    folder.mkdir(parents=True)
    build_qwen2_5_vl(folder)
    nested = folder / "processor_config.json"
    processor = json.loads(nested.read_text("utf-8"))
    size = processor["image_processor"].pop("size")
    told = {
        **processor["image_processor"],
        "image_processor_type": "Qwen2VLImageProcessor",
        "processor_class": "Qwen2_5_VLProcessor",
        "min_pixels": size["shortest_edge"],
        "max_pixels": size["longest_edge"],
    }
    nested.unlink()
    (folder / "preprocessor_config.json").write_text(json.dumps(told, indent=1), "utf-8")
