import datetime

import pytest

from inference.probability import fraction
from webapp.archive.models import Image
from webapp.viewer.worklist.labels import age_label, person_label, span, study_label


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.81, ".81"),
        (0.5, ".50"),
        (1.0, "1.00"),
        (0.0, ".00"),
        (0.004, "<.01"),
        (0.006, ".01"),
        (0.996, ">.99"),
        (None, ""),
    ],
)
def test_fractions_are_two_digits_without_the_nought(value: float | None, text: str) -> None:
    assert fraction(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(-3, "0 s"), (59, "59 s"), (60, "1 m"), (3599, "59 m"), (7200, "2 h"), (200_000, "2 d")]
)
def test_spans_have_one_unit(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(("years", "text"), [(63.9, "63"), (2.0, "2"), (1.5, "18 mo"), (None, "")])
def test_ages_below_two_are_months(years: float | None, text: str) -> None:
    assert age_label(years) == text


def test_a_person_is_told_as_far_as_the_file_says() -> None:
    assert person_label(Image()) == ""
    assert person_label(Image(patient_sex="F")) == "F"
    assert person_label(Image(patient_sex="F", age_years=63.0)) == "F 63"


@pytest.mark.parametrize(
    ("time", "text"),
    [
        ("091233.000", "2026-11-18 09:12"),
        ("09:12", "2026-11-18 09:12"),
        ("", "2026-11-18"),
        ("2561", "2026-11-18"),
        ("<b>x", "2026-11-18"),
    ],
)
def test_a_study_time_that_is_none_is_left_out(time: str, text: str) -> None:
    assert study_label(Image(study_date=datetime.date(2026, 11, 18), study_time=time)) == text
