"""Cards and suites: read strictly, built into tasks, and loaded only when named."""

import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest
from family_samples import box_format, make

from medgauge.errors import BadRecord, MedGaugeError, UnknownName
from medgauge.plugins import catalog
from medgauge.protocols import Style
from medgauge.tasks import Card, Contamination, Label, Loaded, SourceFile, Task
from medgauge.types import Answer, Split
from medgauge_tasks.cards import build_task, build_task_from, family_options, load_card, read_card
from medgauge_tasks.classification.family import METRICS
from medgauge_tasks.suites import load_suite

GOOD = """\
title: A data set
family: classification
languages: [en, zh]
modality: [X-ray]
licence: CC0-1.0
access: public
publish: images
group: image
version: 1
primary: accuracy
citation: Someone (2020).
loader: test_cards:load_one
"""


def load_one(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """A loader as a stranger's module would bring it."""
    sample = make("classification", choices=("normal", "mass"), target=Answer(text="mass", labels=("mass",)))
    return Loaded(root=data_dir or Path(), samples=(replace(sample, task=card.name, tags={"split": split}),))


def test_a_card_is_read() -> None:
    card = read_card(GOOD, "catalog/some-name.yaml")
    assert (card.name, card.languages, card.primary, card.splits) == ("some-name", ("en", "zh"), "accuracy", ("test",))
    assert card.options == {}


def test_a_file_may_set_every_field_of_a_card() -> None:
    optional = (
        "metrics: [micro_f1]\nurl: https://example.org\nsynthetic: true\ncaveats: [few]\n"
        "known_bad: {1622: empty answer}\nsplits: [train, test]\noptions: {labels: single}\n"
        "body_part: [chest]\ngroup_key: the column patient\nhub: owner/name\nfolder: some_folder\n"
        f"hub_revision: {'0f' * 20}\ncounts: {{train: null, test: 3}}\ncount_source: the file itself\n"
        "hub_files: [rows.zip]\nhub_by_hand: Join the parts.\n"
        f"files: [{{path: a.csv, split: train, sha256: {'0f' * 32}}}, {{path: 'images/*.png'}}]\n"
        "labels: [{name: mass, zh: 肿块, aliases: [lump]}, {name: normal, zh: 正常}]\n"
        "contaminated: [{training_set: A corpus, source: its paper}]\nunconfirmed: [the layout]\n"
        "layout_source: the file itself\ntables: Table 6\nreproducible: false\nwhy_not_reproducible: no seed\n"
    )
    card = read_card(GOOD + optional, "x.yaml")
    assert card.known_bad == {"1622": "empty answer"}
    assert card.files[1] == SourceFile(path="images/*.png")
    assert card.counts == {"train": None, "test": 3}
    assert card.labels[0] == Label(name="mass", zh="肿块", aliases=("lump",))
    assert (card.label_names("en"), card.label_names("zh")) == (("mass", "normal"), ("肿块", "正常"))
    assert card.contaminated == (Contamination(training_set="A corpus", source="its paper"),)
    assert all(getattr(card, field.name) for field in fields(Card) if field.name != "reproducible")
    assert not card.reproducible


def test_the_page_is_the_cards_own_or_the_hubs() -> None:
    assert read_card(GOOD, "x.yaml").page == ""
    assert read_card(GOOD + "hub: a/b\n", "x.yaml").page == "https://huggingface.co/datasets/a/b"
    assert read_card(GOOD + "hub: a/b\nurl: https://example.org\n", "x.yaml").page == "https://example.org"


BROKEN = [
    ("family: classification", "family: clasification", "family", "'vqa'"),
    ("languages: [en, zh]", "languages: en", "languages", "array"),
    ("languages: [en, zh]", "languages: [en, fr]", "languages.1", "'en' or 'zh'"),
    ("languages: [en, zh]", "languages: [en, en]", "languages", "once"),
    ("languages: [en, zh]", "languages: []", "languages", "at least 1"),
    ("modality: [X-ray]", "modality: []", "modality", "at least 1"),
    ("version: 1", "version: '1'", "version", "integer"),
    ("version: 1", "version: true", "version", "integer"),
    ("version: 1", "version: 0", "version", "greater than or equal to 1"),
    ("publish: images", "publish: everything", "publish", "'thumbnails'"),
    ("access: public", "access: open", "access", "'credentialed'"),
    ("title: A data set", "title: ''", "title", "at least 1 character"),
    ("title: A data set\n", "", "title", "required"),
    ("title: A data set", "title: A\ncolour: red", "colour", "one of the keys access, body_part"),
    ("title: A data set", "title: A\nname: other", "name", "one of the keys"),
    ("title: A data set", "title: A\ntitle: B", "title", "comes once"),
    ("loader: test_cards:load_one", "loader: test_cards", "loader", "pattern"),
    ("citation: Someone (2020).", "citation: S\noptions: {limit: 3}", "options.limit", "string"),
    ("citation: Someone (2020).", "citation: S\nsplits: [val]", "splits.0", "'train' or 'test'"),
    ("primary: accuracy", "primary: rouge_l", "primary", "accuracy, balanced_accuracy, macro_f1"),
    *[
        ("primary: accuracy", f"primary: accuracy\n{line}", field, expected)
        for line, field, expected in [
            ("body_part: [chest, chest]", "body_part", "once"),
            ("folder: ../elsewhere", "folder", "below --data-dir"),
            ("folder: /data", "folder", "below --data-dir"),
            ("files: [{path: ../a.csv}]", "files.0.path", "below the data set's folder"),
            ("files: [{path: a.csv, split: train}]", "files.0.split", "one of test"),
            ("files: [{path: a.csv, sha256: abc}]", "files.0.sha256", "64 hex digits"),
            (f"files: [{{path: '*.csv', sha256: {'a' * 64}}}]", "files.0.sha256", "without patterns"),
            ("files: [{path: a.csv, size: 3}]", "files.0.size", "argument"),
            ("counts: {train: 4}\ncount_source: me", "counts", "splits of the card, test"),
            ("counts: {test: 0}\ncount_source: me", "counts.test", "at least 1, or null"),
            ("counts: {test: 4}", "count_source", "who counted"),
            ("hub: only-a-name", "hub", "pattern"),
            ("hub: a/b\nhub_revision: main", "hub_revision", "pattern"),
            (f"hub_revision: {'a' * 40}", "hub", "owner/name"),
            ("labels: [{name: mass}]", "labels.0", "every language"),
            (
                "labels: [{name: mass, zh: 肿块}, {name: lump, zh: 包块, aliases: [mass]}]",
                "labels.1",
                "no other label has",
            ),
            ("labels: [{name: 'mass: big', zh: 大肿块}]", "labels.0", "without : and |"),
            ("labels: [{name: mass, zh: 肿块, aliases: [' lump']}]", "labels.0", "no other label has"),
            ("reproducible: false", "why_not_reproducible", "why the split"),
            ("why_not_reproducible: no seed", "why_not_reproducible", "only there"),
        ]
    ],
]


@pytest.mark.parametrize(("good", "bad", "field", "expected"), BROKEN, ids=[f"{bad[:30]!r}" for _, bad, _, _ in BROKEN])
def test_a_broken_card_names_file_and_field_and_what_was_expected(
    good: str, bad: str, field: str, expected: str
) -> None:
    assert good in GOOD
    with pytest.raises(BadRecord) as caught:
        read_card(GOOD.replace(good, bad), "catalog/x.yaml")
    message = str(caught.value)
    assert message.startswith("catalog/x.yaml")
    assert caught.value.field == field
    assert expected in message


def test_the_line_is_named() -> None:
    with pytest.raises(BadRecord, match=r"^x.yaml:3: field 'languages.1'.*got 'fr'"):
        read_card(GOOD.replace("[en, zh]", "[en, fr]"), "x.yaml")
    with pytest.raises(BadRecord, match=r"^x.yaml:13: field 'colour'.*got 'red'"):
        read_card(GOOD + "colour: red\n", "x.yaml")


@pytest.mark.parametrize("text", ["", "- a\n", "just words", "title: [\n", "a: &a [*a, 1]\nb: {\n"])
def test_what_is_no_card_is_refused(text: str) -> None:
    with pytest.raises(MedGaugeError, match=r"^x.yaml"):
        read_card(text, "x.yaml")


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("metrics: [acuracy]\n", "field 'metrics'.*'acuracy'.*accuracy"),
        ("metrics: ['f1@0.50']\n", "field 'metrics'.*f1@0.5"),
        ("options: {labels: several}\n", "field 'options'.*single, multi.*several"),
        ("options: {aliases: 'mass'}\n", "field 'options'.*aliases"),
        ("options: {subject: car}\n", "field 'options'.*disease, organ, tissue"),
    ],
)
def test_an_unknown_metric_or_option_is_refused(extra: str, message: str) -> None:
    with pytest.raises(MedGaugeError, match=message) as caught:
        read_card(GOOD + extra, "x.yaml")
    assert str(caught.value).startswith("x.yaml")


