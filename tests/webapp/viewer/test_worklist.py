"""`/`: the worklist."""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

import pytest
from django.test import Client

from tests.webapp.viewer.case_factory import SCRIPT, make_image, make_result, make_waiting, review_body
from webapp.accounts import policy
from webapp.audit.models import AccessEvent
from webapp.code_filters import CodeFilter
from webapp.reviews.record_review import record_review
from webapp.viewer.worklist.filters import WorklistFilters

SignedIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/{query}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def patients(client: Client, query: str = "") -> list[str]:
    """Patient numbers of the rows, in order."""
    return re.findall(r'class="number"[^>]*>([^<]+)', page(client, query))


@pytest.mark.parametrize("role", ["radiologist", "manager", "admin"])
def test_every_role_sees_the_list(signed_in: SignedIn, role: str) -> None:
    make_result(make_image(patient_id="A1"))
    assert patients(signed_in(role)) == ["A1"]


def test_signed_out_is_sent_to_the_sign_in_page(client: Client) -> None:
    answer = client.get("/?state=read")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/")


def test_the_list_cannot_be_posted_to(signed_in: SignedIn) -> None:
    assert signed_in().post("/").status_code == 405


def test_the_highest_finding_is_a_bar_with_its_operating_point(signed_in: SignedIn) -> None:
    make_result(make_image())
    text = page(signed_in())
    assert 'rect width="81.0"' in text
    assert 'line x1="42.0"' in text
    assert 'Lung opacity <span class="num">.81' in text


def test_a_negative_case_says_none_above(signed_in: SignedIn) -> None:
    make_result(make_image(), probability=0.09, decision="negative")
    assert 'none above <span class="num">.09' in page(signed_in())


def test_a_refusal_stands_in_the_place_of_the_score(signed_in: SignedIn) -> None:
    make_result(make_image(), probability=None, decision="refused")
    text = page(signed_in(), "?state=refused")
    assert "no score: age 8, model knows 18–90" in text
    assert "rect width" not in text


def test_a_waiting_case_says_its_place_in_the_queue(signed_in: SignedIn) -> None:
    make_waiting(make_image())
    make_waiting(make_image())
    text = page(signed_in(), "?state=waiting")
    assert "position 1 in the queue" in text
    assert "position 2 in the queue" in text


def test_a_failed_case_says_its_sentence(signed_in: SignedIn) -> None:
    make_waiting(make_image(), "failed", error_code="decoder_error", error_text="the codestream ends early")
    assert "the codestream ends early" in page(signed_in(), "?state=failed")


def test_a_case_without_a_model_says_so(signed_in: SignedIn) -> None:
    make_image()
    assert "no model was active" in page(signed_in(), "?state=no_model")


def test_a_reviewed_case_leaves_the_open_list_and_shows_its_failure(signed_in: SignedIn) -> None:
    client, image = signed_in(), make_image(patient_id="A1")
    make_result(image)
    record_review(client.person, image, review_body())
    assert patients(client) == []
    text = page(client, "?state=read")
    assert "me · 1 of 2" in text
    assert "false positive · hilum" in text


def test_the_newest_result_counts(signed_in: SignedIn) -> None:
    image = make_image()
    make_waiting(image, "failed")
    make_result(image)
    assert patients(signed_in(), "?state=failed") == []


def test_filters_and_sort_are_codes_in_the_address(signed_in: SignedIn) -> None:
    make_result(make_image(patient_id="A1", minutes_ago=3), probability=0.6)
    make_result(make_image(patient_id="A2", minutes_ago=2, view_position="AP"), probability=0.9)
    make_result(make_image(patient_id="A3", minutes_ago=1, view_position="LL"), probability=0.3, decision="negative")
    client = signed_in()
    assert patients(client) == ["A3", "A2", "A1"]
    assert patients(client, "?sort=arrived") == ["A1", "A2", "A3"]
    assert patients(client, "?sort=-finding") == ["A2", "A1", "A3"]
    assert patients(client, "?view=AP") == ["A2"]
    assert patients(client, "?view=LAT") == ["A3"]
    assert patients(client, "?finding=lung_opacity&sort=finding") == ["A1", "A2"]


