"""What the tests share: a clean environment, an index of seeds/ built once, a fake Ollama, a tiny embedding model."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

# Before anything imports huggingface_hub, which reads it once.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"
if "PYTEST_XDIST_WORKER" in os.environ:  # one process a core: threads that share cores wait for each other
    os.environ.setdefault("OMP_NUM_THREADS", "1")
for _name in [n for n in os.environ if n.upper().startswith("RAG_")]:
    del os.environ[_name]

import pytest  # noqa: E402
from fake_ollama import FakeOllama  # noqa: E402
from filelock import FileLock  # noqa: E402
from support import SEEDS, settings_for  # noqa: E402

from rag.ingest import ingest  # noqa: E402
from rag.models import llm  # noqa: E402
from rag.settings import Settings  # noqa: E402
from rag.store.index import Index, open_index  # noqa: E402

DIMENSIONS = 32


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch):
    """A test that sets RAG_* sets it for itself alone; none inherits the developer's own, nor a proxy."""
    for name in list(os.environ):
        if name.upper().startswith("RAG_") or name.casefold().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session")
def seed_index(tmp_path_factory) -> Settings:
    """Settings with an index of seeds/, built once. Read it only: to write, take `own_index`."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # what the workers of one run share
    settings = settings_for(folder / "seeds" / "index")
    with FileLock(folder / "seeds.lock"):
        if not settings.index_dir.exists():
            ingest([SEEDS], settings)
    return settings


@pytest.fixture(scope="session")
def open_seeds(seed_index) -> Index:
    """The index of seeds/, open."""
    return open_index(seed_index)


@pytest.fixture
def own_index(seed_index, tmp_path) -> Settings:
    """A copy of the index of seeds/ that a test may change or damage."""
    folder = tmp_path / "index"
    shutil.copytree(seed_index.index_dir, folder)
    return settings_for(folder)


@pytest.fixture
def ollama(monkeypatch):
    """A fake Ollama server on this machine's own address that has the default model."""
    monkeypatch.setattr(llm, "_silent_until", {})
    with FakeOllama() as server:
        yield server


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory) -> Path:
    """A folder with an embedding model of random weights; its name says that it knows every language."""
    return make_tiny_model(tmp_path_factory.mktemp("one") / "multilingual-e5-tiny", seed=1)


@pytest.fixture(scope="session")
def other_tiny_model(tmp_path_factory) -> Path:
    """The same model by name, with other weights."""
    return make_tiny_model(tmp_path_factory.mktemp("two") / "multilingual-e5-tiny", seed=2)


@pytest.fixture(scope="session")
def make_cross_encoder(tmp_path_factory, tiny_model):
    """Make a folder with a cross-encoder of random weights and labels of one's own."""

    def make(*labels: str, seed: int = 3) -> Path:
        import torch
        from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

        folder = tmp_path_factory.mktemp("cross-encoder") / "tiny"
        tokenizer = AutoTokenizer.from_pretrained(tiny_model)
        tokenizer.save_pretrained(folder)
        torch.manual_seed(seed)
        config = BertConfig(
            vocab_size=len(tokenizer), hidden_size=DIMENSIONS, num_hidden_layers=1, num_attention_heads=2,
            intermediate_size=64, max_position_embeddings=128, num_labels=len(labels), id2label=dict(enumerate(labels)),
        )  # fmt: skip
        BertForSequenceClassification(config).save_pretrained(folder)
        return folder

    return make


def make_tiny_model(folder: Path, seed: int) -> Path:
    """A BERT of one layer with a vocabulary of single letters, as sentence-transformers saves it."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,:;?!'\"()-«»=/"
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary = {token: i for i, token in enumerate([*special, *letters, *(f"##{c}" for c in letters)])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))  # noqa: S106
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    named = {
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "mask_token": "[MASK]",
    }
    parts = folder.parent / "parts"
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=128, **named).save_pretrained(parts)
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=DIMENSIONS, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=128,
    )  # fmt: skip
    BertModel(config).save_pretrained(parts, safe_serialization=True)
    body = Transformer(str(parts), max_seq_length=128)
    SentenceTransformer(modules=[body, Pooling(DIMENSIONS)], device="cpu").save(
        str(folder), safe_serialization=True
    )
    return folder
