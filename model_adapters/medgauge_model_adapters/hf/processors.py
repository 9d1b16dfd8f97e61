"""The processor of a checkpoint: words and pictures into tensors, with or without torchvision."""

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from medgauge.errors import MedGaugeError
from medgauge.resize import Resize
from medgauge_model_adapters.hf.settings import TransformersOptions
from medgauge_model_adapters.local.checkpoint import Checkpoint

MOVING = "video_processor"
"""The part that transformers builds with torchvision alone; nothing here moves."""


def transformers_module() -> Any:
    """transformers, imported such that a torchvision that cannot be imported counts as none.

    transformers looks whether torchvision is installed, and breaks where it is and does not fit torch.
    """
    if "torchvision" not in sys.modules and find_spec("torchvision") is not None:
        try:
            import_module("torchvision")
        except (ImportError, RuntimeError, OSError):
            sys.modules["torchvision"] = None  # type: ignore[assignment]
    return import_module("transformers")


def load_processor(checkpoint: Checkpoint, config: Any, options: TransformersOptions, resize: Resize) -> Any:
    """A processor for pictures and words, padding on the left, with the declared pixel budget."""
    transformers = transformers_module()
    folder, trust = str(checkpoint.folder), options.trust_remote_code
    kind = _kind(checkpoint, config, transformers)
    if kind is None:
        processor = transformers.AutoProcessor.from_pretrained(folder, trust_remote_code=trust)
    else:
        processor = _still(kind).from_pretrained(folder, trust_remote_code=trust)
    if not hasattr(processor, "image_processor"):
        raise MedGaugeError(f"transformers: {checkpoint.name}: its processor takes no pictures")
    budget = {"min_pixels": resize.min_pixels, "max_pixels": resize.max_pixels}
    size = {"shortest_edge": resize.min_pixels, "longest_edge": resize.max_pixels}
    # both ways: where a checkpoint has the older two keys, they win over `size`
    sizes: dict[str, Any] = {"size": size, **budget} if resize.kind == "smart" else {}
    if sizes or kind is not None:
        processor.image_processor = transformers.AutoImageProcessor.from_pretrained(
            folder, backend=options.image_backend, trust_remote_code=trust, **sizes
        )
    return processor


def ready_tokenizer(tokenizer: Any) -> Any:
    """The tokenizer, padding on the left, free for several threads: its fast part is never changed by a call."""
    tokenizer.padding_side = "left"
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    fast = getattr(tokenizer, "backend_tokenizer", None)
    if fast is not None:
        fast.no_padding()
        fast.no_truncation()
    return tokenizer


def _kind(checkpoint: Checkpoint, config: Any, transformers: Any) -> Any:
    """The processor class that comes with transformers for it; None for one of remote code, or of no known name."""
    files = ("processor_config.json", "preprocessor_config.json", "tokenizer_config.json")
    names = (checkpoint.read(file).get("processor_class") for file in files)
    name = next((name for name in names if name), None)
    if name is not None:
        return getattr(transformers, str(name), None)
    mapping = transformers.models.auto.processing_auto.PROCESSOR_MAPPING
    return mapping.get(type(config), None)


def _still(kind: Any) -> Any:
    """The class without its part for videos, where leaving it out keeps the places of the other parts."""
    parts = list(kind.get_attributes())
    rest = [part for part in parts if part != MOVING]
    if parts[: len(rest)] != rest or rest == parts:
        return kind

    def get_attributes(cls: type) -> list[str]:
        return rest

    return type(kind.__name__, (kind,), {"get_attributes": classmethod(get_attributes)})
