"""Sources of questions: what their traps become, and how a broken record is named."""

import csv
from pathlib import Path

import pytest
from fixtures_vqa import VQA
from made_sources import loaded, made, picture_bytes, put_parquet

from medgauge.errors import BadRecord, Incomplete
from medgauge_tasks.cards import build_task
from medgauge_tasks.loaders.choices import bare
from medgauge_tasks.loaders.embedded import keep
from medgauge_tasks.readers.wide_tsv import read_wide_tsv


def test_letters_before_options_are_taken_off_only_where_each_has_its_own() -> None:
    assert bare([" A:one ", "B. two", "(C) three"]) == ["one", "two", "three"]
    assert bare(["A. fumigatus", "Candida"]) == ["A. fumigatus", "Candida"]
    assert bare(["B: one", "A: two"]) == ["B: one", "A: two"]
    assert bare(["A:", "B: two"]) == ["A:", "two"]


def test_path_vqa_keeps_a_picture_once(tmp_path: Path) -> None:
    first, second, third = loaded("path-vqa", VQA["path-vqa"], tmp_path).samples
    assert [s.id for s in (first, second, third)] == ["1", "2", "3"]
    assert (first.group, third.group) == (second.group, third.media[0].path.partition(".")[0])
    assert first.group != third.group
    assert (first.target.polar, second.target.polar) == ("yes", None)
    assert (first.tags["kind"], second.tags["kind"]) == ("closed", "open")
    assert first.media[0].path.endswith(".jpg")


def test_pmc_vqa_options(tmp_path: Path) -> None:
    first, second = loaded("pmc-vqa", VQA["pmc-vqa"], tmp_path).samples
    assert first.choices == ("Diffuse uptake", "Focal uptake", "None, or nearly none", "Unclear")
    assert (first.target.text, second.target.choice) == ("Focal uptake", 2)
    first, second = loaded("pmc-vqa-v2", VQA["pmc-vqa-v2"], tmp_path).samples
    assert (first.choices[0], second.target.text) == ("A. fumigatus", "None")
    assert second.media[0].path == "figures/PMC2_Fig1_2.jpg"


def test_omnimedvqa_reads_the_open_half_and_both_names_of_the_modality(tmp_path: Path) -> None:
    acrima, chest = loaded("omnimedvqa", VQA["omnimedvqa"], tmp_path).samples
    assert (acrima.tags["modality"], acrima.target.choice) == ("Fundus Photography", 2)
    assert (chest.tags["modality"], chest.choices) == ("CT(Computed Tomography)", ("No", "Yes"))


def test_medxpertqa_does_not_list_the_options_twice(tmp_path: Path) -> None:
    first, second = loaded("medxpertqa-mm", VQA["medxpertqa-mm"], tmp_path).samples
    assert first.question == "A miner coughs. What is it?"
    assert (first.target.text, len(first.choices), len(second.media)) == ("Silicosis", 5, 2)


def test_gmai_options_and_quotes(tmp_path: Path) -> None:
    first, second = loaded("gmai-mmbench", VQA["gmai-mmbench"], tmp_path).samples
    assert (len(first.choices), len(second.choices), second.target.text) == (4, 5, "Drusen")
    assert second.question == 'Of the\t"box", what is marked?'
    assert (first.tags["department"], first.media[0].path[-4:]) == ("Ophthalmology", ".jpg")


def test_mmmu_names_of_pictures_are_no_placeholder(tmp_path: Path) -> None:
    choice, asked = loaded("mmmu-med", VQA["mmmu-med"], tmp_path).samples[:2]
    assert choice.question == "Which curve of [image 1] is it?"
    assert choice.choices == ("the first", "[image 2]", "Crohn's", "4")
    assert (len(choice.media), len(asked.media)) == (2, 1)
    assert (asked.target.text, asked.target.texts, asked.choices) == ("0.5", ("1/2",), ())


def test_rexvqa_paths_start_at_the_data_folder(tmp_path: Path) -> None:
    first, second = loaded("rexvqa", VQA["rexvqa"], tmp_path).samples
    assert first.media[0].path.startswith("deid_png/GRDN1/")
    assert (first.choices[3], first.target.choice, len(second.media)) == ("None of these", 3, 2)
    assert (first.group, second.group) == ("GRDN1", "GRDN2")


BROKEN = [
    ("omnimedvqa", "QA_information/Open-access/ACRIMA.json", 'gt_answer": "Fundus', 'gt_answer": "Ocular', "gt_answer"),
    ("omnimedvqa", "QA_information/Open-access/ACRIMA.json", "Images/ACRIMA", "../Images", "image_path"),
    ("omnimedvqa", "QA_information/Open-access/Chest CT Scan.json", "Chest CT Scan_0001", "ACRIMA_0000", "question_id"),
    ("medxpertqa-mm", "MM/test.jsonl", '"label": "B"', '"label": "F"', "label"),
    ("medxpertqa-mm", "MM/test.jsonl", '{"A": "Sarc', '{"Z": "Sarc', "options"),
    ("pmc-vqa", "test.csv", "Answer_label", "Label", "(header)"),
    ("gmai-mmbench", "GMAI_mm_bench_VAL.tsv", "\tA\tGlaucoma", "\tE\tGlaucoma", "answer"),
    ("gmai-mmbench", "GMAI_mm_bench_VAL.tsv", "department", "ward", "(header)"),
    ("rexvqa", "metadata/test_vqa_data.json", "../deid_png/GRDN1/aS1/4", "../../GRDN1", "ImagePath"),
]


