"""From a fitted, calibrated and evaluated row to NAME-VERSION.bundle; refuses rather than ship what serving would not
compute."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from inference.bundle import write_bundle
from inference.manifest import SCHEMA_NAME
from inference.preprocessing import InputSpec, resize_image
from training.calibration import map_threshold
from training.calibration.graph import graph_module
from training.data.paper_splits import TRAIN
from training.data.prepared import PreparedSet
from training.data.settings import PaperInput
from training.explained import Explained, explained
from training.explained.export import export_checked, run_onnx
from training.explained.map_makers import MAKER_OF_METHOD, MAP_MAKERS
from training.metrics.box_raster import rasterised
from training.models.classifier import Classifier
from training.models.model_registry import AND_WILDCAT
from training.phantoms import draw_phantom
from training.run.agreement_worth import agreement_worth
from training.run.calibrate import RowCalibration
from training.run.card import CardFacts, row_card
from training.run.files import RunError
from training.run.finding_codes import finding_key
from training.run.manifest import BundleParts, MapPart, row_manifest
from training.run.maps import Located, PointingQuestion, localisation_of, located, native_maps
from training.run.predictions import predict
from training.run.steps import RowRun

SELFCHECK_IMAGES, CHECK_IMAGES = 3, 6
PHANTOM_SIDE = 128


@dataclass(frozen=True)
class Naming:
    """name: lower case, digits and dashes; "" = made of paper and row. version: MAJOR.MINOR.PATCH. output: "" = in the run
    folder."""

    name: str = ""
    version: str = "1.0.0"
    output: Path | None = None


@dataclass(frozen=True)
class Exported:
    """The file written, its id, and the largest differences found before it was."""

    path: Path
    bundle_id: str
    differences: dict[str, float]


def export_row(
    run: RowRun,
    model: Classifier,
    calibration: RowCalibration,
    metrics: Mapping[str, Any],
    naming: Naming | None = None,
) -> Exported:
    """Export, compare with torch and autograd, write the bundle.

    Raises RunError for a row that serving cannot repeat, NotExportable, ExportMismatch and BundleError; nothing is written
    then.
    """
    refuse_unservable(run.row.input, run.row.data.crop)
    own = naming or Naming()
    name = own.name or bundle_name(run.row.paper, run.row.name)
    _plain_memory(model)
    graph = explained(model, graph_module(calibration.calibrator)).eval()
    images = check_images(run.row.input)
    side = run.row.input.side
    onnx_bytes, differences = export_checked(model, graph, (side, side), graph_metadata(name, own.version, run), images)
    rounded = {key: float(f"{value:.2g}") for key, value in differences.items()}
    maps = map_parts(run, model, graph)
    parts = BundleParts(
        name,
        own.version,
        run,
        head_name(run),
        maps,
        calibration,
        metrics,
        rounded,
        agreement=_agreement(run, model, maps),
    )
    card = row_card(CardFacts(name, own.version, run.row, metrics, rounded, maps, calibration.classes, run.start))
    path = own.output or run.folder.path / f"{name}-{own.version}.bundle"
    return Exported(path, write_checked(path, row_manifest(parts), onnx_bytes, card, images), rounded)


def graph_metadata(name: str, version: str, run: RowRun) -> dict[str, str]:
    """What the graph says of itself and the loader compares with the manifest."""
    return {
        "sightline.name": name, "sightline.version": version, "sightline.schema": SCHEMA_NAME,
        "sightline.findings": ",".join(finding_key(key) for key in run.data.classes),
    }  # fmt: skip


def write_checked(
    path: Path, manifest: dict[str, Any], onnx_bytes: bytes, card: str, images: NDArray[np.float32]
) -> str:
    """Write the bundle with its selfcheck; returns the id."""
    first = images[:SELFCHECK_IMAGES]
    return write_bundle(path, manifest, onnx_bytes, card, {"image": first} | run_onnx(onnx_bytes, first))


def refuse_unservable(own: PaperInput, cropped: bool) -> None:
    """Raises RunError for inputs that inference does not prepare."""
    if own.mask_filter:
        raise RunError(f"input mask_filter {own.mask_filter!r} is no step of serving; rows with it are not exported")
    if cropped:
        raise RunError("data crop = true: the network saw boxes around findings; serving has whole images only")


def bundle_name(paper: str, row: str) -> str:
    """`paper003-fused-no-resizer`; the row's own name where it is of no paper."""
    slug = re.sub(r"[^a-z0-9]+", "-", (f"paper{paper}-{row}" if paper else row).lower()).strip("-")
    return slug[:64]


def check_images(own: PaperInput) -> NDArray[np.float32]:
    """Phantoms [6,1,H,W] at the input size: a bundle holds no pixel of a patient."""
    spec = InputSpec(own.side, own.side, own.intensity, own.resize)
    drawn = [draw_phantom(seed, size=PHANTOM_SIDE).image for seed in range(CHECK_IMAGES)]
    return np.stack([resize_image(image, spec)[0] for image in drawn])[:, None].astype(np.float32)


