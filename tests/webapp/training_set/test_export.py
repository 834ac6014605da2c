"""Who may export, what is left out and why, and what an export leaves in the record."""

import asyncio
import csv
import io
import json
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import AsyncClient, Client

from reader_study.analysis.agreement import result as agreement_result
from tests.reader_study.studies.study_factory import locked_study, make_study, opened
from tests.webapp.archive.dicom_files import SECONDARY_CAPTURE
from tests.webapp.viewer.case_factory import make_image, make_result, make_user, review_body
from webapp.accounts import policy
from webapp.accounts.models import User
from webapp.accounts.policy import Refusal, may_export_training_set
from webapp.archive.deidentify.preview_check_api import record_preview_check
from webapp.archive.models import Image, PreviewCheck, Project
from webapp.archive.storage import stored_path
from webapp.audit.models import AccessEvent
from webapp.reviews.record_review import record_review
from webapp.training_set import export
from webapp.training_set.export import NothingToExport, start_export
from webapp.training_set.select_cases import LeftOut, select_cases
from webapp.training_set.zip_stream import in_threads, zip_chunks

ADDRESS = "/api/reviews/training-set/"
Stored = Callable[..., Image]
pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> User:
    return make_user("reader")


@pytest.fixture
def manager() -> User:
    return make_user("the manager", "manager")


def agree(reader: User, image: Image, **changes: object) -> None:
    record_review(reader, image, review_body(verdict="agree", failure=None, **changes))


def reasons(left_out: tuple[LeftOut, ...] | list[LeftOut]) -> dict[str, str]:
    return {one.case: one.code for one in left_out if one.case}


