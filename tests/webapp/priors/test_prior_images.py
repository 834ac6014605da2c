"""Which images are earlier ones, in which order, and what is said of them."""

import datetime
from typing import Any

import pytest

from tests.webapp.priors.made_patients import TODAY, days_before, image_of, lateral_of
from tests.webapp.viewer.case_factory import make_user
from webapp.archive.models import Image
from webapp.priors import prior_images as module
from webapp.priors.interval import StudyMoment, interval_words
from webapp.priors.prior_images import prior_images

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Any:
    return make_user("rose")


def named(person: Any, image: Image, kept: str = "priors") -> list[str]:
    return [one["id"] for one in prior_images(person, image)[kept]]  # type: ignore[literal-required]


def ids(*images: Image) -> list[str]:
    return [str(image.pk) for image in images]


def test_earlier_frontal_chests_the_latest_first(person: Any) -> None:
    now = image_of()
    old, year, this_morning = (
        image_of(study_date=days_before(30 * 365 + 8)),
        image_of(study_date=days_before(365), view_position="AP"),
        image_of(study_time="0700"),
    )
    image_of(study_date=TODAY + datetime.timedelta(days=1))  # later
    image_of(study_time="1000")  # later this day
    image_of(patient_birth_date="19800101", study_date=days_before(3))  # another person with the same id
    document = prior_images(person, now)
    assert [one["id"] for one in document["priors"]] == ids(this_morning, year, old)
    assert [one["interval"] for one in document["priors"]] == ["the same day", "12 months before", "30 years before"]
    assert [one["days"] for one in document["priors"]] == [0, 365, 30 * 365 + 8]
    assert {one["order"] for one in document["priors"]} == {"earlier"}
    assert document["priors"][1]["view"] == "AP"
    assert (document["problem"], document["further"], document["leaves_out"]) == (None, 0, False)
    assert named(person, old) == []


@pytest.mark.parametrize(
    ("header", "is_offered", "remarks"),
    [
        ({"body_part": "HAND"}, False, []),
        ({"body_part": "FNORD"}, False, []),
        ({"body_part": ""}, True, ["body part not stated"]),
        ({"body_part": "CHESTABDOMEN"}, True, []),
        ({"view_position": "LL"}, False, []),
        ({"view_position": ""}, True, ["view not stated"]),
        ({"view_position": "FNORD"}, False, []),
    ],
)
def test_the_same_part_from_the_same_side(
    person: Any, header: dict[str, str], is_offered: bool, remarks: list[str]
) -> None:
    now = image_of()
    other = image_of(header, study_date=days_before(10))
    assert named(person, now) == (ids(other) if is_offered else [])
    if is_offered:
        assert prior_images(person, now)["priors"][0]["remarks"] == remarks


def test_a_hand_has_hands_before_it_and_a_lateral_laterals(person: Any) -> None:
    hand, before = image_of({"body_part": "HAND"}), image_of({"body_part": "HAND"}, study_date=days_before(9))
    unstated = image_of({"body_part": ""}, study_date=days_before(8))
    assert named(person, hand) == ids(before)
    assert named(person, before) == []
    chest = image_of()
    side, earlier = lateral_of(chest), image_of(view_position="RL", study_date=days_before(7))
    assert named(person, side) == ids(earlier)
    assert named(person, chest) == ids(unstated)


def test_where_the_image_is_not_clear_none_is_named(person: Any) -> None:
    image_of(study_date=days_before(5))
    unclear = image_of({"view_position": "PA", "body_part": "FNORD"})
    document = prior_images(person, unclear)
    assert document["priors"] == document["companions"] == []
    assert document["problem"] is not None
    assert (document["problem"]["code"], "body part" in document["problem"]["text"]) == ("kind_unclear", True)


def test_the_other_view_of_the_study_is_no_prior(person: Any) -> None:
    chest = image_of()
    side = lateral_of(chest)
    lateral_of(chest, patient_birth_date="19800101")  # a study UID that was used twice
    assert (named(person, chest), named(person, chest, "companions")) == ([], ids(side))
    assert (named(person, side), named(person, side, "companions")) == ([], ids(chest))
    assert prior_images(person, chest)["companions"][0]["interval"] == "the same study"
    again = image_of(study_instance_uid=chest.study_instance_uid)  # a second exposure
    assert str(again.pk) not in named(person, chest) + named(person, chest, "companions")


