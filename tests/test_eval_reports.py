"""What a run is told in: Markdown, JUnit XML, a page with pictures, the README. Text in them is only text; held-out questions are not in them."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from eval_samples import CORPUS, FIRST, SECOND, answer, citation, gold, line, passage, unanswerable
from hypothesis import given
from hypothesis import strategies as st

from eval import readme, tables
from eval.charts import over_time, standing
from eval.gate import baseline_of, judge
from eval.history import Entry, append, entry_of, read_history, with_entry
from eval.junit import write_junit
from eval.markup import Html, join, tag
from eval.metrics import figures
from eval.page import Report, write_page
from eval.run import evaluate
from eval.scores import SCORES
from rag.errors import GoldError

HOSTILE = "</title><script>alert(1)</script><img src=x onerror=alert(1)> | \"quoted\" 'too' & ![x](http://a.b/c) \x00\x0b\ud7ff"
RIGHT = answer(citation(FIRST), passages=[passage(0, 200)])


def evaluation(*pairs):
    golds = [g for g, _ in pairs]
    return evaluate(golds, [line(g.id, a) for g, a in pairs], CORPUS)


@pytest.fixture
def some():
    """A right answer, a missed development question with markup in it, and a held-out one that was missed too."""
    wrong = answer(citation(SECOND), statements=[{"text": HOSTILE, "citations": [1], "checks": []}])
    return evaluation(
        (gold(id="right"), RIGHT),
        (gold(id="missed", question=HOSTILE, facts=((HOSTILE,),), history=((HOSTILE, HOSTILE),)), wrong),
        (unanswerable(id="refused wrongly", question="Bestaat dit?"), RIGHT),
        (gold(id="held out", question="Geheime vraag?", split="test"), answer()),
    )


@pytest.fixture
def report(some):
    made = figures(some.questions, SCORES)
    better = evaluation(*((g, RIGHT) for g in some.golds if g.answerable))
    held = baseline_of(figures(better.questions, SCORES), better.golds)
    day = Entry("2026-08-01", 4, {name: {"dev": 0.5, "test": 0.4} for name in SCORES})
    return Report("4 questions.", some, made, judge(made, held), held, [day, entry_of(made, 4)])


class Parsed(HTMLParser):
    """Every element of a page with its attributes, and all that is text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.said = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.said += data


@pytest.fixture
def page(report, tmp_path):
    write_page(tmp_path / "new folder" / "eval.html", report)
    return Parsed((tmp_path / "new folder" / "eval.html").read_text(encoding="utf-8"))


def test_page_runs_nothing_and_asks_nobody(page):
    assert not {"script", "img", "link", "iframe", "object", "a", "form"} & set(page.tags)
    names = {name for name, _ in page.attributes}
    assert not {n for n in names if n.startswith("on")} | ({"src", "href", "srcset", "xlink:href"} & names)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes


def test_page_shows_text_of_questions_and_answers_as_it_is(page):
    assert page.said.count("<script>alert(1)</script>") >= 4  # question, earlier turn, fact, statement


def test_page_shows_what_was_expected_and_what_was_given(page):
    assert FIRST in page.said
    assert "not among the quotations" in page.said
    assert "A refusal: the documents do not say." in page.said
    assert "2 of 3 development questions" in page.said


def test_page_counts_held_out_misses_and_does_not_show_them(page):
    assert "Of the 1 held-out questions 1 were missed" in page.said
    assert "Geheime vraag" not in page.said


def test_page_says_whether_the_gate_is_open(report, page, tmp_path):
    assert "The gate is closed" in page.said
    assert "evidence in answer (all) fell from 1.000" in page.said
    write_page(tmp_path / "e.html", Report("", report.evaluation, report.figures, [], None, []))
    assert "nothing was held" in Parsed((tmp_path / "e.html").read_text(encoding="utf-8")).said


def test_pictures_have_a_mark_a_score_and_split(report):
    drawn = Parsed(standing(report.figures, report.baseline))
    assert drawn.tags.count("circle") == sum(
        s in by for by in report.figures.values() for s in ("dev", "test")
    )
    line_ = over_time(report.history, "evidence in answer")
    assert Parsed(line_).tags.count("circle") == 4
    assert "2026-08-01, dev: 0.500 of 4 questions" in line_


def test_picture_of_no_history_is_a_picture():
    assert over_time([], "evidence in answer").startswith("<svg")


@given(st.text())
def test_whatever_is_not_made_by_tag_is_text(text):
    made = Parsed(tag("p", text, title=text))
    assert made.tags == ["p"]
    assert made.attributes[0][1].replace("\r", "\n") == text.replace("\r", "\n")
    assert "<" not in join(text)
    assert join(Html("<b></b>"), "<b>") == "<b></b>&lt;b&gt;"


