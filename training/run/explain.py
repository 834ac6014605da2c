"""Maps of a row on disk: one npz per method, overlays, what layers answer, and the images that were answered wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from training.data.prepared import PreparedSet
from training.data.samples import SINGLE
from training.models.classifier import Classifier
from training.run.files import RunError, write_arrays, write_bytes, write_csv
from training.run.map_pictures import grid_png, overlay_png
from training.run.maps import METHODS, explained_maps
from training.saliency.activations import activation_grid, layer_outputs, shown_layers

ACTIVATIONS = "activations"
LARGEST_FILE_VALUES = 64 * 1024 * 1024


def check_methods(methods: Sequence[str]) -> None:
    """Raises RunError naming the first method that does not exist, and all that do."""
    for method in methods:
        if method not in METHODS:
            raise RunError(f"explainer {method!r} is not one of {', '.join(METHODS)}")


def write_maps(
    folder: Path, model: Classifier, images: PreparedSet, method: str, settings: Mapping[str, Any], device: torch.device,
    overlays: int,
) -> dict[str, Any]:  # fmt: skip
    """METHOD.npz (maps float32 [n,K',H,W], ids, classes) and METHOD/IMAGE.CLASS.png of the first `overlays` images.

    Returns what was written. Raises ExplainerError where the method does not suit the network, RunError for more maps
    than a file should hold.
    """
    check_methods([method])
    model.to(device).eval()
    first = _maps_of_one(model, images, 0, method, settings, device)
    if first.size * len(images) > LARGEST_FILE_VALUES:
        most = LARGEST_FILE_VALUES // first.size
        raise RunError(
            f"{len(images)} images make maps of {first.size * len(images):,} values; allowed are {most} images"
        )
    maps = np.stack(
        [first, *(_maps_of_one(model, images, row, method, settings, device) for row in range(1, len(images)))]
    )
    shown_classes = list(images.classes) if maps.shape[1] == len(images.classes) else ["top"]
    arrays = {"maps": maps, "ids": np.array(images.ids), "classes": np.array(shown_classes)}
    write_arrays(folder / f"{method}.npz", arrays)
    pictures = _write_overlays(folder / method, images, maps, method, shown_classes, overlays)
    if method == ACTIVATIONS:
        pictures += _write_layers(folder / method, model, images, device, overlays)
    return {"method": method, "images": len(images), "file": f"{method}.npz", "pictures": pictures}


def _maps_of_one(
    model: Classifier, images: PreparedSet, row: int, method: str, settings: Mapping[str, Any], device: torch.device
) -> NDArray[np.float32]:
    image = torch.from_numpy(np.asarray(images.images[row : row + 1], np.float32)).to(device)
    return explained_maps(model, image, method, None, settings)[0]


def _write_overlays(
    folder: Path, images: PreparedSet, maps: NDArray[np.float32], method: str, classes: list[str], most: int
) -> list[str]:
    written = []
    for row in range(min(most, len(images))):
        for column, name in enumerate(classes):
            boxes = [(own.x, own.y, own.w, own.h) for own in images.boxes[row] if own.key == name or name == "top"]
            caption = f"{images.ids[row]} - {name}, {method}"
            path = folder / f"{file_name(images.ids[row])}.{file_name(name)}.png"
            write_bytes(path, overlay_png(images.images[row], maps[row, column], boxes, caption))
            written.append(f"{folder.name}/{path.name}")
    return written


def _write_layers(folder: Path, model: Classifier, images: PreparedSet, device: torch.device, most: int) -> list[str]:
    """First, third and last convolution of the first images, a grid each (003 §6)."""
    written = []
    for row in range(min(most, len(images))):
        image = torch.from_numpy(np.asarray(images.images[row : row + 1], np.float32)).to(device)
        for name, output in shown_layers(model, layer_outputs(model, image)).items():
            path = folder / f"{file_name(images.ids[row])}.layer-{file_name(name)}.png"
            write_bytes(path, grid_png(activation_grid(output[0]).cpu().numpy()))
            written.append(f"{folder.name}/{path.name}")
    return written


def write_error_list(path: Path, images: PreparedSet, probabilities: NDArray[np.floating]) -> int:
    """errors.csv: every wrong answer with truth and probability, the surest first; returns how many. single: the class
    answered; multilabel: each label at one half."""
    rows: list[tuple[Any, ...]] = []
    labels = np.asarray(images.labels, np.float64)
    if images.task == SINGLE:
        said, truth = probabilities.argmax(axis=1), labels.argmax(axis=1)
        for row in np.flatnonzero(said != truth):
            answer = images.classes[said[row]]
            rows.append((images.ids[row], answer, images.classes[truth[row]], float(probabilities[row, said[row]])))
    else:
        for row, column in zip(*np.nonzero((probabilities >= 0.5) != (labels >= 0.5)), strict=True):
            if not np.isnan(labels[row, column]):
                name, p = images.classes[column], float(probabilities[row, column])
                wrong = "false positive" if p >= 0.5 else "false negative"
                rows.append((images.ids[row], f"{name}: {wrong}", int(labels[row, column]), max(p, 1 - p)))
    rows.sort(key=lambda row: -row[3])
    write_csv(path, ("image", "answer", "truth", "confidence"), [(*row[:3], f"{row[3]:.6f}") for row in rows])
    return len(rows)


def file_name(text: str) -> str:
    """Letters, digits, dots and dashes only; two names that differ elsewhere may fall together in a listing, not in a npz."""
    return re.sub(r"[^A-Za-z0-9.-]+", "_", text)
