# pyright: reportMissingImports=false
"""vLLM's engine, started once, in the few calls that the adapter makes of it."""

import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from medgauge.errors import MedGaugeError
from medgauge.resize import Resize
from medgauge_model_adapters.local.checkpoint import Checkpoint
from medgauge_model_adapters.local.token_text import decoding
from medgauge_model_adapters.local.usable import no_template
from medgauge_model_adapters.local.weighing import Tokens
from medgauge_model_adapters.profile import Profile
from medgauge_model_adapters.vllm_engine.config import readable_config
from medgauge_model_adapters.vllm_engine.prompt import Conversation, Template
from medgauge_model_adapters.vllm_engine.settings import VllmOptions
from medgauge_model_adapters.vllm_engine.tally import Tally

if TYPE_CHECKING:
    from vllm import LLM, RequestOutput, SamplingParams

_LONGEST = 400
"""Characters of vLLM's own complaint in ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A loaded model. Requests go in by `add`, and `step` brings those out that are finished."""

    llm: "LLM" = field(repr=False)
    template: Template
    decode: Callable[[Sequence[int]], str]
    most_pictures: int
    """In one request."""

    @property
    def sees(self) -> bool:
        """Whether it takes pictures."""
        return bool(self.llm.model_config.is_multimodal_model)

    def encode(self, text: str) -> list[int]:
        """The tokens of words that go on where a prompt ends."""
        return list(self.llm.get_tokenizer().encode(text, add_special_tokens=False))

    def add(self, id: str, conversation: Conversation, begun: Tokens, params: "SamplingParams") -> None:
        """Queue a conversation whose answer has begun with these tokens.

        Raises what vLLM raises for a request that it does not take; see `refused`.
        """
        from vllm.renderers import ChatParams

        renderer = self.llm.renderer
        asked = ChatParams(
            chat_template=self.template.text,
            chat_template_content_format="openai" if self.template.takes_parts else "string",
            chat_template_kwargs={"add_generation_prompt": True, "tokenize": False},
        )
        tokens = renderer.default_chat_tok_params.with_kwargs(add_special_tokens=not self.template.begins)
        _, (prompt,) = renderer.render_chat([conversation], asked, tokens)
        if begun:
            prompt = {**prompt, "prompt_token_ids": [*prompt["prompt_token_ids"], *begun]}
        self.llm.llm_engine.add_request(id, prompt, params)

    def step(self) -> "list[RequestOutput]":
        """Wait for the engine's next step; the requests that it finished."""
        return [output for output in self.llm.llm_engine.step() if output.finished]

    def abort(self, ids: Sequence[str]) -> None:
        """Drop requests that nobody waits for any more."""
        self.llm.llm_engine.abort_request(list(ids))


def engine_report(engine: Engine, tally: Tally) -> dict[str, Any]:
    """Versions, device, data type, sizes, and what the engine counted."""
    import vllm
    from vllm.platforms import current_platform

    config = engine.llm.llm_engine.vllm_config
    return {
        "backend": "vllm",
        "vllm": vllm.__version__,
        "device": current_platform.get_device_name(),
        "dtype": str(config.model_config.dtype).removeprefix("torch."),
        "max_model_len": config.model_config.max_model_len,
        "batch_size": config.scheduler_config.max_num_seqs,
        "tensor_parallel": config.parallel_config.tensor_parallel_size,
        **asdict(tally),
    }


def refused() -> tuple[type[Exception], ...]:
    """What vLLM raises for one request that it does not take, and that says nothing of the next."""
    from vllm.exceptions import VLLMClientError

    return (ValueError, VLLMClientError)


