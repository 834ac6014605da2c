"""Loaded before Django's settings (`-p tests.environment`): tests never touch the state directory of a real installation."""

import atexit
import os
import shutil
import tempfile

_home = tempfile.mkdtemp(prefix="sightline-tests-")
os.environ["SIGHTLINE_HOME"] = _home
os.environ.setdefault("SIGHTLINE_DEMO_PASSWORD", "a demo password for tests")
os.environ["DATABASE_URL"] = os.environ.get("SIGHTLINE_TEST_DATABASE_URL", f"sqlite:///{_home}/sightline.sqlite3")
os.environ["CELERY_BROKER_URL"] = "memory://"
os.environ.setdefault("SIGHTLINE_DISK_RESERVE_MIB", "0")  # the disk of whoever runs the tests may be nearly full
os.environ.setdefault("SIGHTLINE_SENTINEL_SHARE", "0")  # else chance would hide the model from some of the images
os.environ.setdefault("SIGHTLINE_TRAINING_WORKER", "0")  # servers of tests start no third process
_owner = os.getpid()


@atexit.register
def _remove_home() -> None:
    if os.getpid() == _owner:  # a forked child must not take its parent's folder away
        shutil.rmtree(_home, ignore_errors=True)
