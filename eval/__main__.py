"""`python -m eval`: asks, scores, prints a table, and exits 1 where a score fell below the baseline.

python -m eval [--gold FILE] [--out FILE.jsonl] [--mode quotes|llm] [--baseline FILE] [--report FILE.md] …
python -m eval compare A.jsonl B.jsonl     what got better and worse, question by question, with a paired test
python -m eval rescore FILE.jsonl …        scores of kept answers, without asking; several files side by side
python -m eval models NAME …               asks several language models and shows them side by side
python -m eval candidates                  what readers thought of answers, as draft gold lines
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from eval import commands
from rag.errors import KamerbronError

COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "compare": commands.compare_files,
    "rescore": commands.rescore,
    "models": commands.models,
    "candidates": commands.candidates,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evaluation, or one of the commands about it; the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in COMMANDS:
        return COMMANDS[given[0]](given[1:])
    return commands.run(given)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KamerbronError as error:
        print(f"eval: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
