"""Work that many threads of a process do in turn, in the order in which they came."""

from __future__ import annotations

from collections import deque
from threading import Lock
from types import TracebackType


class Turns:
    """At most so many threads at once, first come, first served. Use it in a `with`; not twice in one thread.

    Threads that compute are given the interpreter's lock in no order: of twenty that each need 30 ms, some wait twice as long
    as others. `threading.Semaphore` lets a late one in before those that wait.
    """

    def __init__(self, at_once: int) -> None:
        self._lock, self._free = Lock(), at_once
        self._waiting: deque[Lock] = deque()

    def __enter__(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        try:
            mine.acquire()  # until the one whose turn ends lets it go
        except BaseException:
            with self._lock:
                waits = mine in self._waiting
                if waits:
                    self._waiting.remove(mine)
            if not waits:
                self._end()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1
