"""A process killed with -9 between the rename of a file and the commit of its row: what it leaves is found and tidied."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.migrated_home import environment_of, lay_migrated_home, manage
from tests.webapp.archive.dicom_files import chest_dicom
from webapp.archive.tidy import ABANDONED_SECONDS

pytestmark = [pytest.mark.alone, pytest.mark.timeout(180)]

# The kill comes by a hook that runs inside the transaction, when the file lies under its key and nothing is committed.
KILLED = """
import os, signal, sys
import django
django.setup()
from pathlib import Path
from webapp.archive import ingest, quarantine
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Project
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
project = Project.default()
ingest.run_image_stored = die
quarantine.audit.record = die
ingest_file(Path(sys.argv[1]), Sender(project, None, "directory"))
"""


def run_killed(home: Path, file: Path) -> None:
    environment = environment_of(home, DJANGO_SETTINGS_MODULE="webapp.settings", PYTHONPATH=str(REPOSITORY))
    ended = subprocess.run([sys.executable, "-c", KILLED, str(file)], env=environment, cwd=REPOSITORY, check=False)
    assert ended.returncode == -signal.SIGKILL


def files_in(home: Path, folder: str) -> list[Path]:
    return [path for path in (home / folder).rglob("*") if path.is_file()]


def make_old(path: Path) -> None:
    old = time.time() - ABANDONED_SECONDS - 60
    os.utime(path, (old, old))


def tidy(home: Path) -> dict[str, int]:
    return dict(json.loads(manage(home, "tidy_archive", "--json")))


def test_a_stored_file_without_a_row_is_put_apart_after_a_day(tmp_path: Path) -> None:
    home, good, bad = tmp_path / "home", tmp_path / "in" / "a.dcm", tmp_path / "bad.dcm"
    good.parent.mkdir()
    lay_migrated_home(home)
    good.write_bytes(chest_dicom())
    bad.write_bytes(b"no image")

    run_killed(home, good)
    (orphan,) = files_in(home, "store")
    run_killed(home, bad)
    (unlisted,) = files_in(home, "quarantine")

    manage(home, "ingest", str(good.parent))  # the same file comes in again, as if it had never been here
    assert len(files_in(home, "store")) == 2
    young = tidy(home)
    assert (young["unreferenced"], young["quarantine"]) == (0, 0)
    (kept,) = set(files_in(home, "store")) - {orphan}
    for path in [orphan, unlisted, kept, *files_in(home, "incoming")]:
        make_old(path)

    old = tidy(home)

    assert (old["unreferenced"], old["quarantine"]) == (1, 1)
    assert files_in(home, "store") == [kept]
    assert files_in(home, "incoming") == []
    assert good.read_bytes() in [path.read_bytes() for path in files_in(home, "quarantine")]
    again = tidy(home)
    assert (again["unreferenced"], again["quarantine"]) == (0, 0)
