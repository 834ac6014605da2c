"""Asked, answered once, judged on the server, kept for the sitting; nobody else's."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from webapp.accounts.models import User
from webapp.accounts.sitting import sitting_of
from webapp.audit.models import AccessEvent
from webapp.display_check.ask_and_judge import OPEN_FOR, passed_in
from webapp.display_check.models import DisplayCheck
from webapp.display_check.strips import FIELDS, STRIPS

pytestmark = pytest.mark.django_db
SIGNED = Callable[..., Client]
PAGE = "/display-check/"


def asked(client: Client, **query: str) -> DisplayCheck:
    assert client.get(PAGE, query).status_code == 200
    check = DisplayCheck.objects.filter(answered_at=None).latest("asked_at")
    return check


def send(client: Client, check: DisplayCheck, *, follow: bool = True, **change: Any) -> Any:
    body = {"check": str(check.pk), **{code: str(place) for code, place in check.places.items()}, **change}
    return client.post(PAGE, {name: value for name, value in body.items() if value is not None}, follow=follow)


def is_passed(client: Client, username: str = "radiologist") -> bool:
    return passed_in(User.objects.get(username=username), sitting_of(client.session)) is not None


def test_everything_seen_passes_for_this_sitting_and_leads_on(signed_in: SIGNED) -> None:
    reader = signed_in()
    answer = send(
        reader, asked(reader), next="/?state=all", screen_width="1920", screen_height="1200", pixel_ratio="1.25"
    )
    page = answer.content.decode()
    assert 'data-testid="check-passed"' in page
    assert 'href="/?state=all"' in page
    check = DisplayCheck.objects.get()
    assert (check.is_passed, check.missed) == (True, [])
    assert (check.screen_width, check.screen_height, check.pixel_ratio) == (1920, 1200, 1.25)
    assert is_passed(reader)
    assert "Passed in this sitting" in reader.get(PAGE).content.decode()
    event = AccessEvent.objects.get(verb="display_check")
    assert event.details == {"passed": True, "missed": []}


def test_a_sitting_ends_with_the_session(signed_in: SIGNED, client: Client) -> None:
    reader = signed_in()
    send(reader, asked(reader))
    client.force_login(User.objects.get(username="radiologist"))  # another browser
    assert (is_passed(reader), is_passed(client)) == (True, False)
    reader.post("/sign-out/")
    reader.force_login(User.objects.get(username="radiologist"))
    assert not is_passed(reader)


def test_one_difference_not_seen_fails_and_says_what_it_means(signed_in: SIGNED) -> None:
    reader = signed_in()
    check = asked(reader)
    other = check.places["white"] % FIELDS + 1
    page = send(reader, check, black="0", white=str(other), next="/studies/").content.decode()
    assert 'data-testid="check-failed"' in page
    assert "Of 8 differences 2 were not seen" in page
    assert STRIPS["black"].missed in page
    assert STRIPS["white"].missed in page
    assert STRIPS["middle"].missed not in page
    assert 'data-testid="go-on"' not in page
    assert 'href="/display-check/?next=%2Fstudies%2F"' in page
    assert not is_passed(reader)


def test_a_strip_that_is_left_out_is_named_and_nothing_is_judged(signed_in: SIGNED) -> None:
    reader = signed_in()
    for change in ({"dark": None}, {"dark": "5"}, {"dark": "-1"}, {"dark": "x"}):
        page = send(reader, asked(reader), **change).content.decode()
        assert f"Not answered: {STRIPS['dark'].title}." in page
    assert not DisplayCheck.objects.exclude(answered_at=None).exists()


def test_an_answer_counts_once_and_only_for_the_picture_that_is_open(signed_in: SIGNED) -> None:
    reader, colleague = signed_in(), signed_in("radiologist", "colleague")
    check = asked(reader)
    assert "no longer open" in send(colleague, check).content.decode()  # another's picture
    reader.head(PAGE)
    late = asked(reader)
    assert DisplayCheck.objects.filter(
        pk=check.pk
    ).exists()  # a second tab, and asking for nothing but the head, put nothing away
    DisplayCheck.objects.filter(pk=late.pk).update(asked_at=late.asked_at - OPEN_FOR - timedelta(seconds=1))
    assert "no longer open" in send(reader, late).content.decode()
    failed = asked(reader)
    assert not DisplayCheck.objects.filter(pk=late.pk).exists()  # nothing is kept of what was never answered
    send(reader, failed, black="0")
    assert "no longer open" in send(reader, failed).content.decode()  # a second, better answer to the same picture
    assert "names no picture" in reader.post(PAGE, {"check": "x"}, follow=True).content.decode()
    assert not is_passed(reader)


def test_a_check_and_its_strips_are_their_persons_alone(signed_in: SIGNED) -> None:
    reader, colleague = signed_in(), signed_in("admin", "colleague")
    check = asked(reader)
    strip = f"{PAGE}{check.pk}/middle.png"
    assert (reader.get(strip).status_code, colleague.get(strip).status_code) == (200, 404)
    assert reader.get(strip)["Cache-Control"].count("no-store") == 1
    assert reader.get(f"{PAGE}{check.pk}/nothing.png").status_code == 404
    assert reader.get(f"{PAGE}{check.pk}/").status_code == 404  # not answered yet
    send(reader, check)
    assert colleague.get(f"{PAGE}{check.pk}/").status_code == 404


def test_the_page_does_not_tell_the_places(signed_in: SIGNED) -> None:
    """Two pictures of different places make the same page, but for ids and tokens."""
    reader = signed_in()
    pages = []
    for place in (1, 2):
        check = asked(reader)
        DisplayCheck.objects.filter(pk=check.pk).update(places=dict.fromkeys(STRIPS, place))
        page = reader.get(f"{PAGE}{check.pk}/middle.png")
        pages.append(page.content)
        assert str(place) not in page.headers.get("Content-Disposition", "")
    assert pages[0] != pages[1]
    html = reader.get(PAGE).content.decode()
    assert html.count('type="radio"') == (FIELDS + 1) * len(STRIPS)
    assert "checked" not in html


def test_a_strange_screen_or_address_is_left_out(signed_in: SIGNED) -> None:
    reader = signed_in()
    page = send(
        reader, asked(reader), screen_width="1e9", screen_height="nan", pixel_ratio="-2", next="https://evil.example/"
    ).content.decode()
    check = DisplayCheck.objects.get()
    assert (check.screen_width, check.screen_height, check.pixel_ratio) == (None, None, None)
    assert "evil" not in page
    assert 'data-testid="go-on"' not in page
