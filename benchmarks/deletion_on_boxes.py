"""Does the demo model's number rest on what radiologists boxed? Boxes of the RSNA challenge erased, against random ones.

    python -m benchmarks.deletion_on_boxes [--data ../shared/data] [--draws 20]

For each Lung Opacity image of `rsna/` growing parts of its boxes are erased (SHARES of their area, each box about its middle), as
"What would change its mind?" erases, in both fillings; the curve is how far the calibrated number of lung opacity falls, its
area the mean fall between no part and all (trapezoid). Beside it the mean curve of many sets of boxes of the same sizes that
cover as much of the picture (within AREA_TOLERANCE, what two boxes share counted once): `anywhere` in the picture, each place as
likely as any other, and `where_boxes_lie`, at middles of boxes of other patients, a place as plausible in another chest. They
may overlap with the true ones, which makes them better. Paired by image; intervals by bootstrap over patients (the challenge's ids
are images; people come from chestxray14_320/labels.csv). What the gate would say of an erased picture is left aside.

The data's trap, two folders that were chosen differently and are told apart by noise, bears on comparing images of both. Here an
image is compared with itself, and all are Lung Opacity of one table. But the demo model was fitted on most of these images, so
those that it neither trained on nor chose its epoch by (evaluation and calibration, found again by its split rule) stand by
themselves beside all of them.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnxruntime

from benchmarks.erased_copies import DEMO
from benchmarks.machine import describe_machine, write_result
from inference.bundle import Bundle
from inference.dicom.child_pool import ChildPool
from inference.dicom.prepare import prepare_dicom
from inference.erasing import FILLINGS, Area, area_masks, filled
from inference.preprocessing import ModelInput
from measures.bootstrap import percentile_limits, resamples
from training.data.paper_splits import SplitRule, assign_splits
from training.data.registry import read_samples
from training.data.settings import DataSettings

FINDING = "lung_opacity"
SHARES = (0.25, 0.5, 0.75, 1.0)
BASELINES = ("anywhere", "where_boxes_lie")
AREA_TOLERANCE = 0.05
MOST_TRIES = 2000
RESAMPLES = 2000
BATCH = 64
Box = tuple[float, float, float, float]  # x, y, width, height


class Film(NamedTuple):
    """One Lung Opacity image. is_unseen: neither trained on nor used to choose the epoch."""

    key: str
    patient: str
    boxes: tuple[Box, ...]
    is_unseen: bool


def films(data: Path) -> list[Film]:
    """By the challenge's id. Raises ValueError where the split is not the one that the bundle states."""
    places = splits(data)
    with (data / "chestxray14_320" / "labels.csv").open(newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["rsna_class"] == "Lung Opacity"]
    boxes: dict[str, list[Box]] = {}
    with (data / "rsna" / "stage_2_train_labels.csv").open(newline="") as table:
        for row in csv.DictReader(table):
            if row["Target"] == "1":
                boxes.setdefault(row["patientId"], []).append(
                    (float(row["x"]), float(row["y"]), float(row["width"]), float(row["height"]))
                )
    found = []
    for row in rows:
        key = row["rsna_patientId"]
        is_unseen = places[row["nih_image"].removesuffix(".png")] in ("evaluation", "calibration")
        found.append(Film(key, row["patient"], tuple(boxes[key]), is_unseen))
    return sorted(found)


def splits(data: Path) -> dict[str, str]:
    """Stem of the image's file -> split of the demo recipe (training/experiments/demo.toml), of the real images."""
    settings = DataSettings(
        "chestxray14_320", task="multilabel", classes=("lung_opacity", "pleural_effusion", "cardiomegaly")
    )
    samples = read_samples(settings, data)
    found = assign_splits(samples, SplitRule("folds", folds=5, selection=0.1, calibration=0.2))
    stated = Bundle.load(DEMO, run_selfcheck=False).manifest["evidence"]["data"]
    for split, count in stated["splits"].items():
        real, own = count - stated["phantoms"][split], sum(place == split for place in found.values())
        if real != own:
            raise ValueError(
                f"split {split} has {own} images here, {real} in the bundle: not the data that it was fitted on"
            )
    return {Path(image).stem: place for image, place in found.items()}


