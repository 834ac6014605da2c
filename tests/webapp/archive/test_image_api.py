"""List, search, detail and original file; who may ask for them, and what is left in the records."""

import logging
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.test import Client

from tests.webapp.archive.dicom_files import chest_dicom
from webapp.accounts.policy import Refusal
from webapp.archive.image_filters import ImageFilters
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Image, Project
from webapp.archive.storage import stored_path
from webapp.audit.models import AccessEvent
from webapp.code_filters import TEXT, CodeFilter
from webapp.work.models import Job

UNKNOWN = uuid.UUID(int=7)


@pytest.fixture
def client(signed_in: Callable[..., Client]) -> Client:
    return signed_in()


@pytest.fixture
def store(storage: Path, db: None) -> Callable[..., Image]:
    return lambda **fields: ingest_file([chest_dicom(**fields)], Sender(Project.default(), None, "upload")).image


def names(answer: Any) -> list[str]:
    return sorted(row["patient"]["id"] for row in answer.json()["results"])


def test_the_list_is_newest_first_and_paged(client: Client, store: Callable[..., Image]) -> None:
    images = [store() for _ in range(3)]

    answer = client.get("/api/images/?page_size=2")

    assert answer.json()["count"] == 3
    assert [row["id"] for row in answer.json()["results"]] == [str(images[2].pk), str(images[1].pk)]


@pytest.mark.parametrize(
    ("query", "found"), [("view=AP", ["B"]), ("view=none", ["C"]), ("modality=dx", ["A", "B", "C"])]
)
def test_the_list_is_narrowed_by_codes(query: str, found: list[str], client: Client, store: Any) -> None:
    store(PatientID="A")
    store(PatientID="B", ViewPosition="AP")
    store(PatientID="C", ViewPosition="")

    assert names(client.get(f"/api/images/?{query}")) == found


def test_an_unknown_filter_is_refused_with_the_allowed_ones(client: Client) -> None:
    answer = client.get("/api/images/?patient_name=Test")

    assert answer.status_code == 400
    assert answer.json()["text"].startswith("filter 'patient_name' is not one of ")


def test_a_value_that_no_file_can_hold_is_named(client: Client) -> None:
    answer = client.get("/api/images/?study=1.2%00")

    assert answer.status_code == 400
    assert answer.json()["text"].startswith("study '1.2\\x00' is not a code of the form ")
    assert answer.json()["allowed"] == ["modality", "state", "study", "view"]


def test_the_schema_names_the_filters_and_the_page(client: Client) -> None:
    listed = client.get("/api/schema/?format=json").json()["paths"]["/api/images/"]["get"]

    parameters = {one["name"]: one for one in listed["parameters"]}
    assert set(parameters) == {"modality", "page", "page_size", "state", "study", "view"}
    assert parameters["state"]["schema"]["enum"] == sorted(Job.State.values)
    assert "enum" not in parameters["view"]["schema"]  # other values are looked for as they are written


def test_rooms_above_add_filters(client: Client, store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store()
    nothing = CodeFilter(label="State", shape=TEXT, condition=lambda value: Q(pk__in=[]))
    monkeypatch.setitem(ImageFilters.base_filters, "state", nothing)

    assert client.get("/api/images/?state=queued").json()["count"] == 0


SEARCHES = [
    ({"text": "smith"}, ["S-1"]),
    ({"text": "jane smi"}, ["S-1"]),
    ({"text": "S-"}, ["S-1", "S-2"]),
    ({"patient_name": "ann"}, ["S-2"]),
    ({"patient_id": "s-2"}, ["S-2"]),
    ({"accession_number": "a-77"}, ["S-1", "S-2"]),
    ({"study_date_from": "2022-01-01"}, ["S-2"]),
    ({"study_date_to": "2021-12-31"}, ["S-1"]),
    ({"patient_name": "smith", "filters": {"view": "AP"}}, []),
    ({"text": "%"}, []),
    ({}, ["S-1", "S-2"]),
]


@pytest.mark.parametrize(("criteria", "found"), SEARCHES)
def test_people_are_searched_for_in_the_body(
    criteria: dict[str, Any], found: list[str], client: Client, store: Any
) -> None:
    store(PatientName="Smith^Jane", PatientID="S-1")
    store(PatientName="Ng^Ann", PatientID="S-2", StudyDate="20220301")

    answer = client.post("/api/images/search/", criteria, content_type="application/json")

    assert names(answer) == found


def test_our_code_finds_its_image(client: Client, store: Any) -> None:
    image = store()
    store()

    answer = client.post("/api/images/search/", {"text": image.code}, content_type="application/json")

    assert [row["id"] for row in answer.json()["results"]] == [str(image.pk)]


def test_the_detail_names_hashes_and_warnings(client: Client, store: Any) -> None:
    image = store(drop=("WindowCenter", "WindowWidth"))

    document = client.get(f"/api/images/{image.pk}/").json()

    assert document["stored_sha256"] == document["received_sha256"] == image.stored_sha256
    assert document["warnings"] == ["no_window"]
    assert document["study_date"] == "2021-07-03"


def test_the_original_is_an_attachment_under_our_name(client: Client, store: Any) -> None:
    image = store()

    answer = client.get(f"/api/images/{image.pk}/file/")

    assert answer["Content-Type"] == "application/dicom"
    assert answer["Content-Disposition"] == f'attachment; filename="{image.code}.dcm"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.content == stored_path(image).read_bytes()


RESOURCES = ["", "frame/", "header/", "file/", "dicom-header/"]


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("key", [str(UNKNOWN), "1.2.3", "not-a-key", "1.2.3'--", "é"])
def test_an_unknown_image_is_404(resource: str, key: str, client: Client) -> None:
    assert client.get(f"/api/images/{key}/{resource}").status_code == 404


@pytest.mark.parametrize("resource", RESOURCES)
def test_signed_out_people_and_wrong_methods_are_refused(resource: str, client: Client, store: Any) -> None:
    path = f"/api/images/{store().pk}/{resource}"

    assert Client().get(path).status_code == 401
    assert client.post(path).status_code == 405
    assert client.delete(path).status_code == 405


def test_a_refusal_of_the_policy_is_403_with_its_sentence(
    client: Client, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse = lambda user, image: Refusal("locked", "This image is locked.")  # noqa: E731
    monkeypatch.setattr("webapp.archive.lookup.may_see_image", refuse)

    answer = client.get(f"/api/images/{store().pk}/frame/")

    assert (answer.status_code, answer.json()["detail"]) == (403, "This image is locked.")


def test_nothing_of_a_patient_reaches_logs_or_the_audit_trail(
    client: Client, store: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    image = store(PatientName="Zebedee^Quirk", PatientID="QX-991", AccessionNumber="ACC-553")
    ingest_file([chest_dicom(PatientName="Zebedee^Quirk", Modality="CT")], Sender(Project.default(), None, "upload"))
    for resource in RESOURCES:
        client.get(f"/api/images/{image.pk}/{resource}")
    client.post("/api/images/search/", {"text": "Zebedee", "patient_id": "QX-991"}, content_type="application/json")

    written = caplog.text + "".join(f"{event.target} {event.details}" for event in AccessEvent.objects.all())
    for secret in ("Zebedee", "Quirk", "QX-991", "ACC-553"):
        assert secret not in written


def test_lookup_refuses_before_it_gives(store: Any) -> None:
    from django.contrib.auth.models import AnonymousUser

    from webapp.archive.lookup import image_or_404

    with pytest.raises(PermissionDenied, match="Sign in first"):
        image_or_404(AnonymousUser(), store().pk)
