"""The broker: allowed addresses, options, and publishing when it is broken."""

from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from webapp.celery import app
from webapp.work.broker import broker_folders, broker_options, check_broker, use_forgiving_folders
from webapp.work.jobs.create import BrokerRest, create_job, publish_wake
from webapp.work.models import Job


@pytest.mark.parametrize("url", ["filesystem://", "redis://host/0", "amqp://host", "memory://"])
def test_it_accepts_the_brokers_it_runs_on(settings, url):
    settings.CELERY_BROKER_URL = url
    assert check_broker() == []


@pytest.mark.parametrize("url", ["sqla+sqlite:///jobs.db", "kafka://host", ""])
def test_it_refuses_other_brokers_and_names_those_allowed(settings, url):
    settings.CELERY_BROKER_URL = url
    [error] = check_broker()
    assert repr(url.partition("://")[0]) in error.msg
    assert "filesystem://, redis://" in error.msg


def test_it_never_shows_the_password_of_a_broker(settings):
    settings.CELERY_BROKER_URL = "kafka://name:secret@host"
    [error] = check_broker()
    assert "secret" not in error.msg


def test_it_polls_the_folder_ten_times_a_second(tmp_path):
    options = broker_options("filesystem://", tmp_path)
    assert options["polling_interval"] == 0.1
    assert options["data_folder_in"] == options["data_folder_out"] == str(tmp_path / "broker" / "messages")


def folder_queue(home: Path):
    use_forgiving_folders()
    connection = Connection("filesystem://", transport_options=broker_options("filesystem://", home))
    return connection.SimpleQueue("wake")


def test_it_makes_a_missing_broker_folder_and_delivers(tmp_path):
    queue = folder_queue(tmp_path)
    queue.put("look")
    message = queue.get(timeout=2)
    message.ack()
    assert message.payload == "look"


def test_it_reads_a_broken_broker_folder_as_an_empty_queue(tmp_path):
    (tmp_path / "broker").write_text("a file where the folder should be")
    with pytest.raises(Empty):
        folder_queue(tmp_path).get(block=False)


def test_it_passes_over_a_message_that_its_sender_is_still_writing(tmp_path):
    # Measured: one upload in 500 met it, and the worker ended with an unrecoverable JSONDecodeError.
    queue = folder_queue(tmp_path)
    messages = broker_folders(tmp_path)["messages"]
    messages.mkdir(parents=True, exist_ok=True)
    (messages / "1_half.wake.msg").touch()
    with pytest.raises(Empty):
        queue.get(block=False)
    assert list(messages.iterdir()) == []  # it was taken, and is lost


@pytest.mark.django_db
def test_it_keeps_the_job_when_the_broker_is_broken(monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(app, "send_task", _broken)
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        job = create_job("test", {}, "one")
    assert len(callbacks) == 1
    assert Job.objects.get(id=job.id).state == Job.State.QUEUED
    assert publish_wake(job.id) is False


def _broken(*args: object, **kwargs: object) -> None:
    raise OSError("no such folder")


@pytest.mark.django_db
def test_it_makes_one_job_per_key():
    assert create_job("test", {}, "one").id == create_job("test", {}, "one").id


@pytest.mark.django_db
def test_a_broker_that_failed_is_left_alone_for_a_while(monkeypatch):
    # A broker that hangs costs seconds per message; an upload of hundreds of files must not pay that for each.
    asked = []

    def hangs(*args: object, **kwargs: object) -> None:
        asked.append(args)
        raise OSError("timed out")

    monkeypatch.setattr(app, "send_task", hangs)
    rest = BrokerRest(seconds=60)
    job = create_job("test", {}, "one")
    assert [publish_wake(job.id, rest) for _ in range(3)] == [False, False, False]
    assert len(asked) == 1
    publish_wake(job.id, BrokerRest())
    assert len(asked) == 2
