"""The studies' clock: the server's own, moved by a file in tests only, and never on a server with a public name."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from reader_study import clock
from tests.conftest import REPOSITORY


def test_it_is_the_servers_clock_unless_a_test_moves_it(settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    assert abs(clock.now() - timezone.now()) < timedelta(hours=1)
    settings.STUDY_CLOCK_FILE = tmp_path / "days.txt"  # type: ignore[attr-defined]
    assert abs(clock.now() - timezone.now()) < timedelta(hours=1)
    (tmp_path / "days.txt").write_text("29\n")
    assert timedelta(days=28, hours=23) < clock.now() - timezone.now() < timedelta(days=29, hours=1)


@pytest.mark.parametrize("more", [{"SIGHTLINE_HOSTS": "pacs.example.org"}, {"SIGHTLINE_DEMO": "0"}])
def test_no_installation_starts_with_a_clock_that_can_be_moved(more: dict[str, str], tmp_path: Path) -> None:
    environment = {**os.environ, "SIGHTLINE_HOME": str(tmp_path), "SIGHTLINE_TEST_CLOCK": "1", **more}
    command = [sys.executable, "-c", "import webapp.settings"]
    run = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True)
    assert run.returncode != 0
    assert "SIGHTLINE_TEST_CLOCK is for tests" in run.stderr
