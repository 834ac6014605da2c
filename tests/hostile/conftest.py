"""One pool of decoding children for all tests of this folder, and the web tests' people for those that upload."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from inference.dicom import ChildPool
from tests.webapp.archive.conftest import send  # noqa: F401 - fixtures are found by name
from tests.webapp.conftest import fast_passwords, person, signed_in, storage  # noqa: F401


@pytest.fixture(scope="session")
def pool() -> Iterator[ChildPool]:
    with ChildPool() as started:
        yield started


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 32 MiB; needs the right to mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(folder)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small tmpfs is not allowed here (mount -t tmpfs -o size=32m)")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=False)
