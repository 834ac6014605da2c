"""Settings fail at start, loudly, on values that make no sense."""

import stat
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


@pytest.mark.parametrize("text", ["many", "-1", "1.5"])
def test_a_number_out_of_range_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SIGHTLINE_NUMBER", text)
    with pytest.raises(ImproperlyConfigured, match="whole number of at least 1"):
        env_int("SIGHTLINE_NUMBER", default=30, minimum=1)


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"
    first = kept_secret(path)
    assert kept_secret(path) == first
    assert len(first) >= 48
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_emptied_secret_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("")
    with pytest.raises(ImproperlyConfigured, match=r"secret\.txt is empty"):
        kept_secret(path)
