"""The operations page: what waits and why, what failed and the buttons, for managers and admins only. And /metrics."""

from datetime import timedelta

import pytest
from django.utils import timezone
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from webapp.archive.models import Project, QuarantinedFile
from webapp.audit.models import AccessEvent
from webapp.predictions.requests import predict_new_image
from webapp.work.models import Job
from webapp.work.work_counts import span_words
from webapp.work.worker_beat import WorkerSeen, write_beat

pytestmark = pytest.mark.django_db
UNKNOWN = "00000000-0000-0000-0000-000000000001"


@pytest.fixture(autouse=True)
def _workers(settings, tmp_path):
    settings.WORKER_DIR = tmp_path / "workers"


@pytest.fixture
def failed(make_image) -> Job:
    """A failed job of an image whose patient has a name."""
    predict_new_image(make_image(patient_name="MARKER^NAME", patient_id="MARKER-ID"))
    job = Job.objects.get()
    Job.objects.filter(pk=job.pk).update(
        state="failed",
        error_code="storage_error",
        error_text="A file could not be written.",
        finished_at=timezone.now(),
    )
    job.refresh_from_db()
    return job


@pytest.fixture
def client_of(django_user_model):
    """`client_of(role)`: a signed-in client."""
    from django.test import Client

    def make(role: str) -> Client:
        client = Client()
        client.force_login(django_user_model.objects.create_user(f"{role}-1", password="long-enough-pw", role=role))
        return client

    return make


@pytest.mark.parametrize(("role", "status"), [("radiologist", 403), ("manager", 200), ("admin", 200)])
def test_only_managers_and_admins_see_operations(client_of, failed, role, status):
    client = client_of(role)
    assert client.get("/operations/").status_code == status
    assert client.get("/metrics").status_code == status
    changed = 302 if status == 200 else 403
    assert client.post(f"/operations/jobs/{failed.id}/retry/").status_code == changed
    assert client.post(f"/operations/jobs/{failed.id}/cancel/").status_code == changed
    assert client.post("/operations/retry/", {"code": "storage_error"}).status_code == changed


def test_the_page_says_why_a_job_failed_and_names_no_patient(client_of, failed):
    page = client_of("manager").get("/operations/").content.decode()
    assert "storage_error" in page
    assert "A file could not be written." in page
    assert failed.prediction.image.code in page
    assert "MARKER" not in page


def test_the_page_says_what_jobs_wait_for(client_of, make_image):
    predict_new_image(make_image())
    Job.objects.update(waiting_for="waiting: no model is in service", not_before=timezone.now() + timedelta(60))
    page = client_of("manager").get("/operations/").content.decode()
    assert "no model is in service" in page


def test_retry_queues_the_job_again_and_is_recorded(client_of, failed):
    client = client_of("manager")
    client.post(f"/operations/jobs/{failed.id}/retry/")
    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == ("queued", 0)
    assert AccessEvent.objects.filter(verb="retry_job", target=f"job:{failed.id}").exists()
    again = client.post(f"/operations/jobs/{failed.id}/retry/", follow=True).content.decode()
    assert "Not queued: the job is queued" in again


def test_all_failures_of_one_code_are_retried_together(client_of, failed, make_image):
    predict_new_image(make_image())
    client_of("admin").post("/operations/retry/", {"code": "storage_error"})
    assert set(Job.objects.values_list("state", flat=True)) == {"queued"}


def test_cancel_ends_a_queued_job(client_of, make_image):
    predict_new_image(make_image())
    job = Job.objects.get()
    client_of("manager").post(f"/operations/jobs/{job.id}/cancel/")
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_unknown_jobs_and_wrong_methods_are_refused(client_of, failed):
    client = client_of("manager")
    assert client.post(f"/operations/jobs/{UNKNOWN}/retry/").status_code == 404
    assert client.get(f"/operations/jobs/{failed.id}/retry/").status_code == 405
    assert client.post("/operations/").status_code == 405


def test_the_live_part_comes_without_the_page_around_it(client_of):
    part = client_of("manager").get("/operations/", headers={"X-Sightline-Part": "live"}).content.decode()
    assert part.startswith('<div id="operations-live"')


def test_workers_are_listed_by_their_last_sign_of_life(client_of):
    write_beat(WorkerSeen("worker-1", 4711, "host", 0.0, 321))
    page = client_of("manager").get("/operations/").content.decode()
    assert "worker-1" in page
    assert "321 MB" in page


