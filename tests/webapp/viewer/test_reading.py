"""`/images/{id}/`: the reading page."""

import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.webapp.viewer.case_factory import SCRIPT, make_image, make_result, review_body
from webapp import built_viewer
from webapp.archive.models import Project
from webapp.audit.models import AccessEvent
from webapp.reviews.record_review import record_review

SignedIn = Callable[..., Client]
pytestmark = pytest.mark.django_db
MANIFEST = {
    "src/reading.tsx": {
        "file": "assets/reading-AbCd1234.js",
        "css": ["assets/reading-Ef.css"],
        "imports": ["_a.js"],
        "isEntry": True,
    },
    "_a.js": {"file": "assets/a.js", "css": ["assets/a.css"], "imports": ["src/reading.tsx"]},
}


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(MANIFEST))
    monkeypatch.setattr(built_viewer, "MANIFEST", manifest)


def boot(text: str) -> dict[str, Any]:
    found = re.search(r'<script id="reading-boot" type="application/json">(.*?)</script>', text, re.DOTALL)
    assert found
    document: dict[str, Any] = json.loads(found[1])
    return document


def root(client: Client, address: str) -> dict[str, str]:
    """The data attributes of #reading-root."""
    text = client.get(address).content.decode()
    found = re.search(r'<div id="reading-root"([^>]*)>', text)
    assert found
    return dict(re.findall(r'data-(\w+)="([^"]*)"', found[1]))


@pytest.mark.usefixtures("built")
def test_a_project_asks_its_readers_to_look_first_whatever_they_chose(signed_in: SignedIn) -> None:
    project = Project.default()
    other = make_image(project=Project.objects.create(name="Other", slug="other"))
    image, admin, reader = make_image(), signed_in("admin"), signed_in()
    change = f"/admin/archive/project/{project.pk}/change/"
    assert reader.post(change, {"look_first": "on"}).status_code in (302, 403)
    assert boot(reader.get(f"/images/{image.pk}/").content.decode())["image"]["look_first_project"] == ""

    assert admin.post(change, {"look_first": "on", "sentinel_share": "7"}).status_code == 302
    reader.post("/settings/", {})  # the person's own choice: no
    document = boot(reader.get(f"/images/{image.pk}/").content.decode())
    assert (document["image"]["look_first_project"], document["user"]["look_first"]) == ("Default project", False)
    assert boot(reader.get(f"/images/{other.pk}/").content.decode())["image"]["look_first_project"] == ""
    assert AccessEvent.objects.get(verb="project.settings").details == {
        "takes_for_processing": False,
        "look_first": True,
        "ai_on_priors": False,
        "sentinel_share": 7,
        "hanging": {},
    }


@pytest.mark.parametrize("role", ["radiologist", "manager", "admin"])
@pytest.mark.usefixtures("built")
def test_every_role_gets_the_boot_document(signed_in: SignedIn, role: str) -> None:
    image = make_image(patient_name="DOE^JANE")
    text = signed_in(role).get(f"/images/{image.pk}/").content.decode()
    document = boot(text)
    assert document["image"]["patient"]["name"] == "DOE^JANE"
    assert document["image"]["study_date"] == "2026-11-18"
    assert document["urls"]["reviews"] == f"/api/images/{image.pk}/reviews/"
    assert document["user"]["role"] == role
    assert re.fullmatch("[0-9a-f]{40}", document["sitting"])
    assert document["user"]["look_first"] is False


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("age", "problem"),
    [
        ("060Y", ""),
        ("045Y", "Patient's Age says 045Y, but birth and study date says 61.3 years"),
        ("old", "Patient's Age says old, which is not known here, but birth and study date says 61.3 years"),
    ],
)
def test_the_boot_document_says_where_the_age_contradicts_the_birth_date(
    signed_in: SignedIn, age: str, problem: str
) -> None:
    header = {"patient_age": age, "patient_birth_date": "19600229", "study_date": "20210703"}
    image = make_image(header=header)
    document = boot(signed_in().get(f"/images/{image.pk}/").content.decode())
    assert document["image"]["patient"]["age_problem"] == problem


