"""The factory behind `openai:`."""

from collections.abc import Mapping
from importlib.util import find_spec

from medgauge import codec
from medgauge.about import About
from medgauge.declared import Setting
from medgauge.errors import MedGaugeError
from medgauge_model_adapters.known import about_server
from medgauge_model_adapters.openai_api.address import OPENAI_HOST, Address, read_address, shown_model
from medgauge_model_adapters.openai_api.body import Form
from medgauge_model_adapters.openai_api.dialects import DIALECTS
from medgauge_model_adapters.openai_api.keys import read_key
from medgauge_model_adapters.openai_api.ledger import Ledger
from medgauge_model_adapters.openai_api.model import ServerModel
from medgauge_model_adapters.openai_api.settings import OpenAIOptions
from medgauge_model_adapters.options import read_options
from medgauge_model_adapters.profile import Profile


def build(argument: str, options: Mapping[str, str]) -> ServerModel:
    """Any server that speaks chat completions: `openai:MODEL@URL`, or a model's name at OpenAI.

    Nothing is sent. Raises MedGaugeError for an address that is none, an option that is unknown or of the wrong form, a
    key that is not in the environment, or the missing extra.
    """
    missing = [name for name in ("httpx", "tenacity", "anyio") if find_spec(name) is None]
    if missing:
        raise MedGaugeError(f"openai: needs {missing[0]}: pip install 'medgauge[openai]'")
    address = read_address(argument)
    read, profile = read_options(OpenAIOptions, "openai", options)
    form = _form(address, read, profile)
    name = read.name or shown_model(address.model)
    about = about_server(address, profile, read, name)
    return ServerModel(
        name=name,
        box_format=profile.box_format,
        resize=profile.resize,
        settings=_settings(address, form, profile),
        generation=profile.generation,
        uploads_to=None if address.loopback else address.host,
        about=about,
        address=address,
        form=form,
        options=read,
        key=read_key(read.api_key_env, address.host),
        ledger=_ledger(read, about),
    )


def _form(address: Address, read: OpenAIOptions, profile: Profile) -> Form:
    """Raises MedGaugeError where the server's dialect would take a model's special tokens out of its answers."""
    dialect = DIALECTS[read.dialect]
    if profile.keep_special_tokens and dialect.keep_special_tokens is None:
        able = ", ".join(other.name for other in DIALECTS.values() if other.keep_special_tokens is not None)
        raise MedGaugeError(
            f"openai: {profile.name} answers with special tokens, which a server of dialect {dialect.name!r} takes out "
            f"of the text; serve it with one of {able} and give --set dialect="
        )
    return Form(
        model=address.model,
        layout=profile.layout,
        resize=profile.resize,
        dialect=dialect,
        keep_special_tokens=profile.keep_special_tokens,
        detail=read.detail,
        max_tokens_field=read.max_tokens_field or _limit_name(address),
        omit=read.omit,
        extra=read.extra,
    )


def _ledger(read: OpenAIOptions, about: About) -> Ledger:
    """Nothing spent yet, at the price that is known of this model."""
    price = about.price
    return Ledger(
        max_requests=read.max_requests,
        price_input=price.input if price else None,
        price_output=price.output if price else None,
    )


def _limit_name(address: Address) -> str:
    """OpenAI's newer models refuse the name that every other server knows."""
    return "max_completion_tokens" if address.host == OPENAI_HOST else "max_tokens"


def _settings(address: Address, form: Form, profile: Profile) -> dict[str, Setting]:
    """What decides answers, for the spec."""
    return {
        "server": address.host,
        "model": shown_model(address.model),
        "profile": profile.name,
        "dialect": form.dialect.name,
        "detail": form.detail,
        "max_tokens_field": form.max_tokens_field,
        "omit": ",".join(sorted(form.omit)),
        "extra": codec.dumps(dict(form.extra)),
        "system": form.layout.system,
        "image": form.layout.image,
        "separator": form.layout.separator,
        "keep_special_tokens": form.keep_special_tokens,
    }
