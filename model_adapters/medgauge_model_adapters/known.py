"""What is known of a model by its profile and its files: for the manifest, and never for the spec."""

from dataclasses import replace

from medgauge.about import About, Price
from medgauge_model_adapters.local.checkpoint import Checkpoint
from medgauge_model_adapters.openai_api.address import Address, read_address
from medgauge_model_adapters.openai_api.settings import OpenAIOptions
from medgauge_model_adapters.profile import Profile

HUB = "https://huggingface.co/"


def about_checkpoint(checkpoint: Checkpoint, profile: Profile, name: str) -> About:
    """What the profile states of a checkpoint that runs under this name, and the size of its files."""
    own = bool(checkpoint.hub) and checkpoint.hub == profile.hub
    stated = _stated(profile, own=own, name=name)
    return replace(
        stated,
        parameters=stated.parameters if own and stated.parameters is not None else _counted(checkpoint, stated),
        url=HUB + checkpoint.hub if checkpoint.hub else stated.url,
    )


def about_server(address: Address, profile: Profile, options: OpenAIOptions, name: str) -> About:
    """What the profile states of a server's model that runs under this name, at the prices that the user gives.

    Open weights are the same on any server, by the name of their model. What a service sells goes by its address too.
    """
    model = profile.hub.partition("@")[0]
    own = address.model == model if profile.open_weights else address == read_address(profile.hub)
    return _priced(_stated(profile, own=bool(profile.hub) and own, name=name), options)


def _stated(profile: Profile, *, own: bool, name: str) -> About:
    """The statements of a profile, if they are of this model: by its hub id, or because the run goes by its name.

    A profile that is lent to another checkpoint (`--set profile=`) says how that is asked, and not what it is.
    """
    claimed = bool(profile.hub) and profile.open_weights and name == profile.name
    if not own and not claimed:
        return About()
    doubt = f"that these are the weights of {profile.hub.partition('@')[0]}: they were given by another address"
    return About(
        title=profile.title,
        parameters=profile.parameters,
        open_weights=profile.open_weights,
        licence=profile.licence,
        medical=profile.medical,
        trained_on=profile.trained_on,
        url="" if "@" in profile.hub else HUB + profile.hub,
        price=profile.price,
        unverified=profile.unverified if own else (*profile.unverified, doubt),
    )


def _counted(checkpoint: Checkpoint, stated: About) -> float | None:
    """Billions of parameters in the files, or as stated where they cannot be counted."""
    counted = checkpoint.parameters
    return stated.parameters if counted is None else counted / 1e9


def _priced(about: About, options: OpenAIOptions) -> About:
    """Under the prices that `--set` gives; half a price is none."""
    given = (options.price_input, options.price_output)
    if given == (None, None):
        return about
    known = (about.price.input, about.price.output) if about.price else (None, None)
    low, high = (mine if mine is not None else theirs for mine, theirs in zip(given, known, strict=True))
    price = None if low is None or high is None else Price(input=low, output=high)
    told = "the price: told by whoever made the run (--set price_input, price_output)"
    return replace(about, price=price, unverified=(*about.unverified, *((told,) if price else ())))
