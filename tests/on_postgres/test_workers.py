"""Real workers on PostgreSQL, killed in mid-job: no job lost, none done twice."""

import os
import signal
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.jobs_under_fire.site import LEASE_SECONDS, Site, wait

pytestmark = [pytest.mark.alone, pytest.mark.timeout(600)]
JOBS, KILLS = 60, 3
COUNT_SUCCESSES = """
CREATE TABLE success_log (job TEXT);
CREATE FUNCTION count_success() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO success_log VALUES (NEW.id::text); RETURN NEW; END $$;
CREATE TRIGGER count_successes AFTER UPDATE OF state ON predictions_job FOR EACH ROW WHEN (NEW.state = 'succeeded')
EXECUTE FUNCTION count_success();
"""


class PostgresSite(Site):
    """The same site with its rows in PostgreSQL."""

    def __init__(self, home: Path, address: str, **options: Any) -> None:
        super().__init__(home, **options)
        self.address = address
        self.environment["DATABASE_URL"] = address

    def count_successes(self) -> None:
        import psycopg

        with psycopg.connect(self.address) as connection:
            connection.execute(COUNT_SUCCESSES)

    def rows(self, sql: str, *values: str | int) -> list[tuple]:
        import psycopg

        with psycopg.connect(self.address) as connection:
            found = connection.execute(sql.replace("?", "%s"), values or None).fetchall()
        return [tuple(str(value) if isinstance(value, uuid.UUID) else value for value in row) for row in found]

    def is_write_locked(self) -> bool:
        return False  # a stopped process blocks nobody but the rows it holds


@pytest.fixture
def site(postgres_url: str, tmp_path: Path) -> Iterator[PostgresSite]:
    site = PostgresSite(tmp_path, postgres_url, jobs=JOBS, image_seconds=0.2, lease_seconds=LEASE_SECONDS)
    site.fill()
    yield site
    site.stop()


def test_jobs_survive_a_late_worker_and_kills(site: PostgresSite) -> None:
    site.allow_attempts(1 + KILLS + 1)
    sleeper = site.start_worker()
    held = site.strike(sleeper, signal.SIGSTOP)
    living = [site.start_worker()]
    wait(lambda: held <= {row[0] for row in site.rows("SELECT job FROM success_log")}, "the jobs to be taken over")
    os.killpg(sleeper.pid, signal.SIGCONT)
    wait(lambda: "no longer ours" in site.log_of(sleeper), "the sleeper to notice")
    living.append(sleeper)
    struck = 0
    while struck == 0 or (struck < KILLS and site.count("succeeded") < JOBS - 20):
        victim = living.pop(0)  # the longest at work: one that is still starting may find nothing left
        site.strike(victim, signal.SIGKILL)
        victim.wait()
        struck += 1
        living.append(site.start_worker())
        wait(partial(site.has_done, min(JOBS, site.count("succeeded") + 4)), "some jobs to be done")
    site.assert_each_job_is_done_once()