def names(task: Task) -> list[str]:
    return [metric.name for metric in task.metrics]


def test_metrics_are_the_familys_and_then_the_cards() -> None:
    task = build_task_from(read_card(GOOD + "metrics: [micro_f1, accuracy]\n", "x.yaml"))
    assert names(task) == [*METRICS["single"], "micro_f1"]
    multi = GOOD.replace("primary: accuracy", "primary: macro_f1") + "options: {labels: multi}\n"
    assert names(build_task_from(read_card(multi, "x.yaml"))) == list(METRICS["multi"])


def test_a_strangers_card_makes_a_whole_task(tmp_path: Path) -> None:
    task = build_task_from(read_card(GOOD + "options: {aliases: 'mass: lump'}\n", "acme.yaml"))
    assert task.name == "acme"
    loaded = task.load(tmp_path, "test")
    assert loaded.root == tmp_path
    sample = loaded.samples[0]
    style = Style(prompts="plain", language="en", box_format=box_format("medrega"))
    request = task.next_request(sample, style, ())
    assert request is not None
    assert "normal\nmass" in request.text
    assert {"plain", "medrega", "medrega-train", "json"} == set(task.prompt_sets) == set(task.cot_sets)
    from medgauge.types import answering

    output = answering(request, text="A lump.")
    assert task.next_request(sample, style, (output,)) is None
    answer = task.parse(sample, (output,), style.box_format).answer
    assert answer is not None
    assert answer.labels == ("mass",)


