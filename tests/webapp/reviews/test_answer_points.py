"""Answers that were given at two operating points: no share of them stands without saying so, and exports name the point."""

import csv
import io
import json
import re
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from tests.webapp.viewer.case_factory import BUNDLE, make_finding, make_image, make_result, review_body
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.reviews.answer_points import answers_by_point, is_worth_telling, pooled_words
from webapp.reviews.models import CaseReview
from webapp.reviews.record_review import record_review

pytestmark = pytest.mark.django_db
OTHER = "e" * 64
PAGE = f"/failures/report/?bundle={BUNDLE}"


def case_at(threshold: float = 0.42, version: int | None = None, bundle: str = BUNDLE, **columns: Any) -> Image:
    """A positive answer of lung opacity, given at this point."""
    image = make_image(**columns)
    finding = make_finding("lung_opacity", 0.9, "positive", threshold)
    if version is not None:
        finding["operating_point"]["project_version"] = version
    make_result(image, bundle_id=bundle, document={"findings": [finding]})
    return image


def mark(reader: User, image: Image, site: str = "HIL", **changes: Any) -> CaseReview:
    failure = {"site": site, "cause": "NRM", "box": {"x": 9, "y": 9, "w": 90, "h": 90}} if site else None
    verdict = "false_positive" if site else "agree"
    return record_review(reader, image, review_body(verdict=verdict, failure=failure, **changes))[0]


@pytest.fixture
def at_two_points(reader: User) -> None:
    """Two false positives and an agreement at the bundle's own point, one false positive at version 3 of the project."""
    for site in ("HIL", "CLA", ""):
        mark(reader, case_at(), site)
    mark(reader, case_at(0.6, 3))


def text_of(client: Client, path: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(path).content.decode()))


ERRORS = (
    "these 3 {} were given at 2 operating points: 2 at .42, the bundle’s own; 1 at .60, version 3 of Default project."
)


@pytest.mark.usefixtures("at_two_points")
def test_the_report_counts_by_point_and_says_so_at_every_share(reader_client: Client) -> None:
    text = text_of(reader_client, PAGE)
    rows = "finding operating point answers agree false positive false negative wrong place"
    own, other = (
        "lung opacity .42, the bundle’s own 3 1 2 0 0",
        "lung opacity .60, version 3 of Default project 1 0 1 0 0",
    )
    for words in (rows, own, other, "these 4 answers were given at 2 operating points: 3 at .42"):
        assert words in text
    errors = f"Lung opacity: {ERRORS.format('errors')}"
    for title in ("At the hilum and at the clavicle over the apex", "Where the wrong boxes lie"):
        assert errors in text.split(title)[1][:600], title


@pytest.mark.usefixtures("at_two_points")
def test_the_page_of_failures_says_so_beside_its_shares(reader_client: Client) -> None:
    text = text_of(reader_client, "/failures/")
    assert f"demo-cxr 1.0.0 · 9f3a…c1, lung opacity: {ERRORS.format('failures')}" in text


def test_answers_at_one_point_are_told_without_a_word_unless_it_is_the_projects(
    reader_client: Client, reader: User
) -> None:
    mark(reader, case_at())
    assert "perating point" not in text_of(reader_client, PAGE).split("Failure report")[-1]
    assert "perating point" not in text_of(reader_client, "/failures/").split("Where and why")[1]
    mark(reader, case_at(0.6, 3, OTHER), bundle=OTHER)
    text = text_of(reader_client, f"/failures/report/?bundle={OTHER}")
    assert "lung opacity .60, version 3 of Default project 1 0 1 0 0" in text
    assert "were given at" not in text


def test_two_models_that_are_compared_say_it_too(reader_client: Client, reader: User) -> None:
    for image in (case_at(), case_at(0.6, 3)):
        finding = make_finding("lung_opacity", 0.9, "positive")
        make_result(image, bundle_id=OTHER, bundle_version="2.0.0", document={"findings": [finding]})
        mark(reader, image)
        mark(reader, image, bundle=OTHER)
    change = text_of(reader_client, f"{PAGE}&other={OTHER}").split("Change between the two models")[1]
    assert "1.0.0 · 9f3a…c1, lung opacity: these 2 answers were given at 2 operating points" in change
    assert "2.0.0" not in change.split("these 2 answers")[1].split("Each site")[0]


def test_the_comparison_speaks_of_the_answers_in_its_table_alone(reader_client: Client, reader: User) -> None:
    both = case_at()
    make_result(
        both,
        bundle_id=OTHER,
        bundle_version="2.0.0",
        document={"findings": [make_finding("lung_opacity", 0.9, "positive")]},
    )
    mark(reader, both)
    mark(reader, both, bundle=OTHER)
    mark(reader, case_at(0.6, 3))  # of an image that the other model never saw
    report, change = text_of(reader_client, f"{PAGE}&other={OTHER}").split("Change between the two models")
    assert "were given at 2 operating points" in report
    assert "were given at" not in change


def test_two_versions_of_one_threshold_are_one_point_and_versions_of_two_projects_two(reader: User) -> None:
    elsewhere = Project.objects.create(name="Screening", slug="screening")
    for image in (case_at(), case_at(0.42, 4), case_at(0.6, 3), case_at(0.7, 3, project=elsewhere)):
        mark(reader, image)
    points = answers_by_point(CaseReview.objects.current())
    assert [(one.point, one.count) for one in points] == [
        (".42, the bundle’s own and version 4 of Default project", 2),
        (".60, version 3 of Default project", 1),
        (".70, version 3 of Screening", 1),
    ]
    assert "at 3 operating points" in pooled_words(points)[0]
    assert pooled_words(points[:1]) == []
    assert not is_worth_telling(points[:1])
    assert is_worth_telling(points[1:2])


@pytest.mark.usefixtures("at_two_points")
def test_exports_name_the_version_and_nothing_for_the_bundles_own(reader_client: Client) -> None:
    lines = reader_client.get("/api/reviews/export/").content.decode()
    told = {(row["model_threshold"], row["model_point_version"]) for row in csv.DictReader(io.StringIO(lines))}
    assert told == {("0.42", ""), ("0.6", "3")}
    rows = json.loads(reader_client.get("/api/reviews/export/?as=json").content)["reviews"]
    assert {row["model_point_version"] for row in rows} == {None, 3}
    hard = reader_client.get(f"/failures/report/hard-examples/?bundle={BUNDLE}").content.decode()
    assert sorted(row["points"] for row in csv.DictReader(io.StringIO(hard))) == ["own 1", "own 1", "v3 1"]


@pytest.mark.usefixtures("at_two_points")
def test_reviews_from_before_take_the_version_of_their_result(reader: User) -> None:
    wanted = dict(CaseReview.objects.values_list("pk", "model_point_version"))
    rows = super(type(CaseReview.objects.all()), CaseReview.objects.all())
    rows.update(model_point_version=None)
    historical = _Plain(apps)
    import_module("webapp.reviews.migrations.0009_points_of_earlier_answers").fill(historical, None)
    assert dict(CaseReview.objects.values_list("pk", "model_point_version")) == wanted
    assert list(wanted.values()).count(3) == 1


class _Plain:
    """The models as a migration gets them: their rows may be changed."""

    def __init__(self, real: Any) -> None:
        self.real = real

    def get_model(self, app: str, name: str) -> Any:
        from django.db.models import Manager

        model = self.real.get_model(app, name)
        plain = Manager()
        plain.model = model
        return type(name, (), {"objects": plain})
