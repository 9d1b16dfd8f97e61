"""A checkpoint as files: where it lies, what its small files say, and a hash that pins it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medgauge.errors import MedGaugeError
from medgauge.resize import AS_IS, Resize

CONFIG = "config.json"
CODE = (".py",)
WHOLE = (".json", ".jinja", ".txt", ".model", ".tiktoken", *CODE)
"""Endings of files that are hashed byte for byte."""
HEAVY = (".safetensors", ".bin", ".pth", ".pt")
"""Endings of weights: known by name, size and ends."""
_NUMBERS = ("F64", "F32", "F16", "BF16")
"""Types of safetensors that hold one parameter each."""
_BUFFERS = ("I64", "BOOL")
"""And those of positions and counters, which are none."""
_SMART = "Qwen2VLImageProcessor"
COMMIT = 40
MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A folder with a `config.json`, and the hub repository that it is a snapshot of, if it is one."""

    folder: Path
    hub: str = ""
    revision: str = ""
    """Commit of the snapshot; empty for a folder of one's own."""

    @property
    def name(self) -> str:
        """The repository's name, or the folder's."""
        return self.hub.rpartition("/")[2] or self.folder.resolve().name

    def read(self, file: str) -> Mapping[str, Any]:
        """A JSON object of the folder; empty where the file is missing. Raises MedGaugeError for a broken one."""
        path = self.folder / file
        if not path.is_file():
            return {}
        try:
            said = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            raise MedGaugeError(f"{self.name}: {file} is not readable JSON ({error})") from error
        if not isinstance(said, dict):
            raise MedGaugeError(f"{self.name}: {file} holds a {type(said).__name__}, expected an object")
        return said

    @property
    def image_processor(self) -> Mapping[str, Any]:
        """What its files say of pictures; empty for a model of words."""
        nested = self.read("processor_config.json").get("image_processor")
        return nested if isinstance(nested, dict) else self.read("preprocessor_config.json")

    @property
    def resize(self) -> Resize:
        """The resize that its image processor does before anything else, where it is known from its files."""
        said = self.image_processor
        if not str(said.get("image_processor_type", "")).startswith(_SMART):
            return AS_IS
        size = said.get("size") or {}
        return Resize(
            kind="smart",
            factor=said.get("patch_size", 14) * said.get("merge_size", 2),
            min_pixels=said.get("min_pixels") or size.get("shortest_edge") or 56 * 56,
            max_pixels=said.get("max_pixels") or size.get("longest_edge") or 28 * 28 * 1280,
        )

    @property
    def has_chat_template(self) -> bool:
        """Whether any of the files that may hold a chat template does."""
        if any((self.folder / name).is_file() for name in ("chat_template.jinja", "chat_template.json")):
            return True
        return any("chat_template" in self.read(name) for name in ("tokenizer_config.json", "processor_config.json"))

    @property
    def dtype(self) -> str:
        """The data type that its weights were saved in, as its configuration says; empty where it does not."""
        config = self.read(CONFIG)
        for said in (config, config.get("text_config") or {}, config.get("llm_config") or {}):
            name = said.get("dtype") or said.get("torch_dtype")
            if name:
                return str(name)
        return ""

    @property
    def crops(self) -> bool:
        """Whether its image processor cuts a picture that is no square down to one."""
        return bool(self.image_processor.get("do_center_crop"))

    @property
    def parameters(self) -> int | None:
        """Numbers in its safetensors files; None where they are not here, are packed (quantised), or cannot be read."""
        if self.read(CONFIG).get("quantization_config"):
            return None
        try:
            from huggingface_hub import get_local_safetensors_metadata
            from huggingface_hub.errors import NotASafetensorsRepoError, SafetensorsParsingError
        except ImportError:
            return None
        try:
            counted = get_local_safetensors_metadata(self.folder).parameter_count
        except (NotASafetensorsRepoError, SafetensorsParsingError, OSError, ValueError, TypeError, AttributeError):
            return None  # damaged files are for the engine to complain about
        if not counted.keys() <= {*_NUMBERS, *_BUFFERS}:
            return None
        return sum(counted.get(name, 0) for name in _NUMBERS) or None

    def fingerprint(self) -> str:
        """Hash over the files that decide answers: small ones whole, weights by name, size, first and last MiB.

        Of a hub repository the small ones alone: its commit pins the weights, which may not be here yet.
        """
        digest = hashlib.sha256()
        for path in _files(self.folder, WHOLE if self.hub else (*WHOLE, *HEAVY)):
            digest.update(f"{path.relative_to(self.folder).as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(_ends(path) if path.suffix in HEAVY else path.read_bytes())
        return digest.hexdigest()

    def code_hash(self) -> str:
        """Hash of the Python files that come with it; empty where there are none."""
        paths = list(_files(self.folder, CODE))
        digest = hashlib.sha256()
        for path in paths:
            digest.update(f"{path.relative_to(self.folder).as_posix()}\0".encode() + path.read_bytes())
        return digest.hexdigest() if paths else ""


def find_checkpoint(scheme: str, argument: str, revision: str = "") -> Checkpoint:
    """The checkpoint of a folder, or of a hub id with all its files but the weights (from the cache, or downloaded).

    Raises MedGaugeError when there is none, or when the hub cannot be reached and the cache has no copy.
    """
    folder = Path(argument).expanduser()
    if argument and folder.is_dir():
        if not (folder / CONFIG).is_file():
            raise MedGaugeError(f"{scheme}: {folder.name} is no checkpoint folder: it has no {CONFIG}")
        return Checkpoint(folder=folder)
    if argument.count("/") != 1 or argument.startswith(("/", ".", "~")):
        raise MedGaugeError(f"{scheme}: {argument!r} is neither a folder nor a hub id of the form owner/name")
    found = snapshot(scheme, argument, revision, weights=False)
    if not (found / CONFIG).is_file():
        raise MedGaugeError(f"{scheme}: hub repository {argument} is no checkpoint: it has no {CONFIG}")
    commit = found.name if len(found.name) == COMMIT else ""
    return Checkpoint(folder=found, hub=argument, revision=commit)


def snapshot(scheme: str, hub: str, revision: str, *, weights: bool) -> Path:
    """Folder of a hub repository in the local cache, completed from the hub. Raises MedGaugeError."""
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
    except ImportError as error:
        raise MedGaugeError(
            f"{scheme}: hub id {hub!r} needs huggingface_hub: pip install 'medgauge[{scheme}]'"
        ) from error
    heavy = [f"*{ending}" for ending in HEAVY]
    unused = ["*.pth", "*.pt", "*.gguf", "*.onnx", "original/*"]
    try:
        found = snapshot_download(hub, revision=revision or None, ignore_patterns=unused if weights else heavy)
    except LocalEntryNotFoundError as error:
        raise MedGaugeError(
            f"{scheme}: hub id {hub!r} is not in the local cache and the hub cannot be reached; download it where "
            "there is a network, and give its folder"
        ) from error
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        said = str(error).strip().splitlines()
        raise MedGaugeError(f"{scheme}: hub id {hub!r}: {said[-1] if said else type(error).__name__}") from error
    return Path(found)


def _files(folder: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    """Files with such endings, outside hidden folders, sorted by name."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix in endings and not hidden and path.is_file():
            yield path


def _ends(path: Path) -> bytes:
    """The first and the last MiB of a file: of a safetensors file the header, and some of its numbers."""
    with path.open("rb") as file:
        first = file.read(MEBIBYTE)
        file.seek(max(0, path.stat().st_size - MEBIBYTE))
        return first + file.read(MEBIBYTE)