def test_a_file_without_an_id_has_its_lateral_and_no_prior(person: Any) -> None:
    for patient_id, code in (("", "no_patient_id"), ("ANONYMOUS", "id_of_nobody")):
        chest = image_of(patient_id=patient_id)
        side = lateral_of(chest)
        image_of(patient_id=patient_id, study_date=days_before(5))
        document = prior_images(person, chest)
        assert document["priors"] == []
        assert [one["id"] for one in document["companions"]] == ids(side)
        assert document["problem"] is not None
        assert document["problem"]["code"] == code


def test_two_of_one_moment_stand_by_arrival_and_say_so(person: Any) -> None:
    now = image_of()
    before = {"study_date": days_before(5), "study_time": "1200"}
    first, last = image_of(**before, minutes_ago=9), image_of(**before, minutes_ago=3)
    other = image_of(study_date=days_before(5), study_time="")
    for _ in range(2):
        found = prior_images(person, now)["priors"]
        assert [one["id"] for one in found] == ids(last, first, other)
        assert [one["same_moment"] for one in found] == [False, True, False]
        assert [one["study_time"] for one in found] == ["12:00", "12:00", ""]


def test_what_cannot_be_dated_comes_last_and_is_not_called_earlier(person: Any) -> None:
    now = image_of(patient_birth_date="19630102")
    undated = image_of(study_date=None)
    same_day, same_time = image_of(study_time="junk"), image_of(study_time="091200.000")
    earlier = image_of(study_date=days_before(700))
    found = prior_images(person, now)["priors"]
    assert found[0]["id"] == str(earlier.pk)
    assert {one["id"] for one in found[1:3]} == set(ids(same_day, same_time))
    assert found[3]["id"] == str(undated.pk)
    assert [one["order"] for one in found] == ["earlier", *["not_known"] * 3]
    assert (found[3]["interval"], found[3]["days"], found[3]["remarks"]) == ("", None, ["date not stated"])
    assert [one["order"] for one in prior_images(person, undated)["priors"]] == ["not_known"] * 4


def test_a_long_history_says_how_many_are_not_listed(person: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = image_of()
    images = [image_of(study_date=days_before(day)) for day in range(1, 27)]
    document = prior_images(person, now)
    assert [one["id"] for one in document["priors"]] == ids(*images[:24])
    assert document["further"] == 2
    monkeypatch.setattr(module, "MOST_LOOKED_AT", 20)
    document = prior_images(person, now)
    assert (document["priors"], document["further"]) == ([], 0)
    assert document["problem"] is not None
    assert document["problem"]["code"] == "too_many"


def test_it_asks_the_database_as_often_for_many_as_for_few(person: Any, django_assert_num_queries: Any) -> None:
    now = image_of()
    with django_assert_num_queries(5):
        prior_images(person, now)
    for day in range(1, 20):
        image_of(study_date=days_before(day))
    with django_assert_num_queries(5):
        prior_images(person, now)


@pytest.mark.parametrize(
    ("earlier", "later", "words"),
    [
        ("2026-11-18", "2026-11-18", "the same day"), ("2026-11-17", "2026-11-18", "1 day before"),
        ("2026-11-05", "2026-11-18", "13 days before"), ("2026-11-04", "2026-11-18", "2 weeks before"),
        ("2026-09-19", "2026-11-18", "8 weeks before"), ("2026-09-18", "2026-11-18", "2 months before"),
        ("2026-07-19", "2026-11-18", "3 months before"), ("2026-07-18", "2026-11-18", "4 months before"),
        ("2024-11-19", "2026-11-18", "23 months before"), ("2024-11-18", "2026-11-18", "2 years before"),
        ("2024-02-29", "2026-02-28", "23 months before"), ("1996-11-18", "2026-11-18", "30 years before"),
    ],
)  # fmt: skip
def test_intervals_in_words(earlier: str, later: str, words: str) -> None:
    assert interval_words(datetime.date.fromisoformat(earlier), datetime.date.fromisoformat(later)) == words


@pytest.mark.parametrize(
    ("time", "seconds", "clock"),
    [
        ("091200.000", 33120.0, "09:12"), ("09:12:30", 33150.0, "09:12"), ("09", 32400.0, "09:00"), ("2359", 86340.0, "23:59"),
        ("", None, ""), ("2500", None, ""), ("0961", None, ""), ("<b>", None, ""), (" 0912 ", 33120.0, "09:12"),
    ],
)  # fmt: skip
def test_times_as_files_write_them(time: str, seconds: float | None, clock: str) -> None:
    moment = StudyMoment.of(Image(study_date=TODAY, study_time=time))
    assert (moment.seconds, moment.clock) == (seconds, clock)
