"""What tests import by name; fixtures stand in conftest.py."""

from pathlib import Path

from rag.settings import Settings, load_settings

SEEDS = Path(__file__).parent.parent / "seeds"


def settings_for(index_dir: Path, **overrides) -> Settings:
    """Settings of an index folder: no .env, no language model unless one is named."""
    return load_settings(**{"_env_file": None, "index_dir": index_dir, "llm": "none", **overrides})
