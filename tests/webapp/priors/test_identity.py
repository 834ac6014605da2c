"""Who counts as one person: a picture of another one must never stand beside."""

import datetime
from typing import Any

import pytest

from tests.webapp.priors.made_patients import PERSON, days_before, image_of
from webapp.archive.models import Project
from webapp.priors.identity import could_be_one_person, images_under_one_id, names_somebody, same_person

pytestmark = pytest.mark.django_db
NO_BIRTH_DATE = {"patient_birth_date": ""}


def by(now: dict[str, Any], then: dict[str, Any], *others: dict[str, Any]) -> str | None:
    """How an image of today and one of a year ago are one person's, with other images in the archive."""
    one = image_of(now.pop("header", None), **now)
    other = image_of(then.pop("header", None), **{"study_date": days_before(365), "age_years": 62.0, **then})
    for columns in others:
        image_of(columns.pop("header", None), **columns)
    return same_person(one, other, is_id_of_one=could_be_one_person(images_under_one_id(one)))


def issued(issuer: str) -> dict[str, Any]:
    return {"header": {"patient_id_issuer": issuer}}


@pytest.mark.parametrize(
    ("now", "then", "found"),
    [
        ({}, {}, "birth_date"),
        ({}, {"patient_id": "P-4712"}, None),
        ({}, {"patient_id": "p-4711"}, None),  # ids are as they are written
        ({}, {"patient_birth_date": "19630103"}, None),
        ({}, {"patient_sex": "M"}, None),
        ({"patient_sex": ""}, {}, "birth_date"),
        ({}, {"patient_name": "SMITH^JANE"}, "birth_date"),  # people marry
        (issued("A"), issued("B"), None),
        (issued("A"), issued("A"), "birth_date"),
        (issued("A"), {}, "birth_date"),  # an older version kept no issuer
        (NO_BIRTH_DATE, NO_BIRTH_DATE, "id_alone"),
        ({}, NO_BIRTH_DATE, "id_alone"),
        (NO_BIRTH_DATE, NO_BIRTH_DATE | {"patient_name": "DOE^JOHN"}, None),
        (NO_BIRTH_DATE, NO_BIRTH_DATE | {"patient_name": "Doé^Jane^^"}, "id_alone"),
        (NO_BIRTH_DATE, NO_BIRTH_DATE | {"patient_name": ""}, "id_alone"),
        (NO_BIRTH_DATE | {"patient_name": "P-4711"}, NO_BIRTH_DATE, "id_alone"),
        (NO_BIRTH_DATE, NO_BIRTH_DATE | {"age_years": 40.0}, None),
        (NO_BIRTH_DATE, NO_BIRTH_DATE | {"age_years": None}, "id_alone"),
        (NO_BIRTH_DATE | {"age_years": 90.0}, NO_BIRTH_DATE | {"age_years": 90.0}, "id_alone"),
        (NO_BIRTH_DATE | issued("A"), NO_BIRTH_DATE, None),
    ],
)
def test_what_makes_two_images_one_persons(now: dict[str, Any], then: dict[str, Any], found: str | None) -> None:
    assert by(dict(now), dict(then)) == found


@pytest.mark.parametrize("other", [{"patient_birth_date": "19800101"}, {"patient_sex": "M"}, issued("ELSEWHERE")])
def test_an_id_that_several_people_carry_proves_nothing_alone(other: dict[str, Any]) -> None:
    """Birth dates that agree still do."""
    someone = [dict(other), issued("HERE")]
    assert by(dict(NO_BIRTH_DATE), dict(NO_BIRTH_DATE), *someone) is None
    assert by({}, {}, dict(other)) == "birth_date"


def test_the_same_id_in_another_project_is_another_persons() -> None:
    other = image_of(project=Project.objects.create(name="Other", slug="other"))
    one = image_of()
    assert list(images_under_one_id(one)) == [one]
    assert same_person(one, other, is_id_of_one=True) is None


@pytest.mark.parametrize(
    ("patient_id", "found"),
    [
        ("P-4711", True), ("4711", True), ("R03fa9c1d2b7e6aa", True), ("PATIENT0042", True), ("PHANTOM-466035", True),
        ("", False), ("0000", False), ("xxx", False), ("-", False), ("Anonymous", False), ("ANON 1", False), ("N/A", False),
        ("unknown", False), ("no-id", False), ("TEST", False),
    ],
)  # fmt: skip
def test_ids_that_are_nobodys(patient_id: str, found: bool) -> None:
    assert names_somebody(patient_id) is found


def test_everybodys_id_makes_nobody_the_same_person() -> None:
    assert by({"patient_id": "ANONYMOUS"}, {"patient_id": "ANONYMOUS"}) is None


def test_one_study_is_one_persons_where_nothing_differs() -> None:
    columns = {"patient_id": "", "patient_birth_date": "", "study_instance_uid": "1.2.3"}
    one, other = image_of(**columns), image_of(**columns)
    assert same_person(one, other, is_id_of_one=False) == "study"
    assert same_person(one, image_of(**{**columns, "patient_sex": "M"}), is_id_of_one=False) is None
    assert same_person(one, image_of(**{**columns, "patient_id": "P"}), is_id_of_one=False) is None


def test_a_child_is_told_from_an_adult_by_months() -> None:
    born = datetime.date(2020, 1, 1)
    child = {"patient_birth_date": "", "study_date": born + datetime.timedelta(days=500), "age_years": 500 / 365.25}
    later = {"patient_birth_date": "", "study_date": born + datetime.timedelta(days=2000), "age_years": 5.0}
    assert by(dict(later), dict(child)) == "id_alone"
    assert by(dict(later) | {"age_years": 12.0}, dict(child)) is None
    assert PERSON["patient_id"] == "P-4711"
