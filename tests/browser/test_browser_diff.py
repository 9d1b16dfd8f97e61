"""Differences of two texts in a real browser: what is kept, removed and added is exactly the two texts."""

import random
from pathlib import Path
from typing import Any

import pytest
from looking import PHONE, axe, until
from made_runs import Item, card, write_run
from watching import Watched

from medgauge.types import Answer, Box, Language, Sample, Segment
from medgauge_leaderboards.site.build import Asked, build

pytestmark = pytest.mark.browser
TEXTS: dict[Language, tuple[str, str, str]] = {
    "en": (
        "The heart is of normal size. There is a small effusion on the left. No pneumothorax.",
        "The heart is enlarged. There is a small effusion on the right. No pneumothorax.",
        "The heart is enlarged. No effusion is seen.\nNo pneumothorax.",
    ),
    "zh": (
        "右下肺可见斑片状阴影，心影增大。未见胸腔积液。",
        "右下肺未见明显阴影，心影不大。未见胸腔积液。",
        "双肺清晰。未见胸腔积液。",
    ),
}
WORDS = ["lung", "左肺", "，", " ", ".", "\n", "heart", "未见", "\U0001f9e0", "1.5", "<b>", "a\u0301", "。"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    plain = card("plain", "report", "rouge_l", publish="references", languages=("en", "zh"))
    grounded = card("grounded", "grounded-report", "rouge_l", publish="references")
    asked = card("asked", "vqa", "token_f1", publish="references")
    runs = []
    for place, model in ((1, "one"), (2, "two")):
        reports = [said("plain", language, *texts[::place]) for language, texts in TEXTS.items()]
        short = said("asked", "en", "yes", "no", "id-short")
        long = said("asked", "en", "yes", "no " * 100, "id-long")
        runs.append(
            write_run(
                folder / model, model, [(plain, reports), (grounded, [in_parts(place)]), (asked, [short, long])], ()
            )
        )
    return build(runs, folder / "site", Asked(title="T")).parent


def said(task: str, language: Language, target: str, text: str, id: str = "r", *_: str) -> Item:
    sample = Sample(
        id=id if id.startswith("id-") else "r", task=task, language=language, target=Answer(text=target), group="g"
    )
    return Item(sample=sample, text=text, answer=Answer(text=text))


def in_parts(place: int) -> Item:
    box, other = Box(xyxy=(1, 1, 9, 9), label="cyst"), Box(xyxy=(20, 1, 30, 9), label="mass")
    parts = (
        Segment(label="cyst", text="A cyst.", boxes=(box,)),
        Segment(label="mass", text=f"A mass of {place} cm.", boxes=(other,)),
    )
    target = Answer(segments=parts[:1], boxes=(box,))
    sample = Sample(id="g", task="grounded", language="en", target=target, group="g")
    return Item(sample=sample, text="parts", answer=Answer(segments=parts, boxes=(box, other)))


def parts(page: Any, a: str, b: str, language: str) -> list[list[str]]:
    found: list[list[str]] = page.evaluate("([a, b, l]) => MedGauge.compared(a, b, l).parts", [a, b, language])
    return found


def longest(a: list[str], b: list[str]) -> int:
    """Length of the longest common subsequence, by another recurrence than the script's."""
    row = [0] * (len(b) + 1)
    for x in a:
        before = 0
        for j, y in enumerate(b, start=1):
            row[j], before = (before + 1 if x == y else max(row[j], row[j - 1])), row[j]
    return row[-1]


@pytest.mark.parametrize("seed", range(3))
def test_a_difference_holds_both_texts_and_as_much_as_they_share(watched: Watched, site: Path, seed: int) -> None:
    page = watched.open(site / "samples" / "plain-en.html")
    draw = random.Random(seed)
    for _ in range(60):
        a, b = ("".join(draw.choices(WORDS, k=draw.randint(0, 14))) for _ in range(2))
        language = draw.choice(["en", "zh"])
        made = parts(page, a, b, language)
        assert "".join(text for kind, text in made if kind != "+") == a
        assert "".join(text for kind, text in made if kind != "-") == b
        pieces = [page.evaluate("([t, l]) => MedGauge.pieces(t, l, 'word')", [text, language]) for text in (a, b)]
        assert ["".join(own) for own in pieces] == [a, b]
        assert kept(page, pieces) == longest(*pieces)


def kept(page: Any, pieces: list[list[str]]) -> int:
    """Pieces that both have: each is made one letter of its own, so that joined ones can be counted."""
    letters = {piece: chr(0x4E00 + i) for i, piece in enumerate(dict.fromkeys([*pieces[0], *pieces[1]]))}
    sides = [[letters[piece] for piece in side] for side in pieces]
    made = page.evaluate("([a, b]) => MedGauge.difference(a, b)", sides)
    return sum(len(text) for kind, text in made if kind == "=")


def test_chinese_is_compared_by_words(watched: Watched, site: Path) -> None:
    page = watched.open(site / "samples" / "plain-zh.html")
    made = parts(page, *TEXTS["zh"][:2], "zh")
    assert ["-", "增大"] in made
    assert ["+", "不大"] in made
    assert made[0] == ["=", "右下肺"]


def test_without_the_browsers_words_texts_still_compare(watched: Watched, site: Path) -> None:
    page = watched.open(site / "samples" / "plain-zh.html")
    for language, texts in TEXTS.items():
        made = page.evaluate(
            """([a, b, l]) => { const own = Intl.Segmenter; Intl.Segmenter = undefined;
                try { return MedGauge.compared(a, b, l).parts; } finally { Intl.Segmenter = own; } }""",
            [*texts[:2], language],
        )
        assert "".join(text for kind, text in made if kind != "+") == texts[0]
        assert "".join(text for kind, text in made if kind != "-") == texts[1]
        assert len(made) > 3


def test_long_texts_are_compared_by_sentences_and_longer_ones_not_at_all(watched: Watched, site: Path) -> None:
    page = watched.open(site / "samples" / "plain-en.html")
    asked = """([a, b]) => { const start = performance.now(), made = MedGauge.compared(a, b, 'en');
        return [made && made.kind, performance.now() - start]; }"""
    many = [" ".join(f"word{i}-{side}." for i in range(900)) for side in "ab"]
    kind, milliseconds = page.evaluate(asked, many)
    assert kind == "sentence"
    assert milliseconds < 3_000
    assert page.evaluate(asked, [" ".join(f"S{i}{side}." for i in range(2_500)) for side in "ab"])[0] is None
    shown = page.evaluate(
        "([a, b]) => MedGauge.diffView(a, b, 'en').map((one) => one.textContent).join('|')",
        [" ".join(f"S{i}{side}." for i in range(2_500)) for side in "ab"],
    )
    assert "too long" in shown
    edited = ["same " * 3_000 + side for side in ("left", "right")]
    assert page.evaluate(asked, edited)[0] == "word", "what both begin with costs nothing"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_compares_reference_and_models(watched: Watched, site: Path, language: Language) -> None:
    reference, one, two = TEXTS[language]
    page = watched.open(site / "samples" / f"plain-{language}.html", "#?a=one&b=two")
    pairs = {"reference-a": (reference, one), "reference-b": (reference, two), "a-b": (one, two)}
    assert page.locator("#diff-pair option").evaluate_all("all => all.map(o => o.value)") == list(pairs)
    for pair, (a, b) in pairs.items():
        page.locator("#diff-pair").select_option(pair)
        until(page, f"location.hash.includes('diff={pair}')")
        assert page.evaluate("document.activeElement.id") == "diff-pair"
        left, right = page.evaluate(
            """() => { const box = document.querySelector('.diff');
                const without = (name) => { const own = box.cloneNode(true);
                    for (const one of own.querySelectorAll(name + ', .hidden')) one.remove(); return own.textContent; };
                return [without('ins'), without('del')]; }"""
        )
        assert (left, right) == (a, b)
        assert page.locator(".diff").get_attribute("lang") == ("zh-CN" if language == "zh" else "en")
    looks = page.evaluate(
        "() => ['ins', 'del'].map(n => getComputedStyle(document.querySelector('.diff ' + n)).textDecorationLine)"
    )
    assert looks == ["underline", "line-through"]
    heard = page.locator(".diff").text_content()
    assert "[removed: " in heard
    assert "[added: " in heard
    again = watched.open(site / "samples" / f"plain-{language}.html", "#?a=one&b=two&diff=reference-b")
    assert again.locator("#diff-pair").input_value() == "reference-b"


def test_reports_are_read_sentence_by_sentence(watched: Watched, site: Path) -> None:
    page = watched.open(site / "samples" / "plain-zh.html", "#?a=one")
    lines = page.locator("#answers .sentences li").all_text_contents()
    assert lines == ["右下肺未见明显阴影，心影不大。", "未见胸腔积液。"]
    assert page.locator("#question .sentences").get_attribute("lang") == "zh-CN"


def test_parts_of_a_grounded_report_are_numbered_like_their_boxes(watched: Watched, site: Path) -> None:
    page = watched.open(site / "samples" / "grounded.html", "#?a=one&b=two")
    assert page.locator("#answers .part").first.inner_text().split("\n")[0].startswith("1 cyst")
    rows = page.locator(".boxlist tbody th").all_inner_texts()
    assert [" ".join(row.replace(", part", "").split()) for row in rows] == [
        "reference 1 1", "A 1 1", "A 2 2", "B 1 1", "B 2 2",
    ]  # fmt: skip
    assert page.locator("#diff ins").all_text_contents() == ["[added: \nmass: A mass of 1 cm.]"]


def test_short_answers_are_not_compared_and_long_ones_are(watched: Watched, site: Path) -> None:
    page = watched.open(site / "samples" / "asked.html", "#id-short?a=one")
    assert page.locator("#diff .diff").count() == 0
    page = watched.open(site / "samples" / "asked.html", "#id-long?a=one")
    assert page.locator("#diff .diff").count() == 1


@pytest.mark.parametrize("watched", [{"color_scheme": "light"}, {"color_scheme": "dark"}, PHONE], indirect=True)
def test_no_rule_of_accessibility_is_broken(watched: Watched, site: Path) -> None:
    for file in ("plain-zh", "grounded"):
        page = watched.open(site / "samples" / f"{file}.html", "#?a=one&b=two")
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