def test_markdown_has_the_gate_the_table_and_the_kinds(report):
    told = tables.report(report.head, report.figures, report.evaluation, report.judged)
    assert "**The gate is closed.**" in told
    assert re.search(
        r"^\| evidence in answer \| 0\.333 \| – \| 0\.500 \| 0\.000 \| 0\.333 \| .* \| 3 \|$",
        told,
        re.MULTILINE,
    )
    assert "| fact | 0.50 (" in told
    assert "Geheime vraag" not in told
    assert tables.verdicts([]) == "No baseline was given."
    assert tables.verdicts([v for v in report.judged if not v.fell]).startswith("The gate is open")


@given(st.text())
def test_text_in_markdown_is_a_cell_and_no_markup(text):
    written = tables.cell(text)
    assert "\n" not in written
    assert not re.search(r"(?<!\\)(?:\\\\)*[|<`*_\[\]]", written)


def test_junit_fails_by_the_gate_alone(report, tmp_path):
    write_junit(tmp_path / "out" / "eval.xml", report.evaluation, report.judged)
    root = ElementTree.parse(tmp_path / "out" / "eval.xml").getroot()  # noqa: S314 - our own file
    gate, questions = root.findall("testsuite")
    fallen = [v for v in report.judged if v.fell]
    assert int(gate.get("failures")) == len(gate.findall("testcase/failure")) == len(fallen) > 0
    assert int(gate.get("tests")) == len(gate.findall("testcase")) == len(report.judged)
    assert questions.get("failures") == "0"
    assert [c.get("name") for c in questions.findall("testcase")] == ["right", "missed", "refused wrongly"]
    assert int(questions.get("skipped")) == len(questions.findall("testcase/skipped")) == 2
    assert "expected: “De minister zal" in questions.find("testcase[@name='missed']/skipped").get("message")


def test_readme_holds_the_table_between_its_marks_and_nothing_else_changes(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(f"Before.\n{readme.BEGIN}\nold\n{readme.END}\nAfter.\n", encoding="utf-8")
    assert not readme.same(path, "new\n")
    readme.written(path, "new")
    assert path.read_text(encoding="utf-8") == f"Before.\n{readme.BEGIN}\nnew\n{readme.END}\nAfter.\n"
    assert readme.same(path, "new\n")


@pytest.mark.parametrize(
    ("row", "same"),
    [("| evidence | 0.917 | 2166 |", True), ("| evidence | 0.92 | 2160 |", True), ("| evidence | 0.905 | 2166 |", False), ("| evidence | 0.917 | 2100 |", False),
     ("| other | 0.917 | 2166 |", False), ("| evidence | 0.917 | – |", False)],
)  # fmt: skip
def test_readme_may_differ_by_what_another_processor_moves_and_no_more(tmp_path, row, same):
    """Products are rounded otherwise there, and a near tie is decided otherwise; a table that nobody renewed is another."""
    path = tmp_path / "README.md"
    path.write_text(f"{readme.BEGIN}\n| evidence | 0.917 | 2166 |\n{readme.END}\n", encoding="utf-8")
    assert readme.same(path, row) is same


@pytest.mark.parametrize("text", ["", readme.BEGIN, f"{readme.END} {readme.BEGIN}"])
def test_readme_without_marks_is_left_as_it_is(tmp_path, text):
    path = tmp_path / "README.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GoldError, match="no place for the table"):
        readme.written(path, "new")
    assert path.read_text(encoding="utf-8") == text


def test_history_has_a_line_a_baseline_and_the_same_scores_add_none(tmp_path, report):
    path = tmp_path / "history.jsonl"
    first, second = report.history
    append(path, first)
    append(path, second)
    append(path, second)
    assert read_history(path) == [first, second]
    assert with_entry([first], Entry("2027-01-01", 4, first.scores)) == [first]
    assert len(with_entry([first], Entry("2026-08-01", 5, first.scores))) == 2


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "7",
        '{"day": "soon", "questions": 1, "scores": {}}',
        '{"day": "2026-08-01", "questions": 1, "scores": {"s": 1}}',
    ],
)
def test_damaged_history_is_told_by_its_line(tmp_path, text):
    (tmp_path / "history.jsonl").write_text(f"\n{text}\n", encoding="utf-8")
    with pytest.raises(GoldError, match=r"history\.jsonl, line 2"):
        read_history(tmp_path / "history.jsonl")
