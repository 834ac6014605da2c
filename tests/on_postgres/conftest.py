"""One PostgreSQL for all tests of this folder."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.on_postgres.cluster import postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of a running, empty database. Its folder is not pytest's: those are closed to other users."""
    with tempfile.TemporaryDirectory(prefix="sightline-postgres-") as name:
        Path(name).chmod(0o755)
        with postgres(Path(name)) as address:
            yield address
