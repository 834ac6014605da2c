"""Micro-batches: images that are ready share one run of the model, and no image can spoil the others."""

import uuid

import pytest
from django.db import OperationalError

from inference.engine import NonFiniteOutput
from webapp.predictions.engine_run import EngineOutOfMemory, explain_cases
from webapp.work import worker
from webapp.work.jobs.kinds import JobMustWait, JobRefused, Kind, Result, Together, register_kind
from webapp.work.models import Job
from webapp.work.worker import run_one

BAD = NonFiniteOutput("tiny 1.0.0", "logits", "0" * 64)


class FakeEngine:
    """Explains a case by its name; fails as told. `runs` holds the size of every run."""

    def __init__(self, bad: str = "", most: int = 99) -> None:
        self.bad, self.most, self.runs = bad, most, []

    def explain(self, cases, watch=None):
        self.runs.append(len(cases))
        if len(cases) > self.most:
            raise RuntimeError("[ONNXRuntimeError] Failed to allocate memory for requested buffer of size 1")
        if self.bad in cases:
            raise BAD
        return [f"explained {case}" for case in cases]


def test_all_images_are_explained_in_one_run():
    engine = FakeEngine()
    assert explain_cases(engine, ["a", "b", "c"]) == ["explained a", "explained b", "explained c"]
    assert engine.runs == [3]


def test_one_bad_image_is_refused_and_the_others_are_explained():
    assert explain_cases(FakeEngine(bad="b"), ["a", "b", "c"]) == ["explained a", BAD, "explained c"]


def test_without_memory_the_batch_is_halved_until_it_fits():
    engine = FakeEngine(most=1)
    assert explain_cases(engine, ["a", "b", "c", "d"]) == [f"explained {case}" for case in "abcd"]
    assert engine.runs == [4, 2, 1, 1, 2, 1, 1]


def test_an_image_that_fits_alone_nowhere_is_out_of_memory():
    [answer] = explain_cases(FakeEngine(most=0), ["a"])
    assert isinstance(answer, EngineOutOfMemory)


@pytest.fixture
def together():
    """Registers the kind `probe`, whose prepared jobs are their keys; `runs` holds the keys of every run."""
    runs = []

    def register(prepare=lambda claim, lease: claim.job.idempotency_key, answer=lambda key: Result()):
        def run(keys):
            runs.append(list(keys))
            return [answer(key) for key in keys]

        register_kind(Kind("trial", Together(prepare, run)))
        return runs

    return register


def make_jobs(*keys: str, **values) -> None:
    for priority, key in enumerate(reversed(keys)):
        Job.objects.create(kind="trial", idempotency_key=key, priority=priority, **values)


def states() -> dict[str, str]:
    return dict(Job.objects.values_list("idempotency_key", "state"))


@pytest.mark.django_db(transaction=True)
def test_a_worker_takes_as_many_as_fit_a_batch(together, settings):
    settings.WORKER_BATCH = 3
    runs = together()
    make_jobs("a", "b", "c", "d")
    assert run_one()
    assert runs == [["a", "b", "c"]]
    assert run_one()
    assert runs[1] == ["d"]
    assert set(states().values()) == {"succeeded"}
    assert not run_one()


@pytest.mark.django_db(transaction=True)
def test_each_job_of_a_batch_ends_in_its_own_way(together):
    def prepare(claim, lease):
        key = claim.job.idempotency_key
        if key == "refused":
            raise JobRefused("not_image", "No pixels.")
        if key == "waits":
            raise JobMustWait("waiting: no model is in service")
        return key

    runs = together(prepare, lambda key: OSError(28, "full") if key == "full" else Result())
    make_jobs("good", "refused", "waits", "full")
    assert run_one()
    assert runs == [["good", "full"]]
    assert states() == {"good": "succeeded", "refused": "failed", "waits": "queued", "full": "queued"}
    assert Job.objects.get(idempotency_key="full").error_code == "storage_error"


@pytest.mark.django_db(transaction=True)
def test_a_fault_of_the_whole_run_is_tried_again_for_each(together):
    def fails(key):
        raise RuntimeError("driver")

    together(answer=fails)
    make_jobs("a", "b")
    assert run_one()
    assert set(Job.objects.values_list("state", "attempts", "error_code")) == {("queued", 1, "inference_error")}


@pytest.mark.django_db(transaction=True)
def test_a_job_that_was_tried_before_runs_alone(together):
    # It may be the one that kills workers; three deaths together would fail its innocent neighbours as well.
    runs = together()
    make_jobs("tried", attempts=1)
    make_jobs("a", "b")
    Job.objects.filter(idempotency_key="tried").update(priority=9)
    while run_one():
        pass
    assert runs == [["tried"], ["a", "b"]]


@pytest.mark.django_db(transaction=True)
def test_the_result_of_one_job_cannot_be_lost_by_anothers_commit(together):
    def fails() -> None:
        raise OSError(5, "disk")

    together(answer=lambda key: Result(write=fails) if key == "b" else Result())
    make_jobs("a", "b", "c")
    run_one()
    assert states() == {"a": "succeeded", "b": "queued", "c": "succeeded"}


@pytest.mark.django_db(transaction=True)
def test_a_batch_is_one_commit_and_each_job_keeps_its_own_fence(together, monkeypatch):
    commits = []
    finish = worker.finish_together
    monkeypatch.setattr(worker, "finish_together", lambda results: commits.append(len(results)) or finish(results))
    taken_over, written = uuid.uuid4(), []

    def lose_b(key: str) -> Result:
        if key == "b":  # another worker takes the job while the model runs
            Job.objects.filter(idempotency_key="b").update(lease_token=taken_over)
        return Result(write=lambda: written.append(key), discard=lambda: written.append(f"not {key}"))

    together(answer=lose_b)
    make_jobs("a", "b", "c")
    assert run_one()
    assert commits == [3]
    assert sorted(written) == ["a", "c", "not b"]
    assert states() == {"a": "succeeded", "b": "running", "c": "succeeded"}
    assert Job.objects.get(idempotency_key="b").lease_token == taken_over


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_job_of_a_batch_ends_cancelled(together):
    def cancel_b(key: str) -> Result:
        if key == "b":
            Job.objects.filter(idempotency_key=key).update(cancel_requested=True)
        return Result()

    together(answer=cancel_b)
    make_jobs("a", "b")
    assert run_one()
    assert states() == {"a": "succeeded", "b": "cancelled"}


@pytest.mark.django_db(transaction=True)
def test_jobs_whose_rows_cannot_be_read_are_tried_again(together):
    def broken(claims):
        raise OperationalError("the connection broke")

    register_kind(Kind("trial", Together(lambda opened, lease: opened, lambda items: [], open=broken)))
    make_jobs("a", "b")
    assert run_one()
    assert set(Job.objects.values_list("state", "error_code")) == {("queued", "database_error")}


@pytest.mark.django_db(transaction=True)
def test_a_job_that_cannot_be_closed_leaves_the_others_to_be_closed(together):
    closed = []

    def clean(key: str) -> None:
        if key == "a":
            raise PermissionError(13, "folder")
        closed.append(key)

    together(answer=lambda key: Result(clean=lambda: clean(key)))
    make_jobs("a", "b", "c")
    assert run_one()
    assert closed == ["b", "c"]
    assert set(states().values()) == {"succeeded"}
