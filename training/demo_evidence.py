"""Evidence of the demo recipe: what its five folds and its phantoms showed, as one JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from training import evaluate
from training.bundle_manifest import Evidence
from training.cases import record_cases
from training.data.chestxray14_320 import SIDE, read_chestxray14_320
from training.data.records import FINDINGS
from training.data.rsna import read_rsna
from training.demo_data import RealData, fingerprint
from training.evaluate import Held
from training.evaluation_truth import opacity_truth, read_rsna_classes, read_rsna_views
from training.experiment import Experiment
from training.outputs import run_net
from training.run_steps import FoldResult

COMMAND = "make demo-model"
OPACITY, EFFUSION, CARDIOMEGALY = range(3)


def collect(experiment: Experiment, real: RealData | None, folds: Mapping[int, FoldResult]) -> dict[str, Any]:
    """All measured figures of the folds, by number. The first is the shipped one; phantom figures are its own, on
    phantoms it never saw."""
    number, shipped = next(iter(folds.items()))
    metrics: dict[str, Any] = {
        "data": {
            "real_images": len(real.cases) if real else 0,
            "real_patients": len(set(real.cases.patients)) if real else 0,
        },
        "split": {"shipped_fold": number, "folds": len(folds), "counts_of_shipped_fold": shipped.counts},
        "phantoms": _phantom_figures(experiment, shipped.phantoms),
    }
    if real is not None:
        metrics["data"]["fingerprint"] = fingerprint(real.cases)
        metrics["real"] = _real_figures(experiment, real, folds)
    return metrics


def _phantom_figures(experiment: Experiment, drawn: Held) -> dict[str, Any]:
    size = (experiment.input.height, experiment.input.width)
    return {
        "n": len(drawn.cases),
        "auc": {
            key: evaluate.auc_report(drawn.cases, drawn.after[:, k], drawn.cases.labels[:, k])
            for k, key in enumerate(FINDINGS)
        },
        "calibration": {key: evaluate.calibration_report(drawn, k) for k, key in enumerate(FINDINGS)},
        "conformal": {key: evaluate.conformal_report(drawn, k) for k, key in enumerate(FINDINGS)},
        "pointing": {key: evaluate.pointing_report(drawn, k, size) for k, key in enumerate(FINDINGS)},
        "gate": evaluate.gate_report(drawn),
    }


def _real_figures(experiment: Experiment, real: RealData, folds: Mapping[int, FoldResult]) -> dict[str, Any]:
    """Out-of-fold figures of real patients; RSNA labels and boxes enter here and nowhere before."""
    classes = read_rsna_classes(real.folder)
    pooled = evaluate.pool([_with_rsna_boxes(experiment, real, fold.held) for fold in folds.values()])
    truth, rsna_truth = opacity_truth(pooled.cases, classes), opacity_truth(pooled.cases, classes, rsna_only=True)
    scores, labels = pooled.after, pooled.cases.labels
    shipped = next(iter(folds.values())).held
    size = (experiment.input.height, experiment.input.width)
    modelled = (OPACITY, EFFUSION)
    return {
        "auc": {
            "lung_opacity": evaluate.auc_report(pooled.cases, scores[:, OPACITY], truth),
            "lung_opacity_mean_of_folds": evaluate.mean_fold_auc(
                [(fold.held.after[:, OPACITY], opacity_truth(fold.held.cases, classes)) for fold in folds.values()]
            ),
            "lung_opacity_shipped_fold": evaluate.auc_report(
                shipped.cases, shipped.after[:, OPACITY], opacity_truth(shipped.cases, classes)
            ),
            "lung_opacity_rsna_normal_only": evaluate.auc_report(pooled.cases, scores[:, OPACITY], rsna_truth),
            "lung_opacity_nih_labels": evaluate.auc_report(pooled.cases, scores[:, OPACITY], labels[:, OPACITY]),
            "pleural_effusion_nih_labels": evaluate.auc_report(pooled.cases, scores[:, EFFUSION], labels[:, EFFUSION]),
            "cardiomegaly_nih_labels": evaluate.auc_report(
                pooled.cases, scores[:, CARDIOMEGALY], labels[:, CARDIOMEGALY]
            ),
            "control_detail_for_lung_opacity": evaluate.auc_report(
                pooled.cases, evaluate.detail_score(pooled.cases), truth
            ),
            "control_detail_rsna_normal_only": evaluate.auc_report(
                pooled.cases, evaluate.detail_score(pooled.cases), rsna_truth
            ),
        },
        "calibration": {FINDINGS[k]: evaluate.calibration_report(pooled, k) for k in range(len(FINDINGS))},
        "conformal": {FINDINGS[k]: evaluate.conformal_report(pooled, k) for k in modelled},
        "pointing": {"lung_opacity": evaluate.pointing_report(pooled.select(rsna_truth == 1), OPACITY, size)},
        "gate": evaluate.gate_report(pooled),
        "rsna_dicom": _dicom_figures(experiment, real, folds),
    }


def _with_rsna_boxes(experiment: Experiment, real: RealData, own: Held) -> Held:
    """The same cases with the challenge's boxes instead of NIH's."""
    both = read_chestxray14_320(real.folder, use_rsna_boxes=True)
    # The reader appends the challenge's boxes to those of NIH.
    boxes_of = {record.image_id: record.boxes[len(nih.boxes) :] for record, nih in zip(both, real.records, strict=True)}
    scale = experiment.input.width / SIDE  # the files are square: letterbox is a plain scale
    boxes = tuple(
        tuple(
            box._replace(x=box.x * scale, y=box.y * scale, w=box.w * scale, h=box.h * scale) for box in boxes_of[name]
        )
        for name in own.cases.ids
    )
    return replace(own, cases=replace(own.cases, boxes=boxes))


def _dicom_figures(experiment: Experiment, real: RealData, folds: Mapping[int, FoldResult]) -> dict[str, Any] | None:
    """Opacity on the RSNA DICOM copies, through the reader and preprocessing that serving uses; None when they are
    not there."""
    folder = real.folder.parent / "rsna"
    if not folder.is_dir():
        return None
    views = read_rsna_views(real.folder)  # the challenge's tables do not state them
    records = read_rsna(folder, patients=real.folder / "labels.csv")
    records = [replace(record, view=views.get(record.image_id, "")) for record in records]
    fold_of = dict(zip(real.cases.patients, real.folds.tolist(), strict=True))
    parts = []
    for number, fold in folds.items():
        own = [record for record in records if fold_of.get(record.patient) == number]
        cases = record_cases(own, experiment.input, experiment.grid, intensity=experiment.input.intensity)
        parts.append(evaluate.held(cases, run_net(fold.net, cases), fold.calibration))
    pooled = evaluate.pool(parts)
    labels = pooled.cases.labels[:, OPACITY].astype(np.float64)
    size = (experiment.input.height, experiment.input.width)
    return {
        "auc_rsna_opacity_against_rsna_normal": evaluate.auc_report(pooled.cases, pooled.after[:, OPACITY], labels),
        "pointing": evaluate.pointing_report(pooled.select(labels == 1), OPACITY, size),
        "gate": evaluate.gate_report(pooled),
    }


def evidence(metrics: dict[str, Any]) -> Evidence:
    """What the manifest keeps beside each finding: real figures where real images say something, phantom figures
    otherwise."""
    phantom = metrics["phantoms"]
    real = metrics.get("real", phantom)
    ece, pointing = {}, {}
    for k, key in enumerate(FINDINGS):
        ece[key] = (phantom if k == CARDIOMEGALY else real)["calibration"][key]
        on_boxes = "real" in metrics and k == OPACITY
        pointing[key] = {
            kind: _map_evidence(value, "RSNA boxes, out of fold" if on_boxes else "phantoms, shipped network")
            for kind, value in (real if on_boxes else phantom)["pointing"][key].items()
        }
    localization = {"phantoms": phantom["pointing"]} | ({"real": real["pointing"]} if "real" in metrics else {})
    document = {
        "data": metrics["data"], "split": metrics["split"], "localization": localization, "command": COMMAND,
        "metrics": {name: metrics[name] for name in ("real", "phantoms") if name in metrics},
    }  # fmt: skip
    return Evidence(ece, pointing, document)


def _map_evidence(value: dict[str, Any], source: str) -> dict[str, Any] | None:
    return None if value["value"] is None else value | {"data": source}
