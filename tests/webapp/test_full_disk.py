"""A full disk: the ballast goes, the read is recorded, and what cannot be recorded is not given."""

import errno
import shutil
import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection

from tests.webapp.archive.conftest import send  # noqa: F401 - a fixture, found by name
from tests.webapp.archive.dicom_files import chest_dicom
from webapp.archive.frame import frames
from webapp.archive.models import Image
from webapp.archive.storage import is_disk_full
from webapp.audit import chain
from webapp.audit.models import AccessEvent
from webapp.predictions.map_files import write_maps
from webapp.work import ballast
from webapp.work.ballast import ballast_words, keep_ballast, release_ballast, wanted_bytes
from webapp.work.disk_space import DiskSpace

Usage = namedtuple("Usage", "total used free")
MIB = 2**20
BROWSER = {"Accept": "text/html,*/*;q=0.8"}


@pytest.fixture
def home(tmp_path: Path, settings: LazySettings) -> Path:
    """A state folder with a reserve of 4 MiB and a ballast of the same size."""
    settings.SIGHTLINE_HOME = tmp_path
    settings.DISK_RESERVE_BYTES, settings.BALLAST_BYTES = 4 * MIB, None
    return tmp_path


def leave(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(100 * MIB, 100 * MIB - count, count))


# the ballast -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reserve", "chosen", "wanted"),
    [(4 * MIB, None, 4 * MIB), (2**40, None, 2**30), (4 * MIB, MIB, MIB), (4 * MIB, 9 * MIB, 4 * MIB), (0, None, 0)],
)
def test_the_ballast_is_as_the_reserve_and_by_default_at_most_one_gib(
    reserve: int, chosen: int | None, wanted: int, settings: LazySettings
) -> None:
    settings.BALLAST_BYTES = chosen
    assert wanted_bytes(DiskSpace(free=0, total=0, reserve=reserve)) == wanted


def test_the_ballast_holds_real_blocks_and_is_nobody_elses_to_read(home: Path) -> None:
    keep_ballast()
    found = (home / "ballast").stat()
    assert (found.st_size, found.st_mode & 0o777) == (4 * MIB, 0o600)
    assert found.st_blocks * 512 >= 4 * MIB
    assert [path.name for path in home.iterdir()] == ["ballast"]
    assert ballast_words() == "ballast of 4 MiB whole"


