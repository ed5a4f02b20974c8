"""Which passages are found, in what order, and what may not decide it."""

from dataclasses import replace

import pytest
from langchain_huggingface import HuggingFaceEmbeddings
from support import SEEDS, settings_for

from rag.assistant import Assistant
from rag.errors import ModelError, StoreError
from rag.filters import Filters
from rag.ingest import ingest
from rag.question import understand
from rag.retrieve import dense_votes
from rag.store.index import open_index
from rag.words import gloss

MONEY = "Hoeveel geld geeft Nederland aan vrouwenrechten en vrede?"
ASKED = "what did NL commit on the Sudan FFM?"
NOWHERE = "qwrtz plfgh xkcdq"
LETTER, PAPER, ANSWERS = "001_80a0d9e6f9fe5fe5.txt", "004_a2945cad5b9f8048.txt", "003_1e5aa7dd66f4054b.txt"


@pytest.fixture(scope="session")
def dense_settings(tmp_path_factory, tiny_model):
    """An index of seeds/ whose embedding model says that it knows Dutch, so that both halves find."""
    settings = settings_for(tmp_path_factory.mktemp("dense") / "index", embedding_model=str(tiny_model))
    ingest([SEEDS], settings)
    return settings


@pytest.fixture(scope="session")
def dense(dense_settings):
    return Assistant(dense_settings)


@pytest.fixture(scope="session")
def lexical(seed_index):
    return Assistant(seed_index)


def passages(assistant, question, k=10, **filters):
    return assistant.search(question, k, Filters(**filters))[1].passages


def test_passage_that_answers_comes_first(lexical):
    firsts = [f.passage for f in passages(lexical, ASKED, 5)]
    texts = [lexical.index.text(p.document)[p.start : p.end] for p in firsts]
    assert "FFM" in texts[0]
    assert any("Justice Rapid Response" in t for t in texts)


def test_same_question_gives_the_same_list(lexical, seed_index):
    assert passages(lexical, MONEY) == passages(Assistant(seed_index), MONEY)


def test_scores_fall_and_no_passage_stands_twice(lexical, dense):
    for assistant in (lexical, dense):
        found = passages(assistant, MONEY, 40)
        assert len({f.passage.id for f in found}) == len(found)
        firsts = [f.score for f in passages(assistant, MONEY, 5, documents=frozenset({PAPER}))]
        assert firsts == sorted(firsts, reverse=True)


def test_k_is_the_most_that_comes_back(lexical):
    assert [len(passages(lexical, MONEY, k)) for k in (1, 3, 25)] == [1, 3, 25]


def test_question_of_words_that_occur_nowhere_is_refused_and_shown_what_is_nearest(lexical):
    assert all(f.matched == () for f in passages(lexical, NOWHERE))
    answer = lexical.ask(NOWHERE)
    assert answer.status == "refused"
    assert answer.passages


# -- the embedding model's vote -----------------------------------------------------------------------------------


@pytest.fixture
def given(monkeypatch):
    """The texts that an embedding model is given, of passages and of questions."""
    texts = []
    real = HuggingFaceEmbeddings.embed_documents, HuggingFaceEmbeddings.embed_query

    def documents(self, batch):
        texts.extend(batch)
        return real[0](self, batch)

    def query(self, text):
        texts.append(text)
        return real[1](self, text)

    monkeypatch.setattr(HuggingFaceEmbeddings, "embed_documents", documents)
    monkeypatch.setattr(HuggingFaceEmbeddings, "embed_query", query)
    return texts


def test_english_model_is_never_given_dutch(tmp_path, given):
    """An English model makes a search worse with vectors of words it cannot read (FACTS in docs/retrieval.md)."""
    (tmp_path / "dutch.md").write_text("De vrouwen vragen de minister om geld.\n", encoding="utf-8")
    settings = settings_for(tmp_path / "index")
    ingest([tmp_path], settings)
    Assistant(settings).ask("Hoeveel geld geeft de minister aan vrouwen?")
    assert len(given) == 2
    assert not any(word in text.split() for text in given for word in ("de", "De", "vrouwen", "geld", "om"))
    assert all("money" in text and "women" in text for text in given)


def test_model_of_every_language_is_given_the_text_as_it_stands(tmp_path, tiny_model, given):
    (tmp_path / "dutch.md").write_text("De vrouwen vragen de minister om geld.\n", encoding="utf-8")
    ingest([tmp_path], settings_for(tmp_path / "index", embedding_model=str(tiny_model)))
    assert given
    assert all("De vrouwen vragen de minister om geld." in text for text in given)


def test_gloss_finds_what_is_said_in_other_words(tmp_path):
    """No word of the question, and no synonym that the word lists know, stands in the passage that answers."""
    (tmp_path / "a.md").write_text("De kat sliep de hele middag op de vensterbank.\n", encoding="utf-8")
    (tmp_path / "b.md").write_text("Het schip voer met volle lading de haven uit.\n", encoding="utf-8")
    (tmp_path / "c.md").write_text("De rechter sprak de verdachte vrij.\n", encoding="utf-8")
    settings = settings_for(tmp_path / "index")
    ingest([tmp_path], settings)
    assistant = Assistant(settings)
    for question, document in (("Which pet was dozing?", "a.md"), ("Welk huisdier lag te dutten?", "a.md")):
        assert passages(assistant, question)[0].passage.document == document


