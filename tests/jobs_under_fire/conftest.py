"""Sites with jobs, made once and copied for each test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.jobs_under_fire.site import Site

MANY, FEW = 200, 24


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Home of a site with so many jobs."""
    homes: dict[int, Path] = {}

    def find(jobs: int) -> Path:
        if jobs not in homes:
            site = Site(tmp_path_factory.mktemp("filled"), jobs=jobs)
            site.fill()
            homes[jobs] = site.home
        return homes[jobs]

    return find


@pytest.fixture
def make_site(tmp_path: Path, filled: Callable[[int], Path]) -> Iterator[Callable[..., Site]]:
    """`make_site(broker=…, jobs=…, image_seconds=…)`: a copy of a filled site; its workers end with the test."""
    sites = []

    def make(jobs: int = FEW, **options: object) -> Site:
        site = Site(Path(shutil.copytree(filled(jobs), tmp_path / "home")), jobs=jobs, **options)
        sites.append(site)
        return site

    yield make
    for site in sites:
        site.stop()
