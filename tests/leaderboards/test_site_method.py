"""The method pages, and the command that repeats a run: it must be one that the command line takes."""

import re
from html import unescape
from pathlib import Path
from typing import Any

from made_runs import boards_of, card, edit, write_run
from reading_pages import cells, everything, words
from test_site_build import CARD, items, site
from test_site_repeat import parsed

from medgauge.about import About, Price
from medgauge.cli.run import read_settings
from medgauge.codec import plain
from medgauge.generation import Generation
from medgauge.store import MANIFEST, SAMPLES, RunDirectory
from medgauge.tasks import Contamination
from medgauge_leaderboards.site.facts import MOST
from medgauge_leaderboards.site.facts import __file__ as facts_file
from medgauge_leaderboards.site.methodpage import method
from medgauge_leaderboards.site.render import strings
from medgauge_leaderboards.site.repeat import LEFT_OUT


def test_secrets_of_any_kind_stay_out_of_the_site(tmp_path: Path) -> None:
    options = {
        "api_key": "sk-one",
        "url": "https://me:sk-two@host/v1?token=sk-three&version=2",
        "tokenizer": "own",
    }
    run = write_run(tmp_path / "a", "m", [(CARD, items(3))], (), options=options)
    report = {
        "backend": {"access_token": "sk-four", "url": "http://sk-five@gpu-7"},
        "workers": [{"secret": "sk-six", "host": "gpu-8"}],
        "server": "gpu-9.internal",
        "weights": "/home/someone/weights",
        "requests": 12,
    }
    directory = RunDirectory(run)
    directory.write(MANIFEST, directory.manifest() | {"model": report, "about": plain(About())})
    folder = everything(site([run], tmp_path))
    assert b"sk-" not in folder
    assert not [part for part in (b"version=2", b"gpu-", b"/home/someone") if part in folder]
    assert b"requests=12" in folder
    assert b"tokenizer=own" in folder
    page = unescape((tmp_path / "site" / "methods" / "words.html").read_text("utf-8"))
    told = parsed(re.findall(r"<pre[^>]*><code>(.*?)</code>", page, re.DOTALL)[0])
    assert read_settings(told["settings"])["api_key"] == LEFT_OUT


def test_the_method_page_says_how_to_repeat_every_run(demo_site: Path) -> None:
    page = (demo_site / "methods" / "made-vqa-en.html").read_text("utf-8")
    commands = [unescape(found) for found in re.findall(r"<pre[^>]*><code>(.*?)</code>", page, re.DOTALL)]
    assert [(parsed(one)["model"], parsed(one)["control"]) for one in commands] == [
        ("acme/vl-7b", "none"),
        ("acme/vl-7b", "blind"),
        *((f"baseline/{name}", "none") for name in ("vision", "blind", "prior")),
    ]


FULL = card(
    "full",
    "vqa",
    "exact_match",
    publish="scores",
    access="credentialed",
    licence="DUA-17",
    contaminated=(Contamination(training_set="PMC Made", source="Doe 2025"),),
    reproducible=False,
    why_not_reproducible="The split was drawn at random.",
    unconfirmed=("The licence.",),
    known_bad={"record-9": "no picture", "record-8": "no picture"},
    hub="owner/full",
)
ABOUT = About(
    title="Made VL",
    organisation="Made Lab",
    parameters=7.5,
    open_weights=True,
    licence="MIT",
    trained_on=("pmc-made", "other"),
    price=Price(input=0.5, output=1.5),
    unverified=("parameters",),
)


def full_run(folder: Path, **changes: Any) -> Path:
    made = items(9, task="full")
    one = write_run(folder, changes.pop("model", "m"), [(FULL, made)], (), **changes)
    directory = RunDirectory(one)
    usage = {"input_tokens": 2_000_000, "output_tokens": 1_000_000, "seconds": 5.5, "without_tokens": 0}
    more = {
        "about": plain(ABOUT),
        "usage": usage,
        "model": {"backend": "made", "versions": {"engine": "9.9"}},
        "device": {"machine": "x86_64", "system": "Linux", "cores": 2},
        "python": "3.11.7",
    }
    directory.write(MANIFEST, directory.manifest() | more)
    return one


def test_the_method_page_holds_every_fact(tmp_path: Path) -> None:
    one = full_run(tmp_path / "a")
    page = unescape((site([one], tmp_path) / "methods" / "full.html").read_text("utf-8"))
    directory = RunDirectory(one)
    facts = [
        *("DUA-17", "after training and a signed agreement", "PMC Made — Doe 2025", "The split was drawn at random."),
        *("The licence.", "https://example.org/made", "Nothing here is real.", "plain 5f1c0ffee"),
        *("No judge: every number is arithmetic", "max_new_tokens=512", "temperature=0.0", "medrega"),
        *("Made VL", "Made Lab", "7.5 billion parameters", "pmc-made, other", "2.50 USD"),
        *("0.5 USD for a million tokens in, 1.5 USD", "backend=made, versions.engine=9.9"),
        *("cores=2, machine=x86_64, system=Linux", "python 3.11.7", "all 12 samples", "2026-01-01T00:01:00Z"),
        *(directory.manifest()["files"][SAMPLES][:16], "input_tokens=2000000", "seconds=5.5"),
        str(directory.results()["tasks"]["full"]["metrics"]["exact_match"]["signature"]),
        boards_of([one])[0].tables["m", "none"].digest,
    ]
    assert [fact for fact in facts if fact not in page] == []
    assert re.search(r"Records left out as known to be bad</span></dt><dd>2</dd>", page)
    assert "record-9" not in page


