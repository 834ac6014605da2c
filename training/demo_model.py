"""The whole recipe of the demo bundle: phantoms, pre-training, five patient-grouped folds, evidence, export of fold
0's network.

The shipped network is that of fold 0: it was fitted, selected and calibrated without the patients of fold 0, and the
out-of-fold figures come from five runs of the very same steps.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from training import demo_evidence
from training.model_card import write_card
from training.run_steps import RunFolder, calibrate_fold, export_fold, fit_fold, hold_out, pretrain

SHIPPED_FOLD = 0


def build_demo_model(run: RunFolder, bundle: Path) -> dict[str, Any]:
    """Run all steps of a frozen run folder and write the bundle; returns {"bundle", "id", "seconds", "metrics"}.

    Networks that the run folder already keeps are not fitted again. Raises ExportMismatch, BundleError, DataError,
    CalibrationError or ExperimentError, and then writes no bundle.
    """
    started = time.monotonic()
    real = run.real
    _say(started, f"{sum(map(len, run.phantoms.values()))} phantoms, {len(real.cases) if real else 0} real images")
    pretrain(run)
    _say(started, "pre-trained on phantoms")
    folds = {}
    for fold in range(run.folds):
        net = fit_fold(run, fold)
        folds[fold] = hold_out(run, fold, net, calibrate_fold(run, fold, net))
        _say(started, f"fold {fold} of {run.folds} fitted, calibrated and held out")
    metrics = demo_evidence.collect(run.experiment, real, folds)
    shipped = folds[SHIPPED_FOLD]
    card = write_card(run.experiment, metrics)
    evidence = demo_evidence.evidence(metrics)
    bundle_id, metrics["export_differences"] = export_fold(
        run, shipped.net, shipped.calibration, evidence, card, bundle
    )
    (run.folder / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    _say(started, f"wrote {bundle.name}, id {bundle_id[:12]}")
    return {"bundle": str(bundle), "id": bundle_id, "seconds": round(time.monotonic() - started), "metrics": metrics}


def _say(started: float, what: str) -> None:
    # stderr: stdout belongs to --json.
    print(f"[{time.monotonic() - started:6.0f} s] {what}", file=sys.stderr, flush=True)
