"""What the clinical pages hide from a study's readers, and the image that a study gives without its name."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from reader_study.embargo import embargoed_images, is_embargoed
from reader_study.models import Assignment, Case, Membership, ReadingSession
from reader_study.sent_bodies import CaseFilter
from reader_study.services.change_state import close_study, withdraw_study
from reader_study.services.choose_cases import find_images
from reader_study.services.next_assignment import next_assignment
from reader_study.services.open_session import open_session
from reader_study.services.people import add_member, withdraw_reader
from reader_study.services.record_events import pause_reading
from reader_study.services.vote_truth import prepare_truths
from tests.reader_study.studies.study_factory import MadeStudy, answers, lock, make_study, opened
from tests.webapp.archive.dicom_files import chest_dicom
from tests.webapp.viewer.case_factory import BUNDLE, make_image, make_user, review_body
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Project
from webapp.audit.models import AccessEvent
from webapp.reviews.record_review import record_review

pytestmark = pytest.mark.django_db


def hidden(made: MadeStudy, user: Any) -> bool:
    images = [case.image for case in made.study.cases.all()]
    found = {is_embargoed(user, image) is not None for image in images}
    assert found == {set(embargoed_images(user)) >= {image.pk for image in images}}
    return found == {True}


def test_the_embargo_lasts_from_opening_to_lock() -> None:
    made = make_study(cases=2)
    reader = made.readers[0]
    assert not hidden(made, reader)
    opened(made)
    assert hidden(made, reader)
    made.study = close_study(made.manager, made.study)
    assert hidden(made, reader)
    withdraw_study(made.manager, made.study, "no more readers")
    assert not hidden(made, reader)


def test_it_holds_for_panel_members_and_withdrawn_readers_and_for_nobody_else() -> None:
    made = opened(make_study(cases=2))
    panel = make_user(f"panel{uuid.uuid4().hex[:6]}")
    add_member(made.manager, made.study, panel.username, "panel")
    withdraw_reader(made.manager, made.study, made.study.readers.get(code="R02"), "ill for long")
    assert [hidden(made, user) for user in (panel, made.readers[1], made.manager, make_user("elsewhere"))] == [
        True,
        True,
        False,
        False,
    ]
    assert is_embargoed(made.readers[0], make_image()) is None


@pytest.mark.parametrize(
    "wanted",
    [{"decision": "positive"}, {"bundle": BUNDLE}, {"verdict": "false_positive"}, {"failure_site": "HIL"}, {"has_failure": True}],
)  # fmt: skip
def test_a_case_search_by_results_does_not_find_what_is_hidden(wanted: dict[str, Any]) -> None:
    made, other = opened(make_study(cases=2)), make_study(cases=0, readers=0)
    reader = made.readers[0]
    add_member(other.manager, other.study, reader.username, "manager")
    record_review(made.manager, made.study.cases.earliest("created_at").image, review_body())

    def found(user: Any, criteria: dict[str, Any]) -> int:
        return find_images(user, other.study, CaseFilter(**criteria)).count()

    assert found(other.manager, wanted) > 0
    assert found(reader, wanted) == 0
    assert found(reader, {"view": "PA"}) == 0  # what is still to be read is not there at all
    close_study(made.manager, made.study)
    assert found(reader, wanted) == 0
    assert found(reader, {"view": "PA"}) == 2  # what the file says is no result


def test_a_role_is_blinded_unless_the_table_says_that_it_sees() -> None:
    made = opened(make_study(cases=1))
    people = {role: make_user(f"{role}{uuid.uuid4().hex[:6]}") for role in (*Membership.Role.values, "observer")}
    for role, user in people.items():
        Membership.objects.create(study=made.study, user=user, role=role)
    seeing = {role for role, user in people.items() if not hidden(made, user)}
    assert seeing == {"manager", "statistician", "auditor"}


def test_the_clinical_api_refuses_model_output_of_a_case(client: Client) -> None:
    made = opened(make_study(cases=1))
    panel = make_user(f"panel{uuid.uuid4().hex[:6]}")
    add_member(made.manager, made.study, panel.username, "panel")
    image = made.study.cases.get().image
    for user, status in ((made.readers[0], 404), (panel, 403)):  # to who still reads, it is not there at all
        client.force_login(user)
        for path in ("predictions", "reviews", "priors", "dicom-header"):
            answer = client.get(f"/api/images/{image.pk}/{path}/")
            assert answer.status_code == status
    client.force_login(made.manager)
    assert client.get(f"/api/images/{image.pk}/predictions/").status_code == 200


@pytest.fixture
def folders(tmp_path: Path, settings: LazySettings) -> None:
    for name in ("STORE_DIR", "QUARANTINE_DIR", "INCOMING_DIR", "FRAME_CACHE_DIR"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        setattr(settings, name, folder)
    settings.FILE_UPLOAD_TEMP_DIR = settings.INCOMING_DIR


@pytest.fixture
def real(folders: None) -> tuple[MadeStudy, Assignment]:
    """A study on one real DICOM file; the reader has it open."""
    image = ingest_file([chest_dicom()], Sender(Project.default(), None, "upload")).image
    assert image is not None
    # The drawn truth needs a box inside a small image: none of this case's truths has one.
    made = opened(make_study(images=[image], readers=1))
    user = made.readers[0]
    open_session(user, ReadingSession.objects.filter(reader__user=user).order_by("ordinal")[0])
    found = next_assignment(user, made.study, "t").assignment
    assert found is not None
    return made, found


def test_a_case_gives_the_archives_samples_and_none_of_its_names(
    real: tuple[MadeStudy, Assignment], client: Client
) -> None:
    made, assignment = real
    image = assignment.case.image
    client.force_login(made.readers[0])
    base = f"/api/studies/{made.study.pk}/assignments/{assignment.pk}"
    header, frame = client.get(f"{base}/header/"), client.get(f"{base}/frame/")
    assert (header.status_code, frame.status_code) == (200, 200)
    document = header.json()
    assert (document["rows"], document["columns"], len(frame.content)) == (image.rows, image.columns, document["bytes"])
    names = (str(image.pk), image.sop_instance_uid, image.study_instance_uid, image.patient_id, image.patient_name)
    text = header.content.decode() + str(dict(header.headers)) + str(dict(frame.headers))
    assert [name for name in names if name and name in text] == []
    client.force_login(make_user("clinician"))
    assert client.get(f"/api/images/{image.pk}/frame/").content == frame.content


def test_a_look_in_the_study_is_no_clinical_look(real: tuple[MadeStudy, Assignment], client: Client) -> None:
    made, assignment = real
    client.force_login(made.readers[0])
    client.get(f"/api/studies/{made.study.pk}/assignments/{assignment.pk}/frame/")
    targets = set(AccessEvent.objects.filter(actor=made.readers[0]).values_list("target", flat=True))
    assert f"assignment:{assignment.pk}" in targets
    assert not any(target.startswith("image:") for target in targets)


def test_a_paused_or_locked_case_shows_no_image(real: tuple[MadeStudy, Assignment], client: Client) -> None:
    made, assignment = real
    user, path = made.readers[0], f"/api/studies/{made.study.pk}/assignments/{assignment.pk}/frame/"
    client.force_login(user)
    pause_reading(user, made.study, assignment.pk)
    assert (client.get(path).status_code, client.get(path).json()["code"]) == (409, "paused")
    lock(user, made.study, assignment, assignment.arm.stages[0], answers())
    assert client.get(path).status_code == 404


def test_a_changed_file_is_not_shown(real: tuple[MadeStudy, Assignment], client: Client) -> None:
    made, assignment = real
    Case.objects.filter(pk=assignment.case_id).update(image_sha256="0" * 64)
    client.force_login(made.readers[0])
    answer = client.get(f"/api/studies/{made.study.pk}/assignments/{assignment.pk}/frame/")
    assert (answer.status_code, answer.json()["code"]) == (409, "image_changed")


@pytest.mark.parametrize("voi", ["sideways", "99", "../x"])
def test_a_wrong_voi_is_named(real: tuple[MadeStudy, Assignment], client: Client, voi: str) -> None:
    made, assignment = real
    client.force_login(made.readers[0])
    answer = client.get(f"/api/studies/{made.study.pk}/assignments/{assignment.pk}/header/?voi={voi}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_voi")


def test_the_panel_sees_the_image_by_the_truths_id(real: tuple[MadeStudy, Assignment], client: Client) -> None:
    made, assignment = real
    panel = make_user("panel_frame")
    add_member(made.manager, made.study, panel.username, "panel")
    prepare_truths(made.study)
    client.force_login(panel)
    truth = assignment.case.truths.first()
    assert truth is not None
    assert client.get(f"/api/studies/{made.study.pk}/truth/{truth.pk}/frame/").status_code == 200
