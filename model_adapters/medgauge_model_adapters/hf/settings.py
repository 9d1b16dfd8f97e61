"""The options of `transformers:`, typed."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from medgauge_model_adapters.local.usable import LocalOptions
from medgauge_model_adapters.options import Count

DtypeName: TypeAlias = Literal["float32", "bfloat16", "float16"]
RUNTIME = frozenset({"batch_size", "device", "devices"})
"""Options that change how fast answers come, and not what is asked."""


class TransformersOptions(LocalOptions):
    """What `--set` takes for transformers."""

    attn: Literal["sdpa", "eager", "flash_attention_2"] = "sdpa"
    image_backend: Literal["pil", "torchvision"] = "pil"
    """What sizes and normalises pictures. Their pixels differ by up to 0.03 after normalising."""
    device: Annotated[str, Field(pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")] = "auto"
    """`auto` is CUDA where it is there, or else the CPU."""
    devices: Count | None = None
    """How many processes, each with the whole model on a GPU of its own; unset: as many as there are GPUs."""
    batch_size: Count | Literal["auto"] = "auto"
