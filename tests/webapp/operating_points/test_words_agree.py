"""An approved point holds for results from then on, earlier ones keep theirs; and on no page, API or export do word, number and
point contradict each other or the result that they are of."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from inference.probability import fraction
from tests.webapp.archive.dicom_files import chest_dicom
from tests.webapp.operating_points.conftest import KEY
from tests.webapp.test_every_address import ADDRESSES
from tests.webapp.viewer.case_factory import make_user, review_body
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Image, Project
from webapp.operating_points.proposals import decide, propose
from webapp.predictions import bundle_store
from webapp.predictions.models import Prediction
from webapp.predictions.points_in_force import PointsInForce
from webapp.predictions.requests import predict_again
from webapp.reviews.record_review import record_review
from webapp.work.worker import run_one

pytestmark = pytest.mark.django_db
# Of 4 with and 5 without the finding: the number of the test image, .42, lies between the thresholds .6 and .02.
ROC = [[0, 0, 0.99], [0, 0.5, 0.9], [0.2, 0.75, 0.6], [0.4, 1, 0.02], [1, 1, 0.001]]
SHARE = {"value": 1.0, "ci": [0.510109, 1.0], "n": 4, "method": "wilson"}
POINT = {
    "rule": "youden",
    "threshold": 0.02,
    "sensitivity": SHARE,
    "specificity": {**SHARE, "value": 0.6, "ci": [0.230724, 0.882379], "n": 5},
}
SURE = {"alpha": 0.1, "present_at_least": 0.03, "absent_at_most": 0.01, "n_positive": 4, "n_negative": 5}


@pytest.fixture
def image(storage: Path, in_service: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> Image:
    """A radiograph with a result at the bundle's own point: positive, however low its number."""
    monkeypatch.setattr(bundle_store, "_shelf", bundle_store.EngineShelf())
    in_service(roc=ROC, operating_point=POINT, conformal=SURE)
    image = ingest_file([chest_dicom()], Sender(Project.default(), None, "upload")).image
    assert image is not None
    assert run_one()
    return image


def approve(threshold: str) -> int:
    first, second = make_user("mona", "manager"), make_user("omar", "manager")
    proposal = propose(first, Project.default(), KEY, threshold, "fewer flags")
    decide(second, proposal, "approved")
    return proposal.version


def run_again(image: Image) -> Prediction:
    made, is_new = predict_again(image)
    assert is_new
    assert run_one()
    made.refresh_from_db()
    return made


def of_finding(prediction: Prediction) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in prediction.document["findings"] if row["key"] == KEY)
    return found


def test_results_from_the_approval_on_are_given_at_the_approved_point(image: Image) -> None:
    first = image.predictions.get()
    own = of_finding(first)
    assert (own["decision"], own["operating_point"]) == ("positive", {k: v for k, v in POINT.items() if k != "rule"})
    before = Prediction.objects.values().get(pk=first.pk)
    version = approve("0.6")
    assert Prediction.objects.values().get(pk=first.pk) == before
    second = of_finding(run_again(image))
    assert second["probability"] == own["probability"]
    point = second["operating_point"]
    assert (point["threshold"], point["project_version"], point["sensitivity"]["value"]) == (0.6, version, 0.75)
    assert second["decision"] == "uncertain"
    assert second["reason"].endswith(f"below the operating point of the project (version {version}).")
    assert second["boxes"] == []
    assert Prediction.objects.values().get(pk=first.pk) == before
    others = [row for row in image.predictions.first().document["findings"] if row["key"] != KEY]
    assert all("project_version" not in row["operating_point"] for row in others)


def test_a_proposal_alone_and_a_point_of_another_project_change_nothing(image: Image) -> None:
    propose(make_user("mona", "manager"), Project.default(), KEY, "0.6", "fewer flags")
    assert of_finding(run_again(image))["decision"] == "positive"
    other = Project.objects.create(name="Other", slug="other", active_bundle=image.project.active_bundle)
    decide(make_user("omar", "manager"), propose(make_user("nina", "manager"), other, KEY, "0.6", "there"), "approved")
    assert of_finding(run_again(image))["decision"] == "positive"


def test_the_word_follows_the_point_back(image: Image) -> None:
    approve("0.6")
    assert of_finding(run_again(image))["decision"] == "uncertain"
    proposal = propose(make_user("nina", "manager"), Project.default(), KEY, "own", "back")
    decide(make_user("otto", "manager"), proposal, "approved")
    again = of_finding(run_again(image))
    assert (again["decision"], again["operating_point"]["threshold"]) == ("positive", 0.02)


def test_a_question_about_a_result_is_answered_at_the_point_of_that_result(
    image: Image, signed_in: Callable[..., Client]
) -> None:
    """Of the whole picture the word is that of the result, whichever point is approved now."""
    client = signed_in()
    first = image.predictions.get()
    approve("0.6")
    second = run_again(image)
    body = review_body(bundle=first.bundle_id, verdict="cannot_judge", failure=None, confidence=None)
    record_review(client.person, image, body)  # type: ignore[attr-defined]
    for result, word in ((first, "positive"), (second, "uncertain")):
        stated = of_finding(result)
        asked = client.post(
            f"/api/images/{image.pk}/probes/",
            {"prediction": str(result.pk), "finding": KEY, "areas": [{"box": {"x": 9, "y": 9, "w": 40, "h": 40}}]},
            content_type="application/json",
        )
        assert run_one()
        before = client.get(f"/api/probes/{asked.json()['id']}/").json()["result"]["before"]
        assert before["decision"] == stated["decision"] == word
        assert before["reason"] == stated["reason"]


