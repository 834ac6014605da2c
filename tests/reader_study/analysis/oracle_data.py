"""Where the published reader studies lie; they are never committed."""

from collections.abc import Callable
from pathlib import Path

import pytest

VAN_DYKE = "VanDyke.csv"


def study_file(shared_data: Callable[[str], Path], name: str) -> Path:
    """A file of the folder mrmc, or a skip that names it."""
    path = shared_data("mrmc") / name
    if not path.exists():
        pytest.skip(f"{path} is missing")
    return path


def write_ratings(path: Path, rows: list[tuple[object, ...]], header: str = "reader,test,case,truth,rating") -> Path:
    """A ratings file from rows."""
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


def failing_input(shared_data: Callable[[str], Path], name: str) -> Path:
    """A file of the folder of failing inputs beside the test data, or a skip that names it."""
    path = shared_data("").resolve().parent / "cases" / "statistics" / name
    if not path.exists():
        pytest.skip(f"{path} is missing")
    return path
