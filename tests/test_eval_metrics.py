"""Means, intervals, the gap between the languages, the paired test: known answers, and none that moves by itself."""

import numpy as np
import pytest
from eval_samples import FIRST, answer, citation, gold, line
from hypothesis import given
from hypothesis import strategies as st

from eval.compare import changes_list, compare, compared_table, sign_flip
from eval.metrics import Question, cells, figure, figures, gaps, interval, latencies, shown
from eval.sample import Score
from rag.errors import GoldError


def question(identity, value, lang="nl", split="dev", kind="fact", name="s"):
    pair = identity.rsplit("-", 1)[0]
    scores = {} if value is None else {name: Score(value, "seen", "why")}
    return Question(gold(id=identity, lang=lang, split=split, kind=kind, pair=pair), scores)


def test_mean_leaves_out_questions_that_the_score_says_nothing_of():
    made = figure([question("a-nl", 1.0), question("b-nl", 0.0), question("c-nl", None)], "s")
    assert (made.mean, made.n) == (0.5, 2)
    assert figure([question("c-nl", None)], "s") is None


def test_interval_is_the_same_every_time_and_holds_the_mean():
    fine = [question(f"q{i}-nl", 1 / (i + 1)) for i in range(61)]
    assert figure(fine, "s") == figure(fine, "s")
    asked = [question(f"q{i}-nl", float(i % 3 > 0)) for i in range(60)]
    first = figure(asked, "s")
    assert first.low < first.mean < first.high
    assert first.high - first.low == pytest.approx(2 * 1.96 * (2 / 9 / 60) ** 0.5, rel=0.15)  # √(p(1-p)/n)


def test_two_forms_of_one_question_are_not_two_independent_questions():
    """Drawn singly, forms that always agree would make the interval too narrow by √2."""
    values = [float(i % 3 > 0) for i in range(60)]
    twice = [question(f"q{i}-{x}", v, x) for i, v in enumerate(values) for x in ("nl", "en")]
    once = figure([question(f"q{i}-nl", v) for i, v in enumerate(values)], "s")
    assert (figure(twice, "s").low, figure(twice, "s").high) == (once.low, once.high)
    assert figure(twice, "s").n == 120


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_interval_lies_within_the_values(values):
    low, high = interval(np.array(values), np.ones(len(values), np.int_))
    assert min(values) - 1e-4 <= low <= high <= max(values) + 1e-4


def test_groups_and_cells_hold_their_own_questions():
    asked = [
        question("a-nl", 1.0), question("a-en", 0.0, "en"),
        question("b-nl", 0.0, split="test", kind="amount"), question("b-en", 0.0, "en", "test", "amount"),
    ]  # fmt: skip
    made = {g: f.mean for g, f in figures(asked, ["s"])["s"].items()}
    assert made == {"nl": 0.5, "en": 0.0, "dev": 0.5, "test": 0.0, "all": 0.25}
    assert {k: (f.mean, f.n) for k, f in cells(asked, "s").items()} == {
        ("amount", "en", "test"): (0.0, 1), ("amount", "nl", "test"): (0.0, 1),
        ("fact", "en", "dev"): (0.0, 1), ("fact", "nl", "dev"): (1.0, 1),
    }  # fmt: skip
    assert figures(asked, ["t"]) == {"t": {}}


def test_gap_is_of_complete_pairs_only():
    asked = [
        question("a-nl", 1.0), question("a-en", 0.0, "en"), question("b-nl", 1.0), question("b-en", 1.0, "en"),
        question("c-nl", 0.0), question("d-nl", 0.0), question("d-en", None, "en"),
    ]  # fmt: skip
    made = gaps(asked, ["s", "t"])
    assert (made["s"].mean, made["s"].n) == (0.5, 2)
    assert "t" not in made


def test_latency_is_of_both_halves_and_the_slow_end_is_seen():
    lines = [line(str(i), answer(), ms) for i, ms in enumerate([9.0] * 18 + [99.0, 99.0])]
    assert latencies(lines) == (10.0, 100.0)
    assert latencies([]) is None


def test_median_of_statements_leaves_refusals_out():
    assert shown([line("a", answer()), line("b", answer(citation(FIRST)))]) == 1
    assert shown([line("a", answer())]) is None


def test_paired_test_gives_the_p_that_counting_gives():
    assert sign_flip([]) == sign_flip([0.0, 0.0]) == 1.0
    assert sign_flip([1.0] * 6) == pytest.approx(2 / 64)  # only all heads and all tails are as far
    assert sign_flip([1.0, -1.0]) == 1.0
    assert sign_flip([1.0] * 5 + [-1.0]) == pytest.approx((2 + 2 * 6) / 64)


def test_many_differences_are_sampled_and_no_p_is_zero():
    assert 0 < sign_flip([1.0] * 40) < 0.001
    assert sign_flip([1.0] * 20 + [-1.0] * 20) > 0.9
    assert sign_flip([1.0] * 25 + [-0.5] * 20) == sign_flip([1.0] * 25 + [-0.5] * 20)


def test_questions_of_one_run_only_are_left_out_and_none_in_common_is_an_error():
    before = [question("a-nl", 0.0), question("b-nl", 1.0)]
    after = [question("a-nl", 1.0), question("c-nl", 0.0)]
    (one,) = compare(before, after, ["s"])
    assert (one.before, one.after, one.n, [c.better for c in one.changes]) == (0.0, 1.0, 1, [True])
    with pytest.raises(GoldError, match="no question in common"):
        compare(before[1:], after, ["s"])


def test_both_forms_of_one_question_are_one_difference():
    """Six pairs that got worse are six coins, not twelve."""
    forms = [(f"q{i}-{x}", x) for i in range(6) for x in ("nl", "en")]
    before, after = ([question(i, v, x) for i, x in forms] for v in (1.0, 0.0))
    assert compare(before, after, ["s"])[0].p == pytest.approx(2 / 64)


def test_changes_are_shown_question_by_question_and_held_out_ones_are_only_counted():
    before = [
        question("a-nl", 1.0),
        question("b-nl", 0.0),
        question("secret-nl", 1.0, split="test"),
        question("d-nl", 1.0),
    ]
    after = [
        question("a-nl", 0.0),
        question("b-nl", 1.0),
        question("secret-nl", 0.0, split="test"),
        question("d-nl", 1.0),
    ]
    compared = compare(before, after, ["s"])
    told = changes_list(compared)
    assert "Worse: 2 questions, 1 of them held out" in told
    assert "Better: 1 questions, 0 of them" in told
    assert "- a-nl:" in told.split("Better:")[0]
    assert "- b-nl:" in told.split("Better:")[1]
    assert "secret" not in told
    assert "d-nl" not in told
    assert "| s | 0.750 | 0.500 | -0.250 | 1 | 2 | 1.000 | 4 |" in compared_table(compared)