def test_a_model_that_was_trained_on_the_data_is_told(tmp_path: Path) -> None:
    page = (site([full_run(tmp_path / "a")], tmp_path) / "methods" / "full.html").read_text("utf-8")
    text = words(re.sub(r"<[^>]*>", " ", page))
    assert "The model is said to be trained on: pmc-made" in text
    (cell,) = method(boards_of([tmp_path / "a"])[0]).cells
    assert cell.trained == ("pmc-made",)
    assert cell.unverified == ("parameters",)
    innocent = write_run(tmp_path / "b", "m", [(CARD, items(3))], ())
    assert "is said to be trained on" not in (site([innocent], tmp_path) / "methods" / "words.html").read_text("utf-8")


def test_nothing_of_a_sample_reaches_the_method_pages(tmp_path: Path) -> None:
    one = full_run(tmp_path / "a")
    directory = RunDirectory(one)
    lists = {"failed": ["full/id-secret: boom-secret"], "excluded": ["record-secret"], "missing": ["id-secret"]}
    directory.write(MANIFEST, directory.manifest() | lists)
    assert b"secret" not in everything(site([one], tmp_path))


def test_what_all_runs_share_is_said_once(tmp_path: Path) -> None:
    runs = [full_run(tmp_path / f"{i}", model=f"m{i}") for i in range(2)]
    runs.append(full_run(tmp_path / "c", model="m2", generation=Generation(temperature=0.5)))
    page = (site(runs, tmp_path) / "methods" / "full.html").read_text("utf-8")
    assert page.count("plain 5f1c0ffee") == 1
    assert page.count("temperature=0.0") == 2
    assert page.count("temperature=0.5") == 2  # as a fact, and in the command
    (board,) = boards_of(runs)
    made = method(board)
    for told in made.cells:
        assert not set(told.own) & set(made.shared)


def test_the_method_page_stays_small_with_many_models(tmp_path: Path) -> None:
    runs = [full_run(tmp_path / f"{i}", model=f"m{i}") for i in range(4)]
    sizes = [(site(runs[:n], tmp_path) / "methods" / "full.html").stat().st_size for n in (2, 4)]
    assert (sizes[1] - sizes[0]) / 2 < 1500


def test_another_signature_names_its_models(tmp_path: Path) -> None:
    runs = [
        write_run(tmp_path / "a", "ours", [(CARD, items(3))], ()),
        write_run(tmp_path / "b", "theirs", [(CARD, items(9))], (), resign={"token_f1": "token_f1|old"}),
    ]
    (board,) = boards_of(runs)
    found = {(name, signature): own for name, signature, own in method(board).signatures}
    assert [cell.row[0] for cell in found["token_f1", "token_f1|old"]] == ["theirs"]
    assert next(own for (name, _), own in found.items() if name == "exact_match") == ()
    row = next(c for c in cells(site(runs, tmp_path) / "methods" / "words.html") if "token_f1|old" in c.text)
    assert words(row.text) == "token_f1|old — theirs"


def test_the_method_of_the_site_lists_every_task_and_run(demo_site: Path) -> None:
    page = (demo_site / "method.html").read_text("utf-8")
    for slug in ("made-vqa-en", "made-vqa-zh", "made-find", "made-region", "made-locked"):
        assert f'href="methods/{slug}.html"' in page
        assert (demo_site / "methods" / f"{slug}.html").is_file()
    found = cells(demo_site / "method.html")
    rows = [words(c.text) for c in found if c.attributes.get("scope") == "row"]
    assert rows[-5:] == [
        "acme/vl-7b",
        "acme/vl-7b control: blind",
        "baseline/blind baseline out-of-fold fit",
        "baseline/prior baseline out-of-fold fit",
        "baseline/vision out-of-fold fit",
    ]
    locked = next(i for i, c in enumerate(found) if words(c.text) == "made-locked")
    assert [words(c.text) for c in found[locked + 2 : locked + 6]] == [
        "DUA",
        "after training and a signed agreement",
        "scores only",
        "30",
    ]
    assert "not a medical device" in page


def test_without_a_card_the_page_says_so(tmp_path: Path) -> None:
    one = write_run(tmp_path / "a", "m", [(CARD, items(3))], ())
    edit(one, MANIFEST, lambda text: text.replace('"words": {', '"another": {').replace('"words"', '"another"'))
    built = site([one], tmp_path)
    for page in ("method.html", "methods/words.html", "tasks/words.html"):
        assert "No card came with these runs" in (built / page).read_text("utf-8")


def test_a_strangers_manifest_is_text_and_cut(tmp_path: Path) -> None:
    one = write_run(tmp_path / "a", "m", [(CARD, items(3))], ())
    hostile = "<script>alert(1)</script>"
    report = {f"{hostile}{i}": hostile for i in range(1000)}
    bent = {"model": report, "device": [hostile], "code": hostile, "packages": None, "usage": 3, "python": hostile}
    directory = RunDirectory(one)
    directory.write(MANIFEST, directory.manifest() | bent)
    page = (site([one], tmp_path) / "methods" / "words.html").read_text("utf-8")
    assert "<script>alert" not in page
    assert f"… +{1000 - MOST}" in page
    assert 2 * MOST <= page.count("&lt;script&gt;") <= 2 * MOST + 2


def test_every_fact_has_a_name() -> None:
    names = set(re.findall(r'Fact\(\s*name="(\w+)"', Path(str(facts_file)).read_text("utf-8")))
    assert len(names) > 25
    assert {f"made.{name}" for name in names} <= set(strings("en"))
