"""The baselines on tiny pictures: what each may see, that it learns, and that fitting is pure."""

import subprocess
import sys
from dataclasses import replace

import pytest
from small_world import SIZE, World

from medgauge.errors import MedGaugeError
from medgauge.media import UnreadableImage
from medgauge.plugins import catalog
from medgauge.protocols import Frame, Learner
from medgauge.types import Answer, Key, Message, Request, Text
from medgauge_model_adapters.boxes.box_formats import MEDREGA

TRAIN, TEST = range(60), range(60, 90)
KINDS = ["question", "option", "labels", "report", "name", "where", "grounded"]
FRAME = Frame(original=SIZE, sent=SIZE)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("pictures"))


def learner(name, **options):
    return catalog("models").load(f"baseline/{name}")("", options)


def answers(name, train, test):
    fitted = learner(name).fit(train)
    outputs = {output.key.id: output for output in fitted.generate([example.request for example in test])}
    assert all(output.finish == "stop" and output.error is None for output in outputs.values())
    return {id: output.text for id, output in outputs.items()}


def split(world, kind, **more):
    """Lessons and questions; an empty picture has no side that could be asked for."""
    make = getattr(world, kind)
    good = [n for n in (*TRAIN, *TEST) if kind not in ("question", "option") or world.kind(n) != "empty"]
    return [make(n, **more) for n in good if n in TRAIN], [make(n, **more) for n in good if n in TEST]


def share_right(world, name, kind, truth, **more):
    train, test = split(world, kind, **more)
    said = answers(name, train, test)
    return sum(said[e.sample.id] == truth(e.sample) for e in test) / len(test)


@pytest.mark.parametrize("name", ["prior", "blind", "vision"])
def test_is_a_learner_that_makes_a_model(world, name):
    made = learner(name)
    assert isinstance(made, Learner)
    assert (made.name, made.box_format) == (f"baseline/{name}", "medrega")
    fitted = made.fit([world.question(n) for n in TRAIN])
    assert not isinstance(fitted, Learner)
    assert (fitted.name, fitted.box_format) == (made.name, made.box_format)


@pytest.mark.parametrize("name", ["prior", "blind", "vision"])
def test_settings_are_checked(name):
    with pytest.raises(MedGaugeError, match="takes no argument"):
        catalog("models").load(f"baseline/{name}")("x", {})
    with pytest.raises(MedGaugeError, match="unknown option 'depth'"):
        learner(name, depth="3")
    with pytest.raises(MedGaugeError, match="unknown box format"):
        learner(name, box_format="medreg")


def text_of(sample):
    return sample.target.text


def letter_of(sample):
    return "AB"[sample.target.choice]


def label_of(sample):
    return ", ".join(sample.target.labels) or "none"


@pytest.mark.parametrize(
    ("kind", "truth", "more"),
    [
        ("question", text_of, {}),
        ("option", letter_of, {}),
        ("labels", label_of, {}),
        ("labels", label_of, {"several": True}),
        ("report", text_of, {}),
        ("name", text_of, {}),
    ],
)
def test_vision_sees_what_the_others_cannot(world, kind, truth, more):
    assert share_right(world, "vision", kind, truth, **more) >= 0.85
    assert share_right(world, "blind", kind, truth, **more) <= 0.75
    assert share_right(world, "prior", kind, truth, **more) <= 0.75


def overlap(a, b):
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    area = [(x[2] - x[0]) * (x[3] - x[1]) for x in (a, b)]
    return width * height / (sum(area) - width * height)


@pytest.mark.parametrize("kind", ["where", "grounded"])
def test_vision_finds_the_square(world, kind):
    train, test = split(world, kind)
    said = answers("vision", train, test)
    right = 0
    for example in test:
        found = [box for m in MEDREGA.decode(said[example.sample.id], FRAME).mentions for box in m.boxes]
        gold = example.sample.target.boxes
        right += len(found) == len(gold) and all(overlap(a, b.xyxy) > 0.5 for a, b in zip(found, gold, strict=True))
    assert right / len(test) >= 0.85


def test_grounded_text_follows_the_picture(world):
    train, test = split(world, "grounded")
    said = answers("vision", train, test)
    right = [said[e.sample.id].endswith(f": {e.sample.target.segments[0].text}") for e in test]
    assert sum(right) / len(right) >= 0.85


def test_prior_says_one_thing(world):
    for kind in KINDS:
        assert len(set(answers("prior", *split(world, kind)).values())) == 1


