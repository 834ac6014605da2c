"""Sample sets without files, for the tests of splits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from training.data.samples import Sample, SampleSet


def single_set(rows: Sequence[tuple[str, str, int]], classes: Sequence[str], official: str = "") -> SampleSet:
    """rows: image id, patient, class index."""
    samples = tuple(
        Sample(
            Path(f"{image}.png"),
            image,
            patient,
            tuple(float(kind == own) for own in range(len(classes))),
            official_split=official,
        )
        for image, patient, kind in rows
    )
    return SampleSet("made", "single", tuple(classes), samples)
