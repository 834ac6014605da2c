"""A question goes through the worker and comes back with numbers; what cannot be asked is said in a sentence."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from inference.engine import Case
from inference.erasing import FILLINGS, Area, Stroke, area_masks, erased_inputs
from tests.inference.tiny_bundle import tiny_manifest
from tests.webapp.counted_looks import counted_looks
from tests.webapp.openapi_check import broken_promises
from tests.webapp.probes.conftest import BOX, CHEST, COLUMNS, FINDING, ROWS, answer, ask, put_in_service, stored
from webapp.accounts.models import User
from webapp.archive.frame.model_inputs import prepared
from webapp.archive.models import Project
from webapp.archive.storage import stored_path
from webapp.audit.models import AccessEvent
from webapp.predictions import bundle_store
from webapp.predictions.bundle_store import bundle_path, engine_for
from webapp.predictions.models import Prediction
from webapp.probes.ask import MOST_UNFINISHED
from webapp.probes.models import Probe, forget_old
from webapp.probes.probe_body import MOST_AREAS, MOST_POINTS
from webapp.probes.run import run_probe
from webapp.reviews.models import CaseReview
from webapp.work.jobs.cancel import cancel
from webapp.work.jobs.claim import claim
from webapp.work.jobs.kinds import JobRefused
from webapp.work.jobs.lease import JobCancelled, Lease
from webapp.work.models import Job
from webapp.work.worker import run_one


def came(client: Client, asked: Any) -> dict[str, Any]:
    """The question after a worker had it."""
    assert asked.status_code == 201, asked.content
    assert run_one()
    path = f"/api/probes/{asked.json()['id']}/"
    document = client.get(path)
    assert document.status_code == 200
    assert broken_promises("get", path, 200, document.json()) == []
    found: dict[str, Any] = document.json()
    return found


def test_the_numbers_are_those_of_the_model_on_the_erased_input(reader: Client, result: Prediction) -> None:
    answer(reader, result)
    stroke = {"points": [{"x": 40, "y": 60}, {"x": 120, "y": 60.5}], "radius": 12}
    asked = ask(reader, result, [BOX, {"strokes": [stroke]}])
    assert broken_promises("post", f"/api/images/{result.image_id}/probes/", 201, asked.json()) == []
    assert asked.json()["result"] is None
    document = came(reader, asked)
    engine = engine_for(result.bundle_id)
    source = prepared(result.image, engine.bundle.input_spec)
    corners = ((20.0, 20.0), (100.0, 20.0), (100.0, 100.0), (20.0, 100.0))
    areas = [Area(polygons=(corners,)), Area(strokes=(Stroke(((40.0, 60.0), (120.0, 60.5)), 12.0),))]
    masks = area_masks(areas, source)
    for filling in FILLINGS:
        copies = erased_inputs(source, masks, filling)
        wanted = [rows[0]["probability"] for rows in engine.numbers([Case(copy) for copy in copies])]
        found = [
            number["probability"]
            for area in document["result"]["erased"]
            for number in area["numbers"]
            if number["filling"] == filling
        ]
        assert found == pytest.approx(wanted, abs=1e-6)
    stated = next(one for one in result.document["findings"] if one["key"] == FINDING)
    before = document["result"]["before"]
    assert before["probability"] == pytest.approx(stated["probability"], abs=1e-6)
    assert before["interval"] == pytest.approx(stated["interval"], abs=1e-6)
    assert before["decision"] == stated["decision"]
    assert before["probability"] != pytest.approx(
        document["result"]["erased"][0]["numbers"][1]["probability"], abs=1e-4
    )


def test_structures_are_offered_and_asked_by_name(reader: Client, result: Prediction) -> None:
    path = f"/api/images/{result.image_id}/probes/"
    choices = reader.get(path).json()
    assert broken_promises("get", path, 200, choices) == []
    assert choices["problem"] is None
    titles = {one["code"]: one["title"] for one in choices["structures"]}
    assert {"right_lung", "left_lung", "heart", "corners"} <= set(titles)
    assert titles["right_lung"] == "Right lung"
    right = np.array(next(one["outlines"][0] for one in choices["structures"] if one["code"] == "right_lung"))
    assert right[:, 0].max() < COLUMNS / 2  # the patient's right lies at the left of the picture
    answer(reader, result)
    document = came(reader, ask(reader, result, [{"structure": code} for code in titles]))
    assert [area["title"] for area in document["areas"]] == list(titles.values())
    assert len(document["result"]["erased"]) == len(titles)


def test_the_side_is_the_patients_in_a_mirrored_film(reader: Client, result: Prediction) -> None:
    image = stored(np.ascontiguousarray(CHEST[:, ::-1]), PatientOrientation=["R", "F"])
    structures = reader.get(f"/api/images/{image.pk}/probes/").json()["structures"]
    right = np.array(next(one["outlines"][0] for one in structures if one["code"] == "right_lung"))
    assert right[:, 0].min() > COLUMNS / 2 - 5


def test_a_film_without_sides_names_its_own(reader: Client, result: Prediction) -> None:
    image = stored(CHEST + 1, PatientOrientation=[])
    structures = reader.get(f"/api/images/{image.pk}/probes/").json()["structures"]
    titles = {one["code"]: one["title"] for one in structures}
    assert titles["right_lung"] == "Lung on the left of the picture"


def test_where_no_thorax_is_found_nothing_is_offered(reader: Client, result: Prediction) -> None:
    noise = np.random.default_rng(3).integers(0, 4000, (ROWS, COLUMNS)).astype(np.uint16)
    image = stored(noise)
    choices = reader.get(f"/api/images/{image.pk}/probes/").json()
    assert choices["structures"] == []
    assert choices["problem"]["code"] == "no_thorax"
    assert run_one()
    own = image.predictions.get()
    answer(reader, own)
    refused = ask(reader, own, [{"structure": "heart"}])
    assert (refused.status_code, refused.json()["code"]) == (400, "no_thorax")
    assert came(reader, ask(reader, own, [BOX]))["result"] is not None


def box(x: float, y: float, w: float, h: float) -> dict[str, Any]:
    return {"box": {"x": x, "y": y, "w": w, "h": h}}


def strokes(count: int, x: float = 50.0, radius: float = 9.0) -> dict[str, Any]:
    return {"strokes": [{"points": [{"x": x, "y": 40.0}] * count, "radius": radius}]}


@pytest.mark.parametrize(
    ("areas", "code", "words"),
    [
        ([], "no_area", "0 areas; allowed: 1 to 31"),
        ([BOX] * 300, "too_many_areas", f"300 areas; allowed: 1 to {MOST_AREAS}"),
        ([box(0, 0, COLUMNS, ROWS)], "area_whole", "100% of the picture would be erased"),
        ([strokes(2, radius=1e9)], "area_whole", "nothing would be left to look at"),
        ([box(10, 10, 0, 50)], "area_empty", "an area is empty"),
        ([{"strokes": []}], "area_empty", "an area is empty"),
        ([box(900, 20, 50, 50)], "area_outside", "lies outside the image of 260 x 256 pixels"),
        ([box(-90, 20, 50, 50)], "area_outside", "lies outside the image"),
        ([strokes(3, x=-1e300)], "area_outside", "lies outside the image"),
        ([strokes(MOST_POINTS + 1)], "stroke_length", "a stroke of 401 points; allowed: 1 to 400"),
        ([{"strokes": strokes(300)["strokes"] * 2}], "stroke_length", "more than 400 points"),
        ([strokes(2, radius=0)], "stroke_width", "a brush of 0 pixels"),
        ([{**BOX, "structure": "heart"}], "one_thing", "an area names structure and box"),
        ([{}], "one_thing", "an area names nothing"),
        ([{"structure": "liver"}], "not_allowed", "structure 'liver' is not one of right_lung"),
        ([{"circle": 1}], "unknown_field", "'circle' is not one of structure, box, strokes"),
        ("left lung", "not_allowed", "is not a list"),
    ],
)  # fmt: skip
def test_what_cannot_be_erased_is_said_in_a_sentence(
    reader: Client, result: Prediction, areas: Any, code: str, words: str
) -> None:
    answer(reader, result)
    refused = ask(reader, result, areas)
    assert refused.status_code == 400, refused.content
    assert refused.json()["code"] == code
    assert words in refused.json()["text"]
    assert not Probe.objects.exists()


def test_what_the_model_does_not_see_is_not_erased(reader: Client, result: Prediction, storage: Any) -> None:
    """A model that takes the central square of the picture, and a box beside it."""
    cropped = {**tiny_manifest()["input"], "resize": "center-crop"}
    put_in_service(storage, input=cropped)
    wide = np.pad(CHEST, ((0, 0), (100, 100)), mode="edge")
    image = stored(wide)
    while run_one():
        pass
    own = image.predictions.get()
    answer(reader, own)
    refused = ask(reader, own, [box(5, 20, 50, 50)])
    assert (refused.status_code, refused.json()["code"]) == (400, "area_unseen")


def test_a_box_that_leaves_the_image_is_cut_at_its_edge(reader: Client, result: Prediction) -> None:
    answer(reader, result)
    [area] = ask(reader, result, [box(-1e9, 20, 1e9 + 40, 60)]).json()["areas"]
    assert area["outlines"] == [[[0.0, 20.0], [40.0, 20.0], [40.0, 80.0], [0.0, 80.0]]]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"prediction": "9" * 36}, 400, "no_result"),
        ({"prediction": "00000000-0000-0000-0000-000000000001"}, 400, "no_result"),
        ({"finding": "fracture"}, 403, "own_answer_first"),
        ({"finding": "pleural_effusion"}, 403, "own_answer_first"),
    ],
)
def test_what_it_is_about_must_be_there(
    reader: Client, result: Prediction, changes: dict[str, Any], status: int, code: str
) -> None:
    answer(reader, result)
    refused = ask(reader, result, [BOX], **changes)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_a_finding_without_a_number_cannot_move(reader: Client, result: Prediction) -> None:
    document = result.document
    next(one for one in document["findings"] if one["key"] == FINDING).update(probability=None, decision="refused")
    Prediction.objects.filter(pk=result.pk).update(document=document)
    answer(reader, result, verdict="refusal_right")
    refused = ask(reader, result, [BOX])
    assert (refused.status_code, refused.json()["code"]) == (409, "no_number")


def test_a_replaced_model_and_a_lost_bundle_are_said(
    reader: Client, result: Prediction, storage: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(reader, result)
    asked = ask(reader, result, [BOX])
    new = put_in_service(storage, version="2.0.0")
    refused = ask(reader, result, [BOX])
    assert (refused.status_code, refused.json()["code"]) == (409, "model_replaced")
    document = came(reader, asked)  # it was asked before
    assert (document["state"], document["error"]["code"]) == ("failed", "model_replaced")
    assert document["result"] is None
    Project.objects.update(active_bundle=result.bundle_id)
    waiting = ask(reader, result, [BOX])
    bundle_path(result.bundle_id).unlink()
    monkeypatch.setattr(bundle_store, "_shelf", bundle_store.EngineShelf())  # of a worker that starts anew
    document = came(reader, waiting)
    assert document["error"]["code"] == "model_gone"
    assert "Tell an administrator" in document["error"]["text"]
    assert new != result.bundle_id


def test_a_changed_image_and_a_gone_one_are_said(reader: Client, result: Prediction) -> None:
    answer(reader, result)
    asked = ask(reader, result, [BOX])
    path = stored_path(result.image)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-2] + b"zz")
    document = came(reader, asked)
    assert document["error"]["code"] == "integrity_mismatch"
    gone = ask(reader, result, [BOX], prediction=str(result.pk))
    assert gone.status_code == 201  # no structure by name: no pixel is looked at before the worker has it
    missing = reader.post(
        "/api/images/00000000-0000-0000-0000-000000000001/probes/", {}, content_type="application/json"
    )
    assert missing.status_code == 404


def test_another_input_than_that_of_the_result_is_not_compared_with_it(reader: Client, result: Prediction) -> None:
    answer(reader, result)
    asked = ask(reader, result, [BOX])
    Prediction.objects.filter(pk=result.pk).update(input_sha256="0" * 64)
    document = came(reader, asked)
    assert document["error"]["code"] == "input_changed"
    assert "Run the model again" in document["error"]["text"]


def test_a_stopped_worker_loses_nothing(reader: Client, result: Prediction) -> None:
    answer(reader, result)
    asked = ask(reader, result, [BOX])
    job = Probe.objects.get().job
    held = claim(job.pk)  # a worker takes it and is never heard of again
    assert held is not None
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert came(reader, asked)["result"] is not None


def test_a_cancelled_question_stops(reader: Client, result: Prediction) -> None:
    answer(reader, result)
    ask(reader, result, [BOX])
    held = claim(Probe.objects.get().job_id)
    assert held is not None
    lease = Lease(held)
    assert cancel(held.job.pk)
    lease.found = type(lease.found).CANCELLED
    with pytest.raises(JobCancelled):
        run_probe(held, lease)


def test_a_question_whose_row_is_gone_says_so(reader: Client, result: Prediction) -> None:
    answer(reader, result)
    ask(reader, result, [BOX])
    held = claim(Probe.objects.get().job_id)
    assert held is not None
    Probe.objects.all().delete()
    with pytest.raises(JobRefused, match="Ask it again"):
        run_probe(held, Lease(held))


def test_one_person_keeps_few_questions_waiting(reader: Client, result: Prediction) -> None:
    answer(reader, result)
    assert [ask(reader, result, [BOX]).status_code for _ in range(MOST_UNFINISHED)] == [201] * MOST_UNFINISHED
    refused = ask(reader, result, [BOX])
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_unfinished")
    assert run_one()
    assert ask(reader, result, [BOX]).status_code == 201


def test_questions_of_one_person_take_turns_to_be_counted(
    reader: Client, result: Prediction, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has no row locks and leaves the words out: that they are asked for is seen where they are."""
    answer(reader, result)
    locked: list[Any] = []
    own = QuerySet.select_for_update

    def seen(rows: Any, *args: Any, **more: Any) -> Any:
        locked.append((rows.model, Probe.objects.count()))
        return own(rows, *args, **more)

    monkeypatch.setattr(QuerySet, "select_for_update", seen)
    assert ask(reader, result, [BOX]).status_code == 201
    assert (User, 0) in locked


