"""What the factories of this room accept: `--set` as typed options, over the defaults of a profile."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from medgauge.errors import MedGaugeError
from medgauge.plugins import catalog
from medgauge.resize import AS_IS, Resize
from medgauge_model_adapters.profile import Backend, ImagePlace, Profile, read_profile

DEFAULT_BOX_FORMAT = "medrega"
Count = Annotated[int, Field(ge=1)]


class CommonOptions(BaseModel):
    """What every adapter of real models takes; each adapter adds fields of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    profile: str = "plain"
    name: str = ""
    """The row's name on a leaderboard; empty: the checkpoint's."""
    box_format: str = ""
    min_pixels: Count | None = None
    max_pixels: Count | None = None
    """Pixel budget of one picture as it is sent."""
    system: str | None = None
    image: ImagePlace | None = None


Options = TypeVar("Options", bound=CommonOptions)


def read_options(
    form: type[Options], scheme: Backend, options: Mapping[str, str], own: Resize = AS_IS
) -> tuple[Options, Profile]:
    """The options of one backend, and the profile as they change it.

    What `--set` does not give comes from the profile's settings for this backend. `own` is the resize that a
    checkpoint's own files declare; it stands where the profile declares none or leaves limits open. Raises
    MedGaugeError for an option that is unknown or of the wrong form, UnknownName for a profile or box format.
    """
    profile = read_profile(options.get("profile", "plain"))
    merged = {**profile.settings.get(scheme, {}), **options}
    try:
        read = form.model_validate(merged)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        if first["type"] == "extra_forbidden":
            raise MedGaugeError(
                f"{scheme}: unknown option {name!r}; it takes {', '.join(form.model_fields)}"
            ) from error
        raise MedGaugeError(f"{scheme}: option {name}={merged.get(name)!r}: {first['msg']}") from error
    return read, _changed(profile.model_copy(update={"resize": _over(profile.resize, own)}), read, scheme)


def _over(declared: Resize, own: Resize) -> Resize:
    """What a profile declares, over what the checkpoint's files say."""
    if declared.kind == "none" or own.kind == "none":
        return own if declared.kind == "none" else declared
    limits = {name: getattr(declared, name) or getattr(own, name) for name in ("min_pixels", "max_pixels")}
    return replace(declared, **limits) if declared.kind == own.kind else declared


def _changed(profile: Profile, options: CommonOptions, scheme: Backend) -> Profile:
    box_format = options.box_format or profile.box_format
    frame = getattr(catalog("box_formats").load(box_format), "frame", "padded-centre")
    if profile.resize.kind == "pad" and frame != "padded-centre":
        raise MedGaugeError(
            f"{scheme}: pictures are padded to a square before they are sent, and boxes in {box_format!r} refer to the "
            "picture without the padding; give a box format of padded pictures, json-1000-padded say"
        )
    layout = profile.layout.model_copy(
        update={name: value for name in ("system", "image") if (value := getattr(options, name)) is not None}
    )
    return profile.model_copy(
        update={"box_format": box_format, "layout": layout, "resize": _budget(profile.resize, options, scheme)}
    )


def _budget(resize: Resize, options: CommonOptions, scheme: Backend) -> Resize:
    """The declared resize under the user's pixel budget."""
    low, high = options.min_pixels, options.max_pixels
    if low is None and high is None:
        return resize
    kind = "fit" if resize.kind == "none" else resize.kind
    if kind in ("squash", "pad") or (kind == "fit" and low is not None):
        wrong = "min_pixels" if low is not None else "max_pixels"
        raise MedGaugeError(f"{scheme}: {wrong} does not go with the declared resize {kind!r} of the model")
    try:
        return Resize(
            kind=kind,
            factor=resize.factor,
            min_pixels=resize.min_pixels if low is None else low,
            max_pixels=resize.max_pixels if high is None else high,
            side=resize.side,
        )
    except ValueError as error:
        raise MedGaugeError(f"{scheme}: {error}") from error


def chosen_box_format(model: str, options: Mapping[str, str], others: tuple[str, ...] = ()) -> str:
    """The option `box_format`, which must be a known name. Raises MedGaugeError for one that is not of `others` too."""
    known = ("box_format", *others)
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise MedGaugeError(f"{model}: unknown option {unknown[0]!r}; it takes {', '.join(known)}")
    name = options.get("box_format", DEFAULT_BOX_FORMAT)
    catalog("box_formats").load(name)
    return name
