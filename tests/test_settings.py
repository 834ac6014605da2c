"""Settings fail at start, loudly, on values that make no sense."""

import os
import secrets
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from webapp.environment import env_bool, env_int, kept_secret


@pytest.mark.parametrize(("text", "value"), [("1", True), ("yes", True), ("False", False), ("0", False), ("", True)])
def test_a_flag_has_few_spellings(monkeypatch: pytest.MonkeyPatch, text: str, value: bool) -> None:
    monkeypatch.setenv("SIGHTLINE_FLAG", text)
    assert env_bool("SIGHTLINE_FLAG", default=True) is value


def test_an_unknown_flag_names_value_and_allowed_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGHTLINE_FLAG", "maybe")
    with pytest.raises(ImproperlyConfigured, match="SIGHTLINE_FLAG='maybe' is not one of 1, true, yes, 0, false, no"):
        env_bool("SIGHTLINE_FLAG", default=False)


@pytest.mark.parametrize("text", ["many", "-1", "1.5", "--5", "²"])
def test_a_number_out_of_range_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SIGHTLINE_NUMBER", text)
    with pytest.raises(ImproperlyConfigured, match="whole number of at least 1"):
        env_int("SIGHTLINE_NUMBER", default=30, minimum=1)


@pytest.mark.parametrize(
    ("hosts", "demo", "has_demo"),
    [("127.0.0.1", "", True), ("sightline.example", "", False), ("sightline.example", "1", True)],
)
def test_a_server_with_a_public_name_has_demo_people_only_when_told(
    tmp_path: Path, hosts: str, demo: str, has_demo: bool
) -> None:
    changes = {"SIGHTLINE_HOME": str(tmp_path), "SIGHTLINE_HOSTS": hosts, "SIGHTLINE_DEMO": demo}
    command = [sys.executable, "-c", "from webapp.settings import SIGHTLINE_DEMO; print(SIGHTLINE_DEMO)"]
    run = subprocess.run(command, env=os.environ | changes, capture_output=True, text=True, check=True)
    assert run.stdout == f"{has_demo}\n"


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"
    first = kept_secret(path)
    assert kept_secret(path) == first
    assert len(first) >= 48
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Web process and worker both read the settings at start: neither may find the other's file still empty.
    path = tmp_path / "secret.txt"

    def the_other_is_faster(length: int) -> str:
        assert not path.exists()
        path.write_text("of the other process\n")
        return "ours"

    monkeypatch.setattr(secrets, "token_urlsafe", the_other_is_faster)
    assert kept_secret(path) == "of the other process"
    assert list(tmp_path.iterdir()) == [path]


def test_an_emptied_secret_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("")
    with pytest.raises(ImproperlyConfigured, match=r"secret\.txt is empty"):
        kept_secret(path)
