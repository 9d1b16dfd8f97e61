"""Profiles: what they state is well formed, known to the code that obeys it, and told on the page."""

import re
from functools import cache
from importlib.resources import files

import models_page
import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import TypeAdapter, ValidationError

from medgauge.errors import MedGaugeError, UnknownName
from medgauge.plugins import catalog
from medgauge.protocols import Frame
from medgauge.strict_yaml import read_yaml
from medgauge.types import Generation, Media, Message, Request, Text
from medgauge_model_adapters.boxes.boxless import BoxlessFormat
from medgauge_model_adapters.chat import chat_parts, laid_out
from medgauge_model_adapters.named import FOLDER, profile_names
from medgauge_model_adapters.openai_api.address import read_address
from medgauge_model_adapters.openai_api.settings import OpenAIOptions
from medgauge_model_adapters.options import CommonOptions, read_options
from medgauge_model_adapters.profile import PLAIN, Profile, read_profile
from medgauge_model_adapters.vllm_engine.settings import VllmOptions

NAMES = profile_names()
FAMILIES = {
    *("cogvlm", "deepseek-vl2-small", "florence-2-large", "gemini", "glm-4.1v-9b", "gpt", "huatuogpt-vision-7b"),
    *("internvl2.5-8b", "internvl3-8b", "kosmos-2", "lingshu-7b", "llava-1.5-7b", "llava-med-1.5", "maira-2"),
    *("medgemma-4b", "medgemma-1.5-4b", "molmo-7b", "paligemma2-3b", "qwen2-vl-7b", "qwen2.5-vl-7b", "qwen3-vl-8b"),
    *("radvlm", "claude"),
}
FORMS = {"openai": OpenAIOptions, "vllm": VllmOptions}
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
PICTURE = Media(path="/a.png", sha256="", size=(4, 2))
OTHER = Media(path="/b.png", sha256="", size=(2, 4))
EACH = pytest.mark.parametrize("profile", [read_profile(name) for name in NAMES], ids=NAMES)


def of_backend(backend, **choice):
    chosen = [p for p in map(read_profile, NAMES) if p.backend == backend]
    kept = [p for p in chosen if all(getattr(p, key) == value for key, value in choice.items())]
    return pytest.mark.parametrize("profile", kept, ids=[p.name for p in kept])


def asked(*parts):
    texts = tuple(Text(text=part) if isinstance(part, str) else part for part in parts)
    return Request(id="t:en:0:0:x", messages=(Message(role="user", parts=texts),))


def test_every_family_that_is_promised_is_there() -> None:
    assert set(NAMES) >= FAMILIES


@EACH
def test_box_format_is_in_the_catalogue(profile: Profile) -> None:
    assert catalog("box_formats").load(profile.box_format).name == profile.box_format


@EACH
def test_its_name_is_a_model(profile: Profile) -> None:
    assert profile.name in catalog("models").entries


@EACH
def test_hub_names_a_repository_or_an_address(profile: Profile) -> None:
    if profile.backend != "openai":
        assert HUB_ID.fullmatch(profile.hub)
        return
    address = read_address(profile.hub)
    assert address.loopback or address.base_url.startswith("https://")
    assert address.loopback == profile.open_weights, "hosted models are elsewhere, open ones are served here"


@EACH
def test_what_it_recommends_is_a_generation(profile: Profile) -> None:
    adapter = TypeAdapter(Generation)
    for name, value in profile.generation.items():
        assert getattr(adapter.validate_python(dict(profile.generation)), name) == value


@EACH
def test_its_settings_are_options_of_the_backend(profile: Profile) -> None:
    for backend in profile.settings:
        options, _ = read_options(FORMS[backend], backend, {"profile": profile.name})
        assert profile.settings[backend].keys() <= options.model_fields_set


@EACH
def test_it_says_where_its_statements_come_from(profile: Profile) -> None:
    assert profile.sources
    assert profile.unverified, "nothing here was run on real weights: something is always left open"
    if profile.open_weights and not profile.revision and profile.backend != "openai":
        assert any("no revision was found" in claim for claim in profile.unverified)
    if profile.settings.get(profile.backend, {}).get("trust_remote_code"):
        assert profile.revision, "remote code runs at a pinned revision only"


@EACH
def test_the_page_tells_what_is_not_verified(profile: Profile) -> None:
    page = models_page.PAGE.read_text("utf-8").replace("`", "")
    for claim in profile.unverified:
        assert f"- not verified: {claim.replace('`', '')}" in page


def test_the_page_is_what_the_profiles_make_of_it() -> None:
    page = models_page.PAGE.read_text("utf-8")
    assert models_page.filled(page) == page, "run python tests/models/models_page.py"


def test_the_example_of_the_page_is_a_profile() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", models_page.PAGE.read_text("utf-8"), re.DOTALL)
    assert read_yaml(example, "page", Profile).name == "my-model-7b"


@of_backend("transformers")
def test_transformers_has_its_architecture(profile: Profile) -> None:
    assert profile.architecture in _known_to_transformers()


@of_backend("openai", open_weights=True)
def test_what_is_left_to_its_own_server_has_no_class_in_transformers(profile: Profile) -> None:
    assert profile.architecture
    assert profile.architecture not in _known_to_transformers()


@of_backend("vllm")
def test_vllm_has_its_architecture(profile: Profile) -> None:
    vllm = pytest.importorskip("vllm", reason="vLLM is not installed here")
    assert profile.architecture in vllm.ModelRegistry.get_supported_archs()


@cache
def _known_to_transformers() -> frozenset[str]:
    auto = pytest.importorskip("transformers.models.auto.modeling_auto", reason="transformers is not installed here")
    return frozenset(auto.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES.values())


