"""The server that the tests use speaks Ollama's protocol: Ollama's own client understands it."""

import httpx
import ollama as client
import pytest
from fake_ollama import MODEL, Chat


@pytest.fixture
def real(ollama):
    with client.Client(host=ollama.url, trust_env=False) as made:
        yield made


def ask(real, **options):
    return real.chat(MODEL, [{"role": "user", "content": "Wat zegt de minister?"}], **options)


def test_models_are_listed_and_shown(real):
    assert [m.model for m in real.list().models] == [MODEL]
    assert "completion" in real.show(MODEL).capabilities


def test_version_is_told(ollama):
    assert httpx.get(f"{ollama.url}/api/version", trust_env=False).json()["version"]


def test_answer_comes_whole_or_in_pieces_with_its_counts_and_thoughts_apart(real, ollama):
    ollama.enqueue(Chat("De minister zegt niets, en dat is een lang verhaal.", thinking="Hm."), to="")
    ollama.enqueue(Chat("De minister zegt niets, en dat is een lang verhaal.", thinking="Hm."), to="")
    whole, pieces = ask(real), list(ask(real, stream=True))
    assert "".join(p.message.content for p in pieces) == whole.message.content
    assert whole.message.thinking == pieces[0].message.thinking == "Hm."
    for last in (whole, pieces[-1]):
        assert (last.done, last.done_reason, last.prompt_eval_count > 0) == (True, "stop", True)


def test_format_and_options_arrive(real, ollama):
    schema = {"title": "x", "type": "object"}
    ask(real, format=schema, options={"num_ctx": 2048}, think=False)
    (request,) = ollama.asked("x")
    assert (request["format"], request["options"], request["think"]) == (schema, {"num_ctx": 2048}, False)


@pytest.mark.parametrize(
    ("chat", "status"), [(Chat(status=503), 503), (Chat("x", error_after=0), -1), (Chat(status=500), 500)]
)
def test_error_is_an_error_of_the_client(real, ollama, chat, status):
    ollama.enqueue(chat, to="")
    with pytest.raises(client.ResponseError) as caught:
        list(ask(real, stream=True))
    assert caught.value.status_code == status


def test_unknown_model_is_a_404(real):
    with pytest.raises(client.ResponseError) as caught:
        real.chat("nergens", [])
    assert caught.value.status_code == 404


def test_connection_that_breaks_off_is_noticed(real, ollama):
    ollama.enqueue(Chat("x" * 200, cut_after=2), to="")
    with pytest.raises(httpx.RemoteProtocolError):
        list(ask(real, stream=True))
