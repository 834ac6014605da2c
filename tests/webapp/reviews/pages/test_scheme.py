"""`/failures/scheme/`: read by everybody, edited and published by managers and admins."""

import pytest
from django.test import Client

from reader_study.models import FailureMode
from tests.webapp.viewer.case_factory import BUNDLE, SCRIPT, make_image, make_result, make_user, review_body
from webapp.reviews.edit_scheme import draft_of_scheme
from webapp.reviews.models import FailureSchemeVersion
from webapp.reviews.pages.scheme import uses_of
from webapp.reviews.record_review import record_review
from webapp.reviews.scheme_versions import current_scheme

pytestmark = pytest.mark.django_db
PAGE = "/failures/scheme/"
RETIRE = {"action": "retire", "kind": "sites", "code": "APX", "into": "UZ"}


def client_of(name: str, role: str) -> Client:
    client = Client()
    client.force_login(make_user(name, role))
    return client


@pytest.mark.parametrize(("role", "may"), [("radiologist", False), ("manager", True), ("admin", True)])
def test_everybody_reads_and_only_managers_and_admins_change(role: str, may: bool) -> None:
    client = client_of("dora", role)
    text = client.get(PAGE).content.decode()
    assert "Version 1 is in force" in text
    assert ("change/" in text, 'data-testid="draft"' in text) == (may, may)
    client.post(f"{PAGE}change/", RETIRE)
    assert (draft_of_scheme() is not None) is may
    client.post(f"{PAGE}publish/", {"version": "2"})
    assert current_scheme().version == (2 if may else 1)


def test_signed_out_people_are_led_to_sign_in(client: Client) -> None:
    for answer in (client.get(PAGE), client.post(f"{PAGE}change/", RETIRE), client.post(f"{PAGE}publish/")):
        assert answer.headers["Location"].startswith("/sign-in/")
    assert not FailureSchemeVersion.objects.exists()


def test_a_draft_is_seen_by_those_who_edit_and_after_publishing_by_all() -> None:
    manager, reader = client_of("dora", "manager"), client_of("alice", "radiologist")
    manager.post(f"{PAGE}change/", {"action": "add", "kind": "sites", "code": "AZY", "title": "azygos arch"})
    assert "azygos arch" in manager.get(PAGE).content.decode()
    assert "azygos arch" not in reader.get(PAGE).content.decode()
    answer = manager.post(f"{PAGE}publish/", {"version": "2"}, follow=True).content.decode()
    assert "Version 2 is published" in answer
    assert "azygos arch" in reader.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("address", "form", "text"),
    [
        ("change", RETIRE | {"into": "TOE"}, "into &#x27;TOE&#x27; is not one of the codes"),
        ("change", {"action": "add", "kind": "sites", "code": SCRIPT, "title": "x"}, "&lt;img src=x"),
        ("change", {}, "action &#x27;&#x27; is not one of add, rename, retire, reset"),
        ("publish", {"version": "two"}, "version 0 is not a draft: no draft waits"),
    ],
)
def test_a_refusal_is_a_message_and_nothing_changes(address: str, form: dict[str, str], text: str) -> None:
    answer = client_of("dora", "manager").post(f"{PAGE}{address}/", form, follow=True).content.decode()
    assert text in answer
    assert SCRIPT not in answer
    assert not FailureSchemeVersion.objects.exists()


def test_uses_are_counted_for_each_code_from_current_reviews() -> None:
    reader = make_user("alice")
    for site in ("APX", "APX", "HIL"):
        image = make_image()
        make_result(image)
        review, _ = record_review(reader, image, review_body(failure={"site": site, "cause": "NRM"}))
    # The last one is corrected: a change of mind is one use, not two.
    record_review(reader, image, review_body(failure={"site": "CLA", "cause": "NRM"}, replaces=str(review.pk)))
    text = client_of("dora", "manager").get(PAGE).content.decode()
    counts = {
        code: text.split(f'data-testid="code-sites-{code}"')[1].split('<td class="num">')[2].split("<")[0]
        for code in ("APX", "HIL", "CLA")
    }
    assert counts == {"APX": "2", "HIL": "0", "CLA": "1"}


def test_the_page_takes_no_other_method() -> None:
    client = client_of("dora", "manager")
    assert client.post(PAGE).status_code == 405
    assert client.get(f"{PAGE}change/").headers["Location"] == PAGE


def test_uses_count_reviews_and_the_codings_that_the_person_may_see() -> None:
    coder = make_user("coder")
    for person in (coder, make_user("another")):
        FailureMode.objects.create(
            image_sha256="0" * 64, bundle_id=BUNDLE, finding="lung_opacity", outcome="FP", site="HIL", laterality="R",
            cause="NRM", severity=1, coder=person,
        )  # fmt: skip
    assert uses_of(coder, "sites") == {"HIL": (0, 1)}
    assert uses_of(coder, "severities") == {"1": (0, 1)}
    assert uses_of(make_user("stranger"), "sites") == {}
