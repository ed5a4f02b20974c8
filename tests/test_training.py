"""The material that the sentence encoder is trained on, and that a step of training teaches."""

import json
import platform
import random
import re
import sys
from dataclasses import replace

import pytest

from rag.models import e5
from rag.models.e5_file import WeightsFile, packaged_file, tokenizer
from rag.similarity import as_asked
from training.material import FOLDER, HEAVIEST, Asked, form_weights, read_examples

FILES = sorted(FOLDER.glob("*.jsonl"))
GOLD = re.compile(
    r"seksueel geweld|sexual violence|1325|vrede en veiligheid|peace and security|\bWPS\b|\bFFM\b",
    re.IGNORECASE,
)
PASSAGE = {
    "heading": "Bossen",
    "sentences": ["Er komt 5 miljoen euro voor bomen.", "De motie is verworpen."],
    "questions": [
        {"lang": "nl", "q": "Wat kost het?", "a": [0]},
        {"lang": "en", "q": "Who planted them?", "a": []},
    ],
}


def written(folder, **changes):
    file = folder / "made.jsonl"
    file.write_text(json.dumps(PASSAGE | changes), encoding="utf-8")
    return [file]


def test_a_passage_is_read_with_its_questions(tmp_path):
    (example,) = read_examples(written(tmp_path))
    assert example.as_read()[1] == "Bossen: De motie is verworpen."
    assert example.in_context()[1] == "Bossen: Er komt 5 miljoen euro voor bomen. De motie is verworpen."
    assert [q.answers for q in example.questions] == [(0,), ()]


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        (
            {"questions": [{"lang": "nl", "q": "Wat?", "a": [2]}]},
            "«Wat\\?» is answered by a sentence that is not there",
        ),
        ({"questions": [{"lang": "de", "q": "Was?", "a": [0]}]}, "«Was\\?» is in de"),
        ({"sentences": "Eén tekst."}, "are lists"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, changes, what):
    with pytest.raises(ValueError, match=rf"made\.jsonl, line 1: .*{what}"):
        read_examples(written(tmp_path, **changes))


def test_nothing_is_trained_on_what_is_measured():
    """The gold questions are about one subject; who trains on that subject no longer measures what others will get."""
    examples = read_examples(FILES)
    texts = [text for e in examples for text in (*e.as_read(), *(q.text for q in e.questions))]
    assert [t for t in texts if GOLD.search(t)] == []
    assert len({e.sentences for e in examples}) == len(examples) > 200


def test_passages_are_trained_on_beside_those_of_their_subject():
    """Sentences of other subjects are told apart by their subject, which teaches nothing of which sentence answers."""
    from training.encoder import BATCH, Tokens, batches

    material = [Tokens(subject, ((n,),), (), (), ()) for subject in "abc" for n in range(2 * BATCH + 1)]
    made = batches(material, random.Random(1))  # noqa: S311
    assert sorted(map(repr, (t for batch in made for t in batch))) == sorted(map(repr, material))
    assert max(map(len, made)) <= BATCH
    mixed = [batch for batch in made if len({t.subject for t in batch}) > 1]
    assert [len(batch) for batch in mixed] == [3]


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("Hoeveel geld gaat er naar de haven?", "number nl"),
        ("what does shore power cost", "number en"),
        ("In which city is the centre?", "which en"),
        ("Waarvoor is het fonds?", "where nl"),
        ("Is the treaty in force?", "whether en"),
        ("voorzitter commissie havens", "words nl"),
    ],
)
def test_form_of_a_question(question, form):
    assert Asked(question, form[-2:], ()).form == form


def test_the_form_of_a_question_tells_nothing_of_whether_it_is_answered():
    """Six of ten invented questions without an answer began with "how many": a net that learns so refuses whoever asks for an amount."""
    asked = [Asked("Hoeveel?", "nl", a) for a in ((), (), (), (1,))] + [Asked("Where?", "en", (1,))] * 20
    weight = form_weights(asked)
    assert 3 * weight["number nl", False] == pytest.approx(weight["number nl", True])
    assert weight["where en", True] == 0.5
    rare = form_weights([*asked, Asked("Where?", "en", ())])
    assert rare["where en", False] == HEAVIEST


WEIGHTS = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="the published weights are installed on Linux x86-64 only",
)


# Enough to learn from, in seconds: a step takes one second where the processor is slow and other tests run beside it.
FEW = [replace(e, questions=e.questions[:6]) for e in read_examples(FILES[:1])[:3]]


@WEIGHTS
def test_training_the_encoder_teaches():
    """A loss that stands still means that nothing reaches the weights, or that they are not what is written."""
    import torch

    from training.encoder import Student, tokenised, train

    torch.manual_seed(1)
    file = WeightsFile(packaged_file())
    student = Student(file)
    losses = list(train(student, tokenised(file, FEW), epochs=5))
    assert losses[-1] < losses[0] - 0.1
    assert any(matrix.any() for name, matrix in student.net.learned().items() if name.endswith(".up"))


@WEIGHTS
def test_training_the_cross_encoder_teaches():
    import torch

    from training.cross_encoder import Drawn, Reader, train

    torch.manual_seed(1)
    file = WeightsFile(packaged_file())
    reader = Reader(file)
    reader.take(e5.learned(e5.CROSS_ENCODER))
    losses = list(train(reader, Drawn(file, FEW), epochs=4))
    assert losses[-1] < losses[0] - 0.05


def test_further_training_goes_halfway():
    """Half-precision sums of large weights would be infinite, and a file in full precision twice as large."""
    import numpy as np

    from training.cross_encoder import halfway

    begun, ended = {"head.w": np.array([40960.0], "f4")}, {"head.w": np.array([57344.0], "f2")}
    (half,) = halfway(begun, ended).values()
    assert half == [49152] and half.dtype == np.float16


@WEIGHTS
def test_pairs_are_near_misses_and_every_question_counts():
    """An easy pair teaches nothing: the sentence that does not answer is the one the encoder would have shown."""
    from training.cross_encoder import Drawn

    file, examples = WeightsFile(packaged_file()), read_examples(FILES[:1])[:6]
    asked = [q for e in examples for q in e.questions]
    pairs = Drawn(file, examples).pairs(random.Random(1))  # noqa: S311
    assert sum(p.answers for p in pairs) == sum(bool(q.answers) for q in asked)
    assert len(asked) < len(pairs) < 2 * len(asked)
    read = tokenizer(file)
    for question in (q for q in asked if q.answers):
        begins = [*read.encode(as_asked(question.text)).ids, file.eos]
        of_it = [p for p in pairs if p.ids[: len(begins)] == begins]
        assert [p.answers for p in of_it] in ([True], [True, False])
