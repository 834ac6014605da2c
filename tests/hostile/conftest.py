"""One pool of decoding children for all tests of this folder."""

from collections.abc import Iterator

import pytest

from inference.dicom import ChildPool


@pytest.fixture(scope="session")
def pool() -> Iterator[ChildPool]:
    with ChildPool() as started:
        yield started
