"""Claiming: one worker has a job, a lease ends, attempts end, a fence holds. Times are given, nothing sleeps."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, OperationalError, connections
from django.utils import timezone

from webapp.work.jobs import claim as claim_module
from webapp.work.jobs.cancel import cancel, retry
from webapp.work.jobs.claim import Claim, claim, claim_more, claim_next
from webapp.work.jobs.finish import fail, finish, park, postpone, release_waiting
from webapp.work.jobs.lease import Beat, LeaseLost, extend
from webapp.work.jobs.sweep import sweep
from webapp.work.models import Job

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)
LATER = NOON + LEASE + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _lease(settings):
    settings.JOB_LEASE_SECONDS = 30


def make_job(key: str = "one", **values) -> Job:
    return Job.objects.create(idempotency_key=key, **{"kind": "test", "created_at": NOON, **values})


def claimed(job: Job, now: datetime = NOON) -> Claim:
    found = claim(job.id, now)
    assert found is not None
    return found


def test_it_gives_a_job_to_one_worker_only():
    job = make_job()
    first = claim(job.id, NOON)
    assert first is not None
    assert first.job.attempts == 1
    assert claim(job.id, NOON) is None
    assert claim_next(NOON) == []


def test_it_takes_the_higher_priority_first_and_then_the_older():
    make_job("young", created_at=NOON + timedelta(seconds=5))
    make_job("old")
    make_job("urgent", priority=10, created_at=NOON + timedelta(seconds=9))
    now = NOON + timedelta(seconds=10)
    order = [claim_next(now)[0].job.idempotency_key for _ in range(3)]
    assert order == ["urgent", "old", "young"]


def beat(held: Claim, now: datetime) -> Beat:
    return extend([held], now)[held.job.id]


def keys(claims) -> list[str]:
    return [one.job.idempotency_key for one in claims]


def test_it_takes_others_of_the_kind_with_the_first():
    for number in range(4):
        make_job(str(number), created_at=NOON - timedelta(minutes=9 - number))
    make_job("other", kind="other", created_at=NOON - timedelta(hours=1))
    assert keys(claim_next(NOON, most=lambda kind: 3)) == ["other"]
    found = claim_next(NOON, most=lambda kind: 3)
    assert keys(found) == ["0", "1", "2"]
    assert {one.job.attempts for one in found} == {1}
    assert keys(claim_next(NOON, most=lambda kind: 3)) == ["3"]


def test_a_job_that_was_tried_comes_alone_and_never_as_a_companion():
    for number, attempts in enumerate([1, 0, 1, 0]):
        make_job(str(number), attempts=attempts, created_at=NOON - timedelta(minutes=9 - number))
    assert keys(claim_next(NOON, most=lambda kind: 4)) == ["0"]
    assert keys(claim_next(NOON, most=lambda kind: 4)) == ["1", "3"]
    assert keys(claim_next(NOON, most=lambda kind: 4)) == ["2"]


def test_a_job_that_a_person_cancelled_holds_nobody_up():
    make_job("cancelled", cancel_requested=True, created_at=NOON - timedelta(minutes=1))
    for number in range(6):
        make_job(str(number), created_at=NOON - timedelta(seconds=9 - number))
    assert keys(claim_next(NOON, most=lambda kind: 4)) == ["0", "1", "2", "3"]
    assert (
        Job.objects.get(idempotency_key="cancelled").state == Job.State.CANCELLED
    )  # at once, not when the queue is empty


def test_where_the_database_refuses_many_at_once_one_is_taken(monkeypatch):
    make_job("first", created_at=NOON - timedelta(minutes=1))
    make_job("second")
    mark = claim_module._mark

    def refuse_many(rows, now):
        if rows.count() > 1:
            raise OperationalError("deadlock detected")
        return mark(rows, now)

    monkeypatch.setattr(claim_module, "_mark", refuse_many)
    assert claim_more("test", 2, NOON) == []
    assert keys(claim_next(NOON, most=lambda kind: 2)) == ["first"]


def test_a_lease_counts_from_the_claim_however_long_it_was_waited_for(monkeypatch):
    make_job()
    times = [NOON]
    monkeypatch.setattr("webapp.work.jobs.claim.timezone.now", lambda: times[-1])
    [found] = claim_next(before_claim=lambda candidate: times.append(LATER))
    assert (found.job.started_at, found.job.lease_until) == (LATER, LATER + LEASE)


def test_it_takes_over_a_job_whose_lease_ran_out():
    job = make_job()
    dead = claimed(job)
    assert claim(job.id, NOON + LEASE) is None  # not before the lease is over
    second = claimed(job, LATER)
    assert second.job.attempts == 2
    assert second.token != dead.token


def test_it_refuses_the_result_of_a_late_worker():
    job = make_job()
    late, current = claimed(job), claimed(job, LATER)
    written = []
    with pytest.raises(LeaseLost):
        finish(late, lambda: written.append("late"))
    finish(current, lambda: written.append("current"))
    assert written == ["current"]
    assert not fail(late, "decoder_error", "too late")
    assert Job.objects.get(id=job.id).state == Job.State.SUCCEEDED


def test_it_writes_no_result_twice():
    held = claimed(make_job())
    finish(held, lambda: None)
    with pytest.raises(LeaseLost):
        finish(held, lambda: None)


def test_it_keeps_the_job_open_when_writing_the_result_fails():
    job = make_job()
    with pytest.raises(OSError, match="disk full"):
        finish(claimed(job), _disk_full)
    assert Job.objects.get(id=job.id).state == Job.State.RUNNING


def _disk_full() -> None:
    raise OSError("disk full")


def test_it_extends_a_lease_only_for_its_holder():
    job = make_job()
    late = claimed(job)
    assert beat(late, NOON + timedelta(seconds=20)) is Beat.KEPT
    assert claim(job.id, LATER) is None
    claimed(job, NOON + timedelta(seconds=51))
    assert beat(late, NOON + timedelta(seconds=52)) is Beat.LOST


def test_a_batch_is_kept_by_one_update_however_large(django_assert_num_queries):
    for number in range(5):
        make_job(str(number))
    held = claim_next(NOON, most=lambda kind: 5)
    with django_assert_num_queries(2):  # and one SELECT of the cancel flags
        found = extend(held, NOON + timedelta(seconds=20))
    assert set(found.values()) == {Beat.KEPT}
    assert set(Job.objects.values_list("lease_until", flat=True)) == {NOON + timedelta(seconds=20) + LEASE}


def test_it_gives_up_after_the_last_attempt_of_a_dying_worker():
    job = make_job(max_attempts=3)
    now = NOON
    for _ in range(3):
        claimed(job, now)
        now += 3 * LEASE + timedelta(seconds=1)
    assert claim_next(now) == []
    job.refresh_from_db()
    assert (job.state, job.error_code) == (Job.State.FAILED, "worker_died")
    assert job.error_text.startswith("The worker ended 3 times")
    assert job.finished_at == now


def test_a_job_whose_workers_died_twice_rests_for_two_more_leases():
    job = make_job()
    claimed(job)
    claimed(job, LATER)
    assert claim(job.id, LATER + 3 * LEASE) is None
    assert claimed(job, LATER + 3 * LEASE + timedelta(seconds=1)).job.attempts == 3


def test_it_backs_off_after_a_passing_fault_and_fails_after_the_last():
    job = make_job(max_attempts=2)
    postpone(claimed(job), "storage_error", "A file could not be read.", NOON)
    assert claim_next(NOON + timedelta(seconds=1)) == []  # 2 s after the first attempt
    again = claimed(job, NOON + timedelta(seconds=3))
    postpone(again, "storage_error", "A file could not be read.")
    job.refresh_from_db()
    assert (job.state, job.error_code) == (Job.State.FAILED, "storage_error")


def test_it_lets_a_job_wait_without_counting_attempts():
    job = make_job(max_attempts=1)
    park(claimed(job), "waiting: no model is in service", NOON)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.waiting_for) == (Job.State.QUEUED, 0, "waiting: no model is in service")
    assert claim_next(NOON) == []
    assert release_waiting("test", NOON) == 1
    assert len(claim_next(NOON)) == 1


def test_it_cancels_a_queued_job_at_once():
    job = make_job()
    assert cancel(job.id)
    assert claim_next(NOON) == []
    assert Job.objects.get(id=job.id).state == Job.State.CANCELLED
    assert not cancel(job.id)


def test_it_refuses_the_result_of_a_cancelled_job():
    job = make_job()
    held = claimed(job)
    assert cancel(job.id)
    assert beat(held, NOON) is Beat.CANCELLED
    with pytest.raises(LeaseLost):
        finish(held, lambda: None)


def test_it_closes_a_cancelled_job_whose_worker_died():
    job = make_job()
    claimed(job)
    cancel(job.id)
    assert claim_next(LATER) == []
    assert Job.objects.get(id=job.id).state == Job.State.CANCELLED


def test_it_retries_a_failed_job_with_fresh_attempts():
    job = make_job()
    fail(claimed(job), "decoder_error", "The pixels cannot be decoded.")
    assert retry(job.id)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error_code) == (Job.State.QUEUED, 0, "")
    assert not retry(job.id)


def test_it_sweeps_each_job_once_per_period():
    job = make_job()
    woken = []
    assert sweep(NOON, woken.append) == 1
    assert sweep(NOON + timedelta(seconds=4), woken.append) == 0
    assert sweep(NOON + timedelta(seconds=6), woken.append) == 1
    assert woken == [job.id, job.id]


def test_it_sweeps_expired_leases_and_leaves_running_jobs():
    claimed(make_job())
    assert sweep(NOON, lambda job_id: None) == 0
    assert sweep(LATER, lambda job_id: None) == 1


def test_it_sweeps_at_most_fifty_jobs_per_pass():
    for number in range(60):
        make_job(str(number))
    assert sweep(NOON, lambda job_id: None) == 50
    assert sweep(NOON, lambda job_id: None) == 10


@pytest.mark.django_db(transaction=True)
def test_workers_that_claim_at_once_share_the_jobs_and_never_one_job():
    for number in range(40):
        Job.objects.create(kind="trial", idempotency_key=str(number))
    start, found, problems = threading.Barrier(4), [], []

    def take() -> None:
        start.wait()
        try:
            while claims := claim_more("trial", 3):
                found.extend(claims)
        except DatabaseError as problem:
            problems.append(str(problem))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Two databases' ways to say that both wanted the same rows: the loser looks again.
    assert all("deadlock" in problem or "locked" in problem for problem in problems), problems
    found += claim_more("trial", 40)
    assert sorted(int(one.job.idempotency_key) for one in found) == list(range(40))
    assert set(Job.objects.values_list("state", "attempts")) == {("running", 1)}


def test_claiming_more_passes_over_what_was_tried_cancelled_or_held_back():
    Job.objects.create(kind="trial", idempotency_key="tried", attempts=1)
    Job.objects.create(kind="trial", idempotency_key="cancelled", cancel_requested=True)
    Job.objects.create(kind="trial", idempotency_key="later", not_before=timezone.now() + timedelta(minutes=1))
    Job.objects.create(kind="other", idempotency_key="other")
    good = [Job.objects.create(kind="trial", idempotency_key=str(number)) for number in range(2)]
    assert [one.job.pk for one in claim_more("trial", 5)] == [job.pk for job in good]
    assert claim_more("trial", 0) == []