def test_a_site_finds_the_cases_with_such_a_failure(signed_in: SignedIn) -> None:
    client = signed_in()
    for number, site in (("A1", "HIL"), ("A2", "CLA")):
        image = make_image(patient_id=number)
        make_result(image)
        record_review(client.person, image, review_body(failure={"site": site, "cause": "NRM"}))
    assert patients(client, "?state=all&site=CLA") == ["A2"]


def test_pages_hold_fifty_cases(signed_in: SignedIn) -> None:
    for _ in range(51):
        make_image()
    client = signed_in()
    assert (len(patients(client)), len(patients(client, "?page=2"))) == (50, 1)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("?state=nix", "state &#x27;nix&#x27; is not one of open, to_read"),
        ("?view=XX", "view &#x27;XX&#x27; is not one of PA, AP, LAT, none"),
        ("?sort=name", "sort &#x27;name&#x27; is not one of -arrived"),
        ("?page=0", "page &#x27;0&#x27; is not a whole number from 1"),
        ("?page=x", "page &#x27;x&#x27; is not a whole number from 1"),
        ("?search=DOE", "search &#x27;DOE&#x27; is not a code"),
        ("?finding=a<b>", "finding &#x27;a&lt;b&gt;&#x27; is not a code"),
    ],
)
def test_a_wrong_code_is_named(signed_in: SignedIn, query: str, text: str) -> None:
    answer = signed_in().get(f"/{query}")
    assert answer.status_code == 400
    assert text in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("", "No radiographs yet"),
        ("?view=AP", "No radiographs yet"),
        ("?search=0123abcd", "This search has been forgotten"),
    ],
)
def test_an_empty_list_says_why(signed_in: SignedIn, query: str, title: str) -> None:
    assert title in page(signed_in(), query)


def test_an_empty_filter_says_that_other_cases_exist(signed_in: SignedIn) -> None:
    make_image()
    client = signed_in()
    assert "No case matches these filters" in page(client, "?view=AP")
    assert "No case in this list" not in page(client, "?view=AP")


def test_an_open_list_with_everything_read_says_so(signed_in: SignedIn) -> None:
    client, image = signed_in(), make_image()
    make_result(image)
    record_review(client.person, image, review_body())
    assert "Everything is read" in page(client)


@pytest.mark.parametrize("text", ["jane", "DOE 004", "88213", "2026-11-18", "18.11.2026", "20261118", "1.2.826.0.1"])
def test_a_search_goes_by_post_and_leaves_no_trace_in_the_address(signed_in: SignedIn, text: str) -> None:
    make_image(patient_id="004-7", sop_instance_uid="1.2.826.0.1")
    make_image(patient_id="B", patient_name="ROE", accession_number="1", study_date=None)
    client = signed_in()
    answer = client.post("/search/", {"text": text})
    assert re.fullmatch(r"/\?state=all&search=[0-9a-f]{8}", answer.headers["Location"])
    assert patients(client, answer.headers["Location"][1:]) == ["004-7"]


