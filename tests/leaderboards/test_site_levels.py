"""What a sample's publish level keeps out of the folder."""

import json
from pathlib import Path

import pandas as pd
import pytest
from made_runs import Item, card, edit, picture, write_run
from reading_pages import everything

from medgauge.errors import BadRecord, MedGaugeError
from medgauge.store import MANIFEST, OUTPUTS, RESULTS, SAMPLES, SCORES, SPEC
from medgauge.tasks import PUBLISH_LEVELS, Access, Card, Label, Publish
from medgauge.types import Answer, Box, Sample
from medgauge_leaderboards.site import levels
from medgauge_leaderboards.site.build import Asked, build
from medgauge_leaderboards.site.levels import highest, lowest

SECRETS: dict[Publish, tuple[bytes, ...]] = {
    "predictions": (b"spoken-word", b"parsed-word", b"patient-17", b"rule-word", "密语甲".encode()),
    "references": (
        b"asked-word",
        b"true-word",
        b"choice-word",
        b"tag-word",
        b"span-word",
        b"boom",
        "密语乙".encode(),
        b"213.25",
    ),
    "thumbnails": (b".webp", b"RIFF"),
}
"""What comes in at each level, and may not be found below it."""


def write_secret(folder: Path, level: Publish, item_level: Publish | None = None, **changes: object) -> Path:
    """Twelve samples whose every text can be told."""
    made = card("secret", "vqa", "exact_match", **{"publish": level, **changes})
    media, _ = picture(folder, 7)
    answer = Answer(text="parsed-word 密语甲", boxes=(Box(xyxy=(1, 2, 3, 4)),))
    target = Answer(text="true-word 密语乙", boxes=(Box(xyxy=(213.25, 40, 300, 90)),))
    items = [
        Item(
            sample=Sample(
                id=f"patient-17-{i}",
                task="secret",
                language="en",
                question="asked-word?",
                choices=("choice-word",),
                media=(media,),
                target=target,
                group=f"patient-17-{i}",
            ),
            text="spoken-word 密语甲",
            answer=answer,
            status="failed" if i == 3 else "scored",
            detail={"rule": "rule-word", "span": "span-word", "tag": "tag-word"},
            publish=item_level,
        )
        for i in range(12)
    ]
    return write_run(folder, "m", [(made, items)], ())


def built(run: Path, tmp_path: Path) -> bytes:
    return everything(build([run], tmp_path / "site", Asked(title="T")).parent)


@pytest.mark.parametrize("level", PUBLISH_LEVELS)
def test_a_level_shows_what_it_allows_and_nothing_else(tmp_path: Path, level: Publish) -> None:
    folder = built(write_secret(tmp_path / "run", level), tmp_path)
    for needed, secrets in SECRETS.items():
        allowed = PUBLISH_LEVELS.index(level) >= PUBLISH_LEVELS.index(needed)
        for secret in secrets:
            assert (secret in folder) == allowed, secret


@pytest.mark.parametrize(("level", "named"), [("scores", False), ("predictions", False), ("references", True)])
def test_labels_of_the_data_are_words_of_the_data(tmp_path: Path, level: Publish, named: bool) -> None:
    """Parts of a metric are named after labels; the card names one of them."""
    made = card(
        "classes", "classification", "macro_f1", publish=level, labels=(Label(name="cardlabel"),), metrics=("accuracy",)
    )
    choices = ("cardlabel", "secretlabel")
    items = [
        Item(
            sample=Sample(
                id=f"{i}", task="classes", language="en", choices=choices, target=Answer(labels=(label,)), group=f"{i}"
            ),
            answer=Answer(labels=(label,)),
        )
        for i, label in enumerate(choices * 6)
    ]
    folder = built(write_run(tmp_path / "run", "m", [(made, items)], ()), tmp_path)
    assert b"macro_f1/cardlabel" in folder
    assert (b"macro_f1/secretlabel" in folder) == named
    assert (b"secretlabel" in folder) == (level != "scores")  # what the model said, from predictions on
    frame = pd.read_parquet(tmp_path / "site" / "export" / "scores.parquet")
    assert set(frame.metric) == {"macro_f1", "accuracy", "macro_f1/cardlabel"} | (
        {"macro_f1/secretlabel"} if named else set()
    )