def read_metrics(client) -> dict[str, Metric]:
    """The families as a collector reads them."""
    answer = client.get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {family.name: family for family in text_string_to_metric_families(answer.content.decode())}


def samples(family: Metric) -> dict[tuple[str, ...], float]:
    return {(one.name, *one.labels.values()): one.value for one in family.samples}


def test_metrics_count_jobs_by_state_and_failures_by_code(client_of, failed):
    client = client_of("admin")
    found = read_metrics(client)
    assert [(one.labels, one.value) for one in found["sightline_jobs"].samples] == [
        ({"kind": "infer", "state": "failed"}, 1)
    ]
    assert [(one.labels, one.value) for one in found["sightline_jobs_failed"].samples] == [
        ({"code": "storage_error"}, 1)
    ]
    assert "MARKER" not in client.get("/metrics").content.decode()


def test_a_collector_finds_every_metric_under_its_name_and_kind(client_of):
    assert {name: family.type for name, family in read_metrics(client_of("admin")).items()} == {
        "sightline_jobs": "gauge",
        "sightline_queue_age_seconds": "gauge",
        "sightline_jobs_waiting": "gauge",
        "sightline_jobs_failed": "gauge",
        "sightline_quarantined_files": "gauge",
        "sightline_tolerated_images": "counter",
        "sightline_upload_files": "counter",  # the samples carry _total
        "sightline_results": "counter",
        "sightline_infer_run_seconds": "histogram",
        "sightline_infer_wait_seconds": "histogram",
        "sightline_disk_free_bytes": "gauge",
        "sightline_workers": "gauge",
        "sightline_worker_resident_megabytes": "gauge",
        "sightline_build": "gauge",
    }


def test_metrics_give_cumulative_seconds(client_of, failed):
    began = timezone.now()
    ended = began + timedelta(seconds=2)
    Job.objects.update(state="succeeded", created_at=began, started_at=began, finished_at=ended)
    name = "sightline_infer_run_seconds"
    found = samples(read_metrics(client_of("admin"))[name])
    assert [found[f"{name}_bucket", bound] for bound in ("1", "2.5", "+Inf")] == [0, 1, 1]
    assert (found[f"{name}_sum",], found[f"{name}_count",]) == (2, 1)


def test_a_collector_reads_metrics_with_the_sites_token(client, settings):
    bearer = {"Authorization": "Bearer open-sesame"}
    assert client.get("/metrics", headers=bearer).status_code == 401
    settings.METRICS_TOKEN = "open-sesame"
    assert client.get("/metrics", headers=bearer).status_code == 200
    assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 401
    assert client.get("/metrics").status_code == 401


def test_readiness_tells_what_waits_and_what_is_wrong(client, make_image):
    predict_new_image(make_image())
    Job.objects.update(waiting_for="waiting: no model is in service", not_before=timezone.now() + timedelta(60))
    body = client.get("/readyz").json()
    assert (body["queued"], body["waiting"], body["running"], body["problems"]) == (1, 1, 0, [])
    Job.objects.update(waiting_for="", not_before=None, created_at="2020-01-01T00:00:00Z")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "no worker is at work" in answer.json()["problems"][0]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (99, "99 s"), (100, "1 min"), (7199, "119 min"), (7200, "2 h"), (172799, "47 h"), (172800, "2 d")],
)
def test_a_length_of_time_is_said_in_its_largest_fitting_unit(seconds, words):
    assert span_words(seconds) == words


def test_refused_files_and_the_model_in_service_are_told_by_the_rooms_above(client_of):
    QuarantinedFile.objects.create(code="not_dicom", sha256="a" * 64, bytes=2048, source="upload")
    client = client_of("manager")
    assert client.get("/readyz").json()["bundle"] == "none in service"
    Project.default()
    Project.objects.update(active_bundle="c" * 64)
    assert client.get("/readyz").json()["bundle"] == "in service"
    page = client.get("/operations/").content.decode()
    assert "<td>not_dicom</td>" in page
    assert "2.0\xa0KB" in page
    lines = client.get("/metrics").content.decode().splitlines()
    assert 'sightline_quarantined_files{code="not_dicom"} 1.0' in lines
    assert "# TYPE sightline_upload_files_total counter" in lines
    assert "# TYPE sightline_results_total counter" in lines


def test_a_zip_job_names_no_image(client_of):
    Job.objects.create(kind="ingest_zip", state="failed", payload={"upload": UNKNOWN}, error_code="x")
    assert "/images/" not in client_of("manager").get("/operations/").content.decode()