def sent_by(form: str) -> dict[str, str]:
    """What a form of the page sends beside what a person types or chooses."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def test_a_search_keeps_the_filters_and_the_order(signed_in: SignedIn) -> None:
    chosen = {"view": "AP", "finding": "lung_opacity", "site": "HIL", "sort": "study"}
    client = signed_in()
    text = page(client, "?" + urlencode(chosen))
    form = sent_by(text[text.index('role="search"') : text.index('id="filter-form"')])
    address = client.post("/search/", form | {"text": "DOE"}).headers["Location"]
    sent = dict(parse_qsl(address.partition("?")[2]))
    code = sent.pop("search")
    assert sent == chosen | {"state": "all"}
    # The other form: drop-downs send the filters, hidden fields the rest.
    text = page(client, f"?state=all&search={code}&sort=study&site=HIL")
    assert sent_by(text[text.index('id="filter-form"') :]) == {"search": code, "sort": "study"}
    assert form.keys() - {"csrfmiddlewaretoken"} == chosen.keys()


def test_a_declared_filter_is_on_the_page_in_the_address_and_in_the_list(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices = [("DX", "digital"), ("CR", "plates")]
    monkeypatch.setitem(
        WorklistFilters.base_filters, "modality", CodeFilter("image__modality", label="Kind", choices=choices)
    )
    for modality in ("DX", "CR"):
        make_image(patient_id=modality, modality=modality)
    client = signed_in()
    text = page(client, "?modality=CR")
    assert re.findall(r'class="number"[^>]*>([^<]+)', text) == ["CR"]
    assert '<span class="label">Kind</span> <select name="modality"' in text
    assert '<option value="">any modality</option> <option value="DX">digital</option>' in text
    assert '<option value="CR" selected>plates</option>' in text
    assert 'href="/?modality=CR&amp;sort=-finding"' in text
    assert sent_by(text[: text.index('id="filter-form"')])["modality"] == "CR"
    assert "modality &#x27;MR&#x27; is not one of DX, CR" in client.get("/?modality=MR").content.decode()


def test_a_search_of_another_session_finds_nothing(signed_in: SignedIn) -> None:
    make_image()
    address = signed_in().post("/search/", {"text": "DOE"}).headers["Location"]
    assert patients(signed_in("radiologist", "stranger"), address[1:]) == []


def test_an_empty_search_clears_the_search(signed_in: SignedIn) -> None:
    assert signed_in().post("/search/", {"text": " ", "search": "0123abcd"}).headers["Location"] == "/"


def test_searching_needs_a_person_and_a_post(client: Client, signed_in: SignedIn) -> None:
    assert client.post("/search/", {"text": "x"}).headers["Location"].startswith("/sign-in/")
    # Seen: the session ended under the open list, and signing in again led to an empty page (405).
    assert signed_in().get("/search/").headers["Location"] == "/"
    assert signed_in("radiologist", "other").put("/search/").status_code == 405


def test_text_from_files_is_inert(signed_in: SignedIn) -> None:
    image = make_image(
        patient_id=SCRIPT, patient_name=SCRIPT, patient_sex="<b>", view_position="<i>", warnings=[SCRIPT]
    )
    make_waiting(image, "failed", error_text=SCRIPT)
    client = signed_in()
    for query in ("", client.post("/search/", {"text": SCRIPT}).headers["Location"][1:]):
        text = page(client, query)
        assert SCRIPT not in text
        assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_the_page_has_no_inline_script_or_style_and_no_viewer(signed_in: SignedIn) -> None:
    make_result(make_image())
    text = page(signed_in())
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)
    assert "/static/viewer/" not in text
    assert "Research use only — not for diagnosis" in text


def test_an_embargoed_case_shows_nothing_of_the_model(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "EMBARGOES", [lambda user, image: policy.Refusal("study", "part of a study")])
    make_result(make_image())
    text = page(signed_in())
    assert "part of a study" in text
    assert not re.search(r"(?<!\d)\.81", text)  # the probability; a time may end in the same digits


def test_the_part_for_the_script_is_the_list_alone(signed_in: SignedIn) -> None:
    make_result(make_image(patient_id="A1"))
    answer = signed_in().get("/", headers={"X-Sightline-Part": "list"})
    text = answer.content.decode()
    assert text.startswith('<div id="worklist-list"')
    assert "A1" in text


def test_looking_at_the_list_leaves_an_event_without_the_search(signed_in: SignedIn) -> None:
    client = signed_in()
    client.get(client.post("/search/", {"text": "DOE"}).headers["Location"])
    event = AccessEvent.objects.get(verb="list")
    assert event.details["filters"] == "?state=all"


def test_ten_thousand_cases_take_a_fixed_number_of_queries(
    signed_in: SignedIn, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _ in range(30):
        make_result(make_image())
    client = signed_in()
    with django_assert_max_num_queries(22):  # type: ignore[attr-defined]  # for what was found later, withheld, taken away; SQLite 21
        page(client)