class Numbers:
    """The calibrated number of FINDING of many inputs, float32 [N, H, W]."""

    def __init__(self) -> None:
        self.bundle = Bundle.load(DEMO)
        self._column = [finding.key for finding in self.bundle.findings].index(FINDING)
        self._session = onnxruntime.InferenceSession(self.bundle.onnx_bytes, providers=["CPUExecutionProvider"])

    def __call__(self, images: np.ndarray) -> np.ndarray:
        parts = [
            self._session.run(["probabilities"], {"image": np.ascontiguousarray(images[k : k + BATCH, None])})[0]
            for k in range(0, len(images), BATCH)
        ]
        return np.concatenate(parts)[:, self._column].astype(np.float64)


def part_of(boxes: tuple[Box, ...], share: float) -> Area:
    """`share` of each box's area, about its middle."""
    side = share**0.5
    polygons = []
    for x, y, w, h in boxes:
        left, top = x + w * (1 - side) / 2, y + h * (1 - side) / 2
        right, bottom = left + w * side, top + h * side
        polygons.append(((left, top), (right, top), (right, bottom), (left, bottom)))
    return Area(polygons=tuple(polygons))


def moved(boxes: tuple[Box, ...], middles: np.ndarray, width: int, height: int) -> tuple[Box, ...]:
    """Boxes of the same sizes about other middles [n, 2], shifted so far that they lie in the picture."""
    found = []
    for (_, _, w, h), (x, y) in zip(boxes, middles, strict=True):
        found.append((float(np.clip(x - w / 2, 0, width - w)), float(np.clip(y - h / 2, 0, height - h)), w, h))
    return tuple(found)


def covered(boxes: tuple[Box, ...]) -> float:
    """Area that the boxes cover together, in square pixels."""
    xs = np.unique([edge for x, _, w, _ in boxes for edge in (x, x + w)])
    ys = np.unique([edge for _, y, _, h in boxes for edge in (y, y + h)])
    inside = np.zeros((len(ys) - 1, len(xs) - 1), bool)
    for x, y, w, h in boxes:
        inside |= np.outer((ys[:-1] >= y) & (ys[1:] <= y + h), (xs[:-1] >= x) & (xs[1:] <= x + w))
    return float((inside * np.outer(np.diff(ys), np.diff(xs))).sum())


def drawn(
    rng: np.random.Generator, boxes: tuple[Box, ...], size: tuple[int, int], others: np.ndarray | None
) -> tuple[Box, ...]:
    """Boxes of the same sizes elsewhere that cover as much of the picture; after MOST_TRIES the nearest to that. others: middles
    [n, 2] to choose from; None: anywhere."""
    half = np.array([(w / 2, h / 2) for _, _, w, h in boxes])
    wanted, best = covered(boxes), None
    for _ in range(MOST_TRIES):
        middles = (
            rng.uniform(half, np.array(size) - half)
            if others is None
            else others[rng.integers(0, len(others), len(boxes))]
        )
        found = moved(boxes, middles, *size)
        off = abs(covered(found) / wanted - 1)
        if best is None or off < best[0]:
            best = off, found
        if off <= AREA_TOLERANCE:
            break
    assert best is not None
    return best[1]


def curves(numbers: Numbers, source: ModelInput, sets: list[tuple[Box, ...]]) -> tuple[float, np.ndarray]:
    """The number of the whole picture, and its falls [filling, set, share]."""
    before = float(numbers(source.image)[0])
    masks = area_masks([part_of(boxes, share) for boxes in sets for share in SHARES], source)
    falls = [before - numbers(filled(source, masks, filling)) for filling in FILLINGS]
    return before, np.stack(falls).reshape(len(FILLINGS), len(sets), len(SHARES))


