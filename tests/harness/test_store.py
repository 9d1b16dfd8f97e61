"""Files: strict in, canonical out, torn lines cut."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medgauge import codec
from medgauge.errors import BadRecord, Incomplete
from medgauge.jsonfile import read_records
from medgauge.store import RunDirectory, StoredSample, cut_torn_line, lines, sample_line
from medgauge.types import Answer, Box, Key, Output, Sample, Score, Segment

KEY = Key(task="t", id="1", language="en")
TEXT = st.text(st.characters(), max_size=60)


@given(TEXT)
def test_any_text_survives_the_log(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("run")
    run = RunDirectory(folder)
    with run.appending_outputs() as log:
        log.append(Output(key=KEY, text=text))
    assert run.outputs()[KEY].text == codec.clean_text(text)


NAME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@given(st.lists(NAME, unique=True, min_size=1, max_size=6), st.sets(NAME), st.booleans())
def test_reading_some_ids_is_reading_all_and_picking(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], others: set[str], escaped: bool
) -> None:
    """Other names stand in the words as a line of JSON would have them, and may be those of a file with escapes."""
    run = RunDirectory(tmp_path_factory.mktemp("run"))
    trap = f'"id": "{names[0]}"'
    samples, scores = [], []
    with run.appending_outputs() as log:
        for name in names:
            key = Key(task="t", id=name, language="en")
            log.append(Output(key=key, text=trap))
            log.append(Output(key=key, text="second"))
            scores.append(Score(key=key, group="g", status="scored", stats={}, detail={"id": names[0], "text": trap}))
            sample = Sample(
                id=name, task="t", language="en", question=trap, target=Answer(), tags={"id": names[-1]}, group="g"
            )
            samples.append(StoredSample(sample=sample, publish="images"))
    run.write_scores(scores)
    (run.path / "samples.jsonl").write_text("".join(map(sample_line, samples)), "utf-8", newline="\n")
    if escaped:
        for file in (run.path / "samples.jsonl", run.path / "scores.jsonl"):
            kept = [json.loads(text) for _, text in lines(file)]
            text = "".join(json.dumps(line) + "\n" for line in kept)
            file.write_text(text.replace('{"id": "', '{"\\u0069d": "'))
    wanted = set(names[::2]) | others
    assert run.samples(wanted) == [one for one in run.samples() if one.sample.id in wanted]
    assert run.scores(wanted) == [one for one in run.scores() if one.key.id in wanted]
    assert run.outputs(wanted) == {key: one for key, one in run.outputs().items() if key.id in wanted}
    assert [one.sample.id for one in run.samples(wanted)] == [name for name in names if name in wanted]


def test_lines_of_other_ids_are_not_decoded(tmp_path: Path) -> None:
    file = tmp_path / "scores.jsonl"
    file.write_text('{"key": {"id": "a"}, "broken": \n{"key": {"id": "b"}, "broken": \n')
    assert RunDirectory(tmp_path).scores(["c"]) == []
    with pytest.raises(BadRecord, match=r"scores.jsonl:2"):
        RunDirectory(tmp_path).scores(["b"])


@given(TEXT)
def test_clean_text_changes_only_what_utf8_cannot_carry(text: str) -> None:
    clean = codec.clean_text(text)
    assert clean.encode().decode() == clean
    assert len(clean) == len(text)
    assert all(a == b or (0xD800 <= ord(a) <= 0xDFFF and b == "\ufffd") for a, b in zip(text, clean, strict=True))


def test_sample_round_trip() -> None:
    box = Box(xyxy=(1.5, 2.0, 3.25, 4.0), label="肺结节")
    target = Answer(text="x", polar="yes", labels=(), boxes=(box,), segments=(Segment(label="a", text="b"),))
    sample = Sample(id="1", task="t", language="zh", target=target, group="g", tags={"a": "b"}, regions=(box,))
    assert codec.decode(Sample, codec.dumps(codec.plain(sample)), "f") == sample
    assert codec.decode(Sample, codec.dumps(codec.plain(sample, brief=True)), "f") == sample


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_not_a_number_is_rejected_at_the_door(constant: str) -> None:
    text = f'{{"key": {{"task": "t", "id": "1", "language": "en"}}, "usage": {{"seconds": {constant}}}}}'
    with pytest.raises(BadRecord, match=f"expected a finite number, got '{constant}'"):
        codec.decode(Output, text, "outputs.jsonl", 3)


def test_bad_field_is_named_with_place_expected_and_actual() -> None:
    with pytest.raises(BadRecord) as error:
        codec.decode(Output, '{"key": {"task": "t", "id": 7, "language": "en"}}', "outputs.jsonl", 3)
    assert str(error.value) == "outputs.jsonl:3: field 'key.id': expected a valid string, got 7"
    with pytest.raises(BadRecord, match=r"'key.language'.*'fr'"):
        codec.decode(Output, '{"key": {"task": "t", "id": "7", "language": "fr"}}', "f", 1)


def test_torn_line_is_left_out_and_cut(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b'{"a": 1}\n\n{"b": 2}\n{"c"')
    assert [number for number, _ in lines(file)] == [1, 3]
    cut_torn_line(file)
    assert file.read_bytes() == b'{"a": 1}\n\n{"b": 2}\n'
    file.write_bytes(b"torn")
    cut_torn_line(file)
    assert file.read_bytes() == b""


def test_line_separators_inside_json_do_not_split(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    with run.appending_outputs() as log:
        log.append(Output(key=KEY, text="a\u2028b\u0085c\nd"))
    assert run.outputs()[KEY].text == "a\u2028b\u0085c\nd"


def test_a_folder_that_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(Incomplete, match=r"no spec.json; is this a run directory"):
        RunDirectory(tmp_path).spec()


@pytest.mark.parametrize("text", ['[{"a": 1}, {"a": 2}]', '{"a": 1}\n{"a": 2}', '\ufeff{"a": 1}\n\n{"a": 2}\n'])
def test_records_from_array_and_lines(tmp_path: Path, text: str) -> None:
    file = tmp_path / "r"
    file.write_text(text, "utf-8")
    assert [record["a"] for _, record in read_records(file)] == [1, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1}\n{"a": ', "r:2: field 'column 7': expected JSON"),
        ('{"a": 1}\n[1]', "r:2: field 'whole record': expected a JSON object"),
        ('[{"a": NaN}]', "expected a finite number, got 'NaN'"),
        ("[" * 100_000, "expected JSON"),
    ],
)
def test_broken_records_name_their_place(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "r"
    file.write_text(text)
    with pytest.raises(BadRecord) as error:
        list(read_records(file))
    assert message in str(error.value)
