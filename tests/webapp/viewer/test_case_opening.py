"""`POST /api/images/{id}/opening/`: a further case on a reading page that stays; and what such a page fetches ahead of it."""

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from reader_study.washout import CLINICAL_VERBS
from tests.webapp.viewer.case_factory import make_image, make_result
from webapp.accounts import policy
from webapp.accounts.policy import Refusal
from webapp.archive.frame import api as frame_api
from webapp.archive.frame.frames import EncodedFrame
from webapp.archive.models import Image
from webapp.audit.models import AccessEvent

SignedIn = Callable[..., Client]
pytestmark = pytest.mark.django_db
AHEAD = {"x-sightline-ahead": "1"}


def opening(image: Image | uuid.UUID, query: str = "") -> str:
    return f"/api/images/{getattr(image, 'pk', image)}/opening/{query}"


def verbs() -> list[str]:
    events = AccessEvent.objects.exclude(verb="person.sign_in").order_by("sequence")
    return list(events.values_list("verb", flat=True))


def page_of(client: Client, image: Image, query: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Boot document and place as the page itself carries them."""
    text = client.get(f"/images/{image.pk}/{query}").content.decode()
    boot = re.search(r'id="reading-boot" type="application/json">(.*?)</script>', text, re.DOTALL)
    root = re.search(r'<div id="reading-root"([^>]*)>', text)
    assert boot
    assert root
    return json.loads(boot[1]), dict(re.findall(r'data-(\w+)="([^"]*)"', root[1]))


def test_it_tells_and_records_what_the_page_of_the_case_would(signed_in: SignedIn) -> None:
    first, second, third, _ = (make_image(minutes_ago=minutes) for minutes in (9, 8, 7, 6))
    client = signed_in()
    query = "?sort=arrived"
    boot, root = page_of(client, second, query)
    assert verbs()[-1] == "open"
    answer = client.post(opening(second, query))
    assert answer.status_code == 200
    opened = answer.json()
    assert {**opened["boot"], "csrf": ""} == {**boot, "csrf": ""}
    place = opened["place"]
    assert (place["previous"], place["next"]) == (root["previous"], root["next"]) == (str(first.pk), str(third.pk))
    assert " ".join(place["ahead"]) == root["ahead"]
    assert len(place["ahead"]) == 2
    assert (place["position"], place["count"]) == (root["position"], root["count"]) == ("2", "4")
    event = AccessEvent.objects.order_by("-sequence")[0]
    assert (event.verb, event.target, event.actor) == ("open", f"image:{second.pk}", client.person)


def test_the_end_of_the_list_has_nothing_ahead(signed_in: SignedIn) -> None:
    image = make_image()
    place = signed_in().post(opening(image)).json()["place"]
    assert place == {"previous": None, "next": None, "ahead": [], "position": "1", "count": "1"}


def test_a_case_that_is_gone_is_said_in_words_and_not_recorded(signed_in: SignedIn) -> None:
    answer = signed_in().post(opening(uuid.UUID(int=7)))
    assert answer.status_code == 404
    assert answer.json()["detail"]
    assert "open" not in verbs()


def test_only_a_post_opens(signed_in: SignedIn) -> None:
    image = make_image()
    assert signed_in().get(opening(image)).status_code == 405
    assert Client().post(opening(image)).status_code in (401, 403)
    assert "open" not in verbs()


def test_what_is_fetched_ahead_is_recorded_as_that_and_counts_for_washout(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    description: Any = {"sha256": "c" * 64, "rows": 2, "columns": 3}
    monkeypatch.setattr(frame_api.frames, "description", lambda image, voi: description)
    monkeypatch.setattr(
        frame_api.frames, "encoded_frame", lambda image, voi, encoding: EncodedFrame(description, b"", "identity")
    )
    image = make_image()
    make_result(image)
    client = signed_in()
    paths = [f"/api/images/{image.pk}/{part}/" for part in ("header", "frame", "predictions")]
    assert [client.get(path, headers=AHEAD).status_code for path in paths] == [200, 200, 200]
    assert verbs() == ["image.view_header.ahead", "image.view_frame.ahead", "see_predictions.ahead"]
    assert set(verbs()) & set(CLINICAL_VERBS) == {"image.view_frame.ahead", "see_predictions.ahead"}
    client.get(paths[1])
    assert verbs()[-1] == "image.view_frame"


def test_what_is_hidden_is_not_fetched_ahead_either(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = Refusal("in_study", "This case is in your study.")
    monkeypatch.setattr(policy, "EMBARGOES", [lambda user, image: hidden])
    image = make_image()
    make_result(image)
    client = signed_in()
    answer = client.get(f"/api/images/{image.pk}/predictions/", headers=AHEAD)
    assert (answer.status_code, answer.json()["text"]) == (403, "This case is in your study.")
    frame = client.get(f"/api/images/{image.pk}/frame/", headers=AHEAD)
    assert (frame.status_code, frame.json()["detail"]) == (403, "This case is in your study.")
    assert client.get(f"/api/images/{uuid.UUID(int=3)}/header/", headers=AHEAD).status_code == 404
    assert verbs() == []
