"""While a reader still has to read, the images of the study are not there for that reader outside it."""

import datetime
import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reader_study.embargo import reads_on
from reader_study.models import HiddenImage, ReadingSession
from reader_study.sent_bodies import CaseFilter
from reader_study.services.change_state import close_study
from reader_study.services.choose_cases import find_images
from reader_study.services.people import withdraw_reader
from tests.reader_study.studies.study_factory import MadeStudy, make_study, opened
from tests.webapp.viewer.case_factory import make_image, make_result, make_user
from webapp.archive.models import Image
from webapp.archive.present_images import present
from webapp.audit.models import AccessEvent
from webapp.viewer.models import WorklistEntry
from webapp.viewer.views.events import visible
from webapp.viewer.worklist.cases import streams

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


@dataclass(frozen=True)
class Site:
    """A case, another view of its study, and an image that no study hides; all three of one accession number."""

    made: MadeStudy
    case: Image
    beside: Image
    open: Image

    @property
    def gone(self) -> list[Image]:
        return [self.case, self.beside]


@pytest.fixture
def site() -> Site:
    case = make_image(patient_id="ABSENT", accession_number="ACC77")
    beside = make_image(patient_id="SAME", study_instance_uid=case.study_instance_uid, accession_number="ACC77")
    other = make_image(patient_id="OPEN", accession_number="ACC77")
    results = {image.pk: make_result(image, 0.7) for image in (case, beside, other)}
    assert len(results) == 3
    return Site(opened(make_study(images=[case], readers=2)), case, beside, other)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def listed(client: Client) -> dict[str, list[bool]]:
    """Where each image of the archive stands, in the order of arrival."""
    since = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=5)).isoformat()
    found = client.post("/search/", {"text": "ACC77", "state": "all"}, follow=True)
    answers = {
        "worklist": client.get("/?state=all"),
        "hidden ones": client.get("/?state=hidden"),
        "search": found,
        "list": client.get("/api/images/"),
        "search by API": client.post("/api/images/search/", {"accession_number": "ACC77"}, "application/json"),
        "changes": client.get("/api/worklist/", {"since": since}),
    }
    keys = [str(image.pk) for image in Image.objects.order_by("created_at")]
    return {name: [key in answer.content.decode() for key in keys] for name, answer in answers.items()}


def addresses(key: Any) -> list[str]:
    api = [f"/api/images/{key}/{part}" for part in ("", "frame/", "header/", "file/", "predictions/", "reviews/")]
    more = [f"/api/images/{key}/{part}/" for part in ("priors", "probes", "dicom-header", "thorax", "later-truths")]
    return [f"/images/{key}/", *api, *more]


def test_no_list_search_or_count_holds_them(site: Site) -> None:
    reader, clinician = signed_in(site.made.readers[0]), signed_in(make_user("clinician"))
    places = listed(reader)
    assert places.pop("hidden ones") == [False, False, False]
    assert {name: place for name, place in places.items() if place != [False, False, True]} == {}
    assert all(place == [True] * 3 for name, place in listed(clinician).items() if name != "hidden ones")
    assert reader.get("/api/images/").json()["count"] == 1
    assert reader.get("/api/images/", {"study": site.case.study_instance_uid}).json()["count"] == 0
    assert [entries.count() for entries in streams(site.made.readers[0])] == [1]
    assert "hidden until it ends" not in reader.get("/?state=all").content.decode()


def test_every_address_answers_as_for_an_image_that_is_not_there(site: Site) -> None:
    reader = signed_in(site.made.readers[0])
    unknown = uuid.uuid4()
    for image in site.gone:
        for path, stranger in zip(addresses(image.pk), addresses(unknown), strict=True):
            answer, expected = reader.get(path), reader.get(stranger)
            assert (path, answer.status_code) == (path, 404)
            assert TOKEN.sub("", answer.content.decode()) == TOKEN.sub("", expected.content.decode())
        opening = reader.post(f"/api/images/{image.pk}/opening/", {}, "application/json")
        assert opening.status_code == 404
        assert reader.get(f"/api/images/{image.sop_instance_uid}/").status_code == 404
    looked = AccessEvent.objects.filter(actor=site.made.readers[0], target__contains=str(site.case.pk))
    assert not looked.exists(), "no look: nothing that washout would count"
    assert {reader.get(path).status_code for path in (f"/api/images/{site.open.pk}/", f"/images/{site.open.pk}/")} <= {
        200,
        503,
    }
    assert signed_in(site.made.manager).get(f"/api/images/{site.case.pk}/").status_code == 200


def test_they_come_back_when_the_last_session_has_ended_though_their_results_stay_hidden(site: Site) -> None:
    first, second = site.made.readers
    sessions = ReadingSession.objects.filter(reader__user=first)
    assert sessions.count() > 1
    for session in sessions:
        assert reads_on(first)
        session.state = ReadingSession.State.COMPLETED
        session.save(update_fields=["state"])
    assert not reads_on(first)
    client = signed_in(first)
    assert listed(client)["worklist"] == [True] * 3
    assert client.get(f"/api/images/{site.case.pk}/predictions/").status_code == 403
    assert reads_on(second)
    withdraw_reader(site.made.manager, site.made.study, site.made.study.readers.get(user=second), "ill for long")
    assert listed(signed_in(second))["worklist"] == [True] * 3


def test_closing_the_study_brings_them_back_and_so_does_a_release(site: Site) -> None:
    reader = site.made.readers[0]
    HiddenImage.objects.filter(image=site.beside).update(released_at=datetime.datetime.now(datetime.UTC))
    assert set(present(Image.objects.all(), reader)) == {site.beside, site.open}
    close_study(site.made.manager, site.made.study)
    assert present(Image.objects.all(), reader).count() == 3


def test_who_chooses_cases_elsewhere_or_hears_of_changes_meets_none(site: Site) -> None:
    reader = site.made.readers[0]
    other = make_study(cases=0, readers=0)
    other.study.memberships.create(user=reader, role="manager")
    assert list(find_images(reader, other.study, CaseFilter(view="PA"))) == [site.open]
    assert visible([image.pk for image in Image.objects.all()], reader) == [str(site.open.pk)]


def test_who_reads_in_no_study_pays_one_question(site: Site) -> None:
    person = make_user("pays")
    with CaptureQueriesContext(connection) as asked:
        rows = present(WorklistEntry.objects.all(), person, "image")
    assert len(asked.captured_queries) == 1
    assert "NOT" not in str(rows.query)
