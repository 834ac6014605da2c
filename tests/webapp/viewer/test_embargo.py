"""What a study hides from a reader cannot be learnt from the worklist: not from order, filters, counts, choices or events.

A case under embargo is compared with itself under every possible state of model and reviews: the pages must not differ.
"""

import datetime
import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests.webapp.viewer.case_factory import make_image, make_result, make_user, make_waiting, review_body
from webapp.accounts import policy
from webapp.accounts.policy import EmbargoBySet, Refusal
from webapp.archive.models import Image
from webapp.predictions.models import Prediction
from webapp.reveal.embargoed import under_embargo
from webapp.reviews.record_review import record_review
from webapp.viewer.views.events import visible
from webapp.viewer.worklist.cases import streams
from webapp.viewer.worklist.changes import states_since
from webapp.work.models import Job

pytestmark = pytest.mark.django_db
IN_STUDY = Refusal("in_study", "This case is in your study.")
SORTS = ("-arrived", "arrived", "-finding", "finding", "-study", "study")
STATES = ("open", "to_read", "waiting", "refused", "failed", "no_model", "read", "hidden", "all")
Lists = dict[str, list[str]]


def by_rule(user: policy.Person, image: Image) -> Refusal | None:
    return IN_STUDY if user.get_username() == "blinded" and image.patient_id == "SECRET" else None


def by_set(user: policy.Person) -> object:
    rows = Image.objects.filter(patient_id="SECRET") if user.get_username() == "blinded" else Image.objects.none()
    return rows.values("pk")


@pytest.fixture(params=["set", "rule"])
def embargo(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The image of patient SECRET is hidden from the person `blinded`, by either form of rule."""
    rule = EmbargoBySet(by_rule, by_set) if request.param == "set" else by_rule
    monkeypatch.setattr(policy, "EMBARGOES", [rule])


@pytest.fixture
def secret() -> Image:
    """The hidden image, arrived between two others with results."""
    make_result(make_image(patient_id="LOW", minutes_ago=30), probability=0.3, decision="uncertain")
    image = make_image(patient_id="SECRET", minutes_ago=20)
    make_result(make_image(patient_id="HIGH", minutes_ago=10), probability=0.9)
    return image


def nothing(image: Image) -> None:
    return None


def read_by_somebody(image: Image) -> None:
    make_result(image)
    record_review(make_user("another"), image, review_body())


HISTORIES: dict[str, Callable[[Image], object]] = {
    "no result": nothing,
    "waiting": make_waiting,
    "failed": lambda image: make_waiting(image, "failed", error_code="x", error_text="The worker failed."),
    "positive": lambda image: make_result(image, probability=0.99),
    "negative": lambda image: make_result(image, probability=0.01, decision="negative"),
    "another finding": lambda image: make_result(image, highest_finding="only_here"),
    "refused": lambda image: make_result(image, probability=None, decision="refused"),
    "reviewed": read_by_somebody,
}


def lists(client: Client) -> Lists:
    """Every list and count that the page can show: patients in order by query, the counts, and the choices of findings."""
    queries = [f"?state={state}" for state in STATES] + [f"?state=all&sort={sort}" for sort in SORTS]
    queries += ["?finding=lung_opacity", "?finding=only_here", "?site=HIL&state=all"]
    found: Lists = {}
    for query in queries:
        text = client.get(f"/{query}").content.decode()
        found[query] = re.findall(r'class="number"[^>]*>([^<]+)', text)
        found[f"{query} counts"] = re.findall(r'class="num">(\d+)</b>', text)
        found[f"{query} findings"] = sorted(set(re.findall(r"lung_opacity|only_here|Lung opacity", text)))
    for state in Job.State.values:
        rows = client.get(f"/api/images/?state={state}").json()["results"]
        found[f"api {state}"] = [
            row["id"] for row in rows if row["id"] == str(Image.objects.get(patient_id="SECRET").pk)
        ]
    return found


@pytest.mark.slow
def test_no_list_tells_what_happened_to_a_hidden_case(
    embargo: None, secret: Image, signed_in: Callable[..., Client]
) -> None:
    client = signed_in("radiologist", "blinded")
    wanted = lists(client)
    assert wanted["?state=hidden"] == ["SECRET"]
    assert wanted["?state=open"] == ["HIGH", "SECRET", "LOW"]
    assert wanted["?site=HIL&state=all"] == []
    for name, history in HISTORIES.items():
        with transaction.atomic():
            history(secret)
            assert lists(client) == wanted, name
            transaction.set_rollback(True)


def test_somebody_else_sees_it_where_it_belongs(embargo: None, secret: Image, signed_in: Callable[..., Client]) -> None:
    make_result(secret, probability=0.6)
    found = lists(signed_in("radiologist", "other"))
    assert found["?state=all&sort=-finding"] == ["HIGH", "SECRET", "LOW"]
    assert found["?state=hidden"] == []
    assert found["api succeeded"] == [str(secret.pk)]


def test_the_neighbours_of_a_case_follow_the_same_order(
    embargo: None, secret: Image, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    from webapp.viewer.worklist.neighbours import neighbours
    from webapp.viewer.worklist.query import WorklistQuery

    make_result(secret, probability=0.95)
    client = signed_in("radiologist", "blinded")
    high = Image.objects.get(patient_id="HIGH")
    query = WorklistQuery.from_query({"sort": "-finding"}, client.person)
    place = neighbours(high, query, client.person, {})  # type: ignore[arg-type]
    assert (place.position.number, place.previous, place.count.number) == (1, None, 3)
    place = neighbours(secret, query, client.person, {})  # type: ignore[arg-type]
    assert place.position.number == 3


def test_the_moment_of_a_result_is_not_announced(embargo: None, secret: Image, person: Callable[..., object]) -> None:
    make_result(secret)
    changed = states_since(timezone.now() - datetime.timedelta(minutes=1))
    assert secret.pk in changed
    assert str(secret.pk) not in visible(changed, person("radiologist", "blinded"))
    assert str(secret.pk) in visible(changed, person("radiologist", "other"))


def test_without_an_embargo_no_condition_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "EMBARGOES", [])
    assert under_embargo(AnonymousUser()) is None


def test_a_set_is_asked_for_no_image(
    secret: Image, person: Callable[..., object], monkeypatch: pytest.MonkeyPatch, django_assert_num_queries
) -> None:
    def never(user: object, image: object) -> Refusal | None:
        raise AssertionError("asked about one image")

    monkeypatch.setattr(policy, "EMBARGOES", [EmbargoBySet(never, by_set)])
    blinded = person("radiologist", "blinded")
    with django_assert_num_queries(4):  # one of them: whether the person still reads in a study
        assert [entries.filter(case_state="hidden").count() for entries in streams(blinded)] == [0, 1]
    assert list(Prediction.objects.exclude(under_embargo(blinded, "image"))) == list(Prediction.objects.all())


def test_the_rule_that_studies_register_names_its_set() -> None:
    """Without a set every page of the worklist would ask about every image."""
    assert [type(embargo) for embargo in policy.EMBARGOES] == [EmbargoBySet] * len(policy.EMBARGOES)
    assert policy.EMBARGOES
