"""Every message that a reader of the app can be shown, as the code raises it: read out of the source, slots filled."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from app_driver import ROOT

from rag import errors

RAG = ROOT / "rag"
# What only somebody at a command line meets.
ELSEWHERE = {"cli.py", "fetch", "pull.py", "serve.py", "filters.py", "terminal.py", "glossary.py"}
ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type)} - {"GoldError", "FetchError"}
TELLING = {"_unwanted": "reason", "_mismatch": "StoreError"}  # functions that return a message
# What code puts into a slot where it is words of its own, by the name of the expression.
WORDS = {
    "what": ["characters that turn its direction", "«aаa», in letters of two alphabets"],
    "done": ["left out", "kept"],
    "_scan_advice(extract, limits)": [
        "", ": its pages are scans, and RAG_OCR says «none»",
        ": its pages are scans. Install Tesseract with Dutch (tesseract-ocr, tesseract-ocr-nld) and read it again",
    ],
    "said": ["The index was built by another version of the splitter or the word lists."],
    "REMEDY": ["Run `rag ingest --rebuild` with your documents."],
    "MANIFEST": ["manifest.toml"],
    "model.what": ["reranker"],
}  # fmt: skip


def raised() -> Iterator[tuple[str, str, str]]:
    """Each message with where it stands and the kind of its error."""
    for path in sorted(RAG.rglob("*.py")):
        if ELSEWHERE & set(path.relative_to(RAG).parts):
            continue
        where = str(path.relative_to(ROOT))
        for kind, node in _messages(ast.parse(path.read_text(encoding="utf-8")), where):
            for message in _filled(node):
                if re.search("[a-z]{3}", message.replace("xxx", "")):
                    yield where, _as_shown(where, kind, message), kind


def _as_shown(where: str, kind: str, message: str) -> str:
    """A message with what whoever catches it puts before it."""
    if kind == "reason":
        return f"xxx: xxx: {message}."
    if kind == "_wrong":
        return f"xxx, line 3: {message}."
    named = where.endswith(("read/__init__.py", "read/archive.py", "read/worker.py")) and message.startswith(
        "xxx"
    )
    return (
        f"xxx: {message}"
        if where.startswith("rag/read/") and kind == "DocumentError" and not named
        else message
    )


def _messages(tree: ast.AST, where: str) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _called(node, where)
        elif isinstance(node, ast.FunctionDef) and node.name in TELLING:
            yield from ((TELLING[node.name], c) for c in _sentences(node))
        elif isinstance(node, ast.Dict) and where.endswith("worker.py"):
            pairs = zip(node.keys, node.values, strict=True)
            yield from (
                ("DocumentError", v) for k, v in pairs if isinstance(k, ast.Constant) and k.value == "error"
            )
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("why", "remarks"):
            kind = "reason" if where.endswith("archive.py") else "remark"
            yield from ((kind, c) for c in _sentences(node.value))


def _called(node: ast.Call, where: str) -> Iterator[tuple[str, ast.expr]]:
    """What a call says: an error's message, a remark, the reason of a refusal."""
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if name in ERRORS and node.args:
        if not (name == "ManifestError" and "{what}" in ast.unparse(node)):  # told by what `_wrong` is given
            yield name, node.args[0]
    elif name == "_wrong" and where.endswith("manifest.py"):
        yield "_wrong", node.args[3]
    elif name == "Line":
        yield from (("DocumentError", k.value) for k in node.keywords if k.arg == "why")
    elif name == "append" and ("remarks" in ast.unparse(node.func) or where.endswith("clean.py")):
        yield "remark", node.args[0]
    elif name == "append" and where.endswith("archive.py") and isinstance(node.args[0], ast.Tuple):
        yield from (("reason", c) for c in _sentences(node.args[0].elts[1]))


def _sentences(node: ast.AST) -> Iterator[ast.expr]:
    """The texts in a piece of code that are words for a person, docstrings left out."""
    if isinstance(node, (ast.Constant, ast.JoinedStr)):
        if len(next(_filled(node)).split()) > 2:
            yield node
        return
    body = node.body[1:] if isinstance(node, ast.FunctionDef) else ast.iter_child_nodes(node)
    for child in body:
        yield from _sentences(child)


def _filled(node: ast.expr) -> Iterator[str]:
    """A message with its slots filled, in every way that the code fills them with words of its own."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        texts = [""]
        for n, part in enumerate(node.values):
            texts = [text + value for text in texts for value in _values(part, node.values[n + 1 :])]
        yield from texts
    elif isinstance(node, ast.BinOp):
        yield from (a + b for a in _filled(node.left) for b in _filled(node.right))


def _values(part: ast.expr, rest: list[ast.expr]) -> list[str]:
    if isinstance(part, ast.Constant):
        return [str(part.value)]
    said = ast.unparse(part.value)  # type: ignore[attr-defined]
    if said in WORDS:
        return WORDS[said]
    begins = rest and isinstance(rest[0], ast.Constant) and re.match(r" (?!MB)[A-Z`]", str(rest[0].value))
    return ["xxx." if begins else "xxx"]