def test_nothing_of_it_becomes_a_prediction_or_a_label_and_it_is_forgotten(reader: Client, result: Prediction) -> None:
    answer(reader, result)
    before = (Prediction.objects.count(), CaseReview.objects.count(), Prediction.objects.values().get(pk=result.pk))
    document = came(reader, ask(reader, result, [BOX, {"structure": "heart"}]))
    assert (
        Prediction.objects.count(),
        CaseReview.objects.count(),
        Prediction.objects.values().get(pk=result.pk),
    ) == before
    event = AccessEvent.objects.get(verb="ask_probe")
    assert event.details["areas"] == ["drawn", "heart"]
    assert event.details["finding"] == FINDING
    forget_old()
    assert Probe.objects.count() == 1
    Probe.objects.update(created_at=timezone.now() - timedelta(hours=25))
    forget_old()
    assert reader.get(f"/api/probes/{document['id']}/").status_code == 404
    assert AccessEvent.objects.filter(verb="ask_probe").exists()


def test_a_question_is_for_whoever_asked_and_for_as_long_as_the_answer_stands(
    reader: Client, result: Prediction, signed_in: Callable[..., Client]
) -> None:
    first = ask(reader, result, [BOX])
    assert (first.status_code, first.json()["code"]) == (403, "own_answer_first")
    assert "Your answer on this finding first" in first.json()["text"]
    answer(reader, result)
    path = f"/api/probes/{came(reader, ask(reader, result, [BOX]))['id']}/"
    for role in ("radiologist", "manager", "admin"):
        other = signed_in(role, f"other {role}")
        assert other.get(path).status_code == 404
        assert ask(other, result, [BOX]).status_code == 403, "nobody asks on another's answer"
    assert Client().get(path).status_code == 401
    answer(reader, result, verdict="withdrawn")
    assert reader.get(path).status_code == 403
    assert "probability" not in reader.get(path).content.decode()
    assert ask(reader, result, [BOX]).status_code == 403


def test_the_number_that_came_counts_as_a_look_and_waiting_for_it_does_not(reader: Client, result: Prediction) -> None:
    answer(reader, result)
    asked = ask(reader, result, [BOX])
    before = counted_looks(result.image, reader.person)  # type: ignore[attr-defined]
    assert reader.get(f"/api/probes/{asked.json()['id']}/").json()["result"] is None
    assert counted_looks(result.image, reader.person) == before  # type: ignore[attr-defined]
    assert came(reader, asked)["result"] is not None
    assert counted_looks(result.image, reader.person) == before + 1  # type: ignore[attr-defined]
