"""The factory behind `vllm:FOLDER` and `vllm:OWNER/NAME`."""

from collections.abc import Mapping
from importlib.util import find_spec

from medgauge.errors import MedGaugeError
from medgauge_model_adapters.local.usable import find_usable
from medgauge_model_adapters.vllm_engine.model import VllmModel
from medgauge_model_adapters.vllm_engine.settings import RUNTIME, VllmOptions


def build(argument: str, options: Mapping[str, str]) -> VllmModel:
    """Any checkpoint, in vLLM's own engine: `vllm:FOLDER` or `vllm:OWNER/NAME`.

    The options are those of `VllmOptions`. Nothing is loaded before the first request. Raises MedGaugeError where vLLM
    is not installed, and like `find_usable`.
    """
    if find_spec("vllm") is None:
        raise MedGaugeError("vllm: is not installed; pip install 'medgauge[vllm]'")
    read, usable = find_usable(VllmOptions, "vllm", argument, options)
    return VllmModel(
        name=read.name or usable.checkpoint.name,
        box_format=usable.profile.box_format,
        resize=usable.profile.resize,
        generation=usable.profile.generation,
        settings={
            **usable.settings,
            "config_layout": read.config_layout,
            "images": read.images,
            "max_model_len": read.max_model_len,
            "quantization": read.quantization,
        },
        fingerprint=usable.checkpoint.fingerprint(),
        runtime=RUNTIME,
        checkpoint=usable.checkpoint,
        options=read.model_copy(update={"dtype": usable.dtype}),
        profile=usable.profile,
    )
