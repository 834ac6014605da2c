"""One pool of decoding children for all tests of this folder, and the web tests' people for those that upload."""

from collections.abc import Iterator

import pytest

from inference.dicom import ChildPool
from tests.webapp.archive.conftest import send  # noqa: F401 - fixtures are found by name
from tests.webapp.conftest import fast_passwords, person, signed_in, storage  # noqa: F401


@pytest.fixture(scope="session")
def pool() -> Iterator[ChildPool]:
    with ChildPool() as started:
        yield started