@pytest.mark.parametrize(("name", "file", "good", "bad", "field"), BROKEN)
def test_a_broken_record_is_named(name: str, file: str, good: str, bad: str, field: str, tmp_path: Path) -> None:
    data = made(VQA[name], tmp_path)
    path = data / VQA[name].folder / file
    text = path.read_text("utf-8")
    assert good in text
    path.write_text(text.replace(good, bad), "utf-8")
    with pytest.raises(BadRecord) as caught:
        build_task(name).load(data, "test")
    assert caught.value.field.startswith(field)
    assert path.name in str(caught.value)


def test_a_picture_out_of_a_table_is_written_once_and_again_when_it_was_cut_off(tmp_path: Path) -> None:
    names = {keep(tmp_path / "new", picture_bytes(1, ending)) for ending in ("jpg", "png")}
    assert {name.rpartition(".")[2] for name in names} == {"jpg", "png"}
    name = keep(tmp_path, picture_bytes(2))
    first = (tmp_path / name).stat()
    assert keep(tmp_path, picture_bytes(2)) == name
    assert (tmp_path / name).stat().st_mtime_ns == first.st_mtime_ns
    (tmp_path / name).write_bytes(b"cut off")
    keep(tmp_path, picture_bytes(2))
    assert (tmp_path / name).read_bytes() == picture_bytes(2)
    assert keep(tmp_path, b"no picture at all").endswith(".bin")
    assert not [file for file in tmp_path.iterdir() if file.suffix not in (".png", ".bin", "")]


def test_a_picture_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Incomplete, match="cannot be written"):
        keep(tmp_path / "file", picture_bytes(1))


@pytest.mark.parametrize("cell", [{"bytes": None, "path": "a.jpg"}, {"bytes": b"", "path": None}, None])
def test_a_cell_without_a_picture_is_named(cell: object, tmp_path: Path) -> None:
    row = {"image": {"bytes": picture_bytes(1), "path": None}, "question": "where?", "answer": "heart"}
    put_parquet(tmp_path / "path-vqa/data/test-00000-of-00001.parquet", [row, {**row, "image": cell}])
    with pytest.raises(BadRecord, match=r"record 2 of the table.*a picture's bytes"):
        build_task("path-vqa").load(tmp_path, "test")


def test_a_broken_picture_fails_its_sample_alone(tmp_path: Path) -> None:
    row = {"image": {"bytes": b"\x89PNG and no more", "path": None}, "question": "where?", "answer": "heart"}
    put_parquet(tmp_path / "path-vqa/data/test-00000-of-00001.parquet", [row])
    (sample,) = build_task("path-vqa").load(tmp_path, "test").samples
    assert sample.media[0].size is None


@pytest.mark.parametrize("cell", ["", "not base64!", "====", "a"])
def test_base64_that_holds_no_picture_is_named(cell: str, tmp_path: Path) -> None:
    data = made(VQA["gmai-mmbench"], tmp_path)
    file = data / "gmai-mmbench/GMAI_mm_bench_VAL.tsv"
    lines = file.read_text("utf-8").split("\n")
    cells = lines[1].split("\t")
    cells[1] = cell
    file.write_text("\n".join([lines[0], "\t".join(cells), *lines[2:]]), "utf-8")
    with pytest.raises(BadRecord, match=r"VAL.tsv:2: .*base64"):
        build_task("gmai-mmbench").load(data, "test")


def test_a_wide_table_is_there_and_a_table(tmp_path: Path) -> None:
    with pytest.raises(Incomplete, match="is missing"):
        list(read_wide_tsv(tmp_path / "none.tsv", ("a",)))
    file = tmp_path / "a.tsv"
    for text, message in (
        ("a\tb\n1\t2\n3\n", r":3: .*2 cells"),
        ("", "a column 'a'"),
        ('a\n"1', "as CSV writes it"),
    ):
        file.write_text(text, "utf-8")
        with pytest.raises(BadRecord, match=message):
            list(read_wide_tsv(file, ("a",)))
    file.write_bytes(b"a\n\xff\n")
    with pytest.raises(BadRecord, match="UTF-8"):
        list(read_wide_tsv(file, ("a",)))
    long = "x" * 200_000
    file.write_text(f"b\ta\n1\t\n{long}\t007\n", "utf-8")
    usual = csv.field_size_limit()
    assert [values for _, values in read_wide_tsv(file, ("a", "b"))] == [{"a": "", "b": "1"}, {"a": "007", "b": long}]
    assert csv.field_size_limit() == usual


@pytest.mark.parametrize("listed", ["[]", "['a', 1]", "{'a': 1}", "__import__('os')", "['a', '']", "[" * 5000])
def test_a_list_that_is_no_list_of_texts_is_named(listed: str, tmp_path: Path) -> None:
    from medgauge_tasks.loaders.mmmu import SUBJECTS

    data = made(VQA["mmmu-med"], tmp_path)
    row = {
        **dict.fromkeys([f"image_{n}" for n in range(2, 8)]),
        "image_1": {"bytes": picture_bytes(1), "path": None},
        "id": "1",
        "question": "What?",
        "options": listed,
        "answer": "A",
        "question_type": "multiple-choice",
        "topic_difficulty": "Easy",
    }
    put_parquet(data / "mmmu-med" / SUBJECTS[0] / "validation-00000-of-00001.parquet", [row])
    with pytest.raises(BadRecord, match="a Python list of texts"):
        build_task("mmmu-med").load(data, "test")
