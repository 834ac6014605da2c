"""Versions of the failure scheme: edited in a draft, published with a map, old rows readable, retired codes refused."""

from typing import Any

import pytest
from django.test import Client

from reader_study.content import coding_content
from reader_study.models import FailureItem, FailureMode
from reader_study.refusal import StudyRefused
from reader_study.services.code_failures import checked_coding
from tests.webapp.viewer.case_factory import make_image, make_result, make_user, review_body
from webapp.accounts.models import User
from webapp.archive.models import Image
from webapp.audit.models import AccessEvent
from webapp.reviews.edit_scheme import SchemeRefused, draft_of_scheme, edit_scheme
from webapp.reviews.failure_scheme import VERSION_1
from webapp.reviews.models import AppendOnlyViolation, CaseReview, FailureSchemeVersion
from webapp.reviews.publish_scheme import publish_scheme
from webapp.reviews.record_review import record_review
from webapp.reviews.review_body import ReviewRefused
from webapp.reviews.scheme_document import scheme_document
from webapp.reviews.scheme_versions import SchemeBook, codes_of, current_scheme, scheme_of_codes

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(db: None) -> User:
    return make_user("carol", "manager")


def publish(manager: User, *changes: dict[str, str]) -> FailureSchemeVersion:
    for change in changes:
        draft = edit_scheme(manager, **change)
    return publish_scheme(manager, draft.version)


APX_INTO_UZ = {"action": "retire", "kind": "sites", "code": "APX", "into": "UZ"}
ADD_AZY = {"action": "add", "kind": "sites", "code": "AZY", "title": "azygos arch"}
NIPPLE = {"action": "rename", "kind": "causes", "code": "NIP", "title": "nipple shadow"}


def failure(**changes: Any) -> dict[str, Any]:
    return review_body(failure={"site": "HIL", "cause": "NRM", "severity": 1} | changes)


def test_storing_a_scheme_and_reading_it_gives_the_same_codes_and_titles() -> None:
    again = scheme_of_codes(1, codes_of(VERSION_1))
    assert scheme_document(again) == scheme_document(VERSION_1)
    assert all(again.titles(kind) == VERSION_1.titles(kind) for kind in ("sites", "causes", "severities"))


def test_a_draft_changes_nothing_until_it_is_published(manager: User, reader_client: Client) -> None:
    before = reader_client.get("/api/failure-scheme/").json()
    edit_scheme(manager, **ADD_AZY)
    assert reader_client.get("/api/failure-scheme/").json() == before
    assert publish_scheme(manager, 2).state == "published"
    after = reader_client.get("/api/failure-scheme/").json()
    assert (before["version"], after["version"]) == (1, 2)
    assert after["sites"] == [*before["sites"], {"code": "AZY", "title": "azygos arch"}]


def test_the_map_leads_from_every_code_in_use_to_the_next_version(manager: User) -> None:
    row = publish(manager, APX_INTO_UZ, {"action": "retire", "kind": "causes", "code": "EXP"}, NIPPLE, ADD_AZY)
    assert (row.map["sites"]["APX"], row.map["sites"]["HIL"], row.map["causes"]["EXP"]) == ("UZ", "HIL", None)
    assert "AZY" not in row.map["sites"]
    assert SchemeBook().map_words([1]) == ["1 to 2: APX → UZ, EXP → retired"]


def test_codes_go_through_every_map_since_their_version(manager: User) -> None:
    publish(manager, APX_INTO_UZ)
    publish(manager, {"action": "retire", "kind": "sites", "code": "UZ", "into": "MZ"})
    book = SchemeBook()
    # APX -> UZ in version 2, UZ -> MZ in version 3.
    assert [book.carried(1, "sites", code) for code in ("APX", "UZ", "HIL")] == ["MZ", "MZ", "HIL"]
    assert book.carried(2, "sites", "UZ") == "MZ"
    assert book.carried(1, "severities", 3) == 3
    assert book.map_words([1]) == ["1 to 2: APX → UZ", "2 to 3: UZ → MZ"]
    assert book.map_words([2]) == ["2 to 3: UZ → MZ"]


def test_a_code_retired_in_the_same_draft_as_its_successor_goes_on_to_the_last(manager: User) -> None:
    row = publish(manager, APX_INTO_UZ, {"action": "retire", "kind": "sites", "code": "UZ", "into": "MZ"})
    assert (row.map["sites"]["APX"], row.map["sites"]["UZ"]) == ("MZ", "MZ")


