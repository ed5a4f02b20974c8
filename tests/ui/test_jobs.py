"""Work on the index goes on in a process of its own; questions do not wait for it, and it is told how it ended."""

import threading

import pytest
from test_library import NOTE

from rag.assistant import Assistant
from rag.types import Description
from rag.ui.jobs import Jobs


@pytest.fixture
def jobs(own_index, tmp_path):
    made = Jobs(own_index.model_copy(update={"documents_dir": tmp_path / "documents"}))
    yield made
    made._pool.shutdown(wait=True)


def finished(*jobs_done):
    """Wait for jobs, on what they themselves say."""
    waited = threading.Event()
    while not all(job.over for job in jobs_done):
        waited.wait(0.02)
    return jobs_done[-1]


def test_document_is_added_described_and_removed_in_turn_while_questions_go_on(jobs):
    assistant = Assistant(jobs.settings)
    added = jobs.add({"nota.txt": NOTE.encode(), "fout.txt": b"\0"}, replace=False)
    described = jobs.describe("nota.txt", Description("Nota", "motie", role="government"))
    asked, pause = 0, threading.Event()
    while not described.over:
        assert assistant.ask("Met hoeveel euro steunt Nederland het OHCHR-kantoor in Soedan?").citations
        asked += 1
        pause.wait(0.05)
    assert asked > 3
    assert {line.name: line.verdict for line in added.lines} == {"nota.txt": "new", "fout.txt": "refused"}
    assert assistant.index.descriptions["nota.txt"].title == "Nota"
    assert "negen miljoen" in assistant.ask("Wat kost de zeppelin?").statements[0].text
    assert finished(jobs.remove("nota.txt")).state == "done"
    assert "nota.txt" not in assistant.index.descriptions
    assert not [p for p in jobs.settings.documents_dir.iterdir() if p.name.startswith(".incoming")]


def test_failure_is_told_and_the_next_job_goes_on(jobs):
    failed = jobs.remove("nergens.txt")
    added = jobs.add({"nota.txt": NOTE.encode()}, replace=False)
    finished(failed, added)
    assert failed.state == "failed" and "There is no document «nergens.txt»" in failed.error
    assert added.state == "done" and jobs.busy() == []
