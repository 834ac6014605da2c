"""The enhanced picture in a study: its protocol decides, and without a word of it nothing is there."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from reader_study.models import Assignment, ReadingSession
from reader_study.protocol_body import completed
from reader_study.services.next_assignment import next_assignment
from reader_study.services.open_session import open_session
from reader_study.services.people import add_member
from reader_study.services.vote_truth import prepare_truths
from tests.reader_study.studies.study_factory import MadeStudy, crossed_body, make_study, opened
from tests.webapp.archive.dicom_files import chest_dicom
from tests.webapp.viewer.case_factory import make_user
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Project

pytestmark = pytest.mark.django_db
REFUSED = (400, "The protocol of this study does not allow the enhanced picture.")


@pytest.fixture
def folders(tmp_path: Path, settings: LazySettings) -> None:
    for name in ("STORE_DIR", "QUARANTINE_DIR", "INCOMING_DIR", "FRAME_CACHE_DIR"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        setattr(settings, name, folder)
    settings.FILE_UPLOAD_TEMP_DIR = settings.INCOMING_DIR


def reading(**plan: Any) -> tuple[MadeStudy, Assignment]:
    """A study with one case of a real file, opened by its reader."""
    image = ingest_file([chest_dicom()], Sender(Project.default(), None, "upload")).image
    assert image is not None
    made = opened(make_study(crossed_body(reading={"marks": ["box"], **plan}), images=[image], readers=1))
    reader = made.readers[0]
    open_session(reader, ReadingSession.objects.filter(reader__user=reader).order_by("ordinal")[0])
    found = next_assignment(reader, made.study, "t").assignment
    assert found
    return made, found


def asked(made: MadeStudy, user: Any, path: str) -> tuple[list[tuple[int, str]], dict[str, Any]]:
    """What header and frame answer, and the form of the reader's case."""
    client = Client()
    client.force_login(user)
    base = f"/api/studies/{made.study.pk}/{path}"
    answers = [client.get(f"{base}/{part}/?voi=enhanced") for part in ("header", "frame")]
    texts = [
        answer.json().get("text", "") if answer["Content-Type"] == "application/json" else "" for answer in answers
    ]
    document = client.get(f"{base}/").json() if path.startswith("assignments") else {}
    return [(answer.status_code, text) for answer, text in zip(answers, texts, strict=True)], document.get("form", {})


@pytest.mark.parametrize("plan", [{}, {"enhanced": None}, {"enhanced": False}])
def test_a_study_gives_no_enhanced_picture_unless_its_protocol_says_so(folders: None, plan: dict[str, Any]) -> None:
    made, assignment = reading(**plan)
    answers, form = asked(made, made.readers[0], f"assignments/{assignment.pk}")
    assert answers == [REFUSED] * 2
    assert form["enhanced"] is False


def test_a_protocol_may_allow_it_to_readers_and_not_to_the_panel(folders: None) -> None:
    made, assignment = reading(enhanced=True)
    panel = make_user("panel_enhanced")
    add_member(made.manager, made.study, panel.username, "panel")
    prepare_truths(made.study)
    truth = assignment.case.truths.first()
    assert truth
    answers, form = asked(made, made.readers[0], f"assignments/{assignment.pk}")
    assert answers == [(200, "")] * 2
    assert form["enhanced"] is True
    assert asked(made, panel, f"truth/{truth.pk}")[0] == [REFUSED] * 2


def test_nobody_of_the_study_gets_it_from_the_archive_meanwhile(folders: None) -> None:
    """Seen: the reading page of the worklist, and its second window, enhanced the case whatever the protocol says."""
    made, assignment = reading(enhanced=False)
    panel, stranger = make_user("panel_enhanced"), make_user("reads_in_no_study")
    add_member(made.manager, made.study, panel.username, "panel")
    base = f"/api/images/{assignment.case.image_id}"
    for user, status in ((made.readers[0], 404), (panel, 403), (stranger, 200)):
        client = Client()
        client.force_login(user)
        assert [client.get(f"{base}/{part}/?voi=enhanced").status_code for part in ("header", "frame")] == [status] * 2
        assert client.get(f"{base}/frame/").status_code == (404 if status == 404 else 200)


def test_protocols_from_before_keep_their_bytes() -> None:
    assert "enhanced" not in completed({})["reading"]
