"""The figures of a trial, by hand: agreement and flips with their slices, refusals, speed, and labels from before the model."""

from collections.abc import Callable
from typing import Any

import pytest

from measures.wilson import wilson_interval
from tests.webapp.change_plans.conftest import OPACITY, say_first
from tests.webapp.silent_trials.conftest import again, work
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.deployments.models import DeployedBundle
from webapp.sentinel.models import SentinelDraw
from webapp.silent_trials.first_labels import first_labels
from webapp.silent_trials.models import SilentAnswer, SilentCase, SilentReport, SilentTrial
from webapp.silent_trials.pairs import pairs_of, speed
from webapp.silent_trials.report import report_of, write_reports
from webapp.silent_trials.start import start_trial

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]
BRIGHT, DARK = 0.9, 0.75  # the model in service calls the first, not the other


@pytest.fixture
def asked() -> dict[str, Any]:
    return {"least_images": 8, "most_days": 10, "least_in_slice": 3}


@pytest.fixture
def flipping(ada: User, project: Project, make_candidate: Make, passed: Make) -> SilentTrial:
    """Its candidate calls nothing."""
    candidate: DeployedBundle = make_candidate(threshold=0.99)
    passed(candidate)
    return start_trial(ada, project, candidate)


def interval(value: int, n: int) -> tuple[float, float]:
    low, high = wilson_interval(value, n)
    return pytest.approx(low, rel=1e-4), pytest.approx(high, rel=1e-4)  # type: ignore[return-value]


def test_agreement_and_flips_overall_and_by_view_maker_and_hour(flipping: SilentTrial, arrive: Make) -> None:
    """Views: five PA of which three flip, three AP of which none. One maker alone is stated, of two images: too few."""
    header = {"view_position": "AP", "patient_age": "063Y", "body_part": "CHEST"}
    for k in range(5):
        arrive(BRIGHT if k < 3 else DARK)
    for k in range(3):
        maker = {"manufacturer": "Acme"} if k < 2 else {}
        arrive(DARK, view_position="AP", header={**header, **maker})
    work()
    own = report_of(again(flipping))["findings"][OPACITY]
    assert (own["same"]["value"], own["n"], own["flagged_newly"]["count"], own["cleared_newly"]["count"]) == (
        5 / 8,
        8,
        0,
        3,
    )
    assert (own["same"]["low"], own["same"]["high"]) == interval(5, 8)
    assert (own["cleared_newly"]["low"], own["cleared_newly"]["high"]) == interval(3, 8)
    views = {row["name"]: row for row in own["slices"]["view"]}
    assert [(name.split(" ")[0], row["same"]["value"], row["n"], row["cleared_newly"]["count"]) for name, row in views.items()] == [
        ("AP", 1.0, 3, 0), ("PA", 0.4, 5, 3),
    ]  # fmt: skip
    makers = {
        row["name"]: (row["same"]["value"], row["n"], row["cleared_newly"]["count"]) for row in own["slices"]["maker"]
    }
    assert makers == {"ACME": (None, 2, None), "not stated": (0.5, 6, 3)}
    [hour] = own["slices"]["hour"]
    assert hour["n"] == 8
    assert hour["name"].endswith(" h")


def test_refusals_by_check_and_images_of_which_one_gave_no_number(trial: SilentTrial, arrive: Make) -> None:
    """A lateral is refused by the check of the view of both; a broken answer of the candidate is its own."""
    arrive(view_position="LL", header={"view_position": "LL", "patient_age": "063Y", "body_part": "CHEST"})
    for _ in range(3):
        arrive()
    work()
    case = SilentCase.objects.filter(is_refused=False).first()
    SilentAnswer.objects.filter(case=case)._raw_delete(using="default")
    SilentAnswer(case=case, findings={}, is_refused=True, reasons=["not_finite"], seconds=0.0, input_sha256="").save()
    report = report_of(again(trial))
    refused = report["refusals"]
    assert (refused["in_service"]["refused"], refused["in_service"]["reasons"]) == (1, {"view": 1})
    assert (refused["candidate"]["refused"], refused["candidate"]["reasons"]) == (2, {"view": 1, "not_finite": 1})
    assert (refused["both"], refused["candidate"]["value"], refused["candidate"]["n"]) == (1, 0.5, 4)
    assert report["findings"][OPACITY]["n"] == 2
    assert report["speed"]["candidate"]["n"] == 3, "a run without an answer has no time"