def test_reviews_keep_their_version_and_its_titles(manager: User, reader: User, case: Image) -> None:
    old, _ = record_review(reader, case, failure(cause="NIP"))
    publish(manager, NIPPLE)
    other = make_image()
    make_result(other)
    new, _ = record_review(reader, other, failure(cause="NIP"))
    book = SchemeBook()
    titles = [book.title(row.scheme_version, "causes", row.cause) for row in (old, new)]
    assert ([old.scheme_version, new.scheme_version], titles) == ([1, 2], ["nipple", "nipple shadow"])


def test_a_retired_code_is_refused_for_new_reviews_and_readable_in_old_ones(
    manager: User, reader: User, case: Image, reader_client: Client
) -> None:
    record_review(reader, case, failure(site="APX", severity=3))
    publish(manager, APX_INTO_UZ, {"action": "retire", "kind": "severities", "code": "3"})
    with pytest.raises(
        ReviewRefused, match="site 'APX' is retired in version 2 of the failure scheme: UZ takes its place"
    ):
        record_review(reader, case, failure(site="APX"))
    with pytest.raises(ReviewRefused, match="severity 3 is retired in version 2"):
        record_review(reader, case, failure(severity=3))
    assert CaseReview.objects.count() == 1
    page = reader_client.get("/failures/?site=APX").content.decode()
    assert "apex clear of clavicle" in page  # the review
    assert "3 · likely harm" in page
    assert "<td>upper zone</td>" in page  # the count, through the map
    assert "1 to 2: APX → UZ" in page


def test_a_new_code_is_taken_once_it_is_published(manager: User, reader: User, case: Image) -> None:
    edit_scheme(manager, **ADD_AZY)
    with pytest.raises(ReviewRefused, match="site 'AZY' is not one of HIL"):
        record_review(reader, case, failure(site="AZY"))
    publish_scheme(manager, 2)
    review, _ = record_review(reader, case, failure(site="AZY"))
    assert (review.site, review.scheme_version) == ("AZY", 2)


def test_earlier_versions_are_answered_by_number_and_unknown_ones_named(manager: User, reader_client: Client) -> None:
    publish(manager, APX_INTO_UZ)
    answers = {number: reader_client.get(f"/api/failure-scheme/?version={number}") for number in ("1", "2", "3", "x")}
    codes = {number: [row["code"] for row in answers[number].json()["sites"]] for number in ("1", "2")}
    assert ("APX" in codes["1"], "APX" in codes["2"]) == (True, False)
    assert answers["2"].json()["retired"]["sites"] == [{"code": "APX", "title": "apex clear of clavicle"}]
    assert (answers["3"].status_code, answers["x"].status_code) == (404, 404)
    assert answers["3"].json()["text"] == "version '3' was never published: 1 to 2 are"


def test_pairs_offered_first_leave_with_their_codes(manager: User) -> None:
    publish(manager, {"action": "retire", "kind": "sites", "code": "CLA", "into": "UZ"})
    rows = scheme_document(current_scheme())["first_rows"]
    assert isinstance(rows, list)
    assert {row["site"] for row in rows} == {"HIL"}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"action": "delete"}, "action 'delete' is not one of add, rename, retire, reset"),
        ({"action": "add", "kind": "organs"}, "kind 'organs' is not one of sites, lateralities, causes, severities"),
        (ADD_AZY | {"code": "azy"}, "code 'azy' is not 2 or 3 capital letters and digits, a letter first"),
        (ADD_AZY | {"code": "HIL"}, "code 'HIL' is taken: it means 'hilum'"),
        (ADD_AZY | {"title": "hilum"}, "title 'hilum' is that of HIL"),
        (ADD_AZY | {"title": ""}, "title '' is not a line of 1 to 60 characters"),
        (ADD_AZY | {"title": "a\nb"}, "is not a line of 1 to 60 characters"),
        ({"action": "add", "kind": "severities", "code": "X", "title": "x"}, "code 'X' is not one digit"),
        ({"action": "rename", "kind": "sites", "code": "TOE", "title": "toe"}, "code 'TOE' is not one of the codes"),
        (APX_INTO_UZ | {"into": "TOE"}, "into 'TOE' is not one of the codes; in use are HIL"),
        (APX_INTO_UZ | {"into": "APX"}, "code 'APX' cannot take its own place"),
        ({"action": "retire", "kind": "causes", "code": "NRM", "into": "ANC"}, "'ANC' is for aided readers only"),
        ({"action": "retire", "kind": "lateralities", "code": "U"}, "code 'U' stands for what is not stated"),
    ],
)
def test_a_wrong_edit_is_named_and_leaves_no_draft(manager: User, change: dict[str, str], text: str) -> None:
    with pytest.raises(SchemeRefused, match=text):
        edit_scheme(manager, **change)
    assert draft_of_scheme() is None