def test_prior_takes_the_majority_and_the_median_box(world):
    train = [world.question(n, answer="left" if n < 40 else "right") for n in TRAIN]
    assert set(answers("prior", train, train[:2]).values()) == {"left"}
    boxes = [e for e in (world.where(n) for n in TRAIN) if e.sample.target.boxes]
    (mention,) = MEDREGA.decode(answers("prior", boxes, boxes[:1]).popitem()[1], FRAME).mentions
    middle = sorted(e.sample.target.boxes[0].xyxy[1] for e in boxes)[len(boxes) // 2]
    assert mention.label == "square"
    assert abs(mention.boxes[0][1] - middle) < 1.5


def test_where_most_pictures_lack_the_object_the_answer_is_none(world):
    for language, none in (("en", "none"), ("zh", "无")):
        train = [world.where(n, language=language) for n in TRAIN if n % 3 == 2 or n < 9]
        for name in ("prior", "blind"):
            assert set(answers(name, train, train[:3]).values()) == {none}


def test_blind_answers_by_the_words_of_the_question(world):
    train = [world.question(n, "Is it a square?", "yes") for n in range(6)]
    train += [world.question(n, "Is it a circle?", "no") for n in range(6, 12)]
    train += [world.question(n, "How many in picture 7?", "one") for n in range(12, 14)]
    test = [
        world.question(20, "Is it a square?"),
        world.question(21, "Is it a CIRCLE?"),
        world.question(22, "Could it be a circle, or no?"),
        world.question(23, "How many in picture 23?"),
    ]
    assert list(answers("blind", train, test).values()) == ["yes", "no", "no", "one"]
    assert set(answers("prior", train, test).values()) == {"no"}


def test_blind_uses_the_box_in_the_question(world):
    train = [world.name(n) for n in range(3, 60)]
    train = [replace(e, sample=replace(e.sample, target=Answer(text=world.side(int(e.sample.id))))) for e in train]
    test = [world.name(n) for n in TEST]
    said = answers("blind", train, test)
    assert all(said[e.sample.id] == world.side(int(e.sample.id)) for e in test)


def test_choices_that_change_places_are_answered_by_letter(world):
    train = [world.option(n) for n in TRAIN if world.side(n) == "left"]
    test = [world.option(n) for n in (60, 61)]
    for name in ("blind", "vision"):
        assert list(answers(name, train, test).values()) == ["A", "B"]


@pytest.mark.parametrize("kind", KINDS)
def test_without_pictures_vision_answers_as_blind(world, kind):
    train, test = split(world, kind)
    bare = [replace(e, request=without_media(e.request)) for e in test]
    assert answers("vision", train, bare) == answers("blind", train, bare)


def without_media(request):
    messages = tuple(replace(m, parts=tuple(p for p in m.parts if isinstance(p, Text))) for m in request.messages)
    return replace(request, messages=messages)


@pytest.mark.parametrize("name", ["prior", "blind", "vision"])
def test_fitting_is_pure_and_repeatable(world, name):
    everything = [getattr(world, kind)(n) for kind in KINDS for n in range(36)]
    requests = [getattr(world, kind)(n).request for kind in KINDS for n in (60, 61, 62)]
    first = learner(name)
    before = list(first.fit(everything).generate(requests))
    first.fit([world.question(n, answer="other") for n in range(20)])
    assert list(first.fit(everything).generate(requests)) == before
    assert list(learner(name).fit(everything).generate(list(reversed(requests)))) == before[::-1]


def test_the_same_in_another_process(world, tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from small_world import World\n"
        "from medgauge_model_adapters.baselines.vision import build\n"
        "w = World(Path(sys.argv[2]))\n"
        "fitted = build('', {}).fit([w.grounded(n) for n in range(24)] + [w.report(n) for n in range(24)])\n"
        "print([o.text for o in fitted.generate([w.grounded(70).request, w.report(70).request])])\n"
    )
    here = str(__file__).rpartition("/")[0]
    runs = [
        subprocess.run(
            [sys.executable, "-c", code, here, str(world.folder)],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]


@pytest.mark.parametrize("name", ["prior", "blind", "vision"])
def test_an_answer_hangs_on_the_request_alone(world, name):
    """Requests for which no sample exists are answered, and the id does not matter."""
    fitted = learner(name).fit([world.question(n) for n in TRAIN])
    request = world.question(60).request
    other = replace(request, id=str(Key(task="ask", id="made up", language="en")))
    assert [o.text for o in fitted.generate([request])] == [o.text for o in fitted.generate([other])]


def test_an_untaught_task_is_a_failure_with_its_name(world):
    fitted = learner("blind").fit([world.question(n) for n in TRAIN])
    for key in (Key(task="other", id="1", language="en"), Key(task="ask", id="1", language="zh")):
        request = Request(id=str(key), messages=(Message(role="user", parts=(Text(text="?"),)),))
        (output,) = fitted.generate([request])
        assert output.finish == "failed"
        assert "was not taught" in (output.error or "")


def test_a_picture_that_cannot_be_opened_fails_alone(world, tmp_path):
    fitted = learner("vision").fit([world.question(n) for n in TRAIN])
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nnot a picture")
    request = world.question(60).request
    media = replace(request.media[0], path=str(broken), sha256="0" * 64)
    parts = tuple(media if not isinstance(p, Text) else p for p in request.messages[0].parts)
    bad = replace(request, messages=(replace(request.messages[0], parts=parts),))
    failed, fine = fitted.generate([bad, request])
    assert (failed.finish, failed.text) == ("failed", "")
    assert "broken.png" in (failed.error or "")
    assert fine.finish == "stop"
    example = world.question(60)
    with pytest.raises(UnreadableImage):
        learner("vision").fit([replace(example, request=bad)] * 20)


def test_generation_streams(world):
    fitted = learner("vision").fit([world.question(n) for n in TRAIN])

    def endless():
        while True:
            yield world.question(60).request

    assert next(fitted.generate(endless())).finish == "stop"


@pytest.mark.parametrize("name", ["prior", "blind", "vision"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_single_lesson_is_enough_to_answer(world, name, kind):
    make = getattr(world, kind)
    (text,) = answers(name, [make(0)], [make(61)]).values()
    assert text


def test_boxes_are_said_in_the_chosen_format(world):
    train = [world.where(n) for n in TRAIN]
    fitted = learner("vision", box_format="json-pixels").fit(train)
    (output,) = fitted.generate([world.where(60).request])
    assert '"bbox_2d"' in output.text
    assert output.sent == (SIZE,)
