"""A result computed again, by a real run: the difference is stated, what stands in the way is a sentence, what is stored stays."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from tests.inference.tiny_bundle import make_tiny_bundle
from tests.webapp.archive.dicom_files import chest_dicom
from tests.webapp.counted_looks import counted_looks
from tests.webapp.openapi_check import differences
from webapp.accounts import policy
from webapp.accounts.policy import Refusal
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Image, Project
from webapp.archive.storage import stored_path
from webapp.audit.models import AccessEvent
from webapp.deployments.models import DeployedBundle
from webapp.predictions import bundle_store, reproductions
from webapp.predictions.bundle_store import bundle_path
from webapp.predictions.compare_answers import compare_numbers
from webapp.predictions.map_files import map_path
from webapp.predictions.models import Prediction, Reproduction
from webapp.predictions.openapi import REPRODUCTION, REPRODUCTIONS
from webapp.predictions.reproductions import reproduce
from webapp.work.models import Job
from webapp.work.worker import run_one

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_store, "_shelf", bundle_store.EngineShelf())


def put_in_service(folder: Path, version: str = "1.0.0") -> str:
    path = folder / "tiny.bundle"
    bundle_id = make_tiny_bundle(path, version=version)
    path.rename(bundle_path(bundle_id))
    Project.default()
    Project.objects.update(active_bundle=bundle_id)
    return bundle_id


def result_of(**header: Any) -> Prediction:
    image = ingest_file([chest_dicom(**header)], Sender(Project.default(), None, "upload")).image
    assert image is not None
    assert run_one()
    return image.predictions.get()


@pytest.fixture
def result(tmp_path: Path) -> Prediction:
    put_in_service(tmp_path)
    return result_of()


def stored_bytes(prediction: Prediction) -> tuple[Any, ...]:
    """Row and map files of a result."""
    row = Prediction.objects.values().get(pk=prediction.pk)
    kinds = [described["kind"] for described in row["document"]["maps"]]
    paths = [map_path(row["maps_key"], kind) for kind in kinds]
    return row, [path.read_bytes() if path.exists() else None for path in paths]


def again(prediction: Prediction, person: Any = None) -> Reproduction:
    row, is_new = reproduce(prediction, person)
    assert is_new
    assert run_one()
    row.refresh_from_db()
    return row


def by_output(row: Reproduction) -> dict[str, dict[str, Any]]:
    return {one["what"]: one for one in row.comparisons}


def test_the_same_input_gives_the_same_answer_and_the_stored_one_stays(result: Prediction) -> None:
    before = stored_bytes(result)
    row = again(result)
    assert (row.state, row.is_within, row.provider) == ("succeeded", True, result.provider)
    assert set(by_output(row)) == {"numbers", "gradcam", "classmaps"}
    for one in row.comparisons:
        assert 0 <= one["largest"] <= one["tolerance"] < 0.1
    assert row.finished_at is not None
    assert stored_bytes(result) == before
    assert result.image.predictions.count() == 1


@pytest.mark.parametrize("place", ["probability", "interval"])
def test_a_number_that_is_another_is_found_with_its_difference(place: str, result: Prediction) -> None:
    finding = result.document["findings"][1]
    if place == "probability":
        finding["probability"] += 0.01
    else:
        finding["interval"][1] += 0.01
    result.save()
    row = again(result)
    assert not row.is_within
    assert by_output(row)["numbers"]["largest"] == pytest.approx(0.01, abs=1e-6)
    assert by_output(row)["gradcam"]["is_within"]


def test_a_number_that_moves_to_another_finding_is_said(db: None) -> None:
    stored = {
        "gate": {"verdict": "passed"},
        "findings": [{"key": k, "probability": p, "interval": None} for k, p in (("a", 0.5), ("b", None))],
    }
    moved = {
        **stored,
        "findings": [{"key": k, "probability": p, "interval": None} for k, p in (("a", None), ("b", 0.5))],
    }
    assert compare_numbers(stored, moved).note == "not the same findings have a number"
    refused = {**stored, "findings": [{"key": "a", "probability": None, "interval": None}]}
    assert compare_numbers(refused, refused).title == "no finding had a number, then or now"
    assert compare_numbers(stored, stored).is_within


def test_a_map_value_that_is_another_is_found(result: Prediction) -> None:
    path = map_path(result.maps_key, "classmaps")
    values = np.fromfile(path, "<f4")
    values[7] += 0.5
    path.write_bytes(values.tobytes())
    result.maps_sha256["classmaps"] = hashlib.sha256(values.tobytes()).hexdigest()
    result.save()
    row = again(result)
    assert not row.is_within
    assert by_output(row)["classmaps"]["largest"] == pytest.approx(0.5, abs=1e-5)
    assert by_output(row)["numbers"]["is_within"]


def test_a_map_that_is_gone_is_said_and_the_rest_is_compared(result: Prediction) -> None:
    map_path(result.maps_key, "gradcam").unlink()
    row = again(result)
    assert not row.is_within
    assert by_output(row)["gradcam"]["note"] == "the stored file of this map is missing or damaged"
    assert by_output(row)["numbers"]["is_within"]


def test_another_gate_verdict_is_said(result: Prediction) -> None:
    result.document["gate"]["verdict"] = "refused"
    result.save()
    assert "the gate said 'refused' then and says 'pass' now" in by_output(again(result))["numbers"]["note"]


def test_a_refusal_is_reproduced_as_one(tmp_path: Path) -> None:
    put_in_service(tmp_path)
    result = result_of(ViewPosition="LL")
    assert result.document["gate"]["verdict"] == "refused"
    row = again(result)
    assert (row.is_within, set(by_output(row))) == (True, {"numbers"})


def test_the_bundle_of_the_result_runs_and_not_the_one_in_service(result: Prediction, tmp_path: Path) -> None:
    other = put_in_service(tmp_path, "2.0.0")
    assert other != result.bundle_id
    bundle_path(other).unlink()
    assert again(result).is_within


def spoil_bundle(result: Prediction) -> None:
    bundle_path(result.bundle_id).unlink()
    bundle_store._shelf = bundle_store.EngineShelf()


def spoil_file(result: Prediction) -> None:
    stored_path(result.image).unlink()


def spoil_image(result: Prediction) -> None:
    Prediction.objects.filter(pk=result.pk).update(image_sha256="0" * 64)


def spoil_input(result: Prediction) -> None:
    Prediction.objects.filter(pk=result.pk).update(input_sha256="0" * 64)


@pytest.mark.parametrize(
    ("spoil", "code", "words"),
    [
        (spoil_bundle, "bundle_unavailable", "cannot be run here any more: the file of model"),
        (spoil_file, "integrity_mismatch", "The stored image is missing"),
        (spoil_image, "image_changed", "not the one that this result was computed from"),
        (spoil_input, "another_input", "its answers cannot be compared"),
    ],
)
def test_what_stands_in_the_way_is_a_sentence(
    spoil: Callable[[Prediction], None], code: str, words: str, result: Prediction
) -> None:
    spoil(result)
    before = stored_bytes(result)
    row = again(result)
    assert (row.state, row.is_within, row.comparisons) == ("failed", None, [])
    assert row.job is not None
    assert (row.job.error_code, words in row.job.error_text) == (code, True)
    assert stored_bytes(result) == before


def test_a_model_that_was_taken_out_for_ending_workers_is_not_run_again(
    result: Prediction, signed_in: Callable[..., Client]
) -> None:
    """Neither when somebody asks, nor in a job that was asked for before it was taken out."""
    row, _ = reproduce(result, None)  # type: ignore[arg-type]
    bundle = DeployedBundle(bundle_id=result.bundle_id, name="tiny", version="1.0.0", manifest={})
    bundle.taken_out_at, bundle.taken_out_why = timezone.now(), "It ended three workers."
    bundle.save()
    answer = signed_in().post(f"/api/predictions/{result.pk}/reproductions/")
    assert (answer.status_code, answer.json()["code"]) == (409, "bundle_taken_out")
    assert "It ended three workers." in answer.json()["text"]
    assert run_one()
    row.refresh_from_db()
    assert row.job is not None
    assert (row.state, row.job.error_code) == ("failed", "bundle_taken_out")
    DeployedBundle.objects.update(taken_out_at=None)  # a person put it in service again
    assert again(result).is_within


def test_the_api_asks_once_and_tells(result: Prediction, signed_in: Callable[..., Client]) -> None:
    client, path = signed_in(), f"/api/predictions/{result.pk}/reproductions/"
    assert client.get(path).json() == {"results": []}
    first, second = client.post(path), client.post(path)
    assert (first.status_code, second.status_code, first.json()) == (201, 200, second.json())
    assert differences(first.json(), REPRODUCTION) == []
    client.get(path)
    assert counted_looks(result.image, client.person) == 0, "nothing of the result is told yet"
    run_one()
    found = client.get(path).json()
    assert counted_looks(result.image, client.person) == 1
    assert differences(found, REPRODUCTIONS) == []
    [row] = found["results"]
    assert (row["state"], row["asked_by"], row["is_within"]) == ("succeeded", client.person.username, True)
    assert AccessEvent.objects.filter(verb="reproduce", target=f"prediction:{result.pk}").count() == 1
    assert client.post(path).status_code == 201


def test_a_person_has_so_many_computed_again_a_day_and_a_colleague_as_many(
    result: Prediction, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reproductions, "MOST_A_DAY", 2)
    path = f"/api/predictions/{result.pk}/reproductions/"
    greedy, colleague = signed_in(), signed_in("radiologist", "colleague")

    def ask(client: Client) -> int:
        status = client.post(path).status_code
        while run_one():
            pass
        return status

    assert [ask(greedy) for _ in range(3)] == [201, 201, 429]
    assert ask(colleague) == 201
    Reproduction.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert ask(greedy) == 201


def test_at_the_limit_the_unfinished_run_is_still_the_answer(
    result: Prediction, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reproductions, "MOST_A_DAY", 1)
    client, path = signed_in(), f"/api/predictions/{result.pk}/reproductions/"
    first, again = client.post(path), client.post(path)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_there_is_nothing_to_compute_again_before_a_result(
    make_image: Callable[..., Image], signed_in: Callable[..., Client]
) -> None:
    prediction = Prediction.objects.create(
        image=make_image(), job=Job.objects.create(kind="infer", idempotency_key="waits")
    )
    answer = signed_in().post(f"/api/predictions/{prediction.pk}/reproductions/")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_result")


def test_who_may_not_see_the_result_may_neither_ask_nor_look(
    result: Prediction, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "EMBARGOES", [])
    policy.register_embargo(lambda user, image: Refusal("blinded", "You read this image without AI."))
    client, path = signed_in(), f"/api/predictions/{result.pk}/reproductions/"
    assert [client.get(path).status_code, client.post(path).status_code] == [403, 403]
    assert not Reproduction.objects.exists()
