"""Real workers and a real Redis that goes away: the rows are the truth, the broker only wakes."""

import pytest

from tests.jobs_under_fire.brokers import Redis, free_port
from tests.jobs_under_fire.site import Site, wait

pytestmark = [pytest.mark.alone, pytest.mark.timeout(600)]


@pytest.fixture
def redis(tmp_path):
    """A running Redis."""
    redis = Redis(tmp_path)
    redis.start()
    yield redis
    redis.kill()


def test_jobs_run_with_a_broker_that_is_down_from_the_start(make_site):
    site = make_site(broker=f"redis://127.0.0.1:{free_port()}/0")
    worker = site.start_worker()
    site.assert_each_job_is_done_once()
    assert worker.poll() is None


def test_jobs_go_on_when_the_broker_dies_in_mid_job_and_when_it_comes_back(make_site, redis):
    site = make_site(broker=redis.url, image_seconds=0.1)
    worker = site.start_worker()
    wait(lambda: site.jobs_of(worker) and site.count("succeeded") >= 4, "jobs to be done and others under way")
    redis.kill()
    done = site.count("succeeded")
    wait(lambda: site.count("succeeded") >= done + 8, "jobs to go on without a broker")
    redis.start()
    site.assert_each_job_is_done_once()
    assert worker.poll() is None


def test_an_upload_is_answered_while_the_broker_is_down(make_site):
    site = make_site(broker=f"redis://127.0.0.1:{free_port()}/0")
    add_one_file(site)  # the same door as an upload; its wake-up finds nobody
    site.start_worker()
    site.jobs += 1
    site.assert_each_job_is_done_once()


def test_an_emptied_broker_loses_nothing(make_site, redis):
    site = make_site(broker=redis.url, image_seconds=0.05)
    add_one_file(site)
    site.jobs += 1
    redis.empty()  # before any worker looked
    worker = site.start_worker()
    wait(lambda: site.jobs_of(worker), "jobs under way")
    redis.empty()  # and in mid-job
    site.assert_each_job_is_done_once()


def test_jobs_run_without_a_broker_folder(make_site):
    site = make_site()
    broker = site.home / "var" / "broker"
    for folder in sorted(broker.rglob("*"), reverse=True):
        folder.rmdir() if folder.is_dir() else folder.unlink()
    broker.rmdir()
    broker.write_text("in the way")
    worker = site.start_worker()
    site.assert_each_job_is_done_once()
    assert worker.poll() is None


def add_one_file(site: Site) -> None:
    from tests.webapp.archive.dicom_files import chest_dicom

    folder = site.home / "more"
    folder.mkdir()
    (folder / "one.dcm").write_bytes(chest_dicom(seed=999))
    site.manage("ingest", str(folder))
