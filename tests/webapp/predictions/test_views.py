"""The API of predictions: what it gives, to whom, and what it refuses."""

import io
import uuid

import numpy as np
import pytest
from PIL import Image as Picture

from webapp.accounts import policy
from webapp.accounts.policy import Refusal
from webapp.predictions.map_files import map_path
from webapp.work.models import Job

UNKNOWN = uuid.UUID(int=1)


def predictions_url(image) -> str:
    return f"/api/images/{image.id}/predictions/"


def map_url(prediction, kind: str = "gradcam") -> str:
    return f"/api/predictions/{prediction.id}/maps/{kind}/"


@pytest.fixture
def signed_in(client, radiologist):
    client.force_login(radiologist)
    return client


@pytest.fixture
def embargo(monkeypatch):
    """A reader study that hides every result."""
    rule = lambda user, image: Refusal("study_open", "Hidden until the study ends.")  # noqa: E731
    monkeypatch.setattr(policy, "EMBARGOES", [rule])


def test_it_lists_the_results_newest_first(signed_in, succeeded):
    again = signed_in.post(predictions_url(succeeded.image)).json()
    results = signed_in.get(predictions_url(succeeded.image)).json()["results"]
    assert [result["id"] for result in results] == [again["id"], str(succeeded.id)]
    assert [result["state"] for result in results] == ["queued", "succeeded"]
    assert results[0]["findings"] == []
    assert results[1]["findings"][1]["key"] == "pleural_effusion"
    assert results[1]["bundle"] == "c" * 64


def test_it_finds_the_image_by_its_uid_too(signed_in, succeeded):
    answer = signed_in.get(f"/api/images/{succeeded.image.sop_instance_uid}/predictions/")
    assert len(answer.json()["results"]) == 1


def test_it_says_why_a_job_waits_or_failed(signed_in, queued):
    Job.objects.filter(id=queued.job_id).update(waiting_for="waiting: no model is in service")
    [result] = signed_in.get(predictions_url(queued.image)).json()["results"]
    assert result["waiting_for"] == "waiting: no model is in service"
    Job.objects.filter(id=queued.job_id).update(state="failed", error_code="decoder_error", error_text="Broken.")
    [result] = signed_in.get(predictions_url(queued.image)).json()["results"]
    assert result["error"] == {"code": "decoder_error", "text": "Broken."}


def test_it_answers_a_second_request_with_the_unfinished_run(signed_in, queued):
    answer = signed_in.post(predictions_url(queued.image))
    assert (answer.status_code, answer.json()["id"]) == (200, str(queued.id))


def test_it_gives_a_map_as_little_endian_floats(signed_in, succeeded):
    answer = signed_in.get(map_url(succeeded))
    assert answer.headers["X-Map-Shape"] == "2,2,3"
    values = np.frombuffer(answer.content, dtype="<f4").reshape(2, 2, 3)
    assert values[1].tolist() == [[0, 0.5, 0], [0, 1, 0.25]]
    again = signed_in.get(map_url(succeeded), headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_it_gives_one_finding_as_a_labelled_picture(signed_in, succeeded):
    answer = signed_in.get(map_url(succeeded), {"format": "png", "finding": "pleural_effusion"})
    assert answer.headers["Content-Type"] == "image/png"
    pixels = np.asarray(Picture.open(io.BytesIO(answer.content)))
    assert pixels.shape == (384 + 34, 576, 3)  # 2 x 3 cells, short side 384, and the caption with the label
    assert pixels[384:].max() > 200
    bright, dark = pixels[300, 288], pixels[5, 5]
    assert bright.sum() > dark.sum()


def test_it_refuses_an_unknown_map_or_finding_and_names_the_known(signed_in, succeeded):
    answer = signed_in.get(map_url(succeeded, "heat"))
    assert (answer.status_code, answer.json()["text"]) == (404, "Map kind 'heat' is not one of: gradcam.")
    answer = signed_in.get(map_url(succeeded), {"format": "png", "finding": "nodule"})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_finding")


@pytest.mark.parametrize("query", [{}, {"format": "png", "finding": "pleural_effusion"}])
def test_a_lost_or_cut_map_file_is_told_and_never_shown(signed_in, succeeded, query):
    path = map_path(succeeded.maps_key, "gradcam")
    path.write_bytes(path.read_bytes()[:-4])
    answer = signed_in.get(map_url(succeeded), query)
    assert (answer.status_code, answer.json()["code"]) == (409, "map_lost")
    path.unlink()
    assert signed_in.get(map_url(succeeded), query).status_code == 409


@pytest.mark.parametrize("query", [{}, {"format": "png", "finding": "pleural_effusion"}])
def test_a_map_file_of_the_right_size_with_other_values_is_told_and_never_shown(signed_in, succeeded, query):
    path = map_path(succeeded.maps_key, "gradcam")
    content = bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(bytes(content))
    answer = signed_in.get(map_url(succeeded), query)
    assert (answer.status_code, answer.json()["code"]) == (409, "map_lost")


def test_a_result_from_before_hashes_were_kept_is_still_shown(signed_in, succeeded):
    succeeded.maps_sha256 = {}
    succeeded.save()
    assert signed_in.get(map_url(succeeded)).status_code == 200


def test_it_has_no_map_before_the_result(signed_in, queued):
    assert signed_in.get(map_url(queued)).status_code == 404


def test_it_cancels_and_retries(signed_in, queued):
    assert signed_in.post(f"/api/predictions/{queued.id}/cancel/").json()["state"] == "cancelled"
    assert signed_in.post(f"/api/predictions/{queued.id}/cancel/").status_code == 409
    assert signed_in.post(f"/api/predictions/{queued.id}/retry/").json()["state"] == "queued"
    answer = signed_in.post(f"/api/predictions/{queued.id}/retry/")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


def addresses(prediction) -> list[tuple[str, str]]:
    verbs = [("post", f"/api/predictions/{prediction.id}/{verb}/") for verb in ("cancel", "retry")]
    url = predictions_url(prediction.image)
    return [("get", url), ("post", url), ("get", map_url(prediction)), *verbs]


def test_it_hides_everything_under_an_embargo(signed_in, succeeded, embargo):
    for method, url in addresses(succeeded):
        answer = getattr(signed_in, method)(url)
        assert (answer.status_code, answer.json()["code"]) == (403, "study_open"), url


def test_it_hides_everything_from_those_signed_out(client, succeeded):
    for method, url in addresses(succeeded):
        assert getattr(client, method)(url).status_code in (401, 403), url


def test_it_knows_no_foreign_ids_and_no_wrong_methods(signed_in, succeeded):
    assert signed_in.get(f"/api/images/{UNKNOWN}/predictions/").status_code == 404
    assert signed_in.get(f"/api/predictions/{UNKNOWN}/maps/gradcam/").status_code == 404
    assert signed_in.post(f"/api/predictions/{UNKNOWN}/cancel/").status_code == 404
    assert signed_in.delete(predictions_url(succeeded.image)).status_code == 405
    assert signed_in.get(f"/api/predictions/{succeeded.id}/cancel/").status_code == 405


def test_it_tells_whether_it_can_work(client, queued):
    assert client.get("/healthz").json() == {"status": "ok"}
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert (answer.json()["queued"], answer.json()["bundle"]) == (1, "none in service")
    Job.objects.update(created_at="2020-01-01T00:00:00Z")
    assert client.get("/readyz").status_code == 503
