"""Threads that take turns: in the order in which they came, and nobody's turn is lost."""

import threading

import pytest

from rag.turns import Turns

PATIENCE = 20


class Thread(threading.Thread):
    """Waits for its turn, says its name, and stays until it is let go."""

    def __init__(self, turns, name, came):
        super().__init__(name=name, daemon=True)
        self.turns, self.came, self.go = turns, came, threading.Event()
        self.there = threading.Event()
        self.start()

    def run(self):
        with self.turns.take():
            self.came.append(self.name)
            self.there.set()
            self.go.wait(PATIENCE)


def waits(turns, count):
    """Look until so many wait: they began, but nobody can tell when a thread stands still."""
    while len(turns._waiting) < count:
        threading.Event().wait(0.001)


@pytest.mark.parametrize("at_once", [1, 3])
def test_those_that_wait_come_in_their_order_and_no_more_than_allowed_at_once(at_once):
    turns, came = Turns(at_once), []
    threads = []
    for n in range(9):
        threads.append(Thread(turns, str(n), came))
        if n < at_once:
            assert threads[n].there.wait(PATIENCE)
        else:
            waits(turns, n - at_once + 1)
    assert len(came) == at_once
    for n, thread in enumerate(threads):
        thread.go.set()
        thread.join(PATIENCE)
        if n + at_once < 9:
            assert threads[n + at_once].there.wait(PATIENCE)
        assert len(came) == min(n + at_once + 1, 9)
    assert came == [str(n) for n in range(9)]


def test_late_one_does_not_go_before_those_that_wait():
    turns, came = Turns(1), []
    first, second = Thread(turns, "first", came), None
    assert first.there.wait(PATIENCE)
    second = Thread(turns, "second", came)
    waits(turns, 1)
    first.go.set()
    first.join(PATIENCE)
    with_late = Thread(turns, "late", came)
    assert second.there.wait(PATIENCE)
    waits(turns, 1)
    second.go.set()
    assert with_late.there.wait(PATIENCE)
    with_late.go.set()
    with_late.join(PATIENCE)
    assert came == ["first", "second", "late"]


def test_work_that_fails_lets_the_next_one_in():
    turns = Turns(1)
    for _ in range(3):
        with pytest.raises(ValueError, match="wrong"), turns.take():
            raise ValueError("wrong")
    with turns.take():
        pass


class Interrupted(BaseException):
    pass


class BreaksOff:
    """A lock at which the one who waits is broken off."""

    def __init__(self):
        self.taken = False

    def acquire(self, **_):
        if self.taken:
            raise Interrupted
        self.taken = True

    def release(self):
        pass


def test_one_that_is_broken_off_while_it_waits_leaves_its_place(monkeypatch):
    turns, came = Turns(1), []
    first = Thread(turns, "first", came)
    assert first.there.wait(PATIENCE)
    monkeypatch.setattr("rag.turns.Lock", BreaksOff)
    with pytest.raises(Interrupted), turns.take():
        pass
    monkeypatch.undo()
    second = Thread(turns, "second", came)
    waits(turns, 1)
    first.go.set()
    assert second.there.wait(PATIENCE)
    second.go.set()
    second.join(PATIENCE)
    with turns.take():
        pass


def test_nothing_hangs_on_a_turn_that_never_ends():
    turns, came = Turns(1, patience=0.05), []
    first = Thread(turns, "first", came)
    assert first.there.wait(PATIENCE)
    for _ in range(2):
        with turns.take():  # goes on without a turn, and ends none
            pass
    assert turns._free == 0 and not turns._waiting
    first.go.set()
    first.join(PATIENCE)
    assert turns._free == 1


def test_turn_that_is_given_up_lets_the_next_one_in_and_is_waited_for_again():
    turns, came = Turns(1), []
    with turns.take() as turn:
        second = Thread(turns, "second", came)
        waits(turns, 1)
        with turn.given_up():
            assert second.there.wait(PATIENCE)
            second.go.set()
        came.append("first")
    assert came == ["second", "first"] and turns._free == 1