@pytest.mark.usefixtures("built")
def test_the_page_loads_the_entry_and_the_sheets_of_its_chunks(signed_in: SignedIn) -> None:
    text = signed_in().get(f"/images/{make_image().pk}/").content.decode()
    assert '<script type="module" src="/static/viewer/assets/reading-AbCd1234.js"></script>' in text
    assert re.findall(r'href="/static/viewer/([^"]+)"', text) == ["assets/a.css", "assets/reading-Ef.css"]
    assert "Research use only — not for diagnosis" in text


@pytest.mark.usefixtures("built")
def test_a_script_in_the_patient_name_is_inert_and_stays_out_of_title_and_address(signed_in: SignedIn) -> None:
    image = make_image(patient_name="</script>" + SCRIPT, patient_id=SCRIPT)
    text = signed_in().get(f"/images/{image.pk}/").content.decode()
    assert SCRIPT not in text
    assert boot(text)["image"]["patient"]["name"] == "</script>" + SCRIPT
    assert f"<title>Case {image.code} · Sightline</title>" in text


@pytest.mark.usefixtures("built")
def test_neighbours_follow_the_codes_in_the_address(signed_in: SignedIn) -> None:
    first, second, third = (
        make_image(minutes_ago=minutes, view_position=view) for minutes, view in ((9, "PA"), (8, "AP"), (7, "PA"))
    )
    client = signed_in()
    place = root(client, f"/images/{third.pk}/?view=PA")
    assert (place["next"], place["previous"], place["position"], place["count"]) == (str(first.pk), "", "1", "2")
    assert root(client, f"/images/{second.pk}/?sort=arrived")["next"] == str(third.pk)


@pytest.mark.usefixtures("built")
def test_neighbours_follow_the_list_shown_last_when_the_address_has_no_codes(signed_in: SignedIn) -> None:
    first, second = make_image(minutes_ago=9), make_image(minutes_ago=8)
    client = signed_in()
    client.get("/?sort=arrived")
    assert root(client, f"/images/{first.pk}/")["next"] == str(second.pk)


@pytest.mark.usefixtures("built")
def test_a_case_that_was_just_read_stays_a_neighbour(signed_in: SignedIn) -> None:
    client = signed_in()
    first, second = make_image(minutes_ago=8), make_image(minutes_ago=9)
    make_result(first)
    client.get("/")
    client.get(f"/images/{first.pk}/")
    record_review(client.person, first, review_body())
    assert root(client, f"/images/{second.pk}/")["previous"] == str(first.pk)
    client.get("/")
    assert root(client, f"/images/{second.pk}/")["previous"] == ""


@pytest.mark.usefixtures("built")
def test_wrong_codes_fall_back_to_the_default_list(signed_in: SignedIn) -> None:
    assert root(signed_in(), f"/images/{make_image().pk}/?state=nix")["position"] == "1"


def test_an_unbuilt_viewer_says_what_to_do(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(built_viewer, "MANIFEST", tmp_path / "missing.json")
    answer = signed_in().get(f"/images/{make_image().pk}/")
    assert answer.status_code == 503
    assert "make frontend" in answer.content.decode()


def test_an_unknown_id_is_404_in_house_style(signed_in: SignedIn) -> None:
    answer = signed_in().get(f"/images/{uuid.UUID(int=5)}/")
    assert answer.status_code == 404
    assert "Nothing here" in answer.content.decode()


def test_a_uid_in_the_address_is_404(signed_in: SignedIn) -> None:
    assert signed_in().get(f"/images/{make_image().sop_instance_uid}/").status_code == 404


def test_signed_out_is_sent_to_the_sign_in_page(client: Client) -> None:
    assert client.get(f"/images/{uuid.UUID(int=5)}/").headers["Location"].startswith("/sign-in/")


def test_the_page_cannot_be_posted_to(signed_in: SignedIn) -> None:
    assert signed_in().post(f"/images/{make_image().pk}/").status_code == 405
