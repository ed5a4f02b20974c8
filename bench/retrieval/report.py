"""What was measured, as Markdown."""

from __future__ import annotations

import os
from collections.abc import Sequence
from statistics import median

import numpy as np

from bench.retrieval.building import Result

LIMITS_AT = 100_000  # passages for which the limits hold
LIMIT_MS, LIMIT_OPEN_S, LIMIT_MIB = 15.0, 2.0, 1.5 * 1024
LIMIT_FILTERED, LIMIT_USUAL = 2.0, 15.0  # times the unfiltered median; times as fast as the usual way


def p95(values: Sequence[float]) -> float:
    """What 95 of 100 values do not exceed."""
    return float(np.percentile(values, 95))


def table(r: dict[str, Result]) -> str:
    """The comparison, as Markdown."""
    ours, usual, embedding, disk = r["ask_ours"], r["ask_usual"], r["embed"], r["disk"]
    together = [a + b for a, b in zip(ours["understand"], ours["retrieve"], strict=True)]
    vectors, usual_vectors = r["build_vectors"]["seconds"], r["build_usual_vectors"]["seconds"]
    rows: list[tuple[str, float | None, float | None]] = [
        ("Build without vectors, s", r["build_ours"]["catalogue"] + r["build_ours"]["lexical"], r["build_usual"]["seconds"]),
        ("Build the vectors' index in Chroma (embedding left out), s", vectors, usual_vectors),
        ("Open, first question answered, s", ours["opening"], usual["opening"]),
        ("Understand a question, median ms", median(ours["understand"]), None),
        ("Understand a question, p95 ms", p95(ours["understand"]), None),
        ("Retrieve, question understood, median ms", median(ours["retrieve"]), median(usual["retrieve"])),
        ("- of it the processor's, median ms", median(ours["cpu"]), median(usual["cpu"])),
        ("Retrieve, question understood, p95 ms", p95(ours["retrieve"]), p95(usual["retrieve"])),
        ("Understand and retrieve, median ms", median(together), median(usual["retrieve"])),
        ("Understand and retrieve, p95 ms", p95(together), p95(usual["retrieve"])),
        ("Retrieve under a filter (role, period), median ms", median(r["filtered_ours"]["retrieve"]), None),
        ("A whole answer in quotations, median ms", median(r["answer_ours"]["ms"]), None),
        ("A whole answer in quotations, p95 ms", p95(r["answer_ours"]["ms"]), None),
        ("Beside it: embed the question, median ms", *[median(embedding["ms"])] * 2),
        ("Beside it: embed the question, p95 ms", *[p95(embedding["ms"])] * 2),
        ("Peak memory when asked, MiB", ours["peak"], usual["peak"]),
        ("- of it after the imports, before opening, MiB", ours["imported"], usual["imported"]),
        ("Peak memory with the embedding model loaded too, MiB", r["model_ours"]["peak"], r["model_usual"]["peak"]),
        ("Peak memory when built (without vectors), MiB", r["build_ours"]["peak"], r["build_usual"]["peak"]),
        ("Disk without Chroma, MiB", disk["ours"], disk["usual"]),
        ("Disk of Chroma, MiB", disk["our_chroma"], disk["usual_chroma"]),
    ]  # fmt: skip
    lines = ["| | ours | usual LangChain way | usual ÷ ours |", "|---|---:|---:|---:|"]
    for name, mine, theirs in rows:
        ratio = f"{theirs / mine:.1f}" if mine and theirs else "–"
        lines.append(f"| {name} | {_number(mine)} | {_number(theirs)} | {ratio} |")
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return (
        "–"
        if value is None
        else f"{value:,.0f}"
        if value >= 100
        else f"{value:.1f}"
        if value >= 10
        else f"{value:.2f}"
    )


def notes(r: dict[str, Result]) -> str:
    """What the table does not say: the parts of the opening, and questions with and without vectors."""
    ours, built = r["ask_ours"], r["build_ours"]
    kinds = {True: [], False: []}  # type: dict[bool, list[float]]
    for dense, ms in zip(ours["dense"], ours["retrieve"], strict=True):
        kinds[bool(dense)].append(ms)
    said = [
        f"- Built: catalogue {built['catalogue']:.1f} s, lexical index {built['lexical']:.1f} s.",
        f"- Opened: the index {ours['index']:.2f} s, the first question understood {ours['first_understand']:.2f} s "
        f"and retrieved {ours['first_retrieve']:.2f} s. The usual way: {r['ask_usual']['index']:.2f} s before its first.",
        f"- The embedding model takes {r['embed']['load']:.1f} s to load, in either way.",
    ]
    for dense, what in ((False, "by words alone"), (True, "by words and vectors")):
        if kinds[dense]:
            values = kinds[dense]
            said.append(
                f"- Ours, {len(values)} questions {what}: median {median(values):.1f} ms, p95 {p95(values):.1f} ms."
            )
    return "\n".join(said)


def limits(r: dict[str, Result]) -> str:
    """The limits, and whether they are kept."""
    ours = r["ask_ours"]
    rows = [
        ("Retrieve, median ms", median(ours["retrieve"]), LIMIT_MS),
        ("Understand and retrieve, median ms", median(map(sum, zip(ours["understand"], ours["retrieve"], strict=True))), LIMIT_MS),
        ("Filtered ÷ unfiltered, medians", median(r["filtered_ours"]["retrieve"]) / median(ours["retrieve"]), LIMIT_FILTERED),
        ("Open, s", ours["opening"], LIMIT_OPEN_S),
        ("Peak memory when asked, MiB", ours["peak"], LIMIT_MIB),
        ("Peak memory with the embedding model, MiB", r["model_ours"]["peak"], LIMIT_MIB),
    ]  # fmt: skip
    lines = ["| limit | measured | at most | |", "|---|---:|---:|---|"]
    lines += [f"| {n} | {_number(v)} | {_number(m)} | {'kept' if v <= m else 'missed'} |" for n, v, m in rows]
    faster = median(r["ask_usual"]["retrieve"]) / median(ours["retrieve"])
    lines.append(
        f"| Times as fast as the usual way | {_number(faster)} | at least {_number(LIMIT_USUAL)} | {'kept' if faster >= LIMIT_USUAL else 'missed'} |"
    )
    return "\n".join(lines)


def profile_table(rows: Sequence[tuple[str, float, float, float]]) -> str:
    """The profile, as Markdown."""
    lines = ["| function | calls | own ms | with what it calls, ms |", "|---|---:|---:|---:|"]
    lines += [
        f"| {name} | {calls:.1f} | {own:.2f} | {cumulative:.2f} |" for name, calls, own, cumulative in rows
    ]
    return "\n".join(lines)


def report(r: dict[str, Result], passages: int, questions: int) -> str:
    """Everything that is printed."""
    said = [
        f"{passages:,} passages, {r['build_ours']['words']:,.0f} words, {questions} questions, each in new "
        f"processes; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}.",
        table(r),
        notes(r),
    ]
    if passages >= LIMITS_AT:
        said.append(limits(r))
    if "profile" in r:
        said.append(profile_table(r["profile"]["rows"]))
    return "\n\n".join(said)