def head_name(run: RowRun) -> str:
    """As the manifest calls the head behind the probabilities."""
    return run.row.model.head.removesuffix(AND_WILDCAT) or (
        "gap-linear" if run.row.model.name not in OWN_HEADS else run.row.model.name
    )


OWN_HEADS = ("cnn1", "cnn2", "fused", "base", "mimo")


def map_parts(run: RowRun, model: Classifier, graph: Explained) -> dict[str, MapPart]:
    """Every kind of map in the graph, with thresholds of the calibration split and evidence of the reported one."""
    head, found = head_name(run), {}
    for kind, grid in graph.grids.items():
        maker = MAP_MAKERS[kind]
        method, agnostic = maker.method(head), kind in graph.class_agnostic
        thresholds, evidence = map_thresholds(run, model, method), map_evidence(run, model, method)
        found[kind] = MapPart(maker.head(head), maker.source, grid, thresholds, evidence, agnostic)
    return found


def _agreement(run: RowRun, model: Classifier, maps: Mapping[str, MapPart]) -> tuple[dict[str, Any] | None, ...]:
    """What it is worth that two kinds of map agree, each class by a map of its own."""
    methods = {kind: MAP_MAKERS[kind].method(head_name(run)) for kind, part in maps.items() if not part.class_agnostic}
    return agreement_worth(run, model, methods, {kind: part.thresholds for kind, part in maps.items()})


def map_thresholds(run: RowRun, model: Classifier, method: str) -> tuple[float, ...]:
    """Per class the share of a map's maximum with the best Dice on the calibration split (or the selecting one)."""
    own = run.data.of("calibration" if run.data.has("calibration") else run.data.selecting)
    places = located(own)
    chosen = places.select(places.positive)
    if not len(chosen) or method not in MAKER_OF_METHOD:
        return (map_threshold.DEFAULT,) * len(run.data.classes)
    cells = native_maps(model, own, method, chosen, run.machine.evaluation_device(), run.batch)
    shares = _cell_shares(own, chosen, (cells.shape[1], cells.shape[2]))
    found = []
    for k in range(len(run.data.classes)):
        rows = np.flatnonzero(chosen.columns == k)
        found.append(map_threshold.fit(cells[rows], shares[rows]) if len(rows) else map_threshold.DEFAULT)
    return tuple(found)


def _cell_shares(own: PreparedSet, pairs: Located, grid: tuple[int, int]) -> NDArray[np.float64]:
    """Share of each cell that the mask, or without one the boxes cover, [m,h,w]."""
    side = int(own.images.shape[-1])
    masks = [own.mask_of(int(row), int(column)) for row, column in zip(pairs.rows, pairs.columns, strict=True)]
    covered = np.stack([
        rasterised(boxes, (side, side)) if mask is None else mask for boxes, mask in zip(pairs.boxes, masks, strict=True)
    ])  # fmt: skip
    shares = functional.adaptive_avg_pool2d(torch.from_numpy(covered.astype(np.float32))[:, None], grid)[:, 0]
    return shares.numpy().astype(np.float64)


def map_evidence(run: RowRun, model: Classifier, method: str) -> tuple[dict[str, Any] | None, ...]:
    """Pointing accuracy per class on the reported split; None where no image has a place. Where phantoms stand beside real
    images, the real ones are asked first, and the answer says which it is of."""
    reported = run.data.reported(run.row.split)
    drawn = run.data.is_drawn(reported.ids)
    if not drawn.any() or drawn.all():
        return pointing_by_class(run, model, method, reported)
    real, phantoms = (pointing_by_class(run, model, method, reported.select(rows)) for rows in (~drawn, drawn))
    on_phantoms = run.row.calibration.phantom_classes
    found: list[dict[str, Any] | None] = []
    for name, first, second in zip(run.data.classes, real, phantoms, strict=True):
        is_real = first is not None and name not in on_phantoms
        own = first if is_real else second
        found.append(None if own is None else own | {"data": "real images" if is_real else "phantoms"})
    return tuple(found)


def pointing_by_class(
    run: RowRun, model: Classifier, method: str, images: PreparedSet
) -> tuple[dict[str, Any] | None, ...]:
    """Per class the share of places whose map peaks inside; None where no image has a place."""
    device = run.machine.evaluation_device()
    if not len(located(images).positive):
        return (None,) * len(run.data.classes)
    question = PointingQuestion(
        model, images, predict(model, images, device, run.batch), run.data.of(TRAIN), device, run.batch, run.limits.draws,
        run.row.explain.images,
    )  # fmt: skip
    return tuple(_pointing(localisation_of(question, method, {}, column)) for column in range(len(run.data.classes)))


def _pointing(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    own = found.get("pointing")
    if own is None or own["value"] is None:
        return None
    return {"metric": "pointing", "value": own["value"], "ci": own["ci"], "chance": own["chance"], "n": own["n"]}


def _plain_memory(model: nn.Module) -> None:
    model.cpu().to(memory_format=torch.contiguous_format).eval()  # type: ignore[call-overload]
