"""What the slider is served: values of counted cases to 1e-9, at every point; what cannot be said, in words; nothing is stored."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from measures.wilson import wilson_interval
from tests.webapp.counted_looks import counted_looks
from tests.webapp.openapi_check import differences
from tests.webapp.operating_points.conftest import KEY, Measured, result_of
from webapp.archive.models import Project
from webapp.audit.models import AccessEvent
from webapp.operating_points.models import CaseMix
from webapp.operating_points.openapi import CURVE
from webapp.predictions.bundle_store import bundle_path
from webapp.predictions.models import Prediction

pytestmark = pytest.mark.django_db


def state(prevalence: float | None, images_a_day: int | None = 40) -> None:
    prevalences = {} if prevalence is None else {KEY: prevalence}
    CaseMix.objects.create(
        project=Project.default(), prevalences=prevalences, images_a_day=images_a_day, source="reports"
    )


def curve_of(client: Client, result: Prediction) -> dict[str, Any]:
    answer = client.get(f"/api/predictions/{result.pk}/findings/{KEY}/operating-curve/")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    assert differences(found, CURVE) == []
    return found


def test_every_value_is_that_of_the_cases_counted_at_its_threshold(
    result: Prediction, measured: Measured, signed_in: Callable[..., Client]
) -> None:
    state(0.08)
    curve = curve_of(signed_in(), result)
    p, y, prevalence = measured.scores, measured.labels, 0.08
    assert (curve["positives"], curve["negatives"], len(curve["points"])) == (23, 61, len(set(p)) + 2)
    for point in curve["points"][1:]:
        t = point["threshold"]
        k, m = int((p[y == 1] >= t).sum()), int((p[y == 0] < t).sum())
        sensitivity, specificity = k / 23, m / 61
        assert point["sensitivity"]["value"] == pytest.approx(sensitivity, abs=1e-6 if is_own(curve, point) else 1e-9)
        if not is_own(curve, point):
            assert point["specificity"]["value"] == pytest.approx(specificity, abs=1e-9)
            assert point["sensitivity"]["ci"] == pytest.approx(wilson_interval(k, 23), abs=1e-9)
            assert point["specificity"]["ci"] == pytest.approx(wilson_interval(m, 61), abs=1e-9)
            rightly, in_vain = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
            found = point["what_if"]
            assert found["flagged_share"] == pytest.approx(rightly + in_vain, abs=1e-9)
            assert found["flags_a_day"] == pytest.approx(40 * (rightly + in_vain), abs=1e-9)
            assert found["ppv"] == pytest.approx(rightly / (rightly + in_vain), abs=1e-9)
            odds = t / (1 - t)
            benefit = found["net_benefit"]
            assert benefit["model"] == pytest.approx(rightly - in_vain * odds, abs=1e-9)
            assert benefit["read_all"] == pytest.approx(prevalence - (1 - prevalence) * odds, abs=1e-9)
            assert (benefit["read_none"], benefit["cost_of_flag"]) == (0, pytest.approx(odds))


def is_own(curve: dict[str, Any], point: dict[str, Any]) -> bool:
    """The stored point is given as it was stored, with six decimals."""
    return curve["points"][curve["in_force"]] is point


def test_it_starts_at_the_point_of_the_stored_result(
    result: Prediction, measured: Measured, signed_in: Callable[..., Client]
) -> None:
    curve = curve_of(signed_in(), result)
    start = curve["points"][curve["in_force"]]
    assert start["threshold"] == measured.point["threshold"]
    for share in ("sensitivity", "specificity"):
        assert start[share] == measured.point[share]
    thresholds = [point["threshold"] for point in curve["points"]]
    assert thresholds == sorted(thresholds, reverse=True)
    assert curve["probability"] == 0.61
    assert curve["measured_on"]


def test_asking_changes_no_stored_byte(result: Prediction, signed_in: Callable[..., Client]) -> None:
    state(0.08)
    before = Prediction.objects.values().get(pk=result.pk)
    client: Any = signed_in()
    page = client.get(f"/api/images/{result.image_id}/predictions/").content
    looks = counted_looks(result.image, client.person)
    curve_of(client, result)
    assert counted_looks(result.image, client.person) == looks + 1, "the curve tells the model's number"
    assert Prediction.objects.values().get(pk=result.pk) == before
    assert client.get(f"/api/images/{result.image_id}/predictions/").content == page
    assert AccessEvent.objects.filter(verb="see_operating_curve", target=f"prediction:{result.pk}").count() == 1


def test_net_benefit_says_where_the_number_was_calibrated(result: Prediction, signed_in: Callable[..., Client]) -> None:
    client, words = (
        signed_in(),
        "Net benefit takes the number as the risk; it was calibrated where 27.4 % had the finding",
    )
    state(0.08)
    assert any(note.startswith(f"{words}, and here 8 % is") for note in curve_of(client, result)["notes"])
    state(23 / 84)
    assert not any("takes the number as the risk" in note for note in curve_of(client, result)["notes"])


def test_without_a_case_mix_shares_alone_are_said(result: Prediction, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    curve = curve_of(client, result)
    assert curve["case_mix"] is None
    assert {str(point["what_if"]) for point in curve["points"]} == {"None"}
    assert any("How frequent this finding is here is not stated" in note for note in curve["notes"])
    state(0.05, images_a_day=None)
    curve = curve_of(client, result)
    assert {point["what_if"]["flags_a_day"] for point in curve["points"]} == {None}
    assert any("How many images come in a day is not stated" in note for note in curve["notes"])


@pytest.mark.parametrize(("prevalence", "words"), [(0, "no image here has the finding"), (1, "every image here has")])
def test_a_prevalence_of_none_and_of_all_is_computed_and_said(
    prevalence: int, words: str, result: Prediction, signed_in: Callable[..., Client]
) -> None:
    state(prevalence)
    curve = curve_of(signed_in(), result)
    assert any(words in note for note in curve["notes"])
    at = curve["points"][curve["in_force"]]["what_if"]
    assert (at["ppv"], at["npv"], at["with_finding"]) == (prevalence, 1 - prevalence, 100 * prevalence)
    nothing, everything = curve["points"][0]["what_if"], curve["points"][-1]["what_if"]
    assert (nothing["flagged"], nothing["ppv"]) == (0, None)
    assert (everything["flagged"], everything["npv"]) == (100, None)


@pytest.mark.parametrize(
    ("roc", "words"),
    [
        ([], "comes without measured points"),
        ([[0, 0, 0.9], [0.5, 0.333, 0.4]], "of other cases than its operating point"),
        ([[0, 0, 0.4], [1, 1, 0.9]], "are no ROC"),
    ],
)
def test_a_bundle_without_usable_points_says_so(
    roc: list[list[float]],
    words: str,
    measured: Measured,
    in_service: Callable[..., str],
    signed_in: Callable[..., Client],
) -> None:
    state(0.05)
    curve = curve_of(signed_in(), result_of(in_service(roc=roc, operating_point=measured.point), measured.point))
    assert (curve["points"], curve["in_force"], len(curve["notes"])) == ([], None, 1)
    assert words in curve["notes"][0]


def test_a_bundle_that_is_gone_says_so(result: Prediction, signed_in: Callable[..., Client]) -> None:
    bundle_path(result.bundle_id).unlink()
    curve = curve_of(signed_in(), result)
    assert curve["points"] == []
    assert "not installed any more" in curve["notes"][0]


def test_five_points_of_few_cases_are_called_few(
    in_service: Callable[..., str], signed_in: Callable[..., Client]
) -> None:
    few = {"value": 0.5, "ci": [0.1, 0.9], "n": 4, "method": "wilson"}
    point = {"rule": "youden", "threshold": 0.5, "sensitivity": few, "specificity": {**few, "n": 40}}
    roc = [[0, 0, 0.9], [0, 0.25, 0.8], [0.5, 0.5, 0.6], [0.5, 1, 0.3], [1, 1, 0.1]]
    curve = curve_of(signed_in(), result_of(in_service(roc=roc, operating_point=point), point))
    assert len(curve["points"]) == 6
    assert "Only 5 points were measured; between them nothing is known." in curve["notes"]
    assert "Few: only 4 cases with the finding; the band is wide." in curve["notes"]


def test_a_result_of_before_points_were_kept_shows_the_curve_alone(
    result: Prediction, signed_in: Callable[..., Client]
) -> None:
    result.document["findings"][0]["operating_point"] = {"threshold": 0.5}
    result.save()
    curve = curve_of(signed_in(), result)
    assert curve["in_force"] is None
    assert curve["points"]


def test_what_is_not_there_is_named(result: Prediction, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    answer = client.get(f"/api/predictions/{result.pk}/findings/nodule/operating-curve/")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_finding")
    result.job.__class__.objects.filter(pk=result.job_id).update(state="failed")
    answer = client.get(f"/api/predictions/{result.pk}/findings/{KEY}/operating-curve/")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_result")
