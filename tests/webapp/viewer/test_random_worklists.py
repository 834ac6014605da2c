"""Random archives: what the database keeps, and the lists made of it, against a plain walk through all rows."""

import datetime
import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.viewer.case_factory import make_image, make_result, make_waiting, review_body
from webapp.accounts import policy
from webapp.accounts.models import User
from webapp.accounts.policy import Refusal
from webapp.archive.models import Image
from webapp.kept_in_step import differing
from webapp.predictions.models import Prediction
from webapp.reveal.embargoed import embargo_by_set
from webapp.reviews.models import CaseReview
from webapp.reviews.record_review import record_review
from webapp.viewer.worklist import listing
from webapp.viewer.worklist.cases import streams
from webapp.viewer.worklist.entry_rows import WORKLIST_ENTRIES
from webapp.viewer.worklist.neighbours import OPENED_KEY, neighbours
from webapp.viewer.worklist.query import SORTS, WorklistQuery
from webapp.work.models import Job

pytestmark = pytest.mark.django_db
IN_STUDY = Refusal("in_study", "This case is in your study.")
CODES: tuple[dict[str, str], ...] = (
    {}, {"state": "all"}, {"state": "to_read"}, {"state": "read"}, {"state": "waiting"}, {"state": "hidden"},
    {"state": "all", "view": "PA"}, {"finding": "lung_opacity", "state": "all"}, {"site": "HIL", "state": "all"},
)  # fmt: skip
Facts = dict[str, Any]


def change_something(numbers: random.Random, reader: User) -> None:
    """One thing that people and workers do, by the ways they do it: save, conditional update, deletion."""
    images = list(Image.objects.order_by("pk"))
    if len(images) < 8 or numbers.random() < 0.3:
        minutes = numbers.randrange(1, 5)
        day = numbers.choice([None, datetime.date(2026, 1, 1), datetime.date(2026, 1, 2)])
        view, clock = numbers.choice(["PA", "AP", ""]), numbers.choice(["", "0800", "0900"])
        image = make_image(study_date=day, study_time=clock, view_position=view)
        # Few moments, so that many cases arrive together and only the id tells them apart.
        Image.objects.filter(pk=image.pk).update(
            created_at=datetime.datetime(2026, 1, 1, 0, minutes, tzinfo=datetime.UTC)
        )
        return
    image, kind = numbers.choice(images), numbers.randrange(7)
    results = Prediction.objects.filter(image=image, highest_probability__isnull=False, reviews__isnull=True)
    if kind == 0:
        probability = numbers.choice([0.2, 0.5, 0.9])
        make_result(image, probability, "negative" if probability < 0.3 else numbers.choice(["positive", "uncertain"]))
    elif kind == 1:
        make_result(image, None, "refused")
    elif kind == 2:
        make_waiting(image, numbers.choice(Job.State.values[:2]))
    elif kind == 3:
        Job.objects.filter(prediction__image=image).update(state=numbers.choice(Job.State.values))
    elif kind == 4 and results:
        Prediction.objects.filter(pk=results[0].pk).update(highest_probability=numbers.choice([0.1, 0.5]))
    elif kind == 5 and results:
        results[0].delete()
    elif kind == 6 and (found := results.filter(job__state="succeeded").order_by("-created_at")):
        body = review_body(bundle=found[0].bundle_id)
        answered = image.predictions.filter(finished_at__isnull=False, bundle_id=found[0].bundle_id)[0].document
        is_call = {finding["decision"] for finding in answered["findings"]} <= {"positive", "negative"}
        verdict = "agree" if is_call else "cannot_judge"  # what every state leaves open
        is_failure = is_call and numbers.random() < 0.5
        record_review(reader, image, body if is_failure else body | {"verdict": verdict, "failure": None})


def facts_of(image: Image, hidden: set[UUID]) -> Facts:
    """What a person may know of a case, from its rows one by one."""
    result = image.predictions.order_by("-created_at", "-id").first()  # type: ignore[attr-defined]
    facts: Facts = {"image": image, "score": None, "finding": "", "sites": set()}
    if image.pk in hidden:
        return facts | {"state": "hidden"}
    reviews = [one for one in CaseReview.objects.filter(image=image) if not hasattr(one, "replaced_by")]
    facts["sites"] = {review.site for review in reviews}
    if result and result.highest_probability is not None:
        facts["score"] = result.highest_probability
        facts["finding"] = result.highest_finding if result.highest_decision in ("positive", "uncertain") else ""
    return facts | {"state": "read" if reviews else state_of(result)}


def state_of(result: Prediction | None) -> str:
    if result is None:
        return "no_model"
    by_job = {"queued": "waiting", "running": "waiting", "failed": "failed", "cancelled": "failed"}
    return by_job.get(result.state) or ("refused" if result.highest_decision == "refused" else "to_read")


def is_wanted(facts: Facts, codes: dict[str, str]) -> bool:
    state = codes.get("state", "open")
    fits = state == "all" or (facts["state"] != "read" if state == "open" else facts["state"] == state)
    fits &= codes.get("view", facts["image"].view) == facts["image"].view
    fits &= codes.get("finding", facts["finding"]) == facts["finding"]
    return fits and ("site" not in codes or codes["site"] in facts["sites"])


