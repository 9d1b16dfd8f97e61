"""What a check of submissions found, on the pages: badges, rows that are not ranked, reasons, facts of models."""

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from made_marks import mark
from made_marks import statuses as marked
from made_runs import write_run
from reading_pages import overview
from test_site_build import CARD, items
from test_site_overview import USAGE, exported, heads, told

from medgauge_leaderboards.site.build import Asked, build
from medgauge_leaderboards.submissions.folder import run_hash
from medgauge_leaderboards.submissions.status import Statuses


def statuses_of(tmp_path: Path, choose: Callable[[list[Path]], Statuses | None]) -> Path:
    other = replace(CARD, name="other")
    runs = [
        write_run(tmp_path / "a", "one", [(CARD, items(3))], ()),
        write_run(tmp_path / "b", "one", [(other, items(3, task="other"))], ()),
        write_run(tmp_path / "c", "two", [(CARD, items(4))], ()),
    ]
    return build(runs, tmp_path / "site", Asked(title="T", statuses=choose(runs)))


def table_of(page: Path) -> str:
    return page.read_text("utf-8").partition("<table")[2].partition('<section aria-labelledby="reading"')[0]


BADGES = ("self-reported", "recomputed", "reproduced", "withdrawn", "superseded")


def test_without_a_check_no_row_has_a_status(tmp_path: Path) -> None:
    index = statuses_of(tmp_path, lambda runs: None)
    assert not [name for name in BADGES if name in table_of(index)]
    assert {cell["submission"] for cell in exported(index)} == {None}


def test_a_status_belongs_to_its_run_and_a_run_that_is_no_submission_has_none(tmp_path: Path) -> None:
    index = statuses_of(
        tmp_path,
        lambda runs: replace(
            marked({runs[0]: mark(made="reproduced")}),
            runs={run_hash(runs[0]): mark(made="reproduced"), "0" * 64: mark()},
        ),
    )
    found, rows = overview(index), heads(index)
    assert not [name for name in BADGES if name in rows["one"]]  # its two runs differ: each cell says its own
    assert "reproduced" in found["one", "words"].text
    assert not [
        name for name in BADGES if name in found["one", "other"].text + rows["two"] + found["two", "words"].text
    ]
    assert {(c["model"], c["task"]): c["submission"] for c in exported(index)} == {
        ("one", "words"): "reproduced",
        ("one", "other"): None,
        ("two", "words"): None,
    }
    scores = csv.DictReader((index.parent / "export" / "scores.csv").read_text("utf-8").splitlines())
    assert {(row["model"], row["task"], row["status"]) for row in scores} == {
        ("one", "words", "reproduced"),
        ("one", "other", ""),
        ("two", "words", ""),
    }


def test_what_was_taken_back_is_listed_without_rank_or_part_in_the_tests(tmp_path: Path) -> None:
    """A forged run that calls itself withdrawn must not lead, and says that its numbers do not come out."""
    made = (("forged", 40), ("high", 39), ("low", 3))
    runs = [write_run(tmp_path / name, name, [(CARD, items(n, of=40))], ()) for name, n in made]
    taken = mark(made="self-reported", state="withdrawn", reason="<b>a mistake</b>", differs=True)
    index = build(runs, tmp_path / "site", Asked(title="T", statuses=marked({runs[0]: taken})))
    found = overview(index)
    ranks = {model: found[model, "words"].parts["line ranks"] for model, _ in made}
    assert ranks == {"forged": "n 40", "high": "rank 1 · n 40", "low": "rank 2 · n 40"}
    assert "withdrawn; its numbers do not come out" in heads(index)["forged"]
    (forged,) = (cell for cell in exported(index) if cell["model"] == "forged")
    assert (forged["submission"], forged["rank"]) == ("withdrawn-false", None)
    assert 'badge-withdrawn-false"' in (index.parent / "tasks" / "words.html").read_text("utf-8")
    method = (index.parent / "method.html").read_text("utf-8")
    assert "&lt;b&gt;a mistake&lt;/b&gt;" in method


def test_the_method_page_lists_what_has_no_row_with_its_reason(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a", "one", [(CARD, items(3))], ())
    gone = mark(name="gone", state="superseded", reason="asked to", superseded_by="theirs")
    found = marked({run: mark(made="reproduced", reproduced_by="The Owners, 2026-02-01, one GPU")}, gone)
    index = build([run], tmp_path / "site", Asked(title="T", statuses=found))
    rows = re.findall(
        "<tr>(.*?)</tr>",
        (index.parent / "method.html")
        .read_text("utf-8")
        .partition('id="table-submissions"')[2]
        .partition("</table>")[0],
        re.DOTALL,
    )[1:]
    assert [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in rows] == [
        "gone A Model 7B superseded no row A Group 2026-01-31 Superseded by theirs. asked to",
        "theirs A Model 7B reproduced one A Group 2026-01-31 Reproduced by The Owners, 2026-02-01, one GPU.",
    ]


def test_what_a_submission_says_of_its_model_stands_where_the_run_says_nothing(tmp_path: Path) -> None:
    said = mark(parameters=7.0, open_weights=True, licence="MIT", trained_on=(CARD.name,))
    runs = [
        write_run(tmp_path / "a", "silent", [(CARD, items(3))], ()),
        told(write_run(tmp_path / "b", "telling", [(CARD, items(4))], ()), {"licence": "Own"}, USAGE),
        write_run(tmp_path / "c", "theirs", [(CARD, items(5))], ()),
    ]
    found = marked({runs[0]: said, runs[1]: replace(said, trained_on=None)})
    index = build(runs, tmp_path / "site", Asked(title="T", statuses=found))
    rows = heads(index)
    assert rows["silent"].startswith("silent recomputed 7 B · open weights · MIT unverified")
    assert rows["telling"].startswith("telling recomputed 7 B · open weights · Own unverified")
    assert rows["theirs"].startswith("theirs size unknown · weights unknown")
    about = {cell["model"]: cell["about"] for cell in exported(index)}
    assert about["silent"]["unverified"] == [
        f"{name}: stated by the submitter" for name in ("parameters", "open_weights", "licence", "trained_on")
    ]
    assert about["telling"]["unverified"] == [f"{n}: stated by the submitter" for n in ("parameters", "open_weights")]
    assert about["theirs"]["unverified"] == []
    page = (index.parent / "methods" / "words.html").read_text("utf-8")
    assert page.count('data-i18n="made.seen.about"') == 1
