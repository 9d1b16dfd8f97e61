"""What licences and the installed catalogue let a public page show."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import card

from medgauge.plugins import Catalog
from medgauge.tasks import PUBLISH_LEVELS, Publish
from medgauge_leaderboards.site import levels
from medgauge_leaderboards.site.levels import installed, level_of, licence_limit, lowest


def test_a_known_card_that_cannot_be_read_shows_scores_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "catalog", lambda kind: Catalog(kind=kind, entries={"bad": "no.such:task"}, broken={}))
    made = card("bad", "vqa", "exact_match")
    installed.cache_clear()
    levels._installed_level.cache_clear()
    assert level_of("images", made) == "scores"
    assert level_of("images", replace(made, name="good")) == "images"
    installed.cache_clear()
    levels._installed_level.cache_clear()


@pytest.mark.parametrize("level", PUBLISH_LEVELS)
def test_the_installed_card_caps(level: Publish) -> None:
    made = card("vqa-rad", "vqa", "exact_match")
    known = installed("vqa-rad")
    assert known is not None
    assert level_of(level, made) == lowest([level, known.publish])


@pytest.mark.parametrize(
    ("licence", "level"),
    [
        ("CC0-1.0", "images"),
        ("CC0 1.0 Universal", "images"),
        ("CC BY 4.0", "images"),
        ("cc-by-4.0", "images"),
        ("Creative Commons Attribution 4.0 International", "images"),
        ("CC BY-NC-SA 4.0", "images"),
        ("CC-BY-NC-ND-4.0", "references"),
        ("CC BY-ND", "references"),
        ("CC BY 4.0 (text); CC BY-ND 4.0 (pictures)", "references"),
        ("ODC-By 1.0", "images"),
        ("ODbL-1.0", "images"),
        ("MIT", "images"),
        ("MIT License", "images"),
        ("Apache License, Version 2.0", "images"),
        ("Apache-2.0", "images"),
        ("BSD-3-Clause", "images"),
        ("public domain", "images"),
        ("CC BY 3.0 and CC BY 4.0 (lungs), one picture CC BY without a version; CC0-1.0 (skin)", "images"),
        ("", "scores"),
        ("none", "scores"),
        ("Unknown", "scores"),
        ("not stated", "scores"),
        ("all rights reserved", "scores"),
        ("free", "scores"),
        ("non-commercial research only", "scores"),
        ("CC BY 4.0, without permission", "scores"),
        ("CC BY 4.0, pictures without licence", "scores"),
        ("MIT (code)", "scores"),
        ("MIT (not the pictures)", "scores"),
        ("MIT-like", "scores"),
        ("submitted", "scores"),
        ("MIT Lab's own", "scores"),
        ("CC BY-NC-custom", "scores"),
        ("CC BY 4.0; all rights reserved by the hospital", "scores"),
        ("CC BY 4.0 (a (b", "scores"),
        ("PhysioNet Credentialed Health Data License 1.5.0", "scores"),
        ("CC BY 4.0 (questions); the pictures come from three other public collections", "scores"),
        (";;", "scores"),
    ],
)
def test_what_a_licence_allows(licence: str, level: Publish) -> None:
    assert licence_limit(licence) == level


@given(st.text(max_size=30))
def test_no_other_text_is_a_licence(text: str) -> None:
    """Letters beside a name that is known take it back."""
    assert licence_limit("CC BY 4.0") == "images"
    if any(letter.isalnum() for letter in text.casefold()) and not re.search(r"(?i)cc|mit|bsd|and|or|under|odbl", text):
        assert licence_limit(text) == "scores"
        assert licence_limit(f"CC BY 4.0 / {text.translate(dict.fromkeys(map(ord, '();')))}x") == "scores"
