"""What a model sees of a stored image, kept beside its frames: some 200 kB in place of 10 MB of pixels.

Made by the child that decodes a new image, for the model then in service, or by a child when a worker asks for another.
Each call first hashes the stored file, as for a frame: what was kept of a file that changed is never used. A kept input
carries its InputSpec, the edition of the preprocessing, how the image was turned and the hash of the stored file; it may
be deleted at any time.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from inference.dicom.prepare import prepare_dicom
from inference.exam.orientation import Turn
from inference.preprocessing import InputSpec, ModelInput, as_model_input
from webapp.archive import children
from webapp.archive.exam import exam_of
from webapp.archive.frame import frames
from webapp.archive.frame.sealed_file import read_sealed
from webapp.archive.models import Image
from webapp.archive.storage import verified_path


def prepared(image: Image, spec: InputSpec) -> ModelInput:
    """The input of a model that takes `spec`. Needs no database unless the file is damaged; safe in several threads.

    Raises IntegrityMismatch, and DicomRefusal when the file cannot be decoded.
    """
    path = verified_path(image)
    kept = _read(image, spec)
    if kept is not None:
        return kept
    header = frames.header_of(image)
    pixels = None if frames.is_quick(header) else frames.kept_pixels(image)
    if pixels is None:
        [made] = children.prepare(path, header, [spec])
    else:
        made = prepare_dicom(header, pixels, spec)
    keep_inputs(image, [spec], [made])
    return made


def keep_inputs(image: Image, specs: Sequence[InputSpec], inputs: Sequence[ModelInput | None]) -> None:
    """Keeps what was made for an image; a full disk costs time later, never the image."""
    for spec, made in zip(specs, inputs, strict=True):
        if made is not None:
            frames.keep(_path(image, spec), _facts(image, spec, made.turn), made.image.tobytes())


def _read(image: Image, spec: InputSpec) -> ModelInput | None:
    kept, turn = read_sealed(_path(image, spec)), exam_of(image).turn
    if kept is None or kept[0] != _facts(image, spec, turn):
        return None
    values = np.frombuffer(kept[1], "<f4")
    if values.size != spec.height * spec.width:
        return None
    return as_model_input(values.reshape(spec.height, spec.width), image.rows, image.columns, spec, turn)


def _facts(image: Image, spec: InputSpec, turn: Turn) -> dict[str, Any]:
    """What a kept input must say of itself."""
    return {"stored_sha256": image.stored_sha256, "input": spec.key, "turn": asdict(turn)}


def _path(image: Image, spec: InputSpec) -> Path:
    return frames.cache_path(image, f"input-{spec.key}")
