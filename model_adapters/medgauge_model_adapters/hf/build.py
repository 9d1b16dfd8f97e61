"""The factory behind `transformers:FOLDER` and `transformers:OWNER/NAME`."""

from collections.abc import Mapping
from importlib.util import find_spec

from medgauge.errors import MedGaugeError
from medgauge_model_adapters.hf.loading import Recipe
from medgauge_model_adapters.hf.model import TransformersModel
from medgauge_model_adapters.hf.settings import TransformersOptions
from medgauge_model_adapters.local.usable import find_usable


def build(argument: str, options: Mapping[str, str]) -> TransformersModel:
    """Any checkpoint that transformers runs: `transformers:FOLDER` or `transformers:OWNER/NAME`.

    The options are those of `TransformersOptions`. No weights are read before the first request. Raises MedGaugeError
    where the extra is missing, and like `find_usable`.
    """
    missing = [name for name in ("torch", "transformers") if find_spec(name) is None]
    if missing:
        raise MedGaugeError(f"transformers: {missing[0]} is not installed; pip install 'medgauge[transformers]'")
    read, usable = find_usable(TransformersOptions, "transformers", argument, options)
    recipe = Recipe(checkpoint=usable.checkpoint, options=read, profile=usable.profile, dtype=usable.dtype)
    return TransformersModel(
        name=read.name or usable.checkpoint.name,
        box_format=usable.profile.box_format,
        resize=usable.profile.resize,
        settings={**usable.settings, "attn": read.attn, "image_backend": read.image_backend},
        fingerprint=usable.checkpoint.fingerprint(),
        generation=usable.profile.generation,
        recipe=recipe,
    )