@pytest.mark.parametrize(("free", "is_made"), [(8 * MIB, True), (8 * MIB - 1, False)])
def test_it_is_made_only_where_it_leaves_the_reserve(
    free: int, is_made: bool, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(monkeypatch, free)
    keep_ballast()
    assert (home / "ballast").exists() is is_made
    assert ("released or not made yet" in ballast_words()) is not is_made


def test_another_size_is_made_anew_and_none_is_taken_away(home: Path, settings: LazySettings) -> None:
    keep_ballast()
    settings.BALLAST_BYTES = MIB
    keep_ballast()
    assert (home / "ballast").stat().st_size == MIB
    settings.BALLAST_BYTES = 0
    keep_ballast()
    assert not (home / "ballast").exists()
    assert ballast_words() == "no ballast"


def test_a_disk_that_does_not_give_the_blocks_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(ballast.os, "posix_fallocate", refused)
    keep_ballast()
    assert list(home.iterdir()) == []


@pytest.mark.django_db
def test_its_release_is_logged_and_recorded_once(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    keep_ballast()
    assert (release_ballast(), release_ballast()) == (True, False)
    assert [event.verb for event in AccessEvent.objects.all()] == ["disk.ballast_released"]
    assert [record.levelname for record in caplog.records if "ballast was released" in record.message] == ["ERROR"]
    keep_ballast()
    assert ballast_words() == "ballast of 4 MiB whole"


@pytest.mark.django_db
def test_it_goes_when_the_disk_is_full_and_no_one_asks(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_ballast()
    leave(monkeypatch, MIB - 1)
    keep_ballast()
    assert not (home / "ballast").exists()


# what is given on a full disk ----------------------------------------------------------------------------


def full(*_: Any, **__: Any) -> Any:
    raise OperationalError("database or disk is full")


@pytest.fixture
def site(home: Path, storage: Path, send: Any) -> Any:  # noqa: F811
    """A reader's client with one image; `.addresses`: those that give something of it."""
    image = send({"a.dcm": chest_dicom()}).json()["items"][0]["image"]
    client = send.client
    api = f"/api/images/{image}"
    client.addresses = [f"{api}/frame/", f"{api}/header/", f"{api}/file/", f"{api}/", f"{api}/predictions/"]
    client.addresses += ["/api/images/", f"/images/{image}/", "/"]
    return client


@pytest.fixture
def shut(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """`shut(times)`: so many events cannot be committed because the disk is full."""

    def close(times: int) -> None:
        left, whole = [times], chain.event_hash

        def hashed(event: AccessEvent) -> str:
            left[0] -= 1
            return full() if left[0] >= 0 else whole(event)

        monkeypatch.setattr(chain, "event_hash", hashed)

    return close


@pytest.mark.django_db(transaction=True)
def test_nothing_is_given_that_is_not_recorded(site: Any, shut: Callable[[int], None]) -> None:
    for address in site.addresses:
        before = AccessEvent.objects.count()
        assert site.get(address, headers=BROWSER).status_code == 200, address
        assert AccessEvent.objects.count() > before, address
    shut(10**6)
    before = AccessEvent.objects.count()
    for address in site.addresses:
        answer = site.get(address, headers=BROWSER)
        assert (answer.status_code, answer["Retry-After"]) == (503, "30"), address
        assert b"The disk of the server is full." in answer.content
        if address.startswith("/api/"):
            assert answer.json()["code"] == "disk_full"
        else:
            assert b"<h1>The disk is full</h1>" in answer.content
    assert AccessEvent.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_a_read_is_tried_again_with_the_ballast_gone(site: Any, shut: Callable[[int], None], home: Path) -> None:
    keep_ballast()
    before = AccessEvent.objects.count()
    shut(1)
    answer = site.get(site.addresses[0])
    assert answer.status_code == 200
    assert not (home / "ballast").exists()
    told = [event.verb for event in AccessEvent.objects.all()[before:]]
    assert told == ["disk.ballast_released", "image.view_frame"]


@pytest.mark.django_db(transaction=True)
def test_the_ballast_goes_before_the_first_write_fails(site: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_ballast()
    leave(monkeypatch, MIB - 1)
    assert site.get(site.addresses[0]).status_code == 200
    assert not (home / "ballast").exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_sent_is_never_taken_twice(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def refuse(*arguments: Any, **more: Any) -> Any:
        asked.append(1)
        return full()

    monkeypatch.setattr("webapp.archive.image_api.search_images", refuse)
    answer = site.post("/api/images/search/", {}, content_type="application/json")
    assert (answer.status_code, asked) == (503, [1])


@pytest.mark.django_db(transaction=True)
def test_what_fails_outside_the_view_is_503_too(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.accounts.session_limits.has_expired", full)
    site.raise_request_exception = False
    answer = site.get(site.addresses[0])
    assert (answer.status_code, answer.json()["code"]) == (503, "disk_full")


@pytest.mark.django_db(transaction=True)
def test_other_faults_stay_faults(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "event_hash", lambda event: 1 / 0)
    site.raise_request_exception = False
    assert site.get(site.addresses[0]).status_code == 500


@pytest.fixture
def full_database() -> Iterator[Callable[[], None]]:
    """`full_database()`: from now on SQLite's file may not grow."""
    if connection.vendor != "sqlite":
        pytest.skip("fills the database by SQLite's own page limit; this test database is not SQLite")

    def pragma(text: str) -> int:
        with connection.cursor() as cursor:
            return int(cursor.execute(f"PRAGMA {text}").fetchone()[0])

    def close() -> None:
        pragma(f"max_page_count={pragma('page_count')}")

    yield close
    pragma("max_page_count=1073741823")


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_really_full_shows_nothing_unrecorded(site: Any, full_database: Callable[[], None]) -> None:
    full_database()
    statuses = []
    before = AccessEvent.objects.count()
    while len(statuses) < 300 and 503 not in statuses:
        statuses.append(site.get(site.addresses[0]).status_code)
    assert set(statuses) == {200, 503}
    assert AccessEvent.objects.count() - before == statuses.count(200)


def test_what_the_ballast_gave_back_is_not_for_maps(home: Path, storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maps = {"gradcam": np.zeros((1, 2, 2), np.float32)}
    keep_ballast()
    leave(monkeypatch, 3 * MIB)
    write_maps(uuid4(), uuid4(), maps)
    (home / "ballast").unlink()
    with pytest.raises(OSError, match="for the record"):
        write_maps(uuid4(), uuid4(), maps)
    leave(monkeypatch, 4 * MIB)
    write_maps(uuid4(), uuid4(), maps)


def test_maps_are_written_where_a_ballast_could_not_be_made_yet(
    home: Path, storage: Path, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    # A large volume that was below its reserve already when the ballast came: nothing was ever full.
    settings.BALLAST_BYTES = MIB
    leave(monkeypatch, 3 * MIB)
    keep_ballast()
    assert not (home / "ballast").exists()
    write_maps(uuid4(), uuid4(), {"gradcam": np.zeros((1, 2, 2), np.float32)})


def test_what_a_killed_process_left_of_a_ballast_goes(home: Path) -> None:
    (home / ".ballast-1234").write_bytes(b"half")
    keep_ballast()
    assert [path.name for path in home.iterdir()] == ["ballast"]


def test_below_the_reserve_no_cache_is_written(site: Any, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    frames.forget(Image.objects.get())
    leave(monkeypatch, 3 * MIB)
    assert site.get(site.addresses[0]).status_code == 200
    assert [path for path in Path(settings.FRAME_CACHE_DIR).rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("attribute", "value"), [("sqlite_errorcode", 13), ("sqlite_errorcode", 4874), ("sqlstate", "53100")]
)
def test_a_full_disk_is_known_by_the_drivers_code(attribute: str, value: Any) -> None:
    driver = sqlite3.OperationalError("Speicherplatz erschöpft")
    error = OperationalError("Speicherplatz erschöpft")
    error.__cause__ = driver
    assert not is_disk_full(error)
    setattr(driver, attribute, value)
    assert is_disk_full(error)
