"""The address of earlier images, and whoever tries to learn from it what a study hides."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from reader_study.models import Case
from reader_study.washout import refused_until
from tests.reader_study.studies.study_factory import MadeStudy, make_study, opened
from tests.webapp.openapi_check import broken_promises
from tests.webapp.priors.made_patients import days_before, image_of, lateral_of
from tests.webapp.sentinel.conftest import drawn
from tests.webapp.viewer.case_factory import make_result, review_body
from webapp.archive.models import Image
from webapp.audit.models import AccessEvent
from webapp.reviews.record_review import record_review

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]


def path(image: Image, prior: Image | None = None) -> str:
    return f"/api/images/{image.pk}/priors/" + (f"{prior.pk}/opening/" if prior else "")


def asked(client: Client, image: Image) -> dict[str, Any]:
    answer = client.get(path(image))
    assert answer.status_code == 200, answer.content
    document: dict[str, Any] = answer.json()
    assert broken_promises("get", path(image), 200, document) == []
    return document


def reader_of(made: MadeStudy) -> Client:
    client = Client()
    client.force_login(made.readers[0])
    return client


@pytest.fixture
def study() -> tuple[MadeStudy, Image, Image, Image]:
    """A study under way on an image of a patient who has an older and a newer one in the archive."""
    old, studied, now = (image_of(study_date=days_before(days)) for days in (900, 40, 0))
    return opened(make_study(images=[studied])), old, studied, now


def events() -> list[tuple[str, str]]:
    found = AccessEvent.objects.filter(target__startswith="image:").order_by("sequence")
    return list(found.values_list("verb", "target"))


def test_it_lists_and_records_which_it_listed(signed_in: SignedIn) -> None:
    now, before = image_of(), image_of(study_date=days_before(40))
    side = lateral_of(now)
    client = signed_in()
    document = asked(client, now)
    assert [one["id"] for one in document["priors"]] == [str(before.pk)]
    assert document["priors"][0]["interval"] == "5 weeks before"
    event = AccessEvent.objects.order_by("-sequence")[0]
    assert (event.verb, event.target) == ("image.list_priors", f"image:{now.pk}")
    assert event.details["shown"] == [str(before.pk), str(side.pk)]
    assert "P-4711" not in json.dumps(event.details)
    assert client.get(path(now)).headers["Cache-Control"] == "no-store"


def test_nothing_of_a_model_or_a_review_is_in_it(signed_in: SignedIn) -> None:
    now, before = image_of(), image_of(study_date=days_before(40))
    client = signed_in()
    silent = asked(client, now)
    make_result(before, 0.61234567)
    record_review(client.person, before, review_body(note="a colleague's words"))
    assert asked(client, now) == silent
    drawn(before)  # whose model waits for a look: its picture does not
    assert asked(client, now) == silent
    make_result(now, 0.71234567)
    drawn(now)  # beside a case that is looked at first, too
    assert asked(client, now) == silent
    assert client.post(path(now, before)).json() == {"image": str(before.pk)}


def test_an_opened_prior_is_a_look_at_it(signed_in: SignedIn) -> None:
    now, before = image_of(), image_of(study_date=days_before(40))
    side = lateral_of(now)
    client = signed_in()
    assert [client.post(path(now, one)).status_code for one in (before, side)] == [200, 200]
    assert events() == [("open_prior", f"image:{before.pk}"), ("open_prior", f"image:{side.pk}")]
    assert AccessEvent.objects.order_by("-sequence")[0].details == {"beside": str(now.pk)}


def test_an_opened_prior_holds_its_patient_back_in_a_study(study: tuple[MadeStudy, Image, Image, Image]) -> None:
    made, old, _, now = study
    reader = made.readers[0]
    assignment = reader.reader_in.get().sessions.order_by("ordinal")[0].assignments.get()
    assert refused_until([assignment], reader, timezone.now(), 28) == {}
    assert reader_of(made).post(path(now, old)).status_code == 200
    assert list(refused_until([assignment], reader, timezone.now(), 28)) == [assignment.pk]


def test_what_is_no_prior_is_not_opened_as_one(signed_in: SignedIn) -> None:
    now, client = image_of(), signed_in()
    others = [
        image_of(study_date=days_before(3), patient_birth_date="19800101"),
        image_of(study_date=days_before(-3)),
        image_of({"body_part": "HAND"}, study_date=days_before(3)),
        now,
    ]
    answers = [client.post(path(now, one)) for one in others]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert {answer.json()["code"] for answer in answers} == {"not_beside"}
    assert client.get(path(now, others[0])).status_code == 405
    assert events() == []


def test_a_case_of_a_running_study_is_no_prior_for_its_readers(
    study: tuple[MadeStudy, Image, Image, Image], signed_in: SignedIn
) -> None:
    made, old, studied, now = study
    reader, colleague = reader_of(made), signed_in("radiologist", "colleague")
    document = asked(reader, now)
    assert [one["id"] for one in document["priors"]] == [str(old.pk)]
    assert (document["further"], document["leaves_out"]) == (0, True)
    told = json.dumps(document)
    assert str(studied.pk) not in told
    assert studied.code not in told
    assert studied.study_date.isoformat() not in told
    assert str(studied.pk) not in json.dumps(list(AccessEvent.objects.values_list("details", flat=True)))
    assert reader.post(path(now, studied)).status_code == 404
    assert [one["id"] for one in asked(colleague, now)["priors"]] == [str(studied.pk), str(old.pk)]
    assert asked(colleague, now)["leaves_out"] is False


def test_that_something_is_left_out_is_said_of_every_patient_alike(
    study: tuple[MadeStudy, Image, Image, Image],
) -> None:
    """Else the sentence would tell whose image is in the study."""
    made, _, _, now = study
    other = image_of(patient_id="P-1", patient_birth_date="19500505")
    reader = reader_of(made)
    assert [asked(reader, image)["leaves_out"] for image in (now, other)] == [True, True]
    before = {**asked(reader, now)}
    Image.objects.filter(pk=study[2].pk).update(study_date=days_before(2))
    assert asked(reader, now) == before


def test_a_patient_with_a_hidden_image_gets_the_answer_of_one_without_byte_by_byte(
    study: tuple[MadeStudy, Image, Image, Image],
) -> None:
    made, _, studied, now = study
    hidden_only = image_of(patient_id="P-20", patient_birth_date="19500505")
    without = image_of(patient_id="P-30", patient_birth_date="19500505")
    Image.objects.filter(pk=studied.pk).update(patient_id="P-20", patient_birth_date="19500505")
    reader = reader_of(made)
    answers = [reader.get(path(image)) for image in (hidden_only, without)]
    told = [
        answer.content.replace(str(image.pk).encode(), b"")
        for answer, image in zip(answers, (hidden_only, without), strict=True)
    ]
    assert told[0] == told[1]
    refusals = [reader.post(path(image, studied)) for image in (hidden_only, without)]
    assert refusals[0].content == refusals[1].content
    alone = reader.get(path(now)).content  # beside one that is shown, too
    Image.objects.filter(pk=studied.pk).update(patient_id="P-4711", patient_birth_date="19630102")
    assert reader.get(path(now)).content == alone


def test_a_lateral_that_a_study_hides_takes_the_frontal_view_along() -> None:
    """The examination is hidden: the page of the other view is not there to tell that a lateral lacks."""
    shown = image_of(patient_id="P-40", patient_birth_date="19500505")
    hidden = lateral_of(shown)
    reader = reader_of(opened(make_study(images=[hidden])))
    assert [reader.get(path(image)).status_code for image in (shown, hidden)] == [404, 404]


def test_a_case_of_a_running_study_has_no_priors_for_its_readers(
    study: tuple[MadeStudy, Image, Image, Image], signed_in: SignedIn
) -> None:
    made, old, studied, _ = study
    lateral_of(studied)
    reader = reader_of(made)
    answers = [reader.get(path(studied)), reader.post(path(studied, old))]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert str(old.pk) not in answers[0].content.decode()
    assert events() == []
    assert len(asked(signed_in(), studied)["priors"]) == 1


def test_what_a_study_hides_meanwhile_is_not_opened_any_more(signed_in: SignedIn) -> None:
    now, before = image_of(), image_of(study_date=days_before(40))
    made = make_study(images=[before])
    reader = reader_of(made)
    assert [one["id"] for one in asked(reader, now)["priors"]] == [str(before.pk)]
    opened(made)
    assert reader.post(path(now, before)).status_code == 404
    Case.objects.update(voided_at=made.study.created_at)
    assert reader.post(path(now, before)).status_code == 200


def test_nobody_and_nothing(signed_in: SignedIn) -> None:
    now, before = image_of(), image_of(study_date=days_before(40))
    assert {Client().get(path(now)).status_code, Client().post(path(now, before)).status_code} <= {401, 403}
    client = signed_in()
    assert client.get("/api/images/00000000-0000-0000-0000-000000000001/priors/").status_code == 404
    assert client.get(f"/api/images/{now.sop_instance_uid}/priors/").status_code == 200
    assert client.post(f"/api/images/{now.pk}/priors/none/opening/").status_code == 404
