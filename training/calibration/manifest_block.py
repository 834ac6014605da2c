"""A fitted calibrator as the bundle's manifest keeps it, with its refits: what inference checks the graph and draws the
interval with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inference.calibration_forms import SOFTMAX, LabelMap, form_name, label_map_document
from training.calibration.calibrator import Calibrator
from training.data.samples import SINGLE


@dataclass(frozen=True)
class FittedOn:
    """What stands beside the parameters of one finding: cases, positives, and ECE before and after on held-out cases
    ({"value", "ci", "noise_floor"}, or None where it was not measured)."""

    n: int
    n_positive: int
    ece_before: dict[str, Any] | None = None
    ece_after: dict[str, Any] | None = None


def manifest_block(
    method: str, own: LabelMap, refits: Sequence[LabelMap], fitted_on: FittedOn, form: str = ""
) -> dict[str, Any]:
    """The `calibration` part of one finding in the manifest. form: `softmax` for task `single`, else by the map."""
    return {
        "method": method,
        "form": form or form_name(own),
        **label_map_document(own),
        "bootstrap": [refit.numbers() for refit in refits],
        **vars(fitted_on),
    }


def manifest_blocks(
    calibrator: Calibrator, refits: Sequence[Calibrator], fitted_on: Sequence[FittedOn]
) -> list[dict[str, Any]]:
    """The `calibration` part of every finding, in the order of the logits. fitted_on: one per finding.

    The manifest asks for at least 20 refits (CalibrationMethod.refits gives 200).
    """
    form = SOFTMAX if calibrator.task == SINGLE else ""
    return [
        manifest_block(calibrator.method, own, [refit.maps[k] for refit in refits], fitted_on[k], form)
        for k, own in enumerate(calibrator.maps)
    ]
