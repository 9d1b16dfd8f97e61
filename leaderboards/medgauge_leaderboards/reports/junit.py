"""JUnit XML: a suite a task, a case a gate. A doubt is a skipped case, or a failed one under --strict."""

from xml.etree import ElementTree as Tree

from medgauge_leaderboards.document import Comparison, Gated, Row
from medgauge_leaderboards.reports import words


def junit(made: Comparison) -> str:
    """The whole report."""
    root = Tree.Element("testsuites", name="medgauge compare")
    if made.verdict == "not-comparable":
        suite = Tree.SubElement(root, "testsuite", name="comparable")
        case = Tree.SubElement(suite, "testcase", classname="medgauge", name="comparable")
        error = Tree.SubElement(case, "error", type="NotComparable", message=words.headline(made))
        error.text = words.xml("\n".join(made.refusals))
    keys = [row.key for row, _ in words.gated(made)]
    keys += [one.key for one in made.ceilings] + [one.key for one in made.must_pass]
    for key in dict.fromkeys(keys):
        suite = Tree.SubElement(root, "testsuite", name=words.xml(key))
        for row, gate in words.gated(made):
            if row.key == key:
                _gate(suite, row, gate, made)
        for one in made.ceilings:
            if one.key == key:
                case = _case(suite, key, f"share of {one.share}")
                if one.violated:
                    Tree.SubElement(case, "failure", type="Ceiling", message=words.xml(words.ceiling(one)))
        for sample in made.must_pass:
            if sample.key == key:
                case = _case(suite, key, f"must pass {sample.id}")
                if not sample.passed:
                    Tree.SubElement(case, "failure", type="MustPass", message=words.xml(words.must(sample)))
    _count(root)
    Tree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Tree.tostring(root, encoding="unicode") + "\n"


def _case(suite: Tree.Element, key: str, name: str) -> Tree.Element:
    classname = f"medgauge.{key.replace('/', '.')}"
    return Tree.SubElement(suite, "testcase", classname=words.xml(classname), name=words.xml(name))


def _gate(suite: Tree.Element, row: Row, gate: Gated, made: Comparison) -> None:
    case = _case(suite, row.key, f"{row.metric} [{gate.mode}]")
    properties = Tree.SubElement(case, "properties")
    numbers = {
        "base": row.base,
        "candidate": row.candidate,
        "difference": row.difference.value,
        "low": row.difference.low,
        "high": row.difference.high,
        "p_adjusted": row.p_adjusted,
        "mde": row.mde,
        "n": row.difference.n - row.difference.n_undefined,
    }
    for name, value in numbers.items():
        if value is not None:
            Tree.SubElement(properties, "property", name=name, value=f"{value:.6g}")
    message = words.xml(f"{words.WORDS[gate.verdict]}: {words.change(row)}: {gate.why}")
    if gate.outcome == "fail" or (gate.outcome == "inconclusive" and made.strict):
        Tree.SubElement(case, "failure", type=gate.verdict, message=message)
    elif gate.outcome == "inconclusive":
        Tree.SubElement(case, "skipped", message=message)


def _count(root: Tree.Element) -> None:
    for suite in [root, *root.iter("testsuite")]:
        suite.set("tests", str(len(list(suite.iter("testcase")))))
        suite.set("failures", str(len(list(suite.iter("failure")))))
        suite.set("errors", str(len(list(suite.iter("error")))))
        suite.set("skipped", str(len(list(suite.iter("skipped")))))