def start(checkpoint: Checkpoint, options: VllmOptions, profile: Profile, devices: Sequence[int] = ()) -> Engine:
    """Load a checkpoint, on these devices where any are named.

    Raises MedGaugeError for what vLLM cannot load, with its reason, and for a checkpoint without a chat template.
    """
    _quieten()
    from vllm import LLM
    from vllm.platforms import current_platform

    own = list(devices) if devices and current_platform.is_cuda_alike() else None
    with readable_config(checkpoint, options.config_layout) as config:
        arguments = _arguments(checkpoint, options, profile.resize)
        try:
            llm = LLM(**arguments, hf_config_path=config, device_ids=own)
        except (ValueError, OSError, RuntimeError, ImportError, NotImplementedError) as error:
            raise MedGaugeError(f"vllm: cannot load {checkpoint.name}: {_reason(error)}") from error
    tokenizer = llm.get_tokenizer()
    return Engine(
        llm=llm,
        template=_template(checkpoint, llm, profile.chat_template_text),
        decode=decoding(tokenizer, keep_special_tokens=profile.keep_special_tokens),
        most_pictures=options.images,
    )


def _arguments(checkpoint: Checkpoint, options: VllmOptions, resize: Resize) -> Mapping[str, Any]:
    revision = checkpoint.revision or options.revision or None
    budget = {"size": {"shortest_edge": resize.min_pixels, "longest_edge": resize.max_pixels}}
    return {
        "model": checkpoint.hub or str(checkpoint.folder),
        "revision": revision,
        "tokenizer_revision": revision,
        "code_revision": revision,
        "trust_remote_code": options.trust_remote_code,
        "dtype": options.dtype,
        "quantization": options.quantization,
        "max_model_len": options.max_model_len,
        "max_num_seqs": options.batch,
        "tensor_parallel_size": options.tensor_parallel,
        "gpu_memory_utilization": options.gpu_memory,
        "enforce_eager": options.enforce_eager,
        "enable_prefix_caching": True,
        "limit_mm_per_prompt": {"image": options.images, "video": 0},
        # Pictures come sized as declared: within this budget the model's own processor leaves them as they are.
        "mm_processor_kwargs": budget if resize.kind == "smart" else None,
    }


def _template(checkpoint: Checkpoint, llm: "LLM", given: str) -> Template:
    """The profile's chat template or the checkpoint's own; that there is one was made sure of before."""
    from vllm.model_executor.model_loader import get_model_cls
    from vllm.renderers.hf import resolve_chat_template, resolve_chat_template_content_format

    config, tokenizer = llm.model_config, llm.get_tokenizer()
    text = resolve_chat_template(tokenizer, given or None, None, model_config=config)
    if text is None:
        raise MedGaugeError(no_template("vllm", checkpoint.name))
    form = resolve_chat_template_content_format(text, None, "auto", tokenizer, model_config=config)
    model = get_model_cls(config)
    return Template(
        text=text,
        takes_parts=form == "openai",
        placeholder=lambda number: model.get_placeholder_str("image", number) or "",
        begins=_begins(tokenizer, text, parts=form == "openai"),
    )


def _begins(tokenizer: Any, template: str, *, parts: bool) -> bool:
    """Whether the template writes the token that begins a text, so that the tokenizer must not write it again."""
    if not tokenizer.bos_token:
        return False
    from jinja2 import TemplateError

    content: Any = [{"type": "text", "text": "?"}] if parts else "?"
    asked = [{"role": "user", "content": content}]
    try:
        written = tokenizer.apply_chat_template(asked, chat_template=template, tokenize=False)
    except TemplateError:  # one that wants more than a question
        return "bos_token" in template
    return str(written).startswith(tokenizer.bos_token)


def _quieten() -> None:
    """vLLM's log goes to stderr, in the processes that it starts as well, and it tells nobody that it is used."""
    os.environ.setdefault("VLLM_LOGGING_STREAM", "ext://sys.stderr")
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "WARNING")
    os.environ["VLLM_NO_USAGE_STATS"] = os.environ["VLLM_DO_NOT_TRACK"] = "1"
    for handler in logging.getLogger("vllm").handlers:
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stdout:
            handler.setStream(sys.stderr)


def _reason(error: Exception) -> str:
    """One line of what vLLM says; pydantic's frame around it left out."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = next((line for line in lines if line.startswith("Value error, ")), " ".join(lines))
    told = told.removeprefix("Value error, ").partition(" [type=")[0] or type(error).__name__
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…"
