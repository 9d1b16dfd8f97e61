"""A checkpoint into memory: model, processor, and what of them answers depend on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from medgauge.errors import MedGaugeError
from medgauge.resize import Resize
from medgauge_model_adapters.hf.processors import load_processor, ready_tokenizer, transformers_module
from medgauge_model_adapters.hf.settings import TransformersOptions
from medgauge_model_adapters.hf.spoken import Spoken, spoken_by
from medgauge_model_adapters.local.checkpoint import Checkpoint, snapshot
from medgauge_model_adapters.profile import Profile

if TYPE_CHECKING:
    import torch

UNBOUNDED = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All that is needed to load a model, in this process or another."""

    checkpoint: Checkpoint
    options: TransformersOptions
    profile: Profile
    dtype: str

    @property
    def resize(self) -> Resize:
        """The declared resize."""
        return self.profile.resize


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A model in memory and what turns requests into its inputs."""

    recipe: Recipe
    model: Any
    processor: Any
    """None for a model of words."""
    tokenizer: Any
    spoken: Spoken
    device: "torch.device"
    ends: tuple[int, ...]
    """Tokens that end an answer."""
    pad: int
    context: int
    """Tokens of prompt and answer together, at most."""


def load(recipe: Recipe, device: str) -> Loaded:
    """Load a checkpoint onto a device.

    Raises MedGaugeError for what is no model of pictures or words, or cannot be loaded as asked.
    """
    import torch

    transformers = transformers_module()
    checkpoint, options = recipe.checkpoint, recipe.options
    if checkpoint.hub:
        snapshot("transformers", checkpoint.hub, checkpoint.revision or options.revision, weights=True)
    folder, trust = str(checkpoint.folder), options.trust_remote_code
    with _told(checkpoint):
        config = transformers.AutoConfig.from_pretrained(folder, trust_remote_code=trust)
        _require_decoder(checkpoint, config)
        sees = _sees(transformers, config)
        kind = transformers.AutoModelForImageTextToText if sees else transformers.AutoModelForCausalLM
        model, found = kind.from_pretrained(
            folder,
            dtype=getattr(torch, recipe.dtype),
            attn_implementation=options.attn,
            trust_remote_code=trust,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # told below, by name
        )
    _require_weights(checkpoint, found)
    return assembled(recipe, model, device)


def assembled(recipe: Recipe, model: Any, device: str) -> Loaded:
    """A model with the processor of its checkpoint, on a device. Raises MedGaugeError."""
    import torch

    transformers = transformers_module()
    config, folder = model.config, str(recipe.checkpoint.folder)
    with _told(recipe.checkpoint):
        sees = _sees(transformers, config)
        processor = load_processor(recipe.checkpoint, config, recipe.options, recipe.resize) if sees else None
        tokenizer = ready_tokenizer(
            processor.tokenizer
            if processor is not None
            else transformers.AutoTokenizer.from_pretrained(folder, trust_remote_code=recipe.options.trust_remote_code)
        )
        model.to(device).eval()
    ends = _ends(model, tokenizer)
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else ends[0]
    # what the checkpoint recommends (temperature, penalties) would leak into every call that does not name it
    model.generation_config = transformers.GenerationConfig(eos_token_id=list(ends), pad_token_id=pad)
    return Loaded(
        recipe=recipe,
        model=model,
        processor=processor,
        tokenizer=tokenizer,
        spoken=_spoken(recipe, processor),
        device=torch.device(device),
        ends=ends,
        pad=pad,
        context=getattr(config.get_text_config(), "max_position_embeddings", None) or UNBOUNDED,
    )


def _spoken(recipe: Recipe, processor: Any) -> Spoken:
    """Models of words are spoken to in strings."""
    if processor is None:
        return Spoken(form="strings")
    return spoken_by(processor, recipe.profile.chat_template_text or None, recipe.checkpoint.name)


@contextmanager
def _told(checkpoint: Checkpoint) -> Iterator[None]:
    """What transformers says of a checkpoint that it cannot load, or torch of a device, in one line.

    RuntimeError is also what torch raises where memory ends; AssertionError, where it was built without the device.
    """
    from safetensors import SafetensorError

    known = (ValueError, TypeError, OSError, ImportError, KeyError, AttributeError)
    try:
        yield
    except (*known, RuntimeError, AssertionError, SafetensorError) as error:
        said = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise MedGaugeError(f"transformers: cannot load {checkpoint.name}: {said}") from error


def _sees(transformers: Any, config: Any) -> bool:
    """Whether it is a model of pictures and words."""
    auto = transformers.models.auto.modeling_auto
    remote = getattr(config, "auto_map", None) or {}
    return type(config) in auto.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING or "AutoModelForImageTextToText" in remote


def _require_decoder(checkpoint: Checkpoint, config: Any) -> None:
    if config.is_encoder_decoder:
        raise MedGaugeError(
            f"transformers: {checkpoint.name} is an encoder-decoder ({config.model_type}); only models that continue "
            "their prompt are asked here"
        )


def _require_weights(checkpoint: Checkpoint, found: Mapping[str, Any]) -> None:
    """Weights that its files lack would be random, with a warning at most."""
    lacking = sorted(found["missing_keys"])
    if lacking:
        raise MedGaugeError(
            f"transformers: {len(lacking)} weights of {checkpoint.name} are not in its files, {lacking[0]} first; "
            "complete the folder"
        )
    other = sorted(found["mismatched_keys"])
    if other:
        name, stored, wanted = other[0]
        raise MedGaugeError(
            f"transformers: {len(other)} weights of {checkpoint.name} have another shape: {name} is {tuple(stored)} in "
            f"its files and {tuple(wanted)} by its config.json; they do not belong together"
        )


def _ends(model: Any, tokenizer: Any) -> tuple[int, ...]:
    """End tokens as the checkpoint's generation settings name them, or else the tokenizer's."""
    said = model.generation_config.eos_token_id
    if said is None:
        said = model.config.get_text_config().eos_token_id
    ends = tuple(said) if isinstance(said, (list, tuple)) else () if said is None else (said,)
    own = () if tokenizer.eos_token_id is None else (tokenizer.eos_token_id,)
    found = tuple(dict.fromkeys(ends or own))
    if not found:
        raise MedGaugeError(f"transformers: {tokenizer.name_or_path}: neither its files nor its tokenizer name an end")
    return found