def exported(folder: Path) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Rows of cases.csv, and reason by case of left_out.csv."""
    call_command("export_reviewed", str(folder), stdout=io.StringIO())
    rows = list(csv.DictReader((folder / "cases.csv").open(newline="")))
    return rows, {row["case"]: row["reason"] for row in csv.DictReader((folder / "left_out.csv").open(newline=""))}


@pytest.mark.parametrize(("role", "status"), [("radiologist", 403), ("manager", 200), ("admin", 200)])
def test_managers_and_admins_may_export(
    stored: Stored, reader: User, signed_in: Callable[..., Client], role: str, status: int
) -> None:
    image = stored()
    agree(reader, image)
    client = signed_in(role)
    for address in (ADDRESS, "/failures/training-set/", f"/api/images/{image.pk}/preview-checks/"):
        assert client.get(address).status_code == status, address
    check = client.post(f"/failures/training-set/{image.pk}/check/", {"verdict": "clear"})
    posted = client.post(f"/api/images/{image.pk}/preview-checks/", {"is_clear": True}, content_type="application/json")
    assert (check.status_code, posted.status_code) == ((302, 201) if status == 200 else (403, 403))
    assert PreviewCheck.objects.count() == (2 if status == 200 else 0)
    assert ("training-set" in client.get("/failures/").content.decode()) == (status == 200)


def test_signed_out_people_and_posting_are_refused(client: Client, signed_in: Callable[..., Client]) -> None:
    assert client.get(ADDRESS).status_code == 401
    assert signed_in("manager").post(ADDRESS).status_code == 405
    assert may_export_training_set(User(username="x", role="manager", is_active=False)) == policy.NOT_SIGNED_IN


def test_images_that_may_show_text_wait_for_a_persons_check(
    stored: Stored, reader: User, manager: User, tmp_path: Path
) -> None:
    plain = stored()
    doubtful = {
        "derived": stored(ImageType=["DERIVED", "PRIMARY"]),
        "secondary": stored(ImageType=["ORIGINAL", "SECONDARY"]),
        "declared": stored(BurnedInAnnotation="YES"),
        "capture": stored(SOPClassUID=SECONDARY_CAPTURE),
    }
    for image in (plain, *doubtful.values()):
        agree(reader, image)
    rows, left_out = exported(tmp_path / "before")
    assert len(rows) == 1
    assert left_out == {"": "in_study", **{image.code: "unchecked" for image in doubtful.values()}}

    record_preview_check(manager, doubtful["derived"], True)
    record_preview_check(manager, doubtful["declared"], True)
    record_preview_check(manager, doubtful["declared"], False)  # a second look: the newest counts
    record_preview_check(manager, plain, False)
    rows, left_out = exported(tmp_path / "after")
    assert len(rows) == 1
    assert left_out[plain.code] == left_out[doubtful["declared"].code] == "text_seen"
    assert doubtful["derived"].code not in left_out


def test_a_check_is_of_the_stored_bytes_by_a_manager_and_stays(stored: Stored, reader: User, manager: User) -> None:
    image = stored(BurnedInAnnotation="YES")
    made = record_preview_check(manager, image, True)
    with pytest.raises(PermissionDenied):
        record_preview_check(reader, image, True)
    with pytest.raises(TypeError, match="append-only"):
        made.save()
    with pytest.raises(TypeError, match="append-only"):
        made.delete()
    assert AccessEvent.objects.get(verb="image.preview_check").actor == manager


def test_what_cannot_be_a_row_is_listed_with_its_reason(stored: Stored, reader: User, tmp_path: Path) -> None:
    good, lateral, refused, damaged = stored(), stored(ViewPosition="LL"), stored("refused"), stored()
    for image in (good, lateral, damaged):
        agree(reader, image)
    record_review(reader, refused, review_body(verdict="refusal_right", failure=None))
    other = stored()
    agree(reader, other)
    Image.objects.filter(pk=other.pk).update(stored_sha256="0" * 64)
    path = stored_path(damaged)
    path.write_bytes(path.read_bytes()[:-1] + b"!")

    rows, left_out = exported(tmp_path / "set")

    assert [row["lung_opacity"] for row in rows] == ["1"]
    assert left_out == {
        "": "in_study", lateral.code: "not_frontal", refused.code: "no_label", damaged.code: "damaged", other.code: "other_file",
    }  # fmt: skip
    assert "other_file" in (tmp_path / "set" / "readme.txt").read_text()


def test_answers_to_a_refusal_are_labels_and_other_findings_a_table_of_their_own(
    stored: Stored, reader: User, tmp_path: Path
) -> None:
    refused, judged, seen = stored("refused"), stored("refused"), stored()
    box = {"x": 4.0, "y": 6.0, "w": 8.0, "h": 10.0}
    record_review(reader, refused, review_body(verdict="present", failure=None, box=box))
    mark = review_body(verdict="missed_other", failure=None, finding=None, term="rib_fracture", note="Mrs Doe", box=box)
    record_review(reader, refused, mark)
    record_review(reader, judged, review_body(verdict="refusal_wrong", failure=None))
    record_review(reader, seen, mark | {"idempotency_key": "only a mark"})

    rows, left_out = exported(tmp_path / "set")

    assert [(row["lung_opacity"], row["boxes"]) for row in rows] == [("1", "lung_opacity:4,6,8,10")]
    assert left_out == {"": "in_study", judged.code: "no_label", seen.code: "no_label"}
    (line,) = csv.DictReader((tmp_path / "set" / "other_findings.csv").open(newline=""))
    assert (line["file"], line["reader"]) == (rows[0]["file"], rows[0]["readers"])
    assert [line[name] for name in ("term", "title", "terms_version", "x", "y", "w", "h")] == [
        "rib_fracture", "Rib fracture", "1", "4", "6", "8", "10",
    ]  # fmt: skip
    readme = (tmp_path / "set" / "readme.txt").read_text()
    assert "Rib fracture 1" in readme
    assert "Doe" not in readme + (tmp_path / "set" / "other_findings.csv").read_text()
    texts = (tmp_path / "set" / "left_out.csv").read_text()
    assert "only what the model has no finding for" in texts
    assert "only said whether the model was right to give no answer" in texts


def test_only_the_newest_word_of_a_reader_counts(stored: Stored, reader: User, tmp_path: Path) -> None:
    image = stored()
    agree(reader, image)
    record_review(reader, image, review_body())  # a false positive replaces it
    rows, _ = exported(tmp_path / "set")
    assert (rows[0]["lung_opacity"], rows[0]["boxes"]) == ("0", "")


def test_images_of_a_study_under_way_never_leave_and_are_not_counted(manager: User) -> None:
    image = make_image()
    made = make_study(images=[image], cases=1)
    agree(make_user("clinical"), image)
    project = Project.default()
    assert len(select_cases(manager, project).cases) == 1
    opened(made)
    for person in (manager, made.manager, None):
        selection = select_cases(person, project)
        assert selection.cases == ()
        assert reasons(selection.left_out) == {}
        with pytest.raises(NothingToExport):
            start_export(person, project)
    with pytest.raises(PermissionDenied):
        start_export(made.readers[0], project)


def test_a_study_that_opens_during_an_export_keeps_its_images(
    stored: Stored, reader: User, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = stored(), stored()
    agree(reader, first)
    agree(reader, second)
    made = start_export(manager, Project.default())
    files = made.files()
    assert next(files)[0].startswith("images/")
    monkeypatch.setattr(export, "is_under_way", lambda image: image == second)
    assert [name for name, _ in files] == ["left_out.csv", "readme.txt", "croissant.json", "cases.csv"]
    assert [one.code for one in made.left_out] == ["in_study"]


def test_one_reader_sees_a_thing_once_whatever_model_was_shown_and_what_notes_name_is_many(
    stored: Stored, reader: User, tmp_path: Path
) -> None:
    image, second = stored(), "e" * 64
    make_result(image, bundle_id=second, image_sha256=image.stored_sha256)
    agree(reader, image)

    def mark(term: str, note: str, x: float, **changes: object) -> None:
        box = {"x": x, "y": 6.0, "w": 8.0, "h": 10.0}
        told = review_body(verdict="missed_other", failure=None, finding=None, term=term, note=note, box=box, **changes)
        record_review(reader, image, told | {"idempotency_key": f"{term} {x}"})

    mark("rib_fracture", "", 1)
    mark("rib_fracture", "", 2, bundle=second)
    mark("other", "azygos lobe", 3)
    mark("other", "pacemaker lead", 4)
    exported(tmp_path / "set")

    lines = csv.DictReader((tmp_path / "set" / "other_findings.csv").open(newline=""))
    assert [(line["term"], line["x"]) for line in lines] == [("rib_fracture", "2"), ("other", "3"), ("other", "4")]
    readme = (tmp_path / "set" / "readme.txt").read_text()
    assert "Rib fracture 1" in readme
    assert "also where another model has a finding for it" in readme


def test_an_image_under_another_rules_embargo_stays(
    manager: User, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden, seen = make_image(patient_id="SECRET"), make_image()
    for image in (hidden, seen):
        make_result(image)
        agree(reader, image)
    rule = lambda user, image: Refusal("x", "x") if image.patient_id == "SECRET" else None  # noqa: E731
    monkeypatch.setattr(policy, "EMBARGOES", [rule])
    assert [case.image for case in select_cases(manager, Project.default()).cases] == [seen]


@pytest.mark.slow
def test_truth_of_a_locked_study_stands_before_reviews_and_is_its_members_alone(
    manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreement_result, "DRAWS", 20)  # the statistics' bootstrap is tested where it lives
    made = make_study(cases=4)
    images = [case.image for case in made.study.cases.order_by("created_at")]
    locked_study(opened(made))
    sick = next(image for image in images if image.study_cases.get().truths.get(finding="lung_opacity").status == "1")
    record_review(make_user("clinical"), sick, review_body())  # a false positive, says a reader

    own = {case.image: case for case in select_cases(made.manager, Project.default()).cases}
    assert sorted(case.labels["lung_opacity"].value for case in own.values()) == [0, 0, 1, 1]
    assert own[sick].labels["lung_opacity"].value == 1
    assert [tuple(place) for place in own[sick].labels["lung_opacity"].places] == [(100, 100, 200, 200)]
    assert (own[sick].sources, own[sick].readers) == (("imported",), ())
    assert len(select_cases(None, Project.default()).cases) == 4
    stranger = {case.image: case for case in select_cases(manager, Project.default()).cases}
    assert {image: case.labels["lung_opacity"].value for image, case in stranger.items()} == {sick: 0}


def test_an_export_leaves_events_without_pseudonyms(
    stored: Stored, reader: User, signed_in: Callable[..., Client]
) -> None:
    image = stored()
    agree(reader, image)
    client = signed_in("manager")
    with zipfile.ZipFile(io.BytesIO(b"".join(client.get(ADDRESS)))) as archive:
        (row,) = csv.DictReader(io.StringIO(archive.read("cases.csv").decode()))
        assert [name for name in archive.namelist() if not name.startswith("images/")] == [
            "left_out.csv",
            "readme.txt",
            "croissant.json",
            "cases.csv",
        ]
    events = AccessEvent.objects.filter(purpose="training set").order_by("sequence")
    assert [event.verb for event in events] == [
        "training_set.export", "image.export_deidentified", "training_set.exported",
    ]  # fmt: skip
    assert {event.actor for event in events} == {client.person}
    assert events[1].target == f"image:{image.pk}"
    told = json.dumps([event.details for event in events])
    assert not any(row[name] in told for name in ("patient", "sha256", "file"))


def test_nothing_to_export_is_said(client: Client, signed_in: Callable[..., Client], site: Path) -> None:
    answer = signed_in("manager").get(ADDRESS)
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_export")
    with pytest.raises(CommandError, match="nothing to export"):
        call_command("export_reviewed", str(site / "set"))
    assert not (site / "set").exists()


def test_the_command_refuses_a_full_folder_and_an_unknown_project(stored: Stored, reader: User, tmp_path: Path) -> None:
    agree(reader, stored())
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(CommandError, match="not an empty folder"):
        call_command("export_reviewed", str(tmp_path / "full"))
    with pytest.raises(CommandError, match="project 'none' is not one of default"):
        call_command("export_reviewed", str(tmp_path / "new"), "--project", "none")
    assert sorted(path.name for path in tmp_path.iterdir() if "full" in path.name or "new" in path.name) == ["full"]
    out = io.StringIO()
    call_command("export_reviewed", str(tmp_path / "new"), "--json", stdout=out)
    assert json.loads(out.getvalue())["images"] == 1


def test_the_page_lists_what_waits_for_a_look_and_takes_the_answer(
    stored: Stored, reader: User, signed_in: Callable[..., Client]
) -> None:
    agree(reader, stored())
    waiting = stored(BurnedInAnnotation="YES")
    agree(reader, waiting)
    client = signed_in("manager")
    page = client.get("/failures/training-set/").content.decode()
    assert page.count('data-testid="to-check"') == 1
    assert "Burned In Annotation says YES" in page
    assert "Download 1 image<" in page
    address = f"/failures/training-set/{waiting.pk}/check/"
    assert client.post(address, {"verdict": "maybe"}).status_code == 400
    assert client.get(address).headers["Location"] == "/failures/training-set/"
    client.post(address, {"verdict": "clear"})
    page = client.get("/failures/training-set/").content.decode()
    assert page.count('data-testid="to-check"') == 0
    assert "Download 2 images<" in page
    assert client.post(f"/failures/training-set/{uuid.uuid4()}/check/", {"verdict": "clear"}).status_code == 404


def test_a_zip_is_whole_when_it_is_made_in_pieces_for_an_event_loop() -> None:
    files = [("images/a.dcm", b"pixels" * 1000), ("cases.csv", b"file\n")]

    async def read() -> list[bytes]:
        return [chunk async for chunk in in_threads(zip_chunks(iter(files)))]

    pieces = asyncio.run(read())
    assert len(pieces) == 3
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == dict(files)


def test_an_event_loop_sends_the_same_zip(stored: Stored, reader: User, manager: User) -> None:
    agree(reader, stored())

    async def read() -> bytes:
        client = AsyncClient()
        await sync_to_async(client.force_login)(manager)
        answer = await client.get(ADDRESS)
        assert answer.is_async
        return b"".join([chunk async for chunk in answer])

    with zipfile.ZipFile(io.BytesIO(async_to_sync(read)())) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 5


def test_the_schema_tells_of_the_calls_without_a_warning(
    signed_in: Callable[..., Client], capsys: pytest.CaptureFixture[str]
) -> None:
    paths = signed_in("manager").get("/api/schema/?format=json").json()["paths"]
    assert "application/zip" in paths[ADDRESS]["get"]["responses"]["200"]["content"]
    assert set(paths["/api/images/{key}/preview-checks/"]) == {"get", "post"}
    assert [line for line in capsys.readouterr().err.splitlines() if "Warning" in line] == []
