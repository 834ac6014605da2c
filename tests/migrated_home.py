"""A state folder with a migrated database and the demo's people, made once by a process of tests and copied from then on.

`migrate` and the hashes of the people's passwords take ten seconds of processor time, and no test of a running
server is about them.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from tests.conftest import REPOSITORY

PASSWORD = "a demo password for tests"
DATABASE = "sightline.sqlite3"


def environment_of(home: Path, **more: str) -> dict[str, str]:
    """For processes that work on this home. more: further variables."""
    return {
        **os.environ,
        "SIGHTLINE_HOME": str(home),
        "SIGHTLINE_DEMO_PASSWORD": PASSWORD,
        "DATABASE_URL": f"sqlite:///{home / DATABASE}",
        **more,
    }


def manage(home: Path, *command: str) -> str:
    """Output of a management command on this home."""
    run = [sys.executable, "manage.py", *command]
    environment = environment_of(home)
    return subprocess.run(run, cwd=REPOSITORY, env=environment, check=True, capture_output=True, text=True).stdout


def lay_migrated_home(home: Path) -> None:
    """Fills the folder `home`, which may be there already."""
    shutil.copytree(_migrated(), home, dirs_exist_ok=True)


@cache
def _migrated() -> Path:
    home = Path(
        tempfile.mkdtemp(prefix="migrated-", dir=os.environ["SIGHTLINE_HOME"])
    )  # removed with the tests' own home
    manage(home, "migrate", "--verbosity=0")
    manage(home, "create_demo_users")
    return home
