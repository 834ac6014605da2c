"""What it is worth that the two maps of a network agree on a case: how often the first one points into the finding then, and else.

Measured on the located cases of the reported split, by the rule by which pages say it of a case (inference/map_agreement.py).
Cases in which a map has no positive evidence are left out: nothing is said of them. Where fewer than FEWEST cases agree, or
differ, there is no measurement, and pages say nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.boxes import positive_part
from inference.map_agreement import maps_agree
from measures.wilson import wilson_interval
from training.data.prepared import PreparedSet
from training.metrics.map_reading import truth_of
from training.metrics.pointing import points_into_box
from training.models.classifier import Classifier
from training.run.maps import located, native_maps
from training.run.steps import RowRun

FEWEST = 10


def agreement_worth(
    run: RowRun, model: Classifier, methods: Mapping[str, str], thresholds: Mapping[str, tuple[float, ...]]
) -> tuple[dict[str, Any] | None, ...]:
    """Per class. methods: saliency method by kind of map, the first two are compared; thresholds: per class, by kind."""
    reported = run.data.reported(run.row.split)
    drawn = run.data.is_drawn(reported.ids)
    found: list[dict[str, Any] | None] = [None] * len(run.data.classes)
    if len(methods) < 2:
        return tuple(found)
    for name, rows in (("phantoms", drawn), ("real images", ~drawn)):  # the real ones count where they are enough
        if not rows.any():
            continue
        measured = _of_images(run, model, reported.select(rows), methods, thresholds)
        skipped = run.row.calibration.phantom_classes if name == "real images" else ()
        for k, own in enumerate(measured):
            if own is not None and run.data.classes[k] not in skipped:
                found[k] = own | ({"data": name} if drawn.any() else {})
    return tuple(found)


def _of_images(
    run: RowRun,
    model: Classifier,
    images: PreparedSet,
    methods: Mapping[str, str],
    thresholds: Mapping[str, tuple[float, ...]],
) -> list[dict[str, Any] | None]:
    places = located(images)
    chosen = places.select(places.positive)
    if not len(chosen):
        return [None] * len(run.data.classes)
    (of, first), (beside, second) = list(methods.items())[:2]
    device, side = run.machine.evaluation_device(), int(images.images.shape[-1])
    one, other = (native_maps(model, images, method, chosen, device, run.batch) for method in (first, second))
    hits, agrees = [], []
    for k, column in enumerate(chosen.columns):
        limits = tuple(
            thresholds[kind][column] * float(positive_part(own[k]).max()) for kind, own in ((of, one), (beside, other))
        )
        agrees.append(maps_agree(one[k], other[k], (limits[0], limits[1])))
        hits.append(
            points_into_box(one[k], truth_of(chosen.boxes[k], chosen.masks[k], (side, side)).boxes, (side, side))
        )
    return [
        worth(of, beside, np.array(hits)[rows], [agrees[k] for k in rows])
        for rows in (np.flatnonzero(chosen.columns == column) for column in range(len(run.data.classes)))
    ]


def worth(of: str, beside: str, hits: NDArray[np.bool_], agrees: list[bool | None]) -> dict[str, Any] | None:
    """The entry of a manifest; None where too few cases agree, or differ."""
    shares = {}
    for name, wanted in (("agree", True), ("differ", False)):
        own = hits[[agreed is wanted for agreed in agrees]] if len(hits) else hits
        if len(own) < FEWEST:
            return None
        low, high = wilson_interval(int(own.sum()), len(own))
        shares[name] = {
            "value": round(float(own.mean()), 6), "ci": [round(low, 6), round(high, 6)], "n": len(own), "method": "wilson",
        }  # fmt: skip
    return {"of": of, "beside": beside, **shares}
