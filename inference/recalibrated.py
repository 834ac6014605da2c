"""The same network with another calibrator for some of its findings: a bundle of its own, made without torch.

The graph's logits, maps and embedding are the same tensors of the same nodes; behind the logits stand a few more, and where a
finding is not refitted its probability is the one that was. Thresholds (operating point, measured points, conformal) follow the
new numbers along the curve, so that the same images lie above them: what was measured of them holds as it did before.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import ModelProto, helper, numpy_helper

from inference.bundle import Bundle, write_bundle
from inference.calibration_forms import SCALE_BIAS, SOFTMAX, LabelMap, ScaleBias
from inference.session import CPU, open_session, run_session

FARTHEST = 1e4  # logits beyond it are not looked for
HALVINGS = 80
MEASURES = ("ece", "nll", "brier")  # of calibration: those of the base are not true of the new numbers


@dataclass(frozen=True)
class Refit:
    """curve: sigmoid(scale z + bias). refits: on patient resamples. block: what stands beside them in the manifest (n, n_positive,
    ece_before, ece_after)."""

    curve: ScaleBias
    refits: Sequence[ScaleBias]
    block: Mapping[str, Any]


@dataclass(frozen=True)
class Naming:
    """name, version, created: of the new manifest. note: what its calibration says of itself. evidence: added to the base's. card:
    stands above the base's."""

    name: str
    version: str
    created: str
    note: str
    evidence: Mapping[str, Any]
    card: str


def write_recalibrated(path: Path, base: Bundle, refits: Mapping[str, Refit], naming: Naming) -> str:
    """The id of the new bundle, whose checks all passed. refits: by finding key. Raises ValueError for a base whose findings are
    calibrated together, or a key that it does not have; BundleError."""
    unknown = [key for key in refits if key not in base.contents.keys]
    if unknown or not refits:
        raise ValueError(f"refit of {unknown or 'nothing'}; allowed: {', '.join(base.contents.keys)}")
    if any(own.form == SOFTMAX for own in base.contents.calibrators):
        raise ValueError("the base calibrates its findings together (softmax); allowed: each by itself")
    curves = [refits[key].curve if key in refits else None for key in base.contents.keys]
    data = recalibrated_graph(base.onnx_bytes, curves, naming)
    images = base.selfcheck["image"]
    seen = run_session(open_session(data, [CPU]), images)
    selfcheck = {**base.selfcheck, "probabilities": seen["probabilities"]}
    return write_bundle(path, _manifest(base, refits, naming), data, f"{naming.card}\n\n{base.card}", selfcheck)


def recalibrated_graph(data: bytes, curves: Sequence[ScaleBias | None], naming: Naming) -> bytes:
    """The ONNX file in which probability k is curves[k] of logit k; where that is None, what it was."""
    model = onnx.load_model_from_string(data)
    taken = {name for node in model.graph.node for name in (node.name, *node.output)}
    mark = next(f"site_{number}" for number in range(1000) if f"site_{number}/before" not in taken)
    _rename(model, "probabilities", f"{mark}/before")
    constants = {
        "scale": np.array([[own.scale if own else 1.0 for own in curves]], np.float32),
        "bias": np.array([[own.bias if own else 0.0 for own in curves]], np.float32),
        "is_refitted": np.array([[own is not None for own in curves]], np.bool_),
    }
    model.graph.initializer.extend(numpy_helper.from_array(own, f"{mark}/{name}") for name, own in constants.items())
    steps = (
        ("Mul", ["logits", f"{mark}/scale"], f"{mark}/scaled"),
        ("Add", [f"{mark}/scaled", f"{mark}/bias"], f"{mark}/shifted"),
        ("Sigmoid", [f"{mark}/shifted"], f"{mark}/after"),
        ("Where", [f"{mark}/is_refitted", f"{mark}/after", f"{mark}/before"], "probabilities"),
    )
    model.graph.node.extend(helper.make_node(kind, given, [out], name=f"{mark}/{kind}") for kind, given, out in steps)
    for one in model.metadata_props:
        one.value = {"sightline.name": naming.name, "sightline.version": naming.version}.get(one.key, one.value)
    return bytes(model.SerializeToString(deterministic=True))


def moved(threshold: float, before: LabelMap, after: ScaleBias) -> float:
    """The number on the new curve that the same logits reach: p >= threshold before is p >= moved(threshold) after, up to rounding.

    0 stays 0, and what no logit reaches stays out of reach.
    """
    if threshold <= 0 or threshold > 1:
        return threshold
    low, high = -FARTHEST, FARTHEST
    if float(before.apply(np.array(high))) < threshold:
        return 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if float(before.apply(np.array(middle))) >= threshold else (middle, high)
    return float(after.apply(np.array(high)))


def moved_ceiling(threshold: float, before: LabelMap, after: ScaleBias) -> float:
    """The same of a limit from above: p <= threshold before is p <= moved_ceiling(threshold) after. 1 stays 1."""
    if threshold >= 1:
        return threshold
    low, high = -FARTHEST, FARTHEST
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if float(before.apply(np.array(middle))) <= threshold else (low, middle)
    return float(after.apply(np.array(low)))


def _rename(model: ModelProto, name: str, new: str) -> None:
    for node in model.graph.node:
        for names in (node.input, node.output):
            for place, one in enumerate(names):
                if one == name:
                    names[place] = new


def _manifest(base: Bundle, refits: Mapping[str, Refit], naming: Naming) -> dict[str, Any]:
    document: dict[str, Any] = copy.deepcopy(dict(base.manifest))
    document |= {"name": naming.name, "version": naming.version, "created": naming.created}
    notes = [str(document["calibration"].get("note") or ""), naming.note]
    document["calibration"]["note"] = " ".join(filter(None, notes))
    document["evidence"] |= naming.evidence
    _drop_measures(document["evidence"], refits)
    for finding, own in zip(document["findings"], base.contents.calibrators, strict=True):
        if finding["key"] in refits:
            _refit(finding, own.parameters, refits[finding["key"]])
    return document


def _refit(finding: dict[str, Any], before: LabelMap, refit: Refit) -> None:
    after = refit.curve
    finding["calibration"] = {
        "method": "platt", "form": SCALE_BIAS, "scale": after.scale, "bias": after.bias,
        "bootstrap": [own.numbers() for own in refit.refits], **refit.block,
    }  # fmt: skip
    point, conformal = finding["operating_point"], finding["conformal"]
    point["threshold"] = moved(point["threshold"], before, after)
    conformal["present_at_least"] = moved(conformal["present_at_least"], before, after)
    conformal["absent_at_most"] = moved_ceiling(conformal["absent_at_most"], before, after)
    finding["roc"] = [[*shares, moved(threshold, before, after)] for *shares, threshold in finding["roc"]]


def _drop_measures(evidence: dict[str, Any], refits: Mapping[str, Refit]) -> None:
    """Calibration of the findings that were refitted, and means over findings, are those of the base: left out."""
    for part in (evidence, evidence.get("phantoms")):
        metrics = (part or {}).get("metrics")
        if isinstance(metrics, dict):
            part["metrics"] = {  # type: ignore[index]
                name: own
                for name, own in metrics.items()
                if not name.startswith(MEASURES) or not name.endswith(("_mean", "classwise", "top", *refits, *MEASURES))
            }
