"""Real worker processes, killed and stopped in mid-job over each broker: no job is lost and none done twice."""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from tests.jobs_under_fire.brokers import Redis, rabbitmq
from tests.jobs_under_fire.conftest import MANY
from tests.jobs_under_fire.site import LEASE_SECONDS, PATIENCE_SECONDS, Site, Worker, wait

pytestmark = [pytest.mark.alone, pytest.mark.timeout(600)]

KILLS = 5
KILLED_CHILDREN = (1, 3)  # before these kills a decoding child is killed too


@pytest.fixture(params=["filesystem", "redis", "rabbitmq"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a running broker."""
    if request.param == "filesystem":
        yield "filesystem://localhost"
    elif request.param == "redis":
        redis = Redis(tmp_path)
        redis.start()
        yield redis.url
        redis.kill()
    else:
        folder = tmp_path / "rabbit"
        folder.mkdir()
        with rabbitmq(folder) as address:
            yield address


def test_two_hundred_jobs_survive_five_kills(make_site, broker, capsys):
    site = make_site(jobs=MANY, broker=broker, image_seconds=0.2, lease_seconds=LEASE_SECONDS)
    site.forget_frames()
    site.allow_attempts(KILLS + len(KILLED_CHILDREN) + 1)
    generator = random.Random(3)
    began = time.monotonic()
    living = [site.start_worker(), site.start_worker()]
    struck = 0
    for kill in range(KILLS):
        goal = site.count("succeeded") + 25
        wait(partial(site.has_done, goal), "some jobs to be done")
        if kill in KILLED_CHILDREN:
            killed_child = kill_decoding_child(site, living)
            struck += killed_child
        victim = living.pop(generator.randrange(2))
        struck += len(site.strike(victim, signal.SIGKILL))
        victim.wait()
        living.append(site.start_worker())
    site.assert_each_job_is_done_once()
    taken_out = site.rows("SELECT count(taken_out_at), count(*) FROM deployments_deployedbundle")
    assert taken_out == [(0, 1)]  # kills from outside do not count
    seconds = time.monotonic() - began
    with capsys.disabled():
        name = broker.partition(":")[0]
        print(
            f"\n{name}: {MANY} jobs, 2 workers, {KILLS} kills, {struck} runs struck: {seconds:.1f} s, 0 lost, 0 double"
        )


def kill_decoding_child(site: Site, workers: list[Worker]) -> int:
    """SIGKILL to a child while it decodes; 1 when one was caught."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for worker in workers:
            with suppress(psutil.Error, ProcessLookupError):  # it may have ended by itself in between
                for server in psutil.Process(worker.pid).children():
                    for child in server.children():
                        os.kill(child.pid, signal.SIGKILL)
                        return 1
    return 0


def test_the_late_result_of_a_stopped_worker_is_refused(make_site):
    site = make_site(image_seconds=0.1, lease_seconds=LEASE_SECONDS)
    sleeper = site.start_worker()
    jobs = site.strike(sleeper, signal.SIGSTOP)
    site.start_worker()
    wait(lambda: jobs <= {row[0] for row in site.rows("SELECT job FROM success_log")}, "the jobs to be taken over")
    os.killpg(sleeper.pid, signal.SIGCONT)
    wait(lambda: "no longer ours" in site.log_of(sleeper), "the sleeper to notice")
    site.assert_each_job_is_done_once()


def test_a_job_that_kills_its_worker_does_not_take_others_with_it(make_site):
    """The poison: a stored image whose job ends the process whenever it runs. Only that job fails."""
    site = make_site(image_seconds=0.05, lease_seconds=LEASE_SECONDS)
    [(poison,)] = site.rows("SELECT id FROM predictions_job ORDER BY created_at LIMIT 1 OFFSET 5")
    site.environment["FIRE_POISON"] = poison
    for _ in range(3):
        site.start_worker().wait(PATIENCE_SECONDS)
    site.start_worker()
    wait(lambda: site.count("succeeded") == site.jobs - 1, "all other jobs to be done")
    wait(lambda: site.count("failed") == 1, "the poison to be given up")
    assert site.rows("SELECT id, error_code FROM predictions_job WHERE state = 'failed'") == [(poison, "worker_died")]
    assert len(set(site.rows("SELECT job FROM success_log"))) == site.jobs - 1