def test_speed_is_median_and_95th_percentile(trial: SilentTrial, arrive: Make) -> None:
    image = arrive()
    for k in range(1, 5):
        case = SilentCase(
            trial=trial, image=arrive() if k > 1 else image, findings={}, is_refused=True, seconds=float(k)
        )
        case.save()
        SilentAnswer(case=case, findings={}, is_refused=True, seconds=10.0 * k, input_sha256="").save()
    found = speed(pairs_of(trial))
    assert found["in_service"] == {"median": 2.5, "p95": 3.85, "n": 4}
    assert found["candidate"] == {"median": 25.0, "p95": 38.5, "n": 4}


def drawn(image: Image, probability: float) -> Image:
    SentinelDraw.objects.filter(image=image)._raw_delete(using="default")
    SentinelDraw.objects.create(image=image, probability=probability, is_drawn=True)
    return image


def test_labels_from_before_the_model_are_weighted_by_the_chance_of_their_draw(
    reader: User, flipping: SilentTrial, arrive: Make
) -> None:
    """With the finding: drawn at .1 (missed by both) and at .5 (found by the model in service): (2) / (10 + 2)."""
    images = [drawn(arrive(DARK), 0.1), drawn(arrive(BRIGHT), 0.5), drawn(arrive(DARK), 0.5), arrive()]
    work()
    for image, has_it in zip(images, (True, True, False), strict=False):
        say_first(reader, image, has_it)
    found = report_of(again(flipping))["accuracy"]["lung_opacity"]
    assert (found["labels"], found["positives"]) == (3, 2)
    served, candidate = found["in_service"], found["candidate"]
    assert (served["sensitivity"]["value"], served["sensitivity"]["n"]) == (pytest.approx(2 / 12, rel=1e-4), 2)
    assert served["accuracy"]["value"] == pytest.approx(4 / 14, rel=1e-4)
    assert served["specificity"]["value"] == candidate["specificity"]["value"] == 1.0
    assert candidate["sensitivity"]["value"] == 0.0
    kish = (10 + 2) ** 2 / (10**2 + 2**2)
    high = wilson_interval(0, kish)[1]
    assert (candidate["sensitivity"]["low"], candidate["sensitivity"]["high"]) == (0.0, pytest.approx(high, rel=1e-4))


def test_which_labels_do_not_count(
    reader: User, second: User, flipping: SilentTrial, arrive: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers who disagree, other bytes, a study under way, one given after the end."""
    images = [drawn(arrive(), 0.5) for _ in range(4)]
    work()
    say_first(reader, images[0], True)
    say_first(make_reader(), images[0], False)
    for image in images[1:3]:
        say_first(reader, image, True)
    Image.objects.filter(pk=images[1].pk).update(stored_sha256="c" * 64)
    assert set(first_labels(again(flipping), [OPACITY])[OPACITY]) == {images[2].pk}
    under_way = Image.objects.filter(pk=images[2].pk).values_list("pk", flat=True)
    monkeypatch.setattr("webapp.silent_trials.first_labels.images_under_way", lambda: under_way)
    assert first_labels(again(flipping), [OPACITY]) == {}


def make_reader() -> User:
    return User.objects.create_user("another", role="radiologist")


def test_a_report_is_written_once_after_the_end(trial: SilentTrial, arrive: Make) -> None:
    write_reports()
    assert not SilentReport.objects.exists()
    for _ in range(9):
        arrive()
    work()
    for _ in range(2):
        write_reports()
    assert SilentReport.objects.get().report["images"] == 8
