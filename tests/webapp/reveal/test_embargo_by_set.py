"""Pages, API and lists keep answer and model in order by an embargo alone, whichever room registers it: here none that exists."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from tests.webapp.viewer.case_factory import make_image, make_result, review_body
from webapp.accounts import policy
from webapp.accounts.policy import EmbargoBySet, Person, Refusal
from webapp.archive.models import Image
from webapp.reveal.embargoed import embargo_by_set, under_embargo
from webapp.reviews.record_review import record_review
from webapp.viewer.views.events import visible
from webapp.viewer.worklist.cases import streams

pytestmark = pytest.mark.django_db
NOT_ANSWERED = Refusal("not_answered", "Answer first: the model is shown after.")
Waiting = dict[str, set[object]]


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Waiting:
    """Name of a reader -> images that the reader has yet to answer, in an embargo that is the only one."""
    found: Waiting = {}
    monkeypatch.setattr(policy, "EMBARGOES", [])
    policy.register_embargo(embargo_by_set(lambda user: found.get(user.get_username(), ()), NOT_ANSWERED))
    return found


@pytest.fixture
def reader(signed_in: Callable[..., Client]) -> Client:
    return signed_in("radiologist", "reader")


def in_lists(user: Person) -> set[object]:
    """Images whose results the worklist, the events and the conditions of other lists give this person."""
    everything = list(Image.objects.values_list("pk", flat=True))
    ways = [
        {key for entries in streams(user) for key in entries.exclude(case_state="hidden").values_list("pk", flat=True)},
        set(Image.objects.exclude(under_embargo(user)).values_list("pk", flat=True)),
        {key for key in everything if str(key) in visible(everything, user)},
    ]
    assert ways[0] == ways[1] == ways[2]
    return ways[0]


def test_the_model_is_closed_to_this_reader_until_the_answer_is_given(waiting: Waiting, reader: Client) -> None:
    image, other = make_image(), make_image()
    for one in (image, other):
        make_result(one)
    address = f"/api/images/{image.pk}/predictions/"
    waiting["reader"] = {image.pk}
    answer = reader.get(address)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_answered")
    assert b"0.81" not in answer.content
    assert in_lists(reader.person) == {other.pk}

    waiting["reader"].clear()
    assert b"0.81" in reader.get(address).content
    assert in_lists(reader.person) == {image.pk, other.pk}


def test_it_is_open_to_everybody_else_meanwhile(
    waiting: Waiting, reader: Client, signed_in: Callable[..., Client]
) -> None:
    image = make_image()
    make_result(image)
    waiting["reader"] = {image.pk}
    colleague = signed_in("radiologist", "colleague")
    record_review(colleague.person, image, review_body())
    assert colleague.get(f"/api/images/{image.pk}/predictions/").status_code == 200
    assert len(colleague.get(f"/api/images/{image.pk}/reviews/").json()["reviews"]) == 1
    assert reader.get(f"/api/images/{image.pk}/reviews/").status_code == 403
    with pytest.raises(Exception, match="Answer first"):
        record_review(reader.person, image, review_body())


@pytest.mark.parametrize("form", ["queryset", "keys"])
def test_the_rule_of_one_image_and_the_set_say_the_same(form: str) -> None:
    hidden = [make_image(patient_id="SECRET") for _ in range(2)]
    images = [*hidden, make_image()]
    rows = Image.objects.filter(patient_id="SECRET").values("pk")
    embargo = embargo_by_set(lambda user: rows if form == "queryset" else [one.pk for one in hidden], NOT_ANSWERED)
    assert isinstance(embargo, EmbargoBySet)
    assert [embargo(AnonymousUser(), image) for image in images] == [NOT_ANSWERED, NOT_ANSWERED, None]


def test_no_image_is_under_no_embargo() -> None:
    assert embargo_by_set(lambda user: Image.objects.values("pk"), NOT_ANSWERED)(AnonymousUser(), None) is None