def in_order(found: list[Facts], sort: str) -> list[UUID]:
    """Cases without a value last in either direction."""
    is_descending, key = sort.startswith("-"), sort.lstrip("-")

    def value(facts: Facts) -> Any:
        image = facts["image"]
        arrival = (image.created_at, image.pk)
        return {
            "arrived": arrival,
            "finding": (facts["score"], *arrival),
            "study": (image.study_date, image.study_time, *arrival),
        }[key]

    with_value = [facts for facts in found if value(facts)[0] is not None]
    others = [facts for facts in found if value(facts)[0] is None]
    rest = sorted(others, key=lambda facts: value(facts)[1:], reverse=is_descending)
    return [facts["image"].pk for facts in sorted(with_value, key=value, reverse=is_descending) + rest]


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))])
def test_lists_counts_and_neighbours_are_those_of_a_plain_walk(
    seed: int, person: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers, reader, blinded = random.Random(seed), person("radiologist", "sighted"), person("radiologist", "blinded")
    hidden: set[UUID] = set()
    monkeypatch.setattr(policy, "EMBARGOES", [])
    monkeypatch.setattr(listing, "PAGE_SIZE", 4)
    monkeypatch.setattr("webapp.viewer.worklist.cases.COMMON", 3)
    for _ in range(60):
        change_something(numbers, reader)
    assert differing(WORKLIST_ENTRIES) == 0
    hidden |= {image.pk for image in Image.objects.all() if numbers.random() < 0.25}
    policy.register_embargo(embargo_by_set(lambda user: hidden if user == blinded else (), IN_STUDY))
    for user in (reader, blinded):
        known = [facts_of(image, hidden if user == blinded else set()) for image in Image.objects.all()]
        counts = {state: count.number for state, count in listing.count_states(streams(user)).items()}
        assert {state: n for state, n in counts.items() if n} == _counted(known)
        for codes in CODES:
            check_list(user, codes | {"sort": numbers.choice(SORTS)}, known, numbers)
        for sort in SORTS:
            check_list(user, {"state": "all", "sort": sort}, known, numbers)


def _counted(known: list[Facts]) -> dict[str, int]:
    states = [facts["state"] for facts in known]
    return {state: states.count(state) for state in set(states)}


def check_list(user: User, codes: dict[str, str], known: list[Facts], numbers: random.Random) -> None:
    wanted = in_order([facts for facts in known if is_wanted(facts, codes)], codes["sort"])
    seen: list[UUID] = []
    for number in range(1, len(wanted) // 4 + 2):
        found = streams(user)
        counts = numbers.choice([None, listing.count_states(found)])
        query = WorklistQuery.from_query(codes | {"page": str(number)}, user)
        page = listing.list_page(query, found, "", counts)
        if page.number == number:
            seen += [case.image for case in page.cases]
            assert page.count.number == len(wanted)
    assert seen == wanted, codes
    check_neighbours(user, codes, known, numbers)


def check_neighbours(user: User, codes: dict[str, str], known: list[Facts], numbers: random.Random) -> None:
    """Of a case that may lie outside of the list, with others that were opened before."""
    image = numbers.choice(known)["image"]
    opened = {facts["image"].pk for facts in known if numbers.random() < 0.1}
    stay = {image.pk, *opened}
    order = in_order([facts for facts in known if is_wanted(facts, codes) or facts["image"].pk in stay], codes["sort"])
    place = order.index(image.pk)
    session: Any = {OPENED_KEY: [str(key) for key in opened]}
    found = neighbours(image, WorklistQuery.from_query(codes, user), user, session)
    assert (found.position.number, found.count.number) == (place + 1, len(order))
    assert found.previous == (order[place - 1] if place else None)
    assert found.next == (order[place + 1] if place + 1 < len(order) else None)


def test_counts_stop_at_their_bound_and_are_exact_on_request(
    signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.viewer.worklist.bounded_count.COUNTED", 2)
    monkeypatch.setattr("webapp.viewer.views.worklist.COUNTED", 2)
    monkeypatch.setattr(listing, "PAGE_SIZE", 1)
    for _ in range(4):
        make_image()
    client = signed_in()
    text = client.get("/").content.decode()
    assert "1–1 of 2+" in text
    assert 'no model<b class="num">2+</b>' in text
    assert 'href="/?count=exact"' in text
    text = client.get("/?count=exact").content.decode()
    assert "1–1 of 4" in text
    assert 'no model<b class="num">4</b>' in text
    assert "Count all" not in text
    assert "count &#x27;9&#x27; is not exact" in client.get("/?count=9").content.decode()


def test_a_page_beyond_the_end_is_the_last_one(
    signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE_SIZE", 2)
    for _ in range(5):
        make_image()
    assert "5–5 of 5" in signed_in().get("/?page=2000").content.decode()


def test_the_time_a_case_usually_takes_is_that_of_the_last_ones(signed_in: Callable[..., Client]) -> None:
    began = timezone.now()
    for seconds in (4, 8):
        job = make_result(make_image()).job
        Job.objects.filter(pk=job.pk).update(  # type: ignore[union-attr]
            started_at=began, finished_at=began + datetime.timedelta(seconds=seconds)
        )
    make_waiting(make_image())
    assert "position 1 in the queue, about 6 s" in signed_in().get("/?state=waiting").content.decode()
