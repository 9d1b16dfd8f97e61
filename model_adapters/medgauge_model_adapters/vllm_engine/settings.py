"""The options of `vllm:`, typed."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from medgauge_model_adapters.local.usable import LocalOptions
from medgauge_model_adapters.options import Count

ConfigLayout: TypeAlias = Literal["", "internvl-chat"]
DEFAULT_BATCH = 128
"""Requests that the engine runs at once, unless told."""


class VllmOptions(LocalOptions):
    """What `--set` takes for vLLM's engine."""

    config_layout: ConfigLayout = ""
    """A config.json that vLLM cannot read as it is, and how it is written: translated before it is read."""
    quantization: str | None = None
    """A method of vLLM's (`fp8`, `awq`, `bitsandbytes`); None: the checkpoint's own."""
    max_model_len: Count | None = None
    """Tokens of prompt and answer together; None: as many as the checkpoint's config says."""
    images: Count = 8
    """Pictures in one request at most."""
    batch_size: Count | Literal["auto"] = "auto"
    """Requests that the engine runs at once (vLLM's max_num_seqs)."""
    tensor_parallel: Count = 1
    """Devices that share one copy of the model."""
    data_parallel: Count = 1
    """Copies of the model, each in a process of its own."""
    gpu_memory: Annotated[float, Field(gt=0, le=1)] = 0.9
    """Share of a device's memory for weights and cache."""
    enforce_eager: bool = False
    """No compilation and no CUDA graphs: a quicker start, slower answers."""

    @property
    def batch(self) -> int:
        """Requests that the engine runs at once."""
        return DEFAULT_BATCH if self.batch_size == "auto" else self.batch_size


RUNTIME = frozenset({"batch_size", "data_parallel", "enforce_eager", "gpu_memory", "tensor_parallel"})
"""Options that decide how fast an answer comes, and not which."""
