"""What is known of a checkpoint: where it is, how it is asked, how it writes boxes. One YAML file a profile."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from medgauge.about import Price
from medgauge.errors import MedGaugeError, UnknownName
from medgauge.resize import AS_IS, Resize
from medgauge.strict_yaml import read_yaml
from medgauge.types import Language
from medgauge_model_adapters.named import FOLDER, profile_names

Backend: TypeAlias = Literal["transformers", "vllm", "openai"]
ImagePlace: TypeAlias = Literal["as-asked", "first", "last"]
Setting: TypeAlias = str | int | float | bool


class Layout(BaseModel):
    """How a prompt set's messages are arranged for a model."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    system: str = ""
    """System prompt where the request brings none; empty: none of ours (a chat template may have its own)."""
    image: ImagePlace = "as-asked"
    """Where the pictures of a message go: where the prompt set puts them, before its words, or after them."""
    separator: str | None = None
    """What stands between pictures and the words beside them; None leaves what the prompt set wrote."""


class Profile(BaseModel):
    """One checkpoint, or one model of a service."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: str
    """The file's name, and the name on the command line."""
    title: str
    family: str
    hub: str
    """`owner/name` on the hub, or `model@https://host/v1` of a server."""
    revision: Annotated[str, Field(pattern=r"^([0-9a-f]{40})?$")] = ""
    """Commit of the hub repository; empty where none could be confirmed: a run then records what it found."""
    architecture: str = ""
    """Model class that its config.json names; empty for a service. What loads it follows from that."""
    licence: str
    languages: tuple[Language, ...]
    parameters: float | None = None
    """Billions; None where nobody said."""
    open_weights: bool
    medical: bool
    """Trained for medicine by its makers."""
    backend: Backend
    """The one that the profile's name alone stands for."""
    settings: Mapping[Backend, Mapping[str, Setting]] = {}
    """Options of each backend, used unless `--set` gives another value."""
    layout: Layout = Layout()
    chat_template: str = ""
    """File in the folder of profiles; empty: the checkpoint's own."""
    box_format: str
    resize: Resize = AS_IS
    keep_special_tokens: bool = False
    """Its markup is made of special tokens, which decoding must keep."""
    thinking: bool = False
    """It writes `<think>` blocks, which are kept in the log and are no part of the answer."""
    generation: Mapping[str, Setting] = {}
    """Fields of `Generation`, used unless `--set` gives another value."""
    price: Price | None = None
    trained_on: tuple[str, ...] = ()
    """Public medical data sets that its makers, or a source given here, say it was trained on. Never complete."""
    unverified: tuple[str, ...] = ()
    """Statements of this file that nobody confirmed against the makers' own files, in plain words."""
    sources: tuple[str, ...] = ()
    notes: str = ""

    @property
    def chat_template_text(self) -> str:
        """The text of `chat_template`; empty where there is none."""
        return (
            (files("medgauge_model_adapters") / FOLDER / self.chat_template).read_text("utf-8")
            if self.chat_template
            else ""
        )


PLAIN = Profile(
    name="plain",
    title="a checkpoint that no profile describes",
    family="",
    hub="",
    licence="unknown",
    languages=("en", "zh"),
    open_weights=True,
    medical=False,
    backend="transformers",
    box_format="medrega",
)
"""The chat template and the processor of the checkpoint itself, pictures where the prompt set puts them."""


@cache
def read_profile(name: str) -> Profile:
    """The profile of a name; `plain` is PLAIN. Raises UnknownName, or BadRecord for a file that breaks the form."""
    if name == PLAIN.name:
        return PLAIN
    if name not in profile_names():
        raise UnknownName("profile", name, profile_names(), "models")
    file = f"{FOLDER}/{name}.yaml"
    profile = read_yaml((files("medgauge_model_adapters") / FOLDER / f"{name}.yaml").read_text("utf-8"), file, Profile)
    if profile.name != name:
        raise MedGaugeError(f"{file}: its name is {profile.name!r}; a profile has the name of its file")
    return profile
