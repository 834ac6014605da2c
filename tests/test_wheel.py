"""The wheel holds all that the rooms read at run time: tables, schemas, templates, static files, the demo."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

ROOMS = ("inference", "measures", "reader_study", "training", "webapp")
OUTSIDE = {"__pycache__", "node_modules", "frontend"}  # the viewer's sources are built, not shipped


def sources(root: Path) -> set[str]:
    return {
        path.relative_to(root).as_posix()
        for room in ROOMS
        for path in (root / room).rglob("*")
        if path.is_file() and not OUTSIDE & set(path.parts)
    }


@pytest.mark.slow
def test_every_file_of_the_rooms_is_in_the_wheel(tmp_path: Path) -> None:
    pytest.importorskip("setuptools", reason="a wheel is built with setuptools, which is not installed")
    copy = tmp_path / "copy"
    for room in ROOMS:
        shutil.copytree(REPOSITORY / room, copy / room, ignore=shutil.ignore_patterns(*OUTSIDE))
    for name in ("manage.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, copy)
    built = copy / "webapp" / "viewer" / "static" / "viewer" / ".vite" / "manifest.json"
    built.parent.mkdir(parents=True, exist_ok=True)
    built.touch()
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--no-cache-dir",
    ]
    wanted = sources(copy)
    done = subprocess.run([*command, "-w", tmp_path, copy], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    [wheel] = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    assert "inference/style/tokens.css" in wanted
    assert not {*wanted, "manage.py"} - held
