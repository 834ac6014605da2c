"""The heartbeat thread, with real threads and a lease of a few tenths of a second."""

import os
import time

import pytest

from webapp.work.jobs.cancel import cancel
from webapp.work.jobs.claim import Claim, claim
from webapp.work.jobs.lease import OVERRUN_EXIT, Heartbeat, JobCancelled, Lease, LeaseLost
from webapp.work.models import Job

pytestmark = pytest.mark.django_db(transaction=True)

LEASE_SECONDS = 0.3
PATIENCE_SECONDS = 10.0


@pytest.fixture
def held(settings) -> Claim:
    settings.JOB_LEASE_SECONDS = LEASE_SECONDS
    return claim(Job.objects.create(kind="test", idempotency_key="one").id)


def check_until_it_raises(lease: Lease) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        lease.check()
        time.sleep(0.01)


def test_it_keeps_the_job_for_longer_than_one_lease(held):
    with Heartbeat([held], limit_seconds=60) as [lease]:
        time.sleep(3 * LEASE_SECONDS)
        lease.check()
        assert claim(held.job.id) is None


def test_it_learns_that_a_person_cancelled(held):
    with Heartbeat([held], limit_seconds=60) as [lease]:
        cancel(held.job.id)
        with pytest.raises(JobCancelled):
            check_until_it_raises(lease)


def test_it_learns_that_the_job_is_someone_elses(held):
    with Heartbeat([held], limit_seconds=60) as [lease]:
        Job.objects.update(lease_token="00000000-0000-0000-0000-000000000001")
        with pytest.raises(LeaseLost):
            check_until_it_raises(lease)


def test_one_heartbeat_tells_the_jobs_of_a_batch_apart(settings):
    settings.JOB_LEASE_SECONDS = LEASE_SECONDS
    held = [claim(Job.objects.create(kind="test", idempotency_key=key).id) for key in ("kept", "cancelled", "lost")]
    with Heartbeat(held, limit_seconds=60) as [kept, cancelled, lost]:
        cancel(cancelled.claim.job.id)
        Job.objects.filter(id=lost.claim.job.id).update(lease_token="00000000-0000-0000-0000-000000000001")
        with pytest.raises(JobCancelled):
            check_until_it_raises(cancelled)
        with pytest.raises(LeaseLost):
            check_until_it_raises(lost)
        time.sleep(2 * LEASE_SECONDS)
        kept.check()
        assert claim(kept.claim.job.id) is None


def test_past_its_limit_it_lets_the_lease_go_and_ends_the_worker(held, monkeypatch):
    exits = []
    monkeypatch.setattr(os, "_exit", exits.append)
    with Heartbeat([held], limit_seconds=0.0):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while claim(held.job.id) is None and time.monotonic() < deadline:
            time.sleep(0.02)
    assert Job.objects.get().attempts == 2
    assert set(exits) == {OVERRUN_EXIT}
