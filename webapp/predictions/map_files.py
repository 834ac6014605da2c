"""Explanation maps on disk: float32 little-endian [K, h, w], one file per kind, named with the lease token.

The token in the name is the fence of files: a late worker writes beside the valid result, never over it, and only the
name that the committed row holds is ever served. The row also holds the SHA-256 of each file, checked at every reading.
"""

import errno
import hashlib
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
from django.conf import settings

from webapp.durable import sync
from webapp.work.ballast import is_released

KIND = re.compile(r"[a-z][a-z0-9_-]{0,31}")


@dataclass(frozen=True)
class WrittenMaps:
    """What the row keeps of a run's maps: the stem of their names, and the SHA-256 of each file by kind."""

    key: str
    sha256: Mapping[str, str]


def write_maps(prediction_id: UUID, token: UUID, maps: Mapping[str, np.ndarray]) -> WrittenMaps:
    """Writes every map [K, h, w], fsynced. Raises OSError, also while the ballast is released; leaves nothing behind then."""
    if is_released():
        raise OSError(errno.ENOSPC, "the disk is full: what is left is for the record")
    key, sha256 = f"{prediction_id}-{token}", {}
    try:
        for kind, values in maps.items():
            content = np.ascontiguousarray(values, dtype="<f4").tobytes()
            sha256[kind] = hashlib.sha256(content).hexdigest()
            path = map_path(key, kind)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as handle:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
        if maps:
            sync(_folder(key))
    except OSError:
        remove_maps(key)
        raise
    return WrittenMaps(key, sha256)


def map_path(key: str, kind: str) -> Path:
    """File of one kind of map. Raises ValueError for a kind that is not a plain name."""
    if not KIND.fullmatch(kind):
        raise ValueError(f"map kind {kind[:40]!r} is not a plain lower-case name")
    return _folder(key) / f"{key}.{kind}.f32"


def read_map(key: str, kind: str, shape: tuple[int, int, int], sha256: str) -> np.ndarray | None:
    """One map, float32 little-endian [K, h, w]; None when its file is gone or not the one that was written.

    sha256: of the file, as the row keeps it. Empty for results from before hashes were kept: then the size alone is checked.
    """
    try:
        content = map_path(key, kind).read_bytes()
    except FileNotFoundError:
        return None
    if len(content) != 4 * math.prod(shape):
        return None
    if sha256 and hashlib.sha256(content).hexdigest() != sha256:
        return None
    return np.frombuffer(content, dtype="<f4").reshape(shape)


def remove_maps(key: str) -> None:
    """Removes the files of one run."""
    for path in _files_of(key, f"{key}."):
        path.unlink(missing_ok=True)


def remove_other_runs(key: str) -> None:
    """Removes what killed runs of the same prediction left. Call after the commit that made `key` the valid one."""
    prediction_id = key[:36]
    for path in _files_of(key, f"{prediction_id}-"):
        if not path.name.startswith(f"{key}."):
            path.unlink(missing_ok=True)


def _files_of(key: str, start: str) -> list[Path]:
    """Map files whose name begins so; none in a folder that cannot be read. A glob would compile a pattern for each."""
    folder = _folder(key)
    try:
        names = os.listdir(folder)  # noqa: PTH208  # Path.iterdir makes a Path of every name in the folder
    except OSError:
        return []
    return [folder / name for name in names if name.startswith(start) and name.endswith(".f32")]


def _folder(key: str) -> Path:
    return settings.MAP_DIR / key[:2]