def test_a_retired_code_is_never_used_again_and_not_renamed(manager: User) -> None:
    edit_scheme(manager, **APX_INTO_UZ)
    with pytest.raises(SchemeRefused, match="code 'APX' is retired and never used again"):
        edit_scheme(manager, **ADD_AZY | {"code": "APX"})
    with pytest.raises(SchemeRefused, match="code 'APX' is retired; in use are HIL"):
        edit_scheme(manager, "rename", "sites", "APX", "apex")


def test_the_last_severity_cannot_be_retired(manager: User) -> None:
    for code in "012":
        edit_scheme(manager, "retire", "severities", code)
    with pytest.raises(SchemeRefused, match="code '3' is the last of its kind"):
        edit_scheme(manager, "retire", "severities", "3")


def test_reset_takes_every_change_back_and_an_unchanged_draft_is_not_published(manager: User) -> None:
    edit_scheme(manager, **APX_INTO_UZ)
    edit_scheme(manager, "reset")
    with pytest.raises(SchemeRefused, match="version 2 would say what version 1 says"):
        publish_scheme(manager, 2)


@pytest.mark.parametrize("seen", [1, 3])
def test_nobody_publishes_a_draft_that_was_not_seen(manager: User, seen: int) -> None:
    with pytest.raises(SchemeRefused, match=f"version {seen} is not a draft: no draft waits"):
        publish_scheme(manager, seen)
    edit_scheme(manager, **APX_INTO_UZ)
    with pytest.raises(SchemeRefused, match=f"version {seen} is not a draft: version 2 waits"):
        publish_scheme(manager, seen)


def test_a_published_version_never_changes(manager: User) -> None:
    row = publish(manager, ADD_AZY)
    row.codes["sites"][0]["title"] = "elsewhere"
    with pytest.raises(AppendOnlyViolation, match="version 2 of the failure scheme is published"):
        row.save()
    with pytest.raises(AppendOnlyViolation):
        FailureSchemeVersion.objects.filter(version=2).update(map={})
    with pytest.raises(AppendOnlyViolation):
        row.delete()
    assert current_scheme().sites["HIL"] == "hilum"


def test_edits_and_publishing_are_audited(manager: User) -> None:
    publish(manager, APX_INTO_UZ)
    events = list(AccessEvent.objects.filter(verb__startswith="failure_scheme.").order_by("pk"))
    assert [(event.verb, event.target) for event in events] == [
        ("failure_scheme.edit", "failure_scheme:2"),
        ("failure_scheme.publish", "failure_scheme:2"),
    ]
    assert events[0].details["code"] == "APX"
    assert events[1].details["changes"] == "APX → UZ"


@pytest.mark.parametrize("role", ["radiologist"])
def test_readers_neither_edit_nor_publish(role: str, manager: User) -> None:
    person = make_user("erin", role)
    with pytest.raises(SchemeRefused, match="Only a manager of the site may change the failure scheme"):
        edit_scheme(person, **ADD_AZY)
    edit_scheme(manager, **ADD_AZY)
    with pytest.raises(SchemeRefused, match="Only a manager of the site may change the failure scheme"):
        publish_scheme(person, 2)
    assert current_scheme() is VERSION_1


def test_the_hash_of_a_coding_covers_its_version_from_the_second_on() -> None:
    first, second = (coding_content(FailureMode(site="HIL", scheme_version=number)) for number in (1, 2))
    assert "scheme_version" not in first  # readings that were locked before keep their hash
    assert second == first | {"scheme_version": 2}


def test_codings_of_a_study_carry_the_version_and_refuse_retired_codes(manager: User) -> None:
    publish(manager, APX_INTO_UZ)
    item, row = FailureItem(outcome="FP"), {"site": "UZ", "cause": "NRM", "severity": 1}
    assert checked_coding(row, item, "coding", 2048, 2500, current_scheme())["scheme_version"] == 2
    with pytest.raises(
        StudyRefused, match="site 'APX' is retired in version 2 of the failure scheme: UZ takes its place"
    ):
        checked_coding(row | {"site": "APX"}, item, "coding", 2048, 2500, current_scheme())
