"""`/settings/`: a person's own, and nobody else's."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import find
from django.test import Client

from inference.colours import colours
from webapp.accounts.models import User
from webapp.archive.models import Image

SignedIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


def looks_first(client: Client) -> bool:
    return User.objects.get(pk=client.person.pk).look_first


def test_looking_first_is_switched_on_and_off_by_the_person_alone(signed_in: SignedIn) -> None:
    one, other = signed_in(), signed_in(username="other")
    assert one.post("/settings/", {"look_first": "on"}).headers["Location"] == "/settings/"
    assert (looks_first(one), looks_first(other)) == (True, False)
    assert "checked" in one.get("/settings/").content.decode()
    assert "checked" not in other.get("/settings/").content.decode()
    one.post("/settings/", {})
    assert not looks_first(one)


def test_nothing_else_of_a_person_is_taken_there(signed_in: SignedIn) -> None:
    client = signed_in()
    client.post("/settings/", {"role": "admin", "username": "another", "is_superuser": "on", "look_first": "on"})
    person = User.objects.get(pk=client.person.pk)
    assert (person.role, person.username, person.is_superuser) == ("radiologist", client.person.username, False)


def test_the_menu_leads_there(signed_in: SignedIn) -> None:
    assert 'href="/settings/"' in signed_in().get("/").content.decode()


LIGHT = re.compile(r'<link rel="stylesheet" href="[^"]*light[^"]*css"( media="[^"]*")?>')


def test_lists_are_dark_light_or_as_the_system_says_and_the_reading_page_is_dark(
    signed_in: SignedIn, make_image: Callable[..., Image]
) -> None:
    client, image = signed_in(), make_image()
    seen = {}
    for theme in ("dark", "light", "system"):
        client.post("/settings/", {"theme": theme})
        found = LIGHT.search(client.get("/").content.decode())
        seen[theme] = found and (found[1] or "")
        assert not LIGHT.search(client.get(f"/images/{image.pk}/").content.decode())
    assert seen == {"dark": None, "light": "", "system": ' media="(prefers-color-scheme: light)"'}
    client.post("/settings/", {"look_first": "on"})
    assert User.objects.get(pk=client.person.pk).theme == "system", "what is not sent stays"
    refused = client.post("/settings/", {"theme": "neon"})
    assert "neon is not one of the available choices" in refused.content.decode()
    assert User.objects.get(pk=client.person.pk).theme == "system"


def luminance(colour: str) -> float:
    """Relative luminance of "#rgb" or "#rrggbb" (WCAG 2.2, definition of relative luminance)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_text_is_read_on_every_ground_in_both_looks() -> None:
    light = dict(
        re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{3}(?:[0-9a-f]{3})?);", Path(find("site/light.css")).read_text())
    )
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert set(light) <= set(colours())
    texts = ("text", "muted", "faint", "model", "reader", "truth", "stop", "focus", "strong")
    grounds = ("ground", "panel", "raised", "row-hover", "row-on", "hover", "fresh")
    for look in (colours(), light):
        pale = [
            (text, ground, round(contrast(look[text], look[ground]), 2))
            for text in texts
            for ground in grounds
            if contrast(look[text], look[ground]) < 4.5
        ]
        assert pale == []
        assert contrast(look["primary-text"], look["primary"]) >= 4.5
        assert contrast(look["primary-text"], look["primary-hover"]) >= 4.5
        assert contrast(look["stop"], look["stop-ground"]) >= 4.5
    page = Path(find("site/site.css")).read_text()
    named = set(re.findall(r"var\(--([a-z0-9-]+)\)", page)) & set(colours())
    assert named - set(light) == {"canvas"}, "the ground of a radiograph stays black"
    assert not re.search(r":[^;{]*#[0-9a-f]{3,8}\b", page), "a colour outside of the tables would not follow"
