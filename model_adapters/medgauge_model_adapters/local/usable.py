"""What must hold of a checkpoint before an engine loads it, and what of it decides answers."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from medgauge.declared import Setting
from medgauge.errors import MedGaugeError
from medgauge.progress import say
from medgauge_model_adapters.local.checkpoint import COMMIT, CONFIG, Checkpoint, find_checkpoint
from medgauge_model_adapters.options import CommonOptions, read_options
from medgauge_model_adapters.profile import Backend, Profile

DTYPES = ("float32", "bfloat16", "float16")
_BUDGET = ("min_pixels", "max_pixels")
"""Options that can be judged only when the checkpoint is known."""


class LocalOptions(CommonOptions):
    """What both engines take of a checkpoint."""

    revision: str = ""
    """Branch, tag or commit of a hub repository."""
    trust_remote_code: bool = False
    """Run code that comes with the checkpoint; from the hub only at a pinned revision."""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """`auto` is what the checkpoint says, or else float32."""


Form = TypeVar("Form", bound=LocalOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usable:
    """A checkpoint that can be asked as the options and the profile say."""

    scheme: Backend
    checkpoint: Checkpoint
    profile: Profile
    dtype: str
    revision: str
    trust_remote_code: bool

    @property
    def settings(self) -> dict[str, Setting]:
        """What decides answers, beside the files of the checkpoint and the resize."""
        template = self.profile.chat_template_text
        return {
            "backend": self.scheme,
            "chat_template": _hash(template) if template else "the checkpoint's own",
            "dtype": self.dtype,
            "image": self.profile.layout.image,
            "keep_special_tokens": self.profile.keep_special_tokens,
            "profile": self.profile.name,
            "profile_hash": _hash(self.profile.model_dump_json()),
            "remote_code": self.checkpoint.code_hash() if self.trust_remote_code else None,
            "revision": self.checkpoint.revision or self.revision,
            "separator": self.profile.layout.separator,
            "system": self.profile.layout.system,
        }


def find_usable(form: type[Form], scheme: Backend, argument: str, options: Mapping[str, str]) -> tuple[Form, Usable]:
    """The options of an engine, and the checkpoint that they are for.

    Raises MedGaugeError for an option, a folder or a profile that cannot be, for a checkpoint without a chat template,
    for code from the hub at no pinned commit, and for a hub that cannot be reached.
    """
    if not argument:
        raise MedGaugeError(f"{scheme}: expected a checkpoint, as in {scheme}:/models/mine or {scheme}:owner/name")
    read_options(form, scheme, {name: value for name, value in options.items() if name not in _BUDGET})
    checkpoint = find_checkpoint(scheme, argument, options.get("revision", ""))
    read, profile = read_options(form, scheme, options, checkpoint.resize)
    made = Usable(
        scheme=scheme,
        checkpoint=checkpoint,
        profile=profile,
        dtype=_dtype(scheme, checkpoint, read.dtype),
        revision=read.revision,
        trust_remote_code=read.trust_remote_code,
    )
    _require(made)
    return read, made


def no_template(scheme: Backend, name: str) -> str:
    """The complaint about a checkpoint that does not say how it is spoken to."""
    return (
        f"{scheme}: {name} has no chat template: expected chat_template.jinja beside its config.json; put one there, "
        "or give --set profile= with a profile of its family"
    )


def _require(made: Usable) -> None:
    checkpoint, profile, own = made.checkpoint, made.profile, made.checkpoint.resize
    if own.kind == "smart" and (profile.resize.kind, profile.resize.factor) != ("smart", own.factor):
        raise MedGaugeError(
            f"{made.scheme}: profile {profile.name!r} declares {profile.resize}, and {checkpoint.name} sizes pictures "
            f"to multiples of {own.factor}: it is not the checkpoint of this profile"
        )
    if not profile.chat_template and not checkpoint.has_chat_template:
        raise MedGaugeError(no_template(made.scheme, checkpoint.name))
    code = checkpoint.read(CONFIG).get("auto_map") or {}
    elsewhere = sorted({str(name).partition("--")[0] for name in code.values() if "--" in str(name)})
    if made.trust_remote_code and elsewhere:
        raise MedGaugeError(
            f"{made.scheme}: trust_remote_code: the code of {checkpoint.name} lies in {elsewhere[0]}, which no "
            "revision pins; copy its Python files into the folder, and take what stands before -- out of auto_map"
        )
    if checkpoint.crops and profile.resize.kind == "none":
        say(
            f"{made.scheme}: the processor of {checkpoint.name} cuts pictures down to a square and loses their edges; "
            "a profile of its family (llava-1.5-7b, say) pads them instead"
        )
    if made.trust_remote_code and checkpoint.hub and len(made.revision) != COMMIT:
        raise MedGaugeError(
            f"{made.scheme}: trust_remote_code: code from the hub runs only at a commit that you have looked at; give "
            f"--set revision= with its {COMMIT} characters"
        )


def _dtype(scheme: Backend, checkpoint: Checkpoint, asked: str) -> str:
    """The data type of the weights as they were saved, unless told: an engine's own default may halve float32."""
    if asked != "auto":
        return asked
    said = checkpoint.dtype or DTYPES[0]
    if said not in DTYPES:
        raise MedGaugeError(
            f"{scheme}: {checkpoint.name} is in {said}; expected one of {', '.join(DTYPES)}: give --set dtype="
        )
    return said


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
