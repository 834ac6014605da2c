"""Files of a run: whole or not at all; damaged ones are one line."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from training.run import files
from training.run.files import RunError, read_json, read_weights, write_json, write_text, write_weights


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "metrics.json"
    write_text(path, "good")

    def full(self: Path, target: Path) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(files.Path, "replace", full)
    with pytest.raises(OSError, match="no space left"):
        write_text(path, "half")
    assert path.read_text() == "good"
    assert [own.name for own in tmp_path.iterdir()] == ["metrics.json"]


def test_json_refuses_nan_before_it_touches_the_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"value": float("nan")})
    assert not list(tmp_path.iterdir())


def test_weights_come_back(tmp_path: Path) -> None:
    write_weights(tmp_path / "net.pt", {"a": torch.arange(3.0)})
    assert torch.equal(read_weights(tmp_path / "net.pt")["a"], torch.arange(3.0))


@pytest.mark.parametrize("damage", ["cut", "text", "missing"])
def test_a_damaged_checkpoint_is_one_line_with_advice(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "run" / "net.pt"
    write_weights(path, {"a": torch.zeros(1000)})
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:700])
    elif damage == "text":
        path.write_text("not a checkpoint")
    else:
        path.unlink()
    with pytest.raises(RunError) as found:
        read_weights(path)
    assert "\n" not in str(found.value)
    assert "net.pt" in str(found.value)
    assert "run fit again" in str(found.value) or "training fit` first" in str(found.value)


def test_a_broken_json_file_names_itself(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(RunError, match=r"run\.json is not JSON .* delete it"):
        read_json(tmp_path / "run.json", "delete it")
