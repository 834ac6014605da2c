"""The share in /admin/: refused in words, kept in the record."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from tests.conftest import REPOSITORY
from webapp.archive.models import Project
from webapp.audit.models import AccessEvent
from webapp.environment import env_percent

pytestmark = pytest.mark.django_db


def page_of(project: Project) -> str:
    return f"/admin/archive/project/{project.pk}/change/"


@pytest.mark.parametrize("typed", ["-1", "101", "five", "5.5", ""])
def test_what_is_no_share_is_named(typed: str, signed_in: Callable[..., Client]) -> None:
    project = Project.default()
    answer = signed_in("admin").post(page_of(project), {"sentinel_share": typed})
    assert answer.status_code == 200
    assert f"&#x27;{typed}&#x27; is not a whole number of percent from 0 to 100" in answer.content.decode()
    project.refresh_from_db()
    assert project.sentinel_share == 0


@pytest.mark.parametrize("share", [0, 5, 100])
def test_a_share_is_kept_and_audited(share: int, signed_in: Callable[..., Client]) -> None:
    project = Project.default()
    client = signed_in("admin")
    assert client.post(page_of(project), {"sentinel_share": str(share)}).status_code == 302
    project.refresh_from_db()
    assert project.sentinel_share == share
    event = AccessEvent.objects.filter(verb="project.settings").latest("sequence")
    assert (event.details["sentinel_share"], event.actor_name) == (share, client.person.username)


def test_only_an_admin_reaches_it(signed_in: Callable[..., Client]) -> None:
    project = Project.default()
    assert signed_in("manager").post(page_of(project), {"sentinel_share": "0"}).status_code == 302  # to the door
    assert not AccessEvent.objects.filter(verb="project.settings").exists()


@pytest.mark.parametrize("value", ["101", "-1", "5.5", "five"])
def test_the_start_is_refused_with_a_share_that_is_none(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGHTLINE_SENTINEL_SHARE", value)
    with pytest.raises(ImproperlyConfigured, match="SIGHTLINE_SENTINEL_SHARE"):
        env_percent("SIGHTLINE_SENTINEL_SHARE", 5)


def test_a_project_begins_with_five_percent_where_nothing_is_said(tmp_path: Path, settings: LazySettings) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SIGHTLINE_SENTINEL_SHARE"}
    environment["SIGHTLINE_HOME"] = str(tmp_path)
    command = [sys.executable, "-c", "from webapp.settings import SENTINEL_SHARE; print(SENTINEL_SHARE)"]
    told = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "5"
    settings.SENTINEL_SHARE = 7
    assert Project.default().sentinel_share == 7
