"""Files of a run folder, written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray


class RunError(ValueError):
    """A run that cannot be made or read; one line naming file, value and what is allowed or what to do."""


def write_bytes(path: Path, data: bytes) -> None:
    """Write under a temporary name in the same folder, then rename: an interrupted write leaves the old file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """UTF-8 text, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, document: Any) -> None:
    """JSON without NaN: a value that is not finite must have become null before."""
    write_text(path, json.dumps(document, indent=1, allow_nan=False) + "\n")


def read_json(path: Path, advice: str) -> Any:
    """A JSON file of a run folder. Raises RunError with `advice` when it is not there or not JSON."""
    if not path.is_file():
        raise RunError(f"{path.parent.name}/{path.name} does not exist; {advice}")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise RunError(f"{path.parent.name}/{path.name} is not JSON ({error}); {advice}") from error


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table with a heading row."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_text(path, text.getvalue())


def write_arrays(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """A compressed .npz."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    write_bytes(path, buffer.getvalue())


def write_weights(path: Path, state: dict[str, Any]) -> None:
    """A state_dict that torch.load(weights_only=True) reads."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_bytes(path, buffer.getvalue())


def read_weights(path: Path, weights_only: bool = True) -> Any:
    """What torch.save wrote, on the CPU. Raises RunError for a file that is missing, cut off or something else."""
    if not path.is_file():
        raise RunError(
            f"checkpoint {path.name!r} does not exist in {path.parent.name!r}; run `python -m training fit` first"
        )
    try:
        return torch.load(path, map_location="cpu", weights_only=weights_only)
    except Exception as error:  # torch raises RuntimeError, EOFError, UnpicklingError, KeyError … for damaged files
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise RunError(
            f"checkpoint {path.parent.name}/{path.name} cannot be read ({reason[:120]}); delete it and run fit again"
        ) from error


def is_readable(path: Path) -> bool:
    """Does the checkpoint load? An interrupted machine may have left half of one."""
    try:
        read_weights(path, weights_only=False)
    except RunError:
        return False
    return True