def test_other_names_of_the_labels_are_read_in_both_languages_and_an_option_replaces_them() -> None:
    labels = "labels: [{name: mass, zh: 肿块, aliases: [lump, 包块]}, {name: normal, zh: 正常}]\n"
    card = read_card(GOOD + labels, "x.yaml")
    assert family_options(card) == {"aliases": "mass: lump | 包块\n肿块: lump | 包块"}
    sample = make("classification", choices=card.label_names("zh"), target=Answer(labels=("肿块",)))
    style = Style(prompts="plain", language="zh", box_format=box_format("medrega"))
    task = build_task_from(card)
    request = task.next_request(replace(sample, language="zh"), style, ())
    assert request is not None
    assert request.options[0].forms == ("肿块", "lump", "包块")
    assert family_options(read_card(GOOD + labels + "options: {aliases: 'mass: tumour'}\n", "x.yaml")) == {
        "aliases": "mass: tumour"
    }


def test_a_split_that_is_not_there_and_a_loader_that_is_not_there() -> None:
    card = read_card(GOOD, "x.yaml")
    with pytest.raises(MedGaugeError, match=r"no split 'train'.*test"):
        build_task_from(card).load(None, "train")
    for loader in ("no_such_module:load", "test_cards:no_such_function"):
        task = build_task_from(replace(card, loader=loader))
        with pytest.raises(MedGaugeError, match=r"loader .* cannot be imported"):
            task.load(None, "test")


@pytest.mark.parametrize("name", [n for n in catalog("tasks").entries if "/" not in n])
def test_every_card_of_the_catalog_builds(name: str) -> None:
    task = catalog("tasks").load(name)
    assert isinstance(task, Task)
    assert task.name == name
    primary = task.card.primary
    assert primary in names(task) or primary.rpartition("/")[0] in names(task)
    assert task.card == load_card(name)
    assert set(task.card.counts) == set(task.card.splits), "every split has a count, or null"


def test_the_layout_of_at_most_ten_cards_is_unconfirmed() -> None:
    """An entry is about the layout: what is unsure about a licence or an identity is a caveat."""
    cards = [load_card(name) for name in catalog("tasks").entries]
    unsure = sorted(card.name for card in cards if card.unconfirmed)
    assert len(unsure) <= 10, unsure
    assert not {"bhx", "iu-xray", "ultracovid"} & set(unsure)
    assert {card.name for card in cards if card.loader.startswith("medgauge_tasks.loaders.sa_med2d")} <= set(unsure)


@pytest.mark.parametrize("name", [n for n in catalog("tasks").entries if load_card(n).access == "embedded"])
def test_embedded_data_have_the_counts_of_their_cards(name: str) -> None:
    task = catalog("tasks").load(name)
    assert {split: len(task.load(None, split).samples) for split in task.card.splits} == task.card.counts


def test_unknown_names_say_what_was_meant() -> None:
    first = next(iter(catalog("tasks").entries))
    with pytest.raises(UnknownName, match=first):
        build_task(first + "x")
    with pytest.raises(UnknownName, match="unknown task"):
        load_card("../catalog/" + first)
    with pytest.raises(UnknownName, match="unknown suite 'no-such-suite'"):
        load_suite("no-such-suite")


def test_listing_tasks_parses_nothing() -> None:
    code = (
        "import sys, medgauge_tasks; from medgauge.plugins import Plugin; "
        "assert isinstance(medgauge_tasks.plugin, Plugin) and medgauge_tasks.plugin.tasks; "
        "print(sorted({'yaml', 'pydantic', 'numpy', 'PIL', 'skimage'} & set(sys.modules)), "
        "[m for m in sys.modules if m.startswith('medgauge_tasks.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] []"