def said(value: Any) -> Iterator[tuple[Any, Any, Any]]:
    """(word, number, threshold) wherever a JSON document or a row of a table says the three of one finding."""
    if isinstance(value, list):
        for one in value:
            yield from said(one)
    elif isinstance(value, dict):
        threshold = (value.get("operating_point") or {}).get("threshold", value.get("threshold"))
        if "decision" in value and "probability" in value and threshold is not None:
            yield value["decision"], value["probability"], threshold
        if value.get("model_decision"):
            yield value["model_decision"], value["model_probability"], value["model_threshold"]
        for one in value.values():
            yield from said(one)


def contradicts(word: str, number: Any, threshold: Any) -> bool:
    if number in (None, ""):
        return word in ("positive", "negative")
    return (word == "positive" and float(number) < float(threshold)) or (
        word == "negative" and float(number) >= float(threshold)
    )


def documents(client: Client, image: Image) -> Iterator[tuple[str, Any]]:
    """Every address, with the ids of the case and each of its results, and what it answers."""
    yield "/api/reviews/export/?as=json", client.get("/api/reviews/export/?as=json")
    for result in image.predictions.all():
        keys = {
            "image_id": image.pk,
            "uid": image.pk,
            "prediction_id": result.pk,
            "kind": "gradcam",
            "bundle_id": result.bundle_id,
        }
        for name, route in ADDRESSES:
            if name not in ("events", "sign_out") and "studies/<" not in route:
                known = {**keys, "key": KEY if "findings/" in route else image.pk}
                path = "/" + re.sub(r"<\w+:(\w+)>", lambda mark, known=known: str(known.get(mark[1], 1)), route)
                yield path, client.get(path)


@pytest.mark.slow
def test_word_number_and_point_agree_wherever_they_are_told(image: Image, signed_in: Callable[..., Client]) -> None:
    reader, client = make_user("rita"), signed_in("admin")
    first = image.predictions.get()
    record_review(reader, image, review_body(bundle=first.bundle_id, verdict="agree", failure=None, confidence=None))
    approve("0.6")
    second = run_again(image)
    body = {"bundle": second.bundle_id, "verdict": "cannot_judge", "failure": None, "confidence": None}
    record_review(make_user("sven"), image, review_body(**body))

    stored = {
        tuple(map(str, triple))
        for result in (first, second)
        for triple in said(Prediction.objects.get(pk=result.pk).document)
    }
    told: dict[tuple[str, ...], set[str]] = {}
    for path, answer in documents(client, image):
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        kind = answer.headers.get("Content-Type", "")
        if "json" in kind:
            found = said(json.loads(text))
        elif "csv" in kind:
            found = said(list(csv.DictReader(io.StringIO(text.decode()))))
        else:
            continue
        for triple in found:
            assert not contradicts(*triple), f"{path}: {triple}"
            told.setdefault(tuple(map(str, triple)), set()).add(path)
    assert set(told) <= stored, "what is told is what is stored"
    number = str(of_finding(second)["probability"])
    assert f"/api/images/{image.pk}/predictions/" in told["positive", number, "0.02"] & told["uncertain", number, "0.6"]
    assert {"/api/reviews/export/?as=json", "/api/reviews/export/"} <= told["positive", number, "0.02"]
    assert {"/api/reviews/export/?as=json", "/api/reviews/export/"} <= told["uncertain", number, "0.6"]


def test_the_worklist_names_the_point_of_the_word_that_it_says(image: Image, signed_in: Callable[..., Client]) -> None:
    version = approve("0.6")
    made = run_again(image)
    finding = of_finding(made)
    # The list tells the highest finding alone: here the one whose point was approved.
    made.document["findings"] = [finding]
    made.highest_finding, made.highest_probability, made.highest_decision = (
        KEY,
        finding["probability"],
        finding["decision"],
    )
    made.save()
    row = re.search(r'<td class="c-finding">.*?</td>', signed_in().get("/?state=all").content.decode(), re.S)
    assert row is not None
    for words in (
        fraction(finding["probability"]),
        "uncertain",
        f"operating point .60 of the project (version {version})",
    ):
        assert words in row[0]


@pytest.mark.parametrize(
    ("triple", "is_wrong"),
    [
        (("positive", 0.3, 0.4), True), (("positive", "0.4", "0.4"), False), (("negative", 0.4, 0.4), True),
        (("negative", 0.3, 0.4), False), (("uncertain", 0.3, 0.4), False), (("positive", None, 0.4), True),
        (("refused", None, 0.4), False),
    ],
)  # fmt: skip
def test_the_comparison_notices(triple: tuple[str, Any, Any], is_wrong: bool) -> None:
    assert contradicts(*triple) is is_wrong


def test_a_batch_asks_for_the_points_once(image: Image, django_assert_num_queries: Any) -> None:
    version, bundle_id = approve("0.6"), image.project.active_bundle
    points = PointsInForce()
    with django_assert_num_queries(1):
        found = [points.of(image.project, bundle_id) for _ in range(3)]
    assert [one[KEY].project_version for one in found] == [version] * 3
    assert PointsInForce().of(image.project, "0" * 64) == {}
