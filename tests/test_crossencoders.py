"""A reranker and an entailment model: named alike, checked alike, on the receipt alike."""

import io
import shutil

import pytest
from answering import ASKED, assert_exact, assert_quotes_mode, said, with_model
from fake_replies import cite
from rich.console import Console
from support import settings_for

from rag.assistant import Assistant
from rag.doctor import examine
from rag.errors import ModelError
from rag.models.crossencoders import Entailment, load_entailment, load_reranker, pair_models, receipt_digest
from rag.pull import pull

GOOD = "The Netherlands supports the FFM indirectly through Justice Rapid Response."


@pytest.fixture(scope="session")
def entailing(make_cross_encoder):
    """An entailment model, and one whose label for entailment stands where the first's contradiction stands."""
    return make_cross_encoder("contradiction", "ENTAILMENT", "neutral")


def biased(folder, tmp_path, label):
    """The same model, made to say one label whatever it reads."""
    from transformers import AutoModelForSequenceClassification

    copy = shutil.copytree(folder, tmp_path / f"biased-{label}")
    model = AutoModelForSequenceClassification.from_pretrained(copy)
    model.classifier.weight.data.zero_()
    model.classifier.bias.data.zero_()
    model.classifier.bias.data[label] = 9.0
    model.save_pretrained(copy)
    return copy


def entails(folder):
    return load_entailment(settings_for("index", entailment_model=str(folder)))


@pytest.mark.parametrize(("label", "passes"), [(0, False), (1, True), (2, False)])
def test_statement_stands_only_where_the_models_label_for_entailment_wins(entailing, tmp_path, label, passes):
    """The labels of such models stand in any order: the place says nothing, the name does."""
    check = entails(biased(entailing, tmp_path, label)).check("Nederland steunt de FFM.", GOOD)
    assert (check.name, check.passed) == ("entailment", passes)
    assert bool(check.detail) != passes


def test_model_with_one_output_gives_a_probability(make_cross_encoder):
    check = entails(make_cross_encoder("score")).check("Nederland steunt de FFM.", GOOD)
    assert check.name == "entailment"


def test_each_statement_of_a_model_is_checked_and_what_does_not_follow_is_left_out(
    seed_index, ollama, open_seeds, entailing, tmp_path
):
    for label, stands in ((1, True), (0, False)):
        settings = with_model(seed_index, ollama, entailment_model=str(biased(entailing, tmp_path, label)))
        ollama.enqueue(cite("Justice Rapid Response", GOOD))
        answer = Assistant(settings).ask(ASKED)
        if stands:
            assert GOOD in said(answer)
            assert [c.name for c in answer.statements[0].checks][-1] == "entailment"
            assert_exact(answer, open_seeds)
        else:
            assert_quotes_mode(answer, open_seeds, "none of its statements")


def test_quotation_needs_no_entailment(seed_index, entailing):
    settings = seed_index.model_copy(update={"entailment_model": str(entailing)})
    assert all(s.checks == () for s in Assistant(settings).ask(ASKED).statements)


def test_model_without_a_label_for_entailment_is_told(make_cross_encoder):
    with pytest.raises(
        ModelError, match=r"labels positive, negative; one must be «entailment».*RAG_ENTAILMENT_MODEL"
    ):
        entails(make_cross_encoder("positive", "negative"))


@pytest.mark.parametrize("setting", ["reranker_model", "entailment_model"])
@pytest.mark.parametrize("wanted", ["/nergens/model", "./nergens", "~/nergens-model"])
def test_folder_that_is_not_there_is_told_with_its_setting(setting, wanted):
    with pytest.raises(ModelError, match=rf"RAG_{setting.upper()}: there is no folder «"):
        pair_models(settings_for("index", **{setting: wanted}))


@pytest.mark.parametrize(
    ("setting", "load"), [("reranker_model", load_reranker), ("entailment_model", load_entailment)]
)
def test_hub_name_without_a_network_is_told_with_what_to_do(setting, load):
    with pytest.raises(
        ModelError, match=rf"«example/none» cannot be loaded.*Mend or empty RAG_{setting.upper()}"
    ):
        load(settings_for("index", **{setting: "example/none"}))


def test_folder_without_safetensors_is_refused_before_anything_is_loaded(tmp_path):
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04cos\nsystem\n.")
    with pytest.raises(ModelError, match=r"no \.safetensors file.*run code"):
        pair_models(settings_for("index", entailment_model=str(tmp_path)))


def test_receipt_says_which_models_an_answer_was_made_with(
    seed_index, make_cross_encoder, entailing, open_seeds
):
    """An answer that another reranker or entailment model gave has another receipt; without either it is the index's."""
    reranker = make_cross_encoder("relevance")
    other = make_cross_encoder("relevance", seed=4)
    named = [
        {},
        {"reranker_model": str(reranker)},
        {"reranker_model": str(other)},
        {"entailment_model": str(entailing)},
    ]
    settings = [seed_index.model_copy(update=n) for n in named]
    receipts = [Assistant(s).ask(ASKED).receipt.index for s in settings]
    assert receipts == [receipt_digest(open_seeds.digest, s) for s in settings]
    assert receipts[0] == open_seeds.digest
    assert len(set(receipts)) == len(receipts)


def test_doctor_shows_each_with_its_digest(seed_index, entailing):
    found = {f.what: f for f in examine(seed_index)}
    assert "entailment model" not in found
    settings = seed_index.model_copy(
        update={"entailment_model": str(entailing), "reranker_model": "./nergens"}
    )
    found = {f.what: f for f in examine(settings)}
    assert found["reranker"].status == "problem"
    (model,) = pair_models(settings_for("index", entailment_model=str(entailing)))
    assert found["entailment model"].status == "ok"
    assert f"tiny, digest {model.digest[:16]}" in found["entailment model"].detail


def test_pull_looks_at_them_too(tmp_path, entailing):
    out = io.StringIO()
    settings = settings_for(tmp_path / "index", entailment_model=str(entailing))
    pull(settings, Console(file=out, width=200))
    assert "Entailment model: tiny is there." in out.getvalue()


def test_many_threads_may_check_at_once(entailing):
    """Older tokenizers fail with "Already borrowed" where two threads share one; every question shares this."""
    from concurrent.futures import ThreadPoolExecutor

    model = entails(entailing)
    assert isinstance(model, Entailment)
    with ThreadPoolExecutor(8) as threads:
        checks = list(threads.map(lambda n: model.check("Nederland steunt de FFM. " * n, GOOD), range(1, 40)))
    assert {c.name for c in checks} == {"entailment"}
