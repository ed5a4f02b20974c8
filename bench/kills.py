"""Ingests killed at random moments: is every document afterwards wholly there or wholly absent?

    python -m bench.kills                     200 kills
    python -m bench.kills --kills 20 --seed 7 --model /a/model/folder

Each round changes a folder of documents (some new, some changed, some gone), or takes one document out of the index,
starts the work in a process of its own and kills that process (SIGKILL) after a random time; the processes that read for
it must end by themselves. What the work needs when it is left alone is measured first, and the times are drawn from it,
so that kills fall into every part of it. After each kill another process opens the index and holds it against what it
may be: what it was before, or what it was to become, and nothing between. A third of the rounds are then completed; the
others are changed and killed again, so that kills pile up.

Counted are documents that are lost, doubled, or half there (another text, other passages, a passage without its vector,
a lexical index of another size), indexes that cannot be opened or asked, and processes that stayed behind.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

from rag.assistant import Assistant
from rag.ingest import ingest, remove
from rag.settings import Settings, load_settings
from rag.split import split
from rag.store.index import open_index

PLACES = "Zwolle Deventer Kampen Hattem Elburg Nunspeet Putten Ermelo Epe Vaassen Heerde Wezep".split()
DOCUMENTS = 40
Texts = dict[str, str]


@dataclass(slots=True)
class Tally:
    """What came of it."""

    kills: int = 0
    too_late: int = 0  # the work was done before the kill
    before: int = 0  # times that the index was as before
    after: int = 0  # times that it was as it was to become
    wrong: Counter[str] = field(default_factory=Counter)  # what is wrong -> how often

    def __str__(self) -> str:
        said = (
            ", ".join(f"{n} × {what}" for what, n in self.wrong.items())
            or "nothing lost, doubled or half there"
        )
        return (
            f"{self.kills} kills ({self.too_late} more came too late): the index was as before {self.before} times, "
            f"as it was to become {self.after} times; {said}."
        )


class Rounds:
    """A folder of documents, an index of it, and what the index may hold."""

    def __init__(self, folder: Path, settings: Settings, seed: int) -> None:
        self.folder, self.settings, self.random = folder, settings, random.Random(seed)
        self.texts: Texts = {}
        self.tally = Tally()
        self._context = multiprocessing.get_context(
            "fork"
        )  # a second saved at each kill; nothing ran before it

    def text(self, name: str) -> str:
        """A document's new text: a few paragraphs that say its name."""
        lines = [
            f"Het kabinet zal in {self.random.randrange(2026, 2040)} de dijken bij {self.random.choice(PLACES)} "
            f"versterken, zoals {name} zegt. Daarvoor is {self.random.randrange(2, 900)} miljoen euro beschikbaar. "
            * self.random.randrange(1, 9)
            for _ in range(self.random.randrange(1, 5))
        ]
        return "\n\n".join(lines)

    def change(self) -> None:
        """Write, rewrite and delete some documents."""
        names = [f"{n:03d}.txt" for n in range(DOCUMENTS)]
        for name in self.random.sample(names, self.random.randrange(1, DOCUMENTS // 2)):
            if name in self.texts and self.random.random() < 0.3:
                del self.texts[name]
                (self.folder / name).unlink()
            else:
                self.texts[name] = self.text(name)
                (self.folder / name).write_text(self.texts[name], encoding="utf-8")

    def run(self, work: Callable[[], object], seconds: float | None) -> bool:
        """Do some work in another process, killed after so many seconds; whether it was done before that."""
        process = self._context.Process(target=_quietly, args=(work,))
        process.start()
        process.join(seconds)
        done = process.exitcode is not None
        if not done and process.pid is not None:
            os.kill(process.pid, signal.SIGKILL)
            process.join()
        elif process.exitcode:
            self.tally.wrong["work that failed when it was left alone"] += 1
        return done

    def look(self, *allowed: Texts) -> Texts:
        """What is in the index now, looked at in a process of its own; what is wrong with it is counted."""
        here, there = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_look, args=(self.settings, there))
        process.start()
        there.close()
        try:
            texts, wrong = here.recv()
        except EOFError:
            texts, wrong = {}, ["index that cannot be looked at"]
        process.join()
        self.tally.wrong.update(wrong)
        if texts not in allowed:
            known = set().union(*allowed)
            self.tally.wrong["document lost or stale"] += sum(
                texts.get(n) not in [a.get(n) for a in allowed] for n in known
            )
            self.tally.wrong["mix of two generations"] += 1
        return dict(texts)


def _quietly(work: Callable[[], object]) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    work()


def _look(settings: Settings, there: Connection) -> None:
    """Send the texts of an index, and what is wrong with it."""
    wrong: list[str] = []
    texts: Texts = {}
    try:
        index = open_index(settings)
        texts = {name: index.text(name) for name in index.descriptions}
        languages, counts = index.catalogue.languages(), index.catalogue.passage_counts()
        whole = {n: len(split(index.catalogue.document(n))) for n in texts}
        wrong += ["half a document"] * sum(counts.get(n, 0) != whole[n] for n in texts)
        wrong += ["passage twice"] * (len(index.owners) - len(languages))
        wrong += ["passage without a vector"] * len(index.vectors.missing(languages))
        wrong += ["lexical index of another size"] * (
            len(index.lexical) != len(languages) or index.rebuilt is not None
        )
        answer = Assistant(settings, index).ask("Wat gebeurt er met de dijken bij Zwolle?")
        cut = {c.id: index.text(c.document)[c.start : c.end] for c in answer.citations}
        wrong += ["citation that does not fit"] * sum(cut[c.id] != c.quote for c in answer.citations)
    except Exception as error:
        wrong.append(f"index that cannot be asked ({type(error).__name__}: {error})")
    there.send((texts, wrong))


def run(
    kills: int, home: Path, settings: Settings, seed: int, say: Callable[[str], None] = lambda _: None
) -> Tally:
    """Kill so many ingests and removals; `home` is an empty folder for the documents."""
    for name in ("chromadb", "langchain_huggingface", "sentence_transformers"):
        import_module(name)  # seconds that every process would need anew
    rounds = Rounds(home, settings, seed)
    rounds.change()
    started = time.perf_counter()
    rounds.run(lambda: ingest([home], settings), None)
    whole = time.perf_counter() - started
    now = rounds.look(dict(rounds.texts))
    while rounds.tally.kills < kills and sum(rounds.tally.wrong.values()) < 50:
        target = None
        if now and rounds.random.random() < 0.2:
            target = rounds.random.choice(sorted(now))
            work = lambda: remove(target, settings)  # noqa: B023, E731 - run before the next round
            goal = {n: t for n, t in now.items() if n != target}
        else:
            rounds.change()
            work = lambda: ingest([home], settings)  # noqa: E731
            goal = dict(rounds.texts)
        done = rounds.run(work, rounds.random.uniform(0, whole * 1.05))
        rounds.tally.kills += not done
        rounds.tally.too_late += done
        found = rounds.look(now, goal)
        rounds.tally.before += not done and found == now
        rounds.tally.after += not done and found == goal and found != now
        now = found
        if rounds.random.random() < 1 / 3:
            started = time.perf_counter()
            rounds.run(lambda: ingest([home], settings), None)
            whole = max(0.5 * whole, time.perf_counter() - started)
            now = rounds.look(dict(rounds.texts))
        say(f"\r{rounds.tally.kills} of {kills} kills, {sum(rounds.tally.wrong.values())} wrong ")
    left = [n for n in settings.index_dir.rglob("*") if n.name.endswith(".new")]
    rounds.tally.wrong["draft left behind"] += len(left)
    rounds.tally.wrong += Counter()  # without those that are 0
    return rounds.tally


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.kills", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1325)
    parser.add_argument(
        "--model", default="packaged", help="an embedding model; a small one lets kills fall elsewhere too"
    )
    given = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="kills-"))
    (home / "documents").mkdir()
    settings = load_settings(
        _env_file=None, index_dir=home / "index", llm="none", embedding_model=given.model
    )
    started = time.perf_counter()
    try:
        tally = run(
            given.kills, home / "documents", settings, given.seed, lambda s: print(s, end="", file=sys.stderr)
        )
        print(f"\n{tally} {time.perf_counter() - started:.0f} s.")
    finally:
        shutil.rmtree(home, ignore_errors=True)
    sys.exit(bool(tally.wrong))


if __name__ == "__main__":
    main()