@EACH
def test_a_padded_picture_goes_with_a_box_format_of_the_padded_square(profile: Profile) -> None:
    """A box format that knows of no padding would move every box of a picture that is no square."""
    written = catalog("box_formats").load(profile.box_format)
    if isinstance(written, BoxlessFormat):
        return
    (width, height), box = (100, 300), (10.0, 140.0, 50.0, 190.0)
    frame = Frame(original=(width, height), sent=profile.resize.sent((width, height)))
    text = written.encode([("heart", [box])], frame)
    (mention,) = written.decode(text, frame).mentions
    assert mention.boxes[0] == pytest.approx(box, abs=10)
    square = Frame(original=(300, 300), sent=(300, 300))
    moved = written.encode([("heart", [(110.0, 140.0, 150.0, 190.0)])], square)
    assert (text == moved) == (profile.resize.kind == "pad")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_layout_moves_pictures_and_leaves_words(language: str) -> None:
    words = {"en": "Is there an effusion?", "zh": "有胸腔积液吗？"}[language]
    (message,) = laid_out(asked(f"{words}\n", PICTURE, "\n", OTHER), read_profile("huatuogpt-vision-7b").layout)
    assert message.parts == (PICTURE, OTHER, Text(text=words))
    (message,) = laid_out(asked(f"{words}\n", PICTURE), read_profile("qwen2.5-vl-7b").layout)
    assert message.parts == (Text(text=f"{words}\n"), PICTURE)


def test_layout_gives_the_system_prompt_where_the_question_brings_none() -> None:
    layout = read_profile("chexagent-2").layout
    system, user = laid_out(asked(PICTURE, "\nWhere?"), layout)
    assert (system.role, system.parts) == ("system", (Text(text="You are a helpful assistant."),))
    assert user.parts == (PICTURE, Text(text="Where?"))
    own = Message(role="system", parts=(Text(text="Mine."),))
    request = asked(PICTURE, "Where?")
    kept = Request(id=request.id, messages=(own, *request.messages))
    assert laid_out(kept, layout)[0] == own


TWO_PICTURES = [PICTURE, "Compare.", OTHER]
PROMPTS = {
    "huatuogpt-vision-7b": (TWO_PICTURES, "<|user|>\n<image>\n<image>\nCompare.\n<|assistant|>\n"),
    "llava-med-1.5": (["有胸腔积液吗？\n", PICTURE], "<s>[INST] 有胸腔积液吗？<image>\n [/INST]"),
    "kosmos-2": (["\n", PICTURE, "\nAn image of"], "<grounding>An image of"),
    "paligemma2-3b": ([PICTURE, "\ndetect heart ; left lung"], "detect heart ; left lung"),
    "florence-2-large": ([PICTURE, "\nLocate the heart in the image."], "Locate the heart in the image."),
}


@pytest.mark.parametrize("name", PROMPTS)
def test_chat_template_renders_the_prompt(name: str) -> None:
    parts, expected = PROMPTS[name]
    assert rendered(read_profile(name), asked(*parts)) == expected


def test_every_template_is_of_a_profile_and_tried_here() -> None:
    written = {entry.name for entry in (files("medgauge_model_adapters") / FOLDER).iterdir()}
    templates = {read_profile(name).chat_template: name for name in NAMES if read_profile(name).chat_template}
    assert {name for name in written if name.endswith(".jinja")} == set(templates)
    assert {*templates.values()} - {"medrega"} == set(PROMPTS)


def rendered(profile, request):
    """As transformers and vLLM render a template."""
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    messages = chat_parts(laid_out(request, profile.layout), lambda media: {"type": "image"})
    template = environment.from_string(profile.chat_template_text)
    return template.render(messages=messages, add_generation_prompt=True, bos_token="<s>", eos_token="</s>")


def test_a_wrong_profile_is_refused_with_its_line() -> None:
    text = "name: x\ntitle: X\nfamly: y\n"
    with pytest.raises(MedGaugeError, match="famly"):
        read_yaml(text, "profiles/x.yaml", Profile)
    with pytest.raises(UnknownName, match=r"qwen2\.5-vl-7b"):
        read_profile("qwen25-vl-7b")


@pytest.mark.parametrize("revision", ["main", "cc59489", "CC594898137F460BFE9F0759E9844B3CE807CFB5"])
def test_a_revision_is_a_whole_commit(revision: str) -> None:
    with pytest.raises(ValidationError, match="revision"):
        Profile.model_validate({**PLAIN.model_dump(), "revision": revision})


def test_options_go_before_the_profile() -> None:
    given = {"profile": "qwen2.5-vl-7b", "max_pixels": "1003520", "box_format": "json-1000", "image": "first"}
    _, profile = read_options(CommonOptions, "transformers", given)
    assert (profile.resize.kind, profile.resize.factor, profile.resize.max_pixels) == ("smart", 28, 1003520)
    assert (profile.box_format, profile.layout.image) == ("json-1000", "first")


def test_a_pixel_budget_does_not_go_with_a_padded_picture() -> None:
    with pytest.raises(MedGaugeError, match="max_pixels does not go with the declared resize 'pad'"):
        read_options(CommonOptions, "transformers", {"profile": "llava-1.5-7b", "max_pixels": "1003520"})


def test_boxes_of_padded_pictures_are_written_over_padded_pictures() -> None:
    from medgauge_model_adapters.options import CommonOptions, read_options

    with pytest.raises(MedGaugeError, match="json-1000-padded"):
        read_options(CommonOptions, "vllm", {"profile": "llava-1.5-7b", "box_format": "json-1000"})
    _, profile = read_options(CommonOptions, "vllm", {"profile": "llava-1.5-7b", "box_format": "json-1000-padded"})
    assert profile.box_format == "json-1000-padded"