def test_scores_alone_are_still_a_page(tmp_path: Path) -> None:
    build([write_secret(tmp_path / "run", "scores")], tmp_path / "site", Asked(title="T"))
    assert (tmp_path / "site" / "data" / "secret" / "0.js").read_text("utf-8").count('"level": "scores"') == 12
    assert '"no.12"' in (tmp_path / "site" / "data" / "secret" / "board.js").read_text("utf-8")


def test_a_sample_may_be_more_careful_than_its_card(tmp_path: Path) -> None:
    folder = built(write_secret(tmp_path / "run", "images", "scores"), tmp_path)
    assert not [s for secrets in SECRETS.values() for s in secrets if s in folder]


def test_a_sample_may_not_be_more_open_than_its_card(tmp_path: Path) -> None:
    folder = built(write_secret(tmp_path / "run", "scores", "images"), tmp_path)
    assert not [s for secrets in SECRETS.values() for s in secrets if s in folder]


def test_without_a_card_there_are_scores_alone(tmp_path: Path) -> None:
    run = write_secret(tmp_path / "run", "images")
    edit(run, MANIFEST, lambda text: text.replace('"secret": {', '"another": {').replace('"secret"', '"another"'))
    folder = built(run, tmp_path)
    assert not [s for secrets in SECRETS.values() for s in secrets if s in folder]


def test_the_most_careful_run_decides(tmp_path: Path) -> None:
    open_run = write_secret(tmp_path / "a", "images")
    careful = write_secret(tmp_path / "b", "scores")
    edit(careful, "spec.json", lambda text: text.replace('"m"', '"other"'))
    folder = everything(build([open_run, careful], tmp_path / "site", Asked(title="T")).parent)
    assert not [s for secrets in SECRETS.values() for s in secrets if s in folder]


def test_a_picture_without_a_proper_name_is_not_copied(tmp_path: Path) -> None:
    run = write_secret(tmp_path / "run", "images")
    inside = next((run / "media").glob("*.webp"))
    (run / "outside.webp").write_bytes(inside.read_bytes())
    edit(run, "samples.jsonl", lambda text: text.replace(inside.stem, "../outside"))
    folder = built(run, tmp_path)
    assert b".webp" not in folder


@pytest.mark.parametrize("access", ["registration", "credentialed", "never-released"])
@pytest.mark.parametrize("level", PUBLISH_LEVELS)
def test_public_refuses_what_the_access_forbids(tmp_path: Path, access: Access, level: Publish) -> None:
    run = write_secret(tmp_path / "run", level, access=access)
    if level == "scores":
        assert build([run], tmp_path / "site", Asked(title="T", public=True)).is_file()
        return
    with pytest.raises(MedGaugeError, match=rf"secret: access '{access}' allows 'scores' .* is '{level}'"):
        build([run], tmp_path / "site", Asked(title="T", public=True))
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("access", ["embedded", "public"])
def test_public_shows_what_is_public(tmp_path: Path, access: Access) -> None:
    assert build(
        [write_secret(tmp_path / "run", "images", access=access)], tmp_path / "site", Asked(title="T", public=True)
    ).is_file()


def test_public_refuses_an_unknown_licence(tmp_path: Path) -> None:
    run = write_secret(tmp_path / "run", "references", access="public", licence="Unknown")
    with pytest.raises(MedGaugeError, match="licence 'Unknown' allows 'scores'"):
        build([run], tmp_path / "site", Asked(title="T", public=True))


