"""Work that many threads of a process do in turn, in the order in which they came."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from types import TracebackType

PATIENCE = 10.0  # seconds after which one that waits goes on all the same: turns are for fairness, and nothing may hang on them


class Turns:
    """At most so many threads at once, first come, first served: `with turns.take(): …`, not twice in one thread.

    Threads that compute are given the interpreter's lock in no order: of twenty that each need 30 ms, some wait twice as long
    as others. `threading.Semaphore` lets a late one in before those that wait.
    """

    def __init__(self, at_once: int, patience: float = PATIENCE) -> None:
        self._lock, self._free, self._patience = Lock(), at_once, patience
        self._waiting: deque[Lock] = deque()

    def take(self) -> Turn:
        """A turn, to be used in a `with`."""
        return Turn(self)

    def begin(self) -> bool:
        """Wait for a turn; whether it is one, or patience ran out."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        try:
            in_turn = mine.acquire(timeout=self._patience)  # until the one whose turn ends lets it go
        except BaseException:
            if not self._leave(mine):
                self.end()
            raise
        return in_turn or not self._leave(mine)

    def end(self) -> None:
        """Let the next one in."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1

    def _leave(self, mine: Lock) -> bool:
        """Stop waiting; whether the turn had not come meanwhile."""
        with self._lock:
            waits = mine in self._waiting
            if waits:
                self._waiting.remove(mine)
        return waits


class Turn:
    """One thread's turn."""

    def __init__(self, turns: Turns) -> None:
        self._turns, self._has = turns, False

    def __enter__(self) -> Turn:
        self._has = self._turns.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._has:
            self._has = False
            self._turns.end()

    @contextmanager
    def given_up(self) -> Iterator[None]:
        """Let others go on while this one waits for something else, and then wait for a turn again."""
        self.__exit__(None, None, None)
        try:
            yield
        finally:
            self.__enter__()