def test_model_that_knows_dutch_votes_for_a_dutch_question(dense):
    """Nothing lexical speaks for these passages: what is found, the vectors found."""
    assert dense_votes(dense.index, understand(MONEY))
    found = passages(dense, NOWHERE)
    assert found
    assert all(f.matched == () for f in found)


def test_vote_changes_the_order_but_loses_no_lexical_find(lexical, dense):
    ours = {f.passage.id for f in passages(lexical, MONEY, 20)}
    theirs = [f.passage.id for f in passages(dense, MONEY, 100)]
    assert ours <= set(theirs)
    assert [f.passage.id for f in passages(lexical, MONEY, 20)] != theirs[:20]


def test_model_that_reads_neither_language_has_no_vote(dense_settings):
    frisian = settings_for(
        dense_settings.index_dir, embedding_model=dense_settings.embedding_model, embedding_languages="fy"
    )
    assert passages(Assistant(frisian), NOWHERE) == ()
    assert not dense_votes(Assistant(frisian).index, understand(MONEY))


def test_other_gloss_is_another_index(seed_index, monkeypatch):
    """Vectors of texts that were put into English with another list do not fit a question put so with this one."""
    monkeypatch.setattr(gloss, "digest", lambda: "another")
    with pytest.raises(StoreError, match="rag ingest"):
        open_index(seed_index)


# -- filters ------------------------------------------------------------------------------------------------------

BY_DOCUMENT = [
    ({"documents": frozenset({LETTER})}, {LETTER}),
    ({"kinds": frozenset({"kamervragen", "letter"})}, {LETTER, ANSWERS}),
    ({"senders": frozenset({"wo=men"})}, {LETTER, PAPER}),
    ({"since": "2018-01-01"}, {LETTER, ANSWERS}),
    ({"since": "2018-04-20", "until": "2018-04-20"}, {ANSWERS}),
    ({"until": "2020-01-01"}, {ANSWERS}),
    ({"since": "2018-01-01", "kinds": frozenset({"letter"})}, {LETTER}),
]


@pytest.mark.parametrize(("filters", "allowed"), BY_DOCUMENT, ids=[" ".join(f) for f, _ in BY_DOCUMENT])
@pytest.mark.parametrize("question", [MONEY, NOWHERE], ids=["words", "vectors only"])
def test_filters_reach_both_halves(dense, filters, allowed, question):
    found = passages(dense, question, 40, **filters)
    assert {f.passage.document for f in found} == allowed


@pytest.mark.parametrize("role", ["government", "parliament", "civil_society"])
@pytest.mark.parametrize("question", [MONEY, NOWHERE], ids=["words", "vectors only"])
def test_role_filter_reaches_both_halves(dense, role, question):
    found = passages(dense, question, 40, roles=frozenset({role}))
    assert all(any(s.role == role for s in f.passage.sentences) for f in found)


def test_document_without_a_date_is_not_shown_where_a_date_is_asked_for(lexical):
    assert {f.passage.document[:3] for f in passages(lexical, ASKED, 40, since="1900-01-01")} <= {
        "001",
        "003",
    }


@pytest.mark.parametrize(
    "filters",
    [{"documents": frozenset({"nergens.txt"})}, {"since": "2090-01-01"}, {"dossiers": frozenset({"99999"})}],
    ids=["document", "date", "dossier"],
)
def test_filters_that_let_nothing_through_find_nothing(lexical, filters):
    assert passages(lexical, MONEY, **filters) == ()


@pytest.mark.parametrize(
    "filters", [{"documents": frozenset({"nergens.txt"})}, {"since": "2090-01-01"}], ids=["document", "date"]
)
def test_filters_that_let_nothing_through_find_nothing_with_vectors_too(dense, filters):
    assert passages(dense, MONEY, **filters) == ()


# -- one document among others ------------------------------------------------------------------------------------


def test_one_document_cannot_fill_the_list(lexical, dense):
    for assistant in (lexical, dense):
        for question in (MONEY, "vrouwen vrede veiligheid gender"):
            found = passages(assistant, question, 10)
            documents = [f.passage.document for f in found]
            assert len(documents) == 10
            assert max(map(documents.count, documents)) <= 6


def test_one_document_may_fill_the_list_where_it_is_alone(lexical):
    assert len(passages(lexical, MONEY, 10, documents=frozenset({PAPER}))) == 10


# -- a reranker ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def tiny_reranker(make_cross_encoder):
    return make_cross_encoder("relevance")


def test_reranker_orders_what_was_found_and_adds_nothing(seed_index, lexical, tiny_reranker):
    settings = seed_index.model_copy(update={"reranker_model": str(tiny_reranker)})
    before, after = passages(lexical, ASKED, 40), passages(Assistant(settings), ASKED, 40)
    assert {f.passage.id for f in after} == {f.passage.id for f in before}
    assert [f.passage.id for f in after] != [f.passage.id for f in before]
    assert [replace(f, score=0) for f in after] == [
        replace(f, score=0) for f in passages(Assistant(settings), ASKED, 40)
    ]


def test_reranker_that_is_not_there_is_told_with_its_setting(seed_index, tmp_path):
    settings = seed_index.model_copy(update={"reranker_model": str(tmp_path / "nergens")})
    with pytest.raises(ModelError, match="RAG_RERANKER_MODEL"):
        Assistant(settings).ask(ASKED)
