"""The thorax frame of a stored image: found once in its preview, kept beside its frames, found again after the cache is emptied.

Images that were stored before this existed get theirs when somebody asks first. One search at a time in a process: it takes
about a second of one processor, and frames and uploads go before it.
"""

from dataclasses import asdict
from threading import Lock
from typing import Any

import numpy as np

from inference.thorax import NoThorax, ThoraxFrame, find_thorax
from webapp.archive.exam import exam_of
from webapp.archive.frame import frames
from webapp.archive.frame.sealed_file import read_sealed
from webapp.archive.models import Image
from webapp.archive.storage import verified_path

_searching = Lock()


def thorax_of(image: Image) -> ThoraxFrame | NoThorax:
    """In pixels of the stored picture turned to L\\F. Raises what `frames.display` raises."""
    exam = exam_of(image)
    if exam.body_part.value is not None and "CHEST" not in str(exam.body_part.value):  # NECKCHEST, CHESTABDOMEN too
        return NoThorax("not_chest", f"The file states the body part {exam.body_part.shown or exam.body_part.value}.")
    if exam.view.value is not None and not exam.is_frontal:
        return NoThorax(
            "not_frontal", f"The file states the view {exam.view.shown or exam.view.value}: no frontal chest."
        )
    verified_path(image)
    kept = read_sealed(frames.cache_path(image, "thorax.json"))
    if kept is None:
        with _searching:
            kept = read_sealed(frames.cache_path(image, "thorax.json"))
            found = _found(image) if kept is None else None
    if kept is not None:
        return _read(kept[0])
    if found is None:
        raise RuntimeError("a thorax is either kept or searched")
    frames.keep(frames.cache_path(image, "thorax.json"), _written(found), b"")
    return found


def _found(image: Image) -> ThoraxFrame | NoThorax:
    preview = frames.encoded_frame(image, "preview", "identity")
    rows, columns = preview.description["rows"], preview.description["columns"]
    samples = np.frombuffer(preview.body, "<u2").reshape(rows, columns)
    found = find_thorax(exam_of(image).turn.applied(samples))
    return (
        found.scaled(max(image.rows, image.columns) / max(rows, columns)) if isinstance(found, ThoraxFrame) else found
    )


def _written(found: ThoraxFrame | NoThorax) -> dict[str, Any]:
    return {"found": asdict(found)}


def _read(kept: dict[str, Any]) -> ThoraxFrame | NoThorax:
    facts: dict[str, Any] = kept["found"]
    if "code" in facts:
        return NoThorax(**facts)
    above, below = facts["midline"]
    return ThoraxFrame(**{**facts, "midline": (above, below)})
