"""`/failures/report/`: shares at hilum and clavicle, wrong boxes, change between models, hard examples."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from tests.webapp.viewer.case_factory import BUNDLE, make_finding, make_image, make_result, make_user, review_body
from webapp.accounts.models import User
from webapp.archive.models import Image
from webapp.audit.models import AccessEvent
from webapp.reviews.edit_scheme import edit_scheme
from webapp.reviews.failure_report import changes, hard_examples_csv, paper_shares, wrong_box_centres
from webapp.reviews.models import CaseReview
from webapp.reviews.publish_scheme import publish_scheme
from webapp.reviews.record_review import record_review
from webapp.reviews.scheme_versions import SchemeBook

pytestmark = pytest.mark.django_db
OTHER = "e" * 64
PAGE = "/failures/report/"


def image_of_both(boxes: list[dict[str, float]] | None = None) -> Image:
    """2048 x 2500 (columns x rows), answered by two models."""
    image = make_image()
    finding = make_finding("lung_opacity", 0.9, "positive") | {"boxes": boxes or []}
    document = {"findings": [finding, make_finding("pleural_effusion", 0.9, "positive")]}
    for bundle, version in ((BUNDLE, "1.0.0"), (OTHER, "2.0.0")):
        make_result(image, bundle_id=bundle, bundle_version=version, document=document)
    return image


def mark(reader: User, image: Image, site: str = "", verdict: str = "false_positive", **changed: Any) -> CaseReview:
    """A failure at the site, or agreement when no site is given."""
    failure = {"site": site, "cause": "NRM", "box": {"x": 0, "y": 0, "w": 1024, "h": 500}} if site else None
    return record_review(reader, image, review_body(verdict=verdict if site else "agree", failure=failure, **changed))[
        0
    ]


def failures(bundle: str = BUNDLE) -> list[CaseReview]:
    return list(CaseReview.objects.current().failures().filter(bundle_id=bundle))


def test_shares_at_hilum_and_clavicle_have_wilson_intervals(reader: User) -> None:
    for site, verdict in (
        ("HIL", "false_positive"),
        ("HIL", "false_positive"),
        ("CLA", "false_positive"),
        ("LZ", "wrong_place"),
    ):
        mark(reader, image_of_both(), site, verdict)
    mark(reader, image_of_both(), "HIL", "false_negative")  # a miss is none of the paper's two errors
    rows = {(row.outcome, row.site): row for row in paper_shares(failures(), SchemeBook())}
    assert {key: (row.count, row.total) for key, row in rows.items()} == {
        ("FP", "HIL"): (2, 3), ("FP", "CLA"): (1, 3), ("FN_LOC", "HIL"): (0, 1), ("FN_LOC", "CLA"): (0, 1),
        ("FP and FN_LOC", "HIL"): (2, 4), ("FP and FN_LOC", "CLA"): (1, 4),
    }  # fmt: skip
    # Wilson 95 % of 2/3: 0.208 to 0.939.
    assert rows["FP", "HIL"].ci == pytest.approx((0.2077, 0.9385), abs=1e-4)


def test_without_failures_there_is_no_share() -> None:
    assert {(row.count, row.total, row.ci) for row in paper_shares([], SchemeBook())} == {(0, 0, None)}


def test_centres_are_those_of_the_models_boxes_as_fractions_of_the_image(reader: User) -> None:
    box = {"x": 1024.0, "y": 1250.0, "w": 512.0, "h": 625.0}
    mark(reader, image_of_both([box]), "HIL")
    mark(reader, image_of_both([box]), "HIL", "wrong_place")  # the reader's box is where the finding truly is
    mark(reader, image_of_both(), "CLA")  # no box of the model's: the reader's
    mark(reader, image_of_both(), "CLA", "wrong_place")
    # By hand: (1024 + 256) / 2048 and (1250 + 312.5) / 2500; (0 + 512) / 2048 and (0 + 250) / 2500.
    assert {key: sorted(points) for key, points in wrong_box_centres(failures()).items()} == {
        "FN_LOC": [(0.625, 0.625)],
        "FP": [(0.25, 0.1), (0.625, 0.625)],
    }


def test_change_counts_images_reviewed_under_both_models(reader: User, other_reader: User) -> None:
    for k in range(3):
        image = image_of_both()
        mark(reader, image, "HIL")
        mark(reader, image, "HIL" if k == 0 else "", bundle=OTHER)
    mark(reader, image_of_both(), "HIL")  # under the first only
    image = image_of_both()
    mark(reader, image, "HIL")
    body = review_body(verdict="cannot_judge", failure=None, bundle=OTHER)
    record_review(other_reader, image, body)  # under the second nobody could judge it
    current = CaseReview.objects.current()
    (row,) = changes(current.filter(bundle_id=BUNDLE), current.filter(bundle_id=OTHER), SchemeBook())
    # By hand: of 3 images both fail in 1, the first only in 2: p = 2 / 2^2.
    assert (row.site, row.n, row.both, row.only_first, row.only_second, row.p) == ("HIL", 3, 1, 2, 0, 0.5)


def test_hard_examples_come_with_most_failures_first_and_in_codes_in_force(reader: User, other_reader: User) -> None:
    easy, hard = image_of_both(), image_of_both()
    mark(reader, easy, "CLA")
    mark(reader, hard, "APX")
    mark(other_reader, hard, "HIL")
    mark(other_reader, hard, "HIL", finding="pleural_effusion")
    manager = make_user("carol", "manager")
    edit_scheme(manager, "retire", "sites", "APX", into="UZ")
    publish_scheme(manager, 2)
    rows = list(csv.DictReader(io.StringIO(hard_examples_csv(failures(), SchemeBook()))))
    assert [(row["image"], row["failures"], row["sites"], row["scheme_version"]) for row in rows] == [
        (str(hard.pk), "3", "HIL 2; UZ 1", "2"),
        (str(easy.pk), "1", "CLA 1", "2"),
    ]
    assert rows[0]["findings"] == "lung_opacity 2; pleural_effusion 1"
    assert hard.patient_name not in str(rows)


def test_the_page_shows_the_chosen_model_and_the_change(reader_client: Client, reader: User) -> None:
    image = image_of_both([{"x": 10.0, "y": 10.0, "w": 20.0, "h": 20.0}])
    mark(reader, image, "HIL")
    mark(reader, image, bundle=OTHER)
    text = reader_client.get(f"{PAGE}?bundle={BUNDLE}&other={OTHER}").content.decode()
    assert "1 failures in 1 images" in text
    assert "1.00 (0.21, 1.00)" in text  # Wilson 95 % of 1/1
    assert "Centres of wrong boxes" in text
    assert "Change between the two models" in text
    assert "Change between" not in reader_client.get(f"{PAGE}?bundle={BUNDLE}").content.decode()
    assert "No failure of this model" in reader_client.get(f"{PAGE}?bundle={OTHER}").content.decode()


def test_empty_and_unknown_models_are_said(reader_client: Client, reader: User) -> None:
    assert "Nothing has been reviewed" in reader_client.get(PAGE).content.decode()
    mark(reader, image_of_both(), "HIL")
    answers = [reader_client.get(f"{PAGE}?bundle=x"), reader_client.get(f"{PAGE}hard-examples/?bundle=x")]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert "bundle &#x27;x&#x27; has no review here" in answers[0].content.decode()


def test_hard_examples_are_a_file_and_audited(reader_client: Client, reader: User) -> None:
    mark(reader, image_of_both(), "HIL")
    answer = reader_client.get(f"{PAGE}hard-examples/?bundle={BUNDLE}")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sightline-hard-examples-9f3a0000.csv"'
    assert AccessEvent.objects.get(verb="export_hard_examples").details["count"] == 1


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}hard-examples/"])
def test_signed_out_people_get_nothing_and_nobody_posts(address: str, client: Client, reader: User) -> None:
    assert client.get(address).headers["Location"].startswith("/sign-in/")
    client.force_login(reader)
    assert client.post(address).status_code == 405
