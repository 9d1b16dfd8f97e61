"""The parts of docs/models.md that are made of the profiles. Run it to write them anew."""

import re
from pathlib import Path

from medgauge.resize import Resize
from medgauge_model_adapters.named import profile_names
from medgauge_model_adapters.profile import Profile, read_profile

PAGE = Path(__file__).resolve().parents[2] / "docs" / "models.md"
_HEAD = (
    "| profile | hub id or server | licence | languages | backend | boxes | pictures |\n|---|---|---|---|---|---|---|\n"
)


def filled(page: str) -> str:
    """The page with its two generated parts as the profiles have it."""
    profiles = [read_profile(name) for name in profile_names()]
    parts = {"table": _HEAD + "\n".join(map(_row, profiles)), "details": "\n\n".join(map(_details, profiles))}
    for name, text in parts.items():
        begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
        assert page.count(begin) == page.count(end) == 1
        page = re.sub(f"{begin}.*?{end}", lambda _, new=f"{begin}\n{text}\n{end}": new, page, flags=re.DOTALL)
    return page


def _row(profile: Profile) -> str:
    mark = "medical" if profile.medical else "general"
    cells = (
        f"[`{profile.name}`](#{_anchor(profile.name)}) {profile.title}, {mark}",
        f"`{profile.hub}`",
        profile.licence,
        ", ".join(profile.languages),
        profile.backend,
        f"`{profile.box_format}`",
        _pictures(profile.resize),
    )
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _details(profile: Profile) -> str:
    facts = [f"### {profile.name}", "", _origin(profile)]
    if profile.notes:
        facts.append(profile.notes.strip())
    if profile.trained_on:
        facts.append(f"Said to be trained on {', '.join(profile.trained_on)}, among others.")
    facts += ["", *(f"- not verified: {claim}" for claim in profile.unverified)]
    facts += [f"- source: {source}" for source in profile.sources]
    return "\n".join(_code(line) for line in facts)


def _origin(profile: Profile) -> str:
    size = f"{profile.parameters:g} billion parameters" if profile.parameters else "size not published"
    revision = f"revision `{profile.revision}`" if profile.revision else "no revision pinned"
    kind = f"`{profile.architecture}`, {size}, {revision}" if profile.open_weights else "a hosted model"
    price = f"; {profile.price.input:g} and {profile.price.output:g} dollars a million tokens" if profile.price else ""
    return f"{profile.title}: {kind}{price}."


def _pictures(resize: Resize) -> str:
    if resize.kind == "smart":
        pixels = f"{resize.min_pixels:,} to {resize.max_pixels:,} pixels".replace(",", " ")
        return f"multiples of {resize.factor}, {pixels}"
    if resize.kind == "fit":
        return f"at most {resize.side} pixels a side, {resize.max_pixels:,} in all".replace(",", " ", 1)
    return {"none": "as they are", "pad": "padded to a square", "squash": f"squashed to {resize.side}"}[resize.kind]


def _anchor(name: str) -> str:
    """As code hosts make it of a heading."""
    return name.replace(".", "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _code(text: str) -> str:
    """Markup of a model is shown, not obeyed."""
    return re.sub(r"(?<!`)(<\|?[^<>\s]+\|?>)(?!`)", r"`\1`", text)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")