@pytest.mark.parametrize(("first", "second"), [("a", "z"), ("z", "a")])
def test_public_asks_the_card_of_every_run(tmp_path: Path, first: str, second: str) -> None:
    runs = [
        write_secret(tmp_path / first, "references"),
        write_secret(tmp_path / second, "references", access="credentialed"),
    ]
    edit(runs[1], SPEC, lambda text: text.replace('"m"', f'"{second}"'))
    edit(runs[0], SPEC, lambda text: text.replace('"m"', f'"{first}"'))
    with pytest.raises(MedGaugeError, match="access 'credentialed' allows 'scores'"):
        build(runs, tmp_path / "site", Asked(title="T", public=True))


LIAR = "mimic-cxr"
"""A data set that the installed catalogue has, with scores alone."""


def as_task(run: Path, name: str) -> Path:
    """The same run, of a task with another name."""
    for file in (SPEC, SAMPLES, OUTPUTS, SCORES, RESULTS, MANIFEST):
        edit(run, file, lambda text: text.replace('"secret"', f'"{name}"'))
    return run


def test_a_run_may_not_open_what_the_installed_card_keeps(tmp_path: Path) -> None:
    run = as_task(write_secret(tmp_path / "run", "images"), LIAR)
    folder = built(run, tmp_path)
    assert not [s for secrets in SECRETS.values() for s in secrets if s in folder]


def test_a_card_under_another_name_is_refused(tmp_path: Path) -> None:
    run = as_task(write_secret(tmp_path / "run", "images"), LIAR)
    edit(run, MANIFEST, lambda text: text.replace(f'"name": "{LIAR}"', '"name": "free"'))
    with pytest.raises(BadRecord, match=r"cards.mimic-cxr.name.*'free'"):
        build([run], tmp_path / "site", Asked(title="T"))


def test_public_asks_the_installed_card_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    careful = card("secret", "vqa", "exact_match", publish="images", access="public", licence="unknown")
    monkeypatch.setattr(levels, "installed", lambda name: careful if name == "secret" else None)
    with pytest.raises(MedGaugeError, match=r"licence 'unknown' allows 'scores' .*the installed card of 'Made secret'"):
        build([write_secret(tmp_path / "run", "images")], tmp_path / "site", Asked(title="T", public=True))


@pytest.mark.parametrize(("access", "refused"), [("embedded", False), ("public", True)])
def test_what_comes_with_medgauge_needs_no_known_licence(tmp_path: Path, access: Access, refused: bool) -> None:
    run = write_secret(tmp_path / "run", "images", access=access, licence="made for this")
    if refused:
        with pytest.raises(MedGaugeError, match="licence 'made for this' allows 'scores'"):
            build([run], tmp_path / "site", Asked(title="T", public=True))
    else:
        assert build([run], tmp_path / "site", Asked(title="T", public=True)).is_file()


def test_hosts_and_paths_of_errors_stay_out(tmp_path: Path) -> None:
    run = write_secret(tmp_path / "run", "references")
    told = "boom: http://me:pw@gpu-7.internal:8000/v1?key=abc said no to /home/someone/set.png"
    edit(run, OUTPUTS, lambda text: text.replace('"boom"', json.dumps(told)))
    edit(run, SCORES, lambda text: text.replace('"boom"', json.dumps(told)))
    folder = built(run, tmp_path)
    assert b"said no to" in folder
    assert not [part for part in (b"gpu-7", b"me:pw", b"key=abc", b"/home/someone") if part in folder]


def test_lowest_and_highest() -> None:
    assert lowest(["images", "predictions", "references"]) == "predictions"
    assert highest(["references", "predictions"]) == "references"
    assert lowest([]) == highest([]) == "scores"


def test_every_access_has_a_limit() -> None:
    from typing import get_args

    from medgauge_leaderboards.site.levels import PUBLIC_LIMIT

    assert set(PUBLIC_LIMIT) == set(get_args(Access))
    assert Card.__dataclass_fields__["access"].type in (Access, "Access")
