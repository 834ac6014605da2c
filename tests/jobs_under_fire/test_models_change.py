"""Models are activated while jobs run, are missing, or come back: every result names the bundle that computed it."""

import hashlib
import json

import pytest

from tests.inference import tiny_bundle
from tests.inference.tiny_bundle import make_tiny_bundle, tiny_manifest
from tests.jobs_under_fire.site import LEASE_SECONDS, PATIENCE_SECONDS, wait

pytestmark = [pytest.mark.alone, pytest.mark.timeout(600)]

HIGH_OFFSET = (
    6.0  # sigmoid(0.8 * logit + 6) > 0.9 for every logit >= -2; with the usual -0.1 it is below 0.8 for logit <= 1
)


@pytest.fixture
def high_bundle(tmp_path, monkeypatch):
    """A bundle whose probabilities are far above those of the usual tiny bundle on every image."""
    monkeypatch.setattr(tiny_bundle, "OFFSET", HIGH_OFFSET)
    tiny_bundle.tiny_selfcheck.cache_clear()
    findings = tiny_manifest()["findings"]
    for finding in findings:
        finding["calibration"]["bias"] = HIGH_OFFSET
    path = tmp_path / "high.bundle"
    make_tiny_bundle(path, version="2.0.0", findings=findings)
    monkeypatch.undo()
    tiny_bundle.tiny_selfcheck.cache_clear()
    return path


def test_each_result_names_the_bundle_that_computed_it(make_site, high_bundle):
    site = make_site(image_seconds=0.1)
    gate = site.home / "gate"  # on a busy machine all would be done before the command has started
    site.environment["FIRE_GATE"] = str(gate)
    site.environment["SIGHTLINE_BATCH"] = "2"  # two workers with two threads each hold eight of the 24 images
    site.manage("bundle", "add", str(high_bundle))
    workers = [site.start_worker(), site.start_worker()]
    wait(lambda: site.count("succeeded") >= 1, "the first result")
    site.manage("bundle", "activate", hashlib.sha256(high_bundle.read_bytes()).hexdigest())
    gate.touch()
    site.assert_each_job_is_done_once()
    assert [worker.poll() for worker in workers] == [None, None]
    results = site.rows("SELECT bundle_version, bundle_id, document FROM predictions_prediction")
    assert {version for version, _, _ in results} == {"1.0.0", "2.0.0"}
    for version, bundle_id, text in results:
        document = json.loads(text)
        assert document["bundle"] == bundle_id
        probabilities = [finding["probability"] for finding in document["findings"]]
        assert (min(probabilities) > 0.9) == (version == "2.0.0"), (version, probabilities)


def test_a_bundle_that_ends_its_worker_three_times_goes_and_the_one_before_does_its_jobs(make_site, high_bundle):
    site = make_site(lease_seconds=2 * LEASE_SECONDS)
    site.environment["FIRE_KILLER"] = "2.0.0"
    site.manage("bundle", "add", str(high_bundle), "--activate")
    assert [site.start_worker().wait(PATIENCE_SECONDS) for _ in range(3)] == [9, 9, 9]
    site.start_worker()
    site.assert_each_job_is_done_once()
    assert site.rows("SELECT DISTINCT bundle_version FROM predictions_prediction") == [("1.0.0",)]
    states = site.rows(
        "SELECT b.version, count(p.id), count(b.taken_out_at) FROM deployments_deployedbundle b"
        " LEFT JOIN archive_project p ON p.active_bundle = b.bundle_id GROUP BY b.version ORDER BY b.version"
    )
    assert states == [("1.0.0", 1, 0), ("2.0.0", 0, 1)]  # in how many projects; whether taken out
    assert site.rows("SELECT count(*) FROM deployments_bundlestrike") == [(3,)]
    assert site.rows("SELECT count(*) FROM audit_accessevent WHERE verb = 'take_out_bundle'") == [(1,)]


def test_jobs_wait_with_their_reason_while_the_model_is_missing_and_run_when_one_comes(make_site, high_bundle):
    site = make_site()
    [bundle] = (site.home / "var" / "bundles").glob("*.bundle")
    bundle.unlink()
    site.start_worker()
    wait(
        lambda: site.rows("SELECT count(*) FROM predictions_job WHERE waiting_for != ''") == [(site.jobs,)], "a reason"
    )
    [(reason,)] = set(site.rows("SELECT waiting_for FROM predictions_job"))
    assert reason.endswith("is missing on this worker")
    assert site.rows("SELECT DISTINCT attempts FROM predictions_job") == [(0,)]
    site.manage("bundle", "add", str(high_bundle), "--activate")
    site.assert_each_job_is_done_once()