def area_under(fall: np.ndarray) -> np.ndarray:
    """Mean fall between no part and all, of falls [..., share]."""
    whole = np.concatenate([np.zeros((*fall.shape[:-1], 1)), fall], axis=-1)
    return np.asarray(np.trapezoid(whole, [0.0, *SHARES], axis=-1))


def measured(
    numbers: Numbers, pool: ChildPool, data: Path, film: Film, others: np.ndarray, draws: int
) -> dict[str, Any]:
    """before: the number. true [filling], and of each baseline [filling]: areas under the curves. falls: at each share."""
    path = data / "rsna" / "stage_2_train_images" / f"{film.key}.dcm"
    header = pool.preparse(path)
    source = prepare_dicom(header, pool.decode(path, header), numbers.bundle.input_spec)
    rng = np.random.default_rng(list(film.key.encode()))
    size, places = (header.columns, header.rows), {"anywhere": None, "where_boxes_lie": others}
    sets = [
        film.boxes, *(drawn(rng, film.boxes, size, places[name]) for name in BASELINES for _ in range(draws)),
    ]  # fmt: skip
    before, falls = curves(numbers, source, sets)
    random = falls[:, 1:].reshape(len(FILLINGS), len(BASELINES), draws, -1).mean(axis=2)
    areas = np.array([covered(one) for one in sets[1:]]).reshape(len(BASELINES), draws) / covered(film.boxes)
    return {
        "before": before,
        "areas": areas.mean(axis=1),
        "true": falls[:, 0],
        **{name: random[:, k] for k, name in enumerate(BASELINES)},
    }


def summed(rows: list[dict[str, Any]], patients: list[str]) -> dict[str, Any]:
    """By filling: mean curve and area of each, and mean difference of the areas to each baseline, with 95 % intervals."""
    draws = list(resamples(patients, RESAMPLES, 0))
    found: dict[str, Any] = {"images": len(rows), "patients": len(set(patients))}
    areas = np.stack([row["areas"] for row in rows]).mean(axis=0)
    found["area_over_the_true_boxes"] = dict(zip(BASELINES, areas.round(4).tolist(), strict=True))
    for k, filling in enumerate(FILLINGS):
        own = {name: np.stack([row[name][k] for row in rows]) for name in ("true", *BASELINES)}
        found[filling] = {name: {"curve": falls.mean(axis=0).round(4).tolist()} for name, falls in own.items()}
        for name in BASELINES:
            more = area_under(own["true"]) - area_under(own[name])
            limits = percentile_limits(np.array([more[rows].mean() for rows in draws]))
            found[filling][name] |= {
                "true_minus_random": round(float(more.mean()), 4),
                "ci": [round(limit, 4) for limit in limits],
                "images_where_true_falls_more": int((more > 0).sum()),
            }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--draws", type=int, default=20)
    options = parser.parse_known_args()[0]
    numbers, every = Numbers(), films(options.data)
    point = next(one.operating_point.threshold for one in numbers.bundle.findings if one.key == FINDING)
    rows = []
    with ChildPool(children=1) as pool:
        for film in every:
            others = [
                (x + w / 2, y + h / 2) for one in every if one.patient != film.patient for x, y, w, h in one.boxes
            ]
            rows.append(measured(numbers, pool, options.data, film, np.array(others), options.draws))
    called = [row["before"] >= point for row in rows]
    groups = {
        "all": [True] * len(rows),
        "called": called,
        "unseen": [film.is_unseen for film in every],
        "unseen_and_called": [is_called and film.is_unseen for is_called, film in zip(called, every, strict=True)],
    }
    result = {
        "machine": describe_machine(), "bundle": numbers.bundle.id, "operating_point": point, "shares": SHARES,
        "draws": options.draws, "resamples": RESAMPLES,
    }  # fmt: skip
    for name, wanted in groups.items():
        chosen = [k for k, is_in in enumerate(wanted) if is_in]
        result[name] = summed([rows[k] for k in chosen], [every[k].patient for k in chosen])
    write_result("deletion_on_boxes", result)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
