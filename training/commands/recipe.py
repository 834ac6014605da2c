"""fit, calibrate, evaluate and export of a fold of the demo recipe, and the whole recipe."""

from __future__ import annotations

import argparse
import json
from typing import Any

from training import demo_evidence, run_steps
from training.demo_data import shared_data_folder
from training.demo_model import build_demo_model
from training.experiment import find_experiment
from training.model_card import write_card
from training.run.hardware import Machine

Answer = dict[str, Any]


def _run_folder(args: argparse.Namespace) -> run_steps.RunFolder:
    hardware = Machine(args.accelerator, args.devices, args.precision, args.num_nodes)
    hardware.check()
    return run_steps.RunFolder(args.run, args.data or shared_data_folder(), hardware, args.workers)


def fit(args: argparse.Namespace) -> Answer:
    """Fit one fold, or go on with it."""
    run_steps.freeze(args.run, find_experiment(args.experiment), args.fresh)
    run = _run_folder(args)
    run_steps.fit_fold(run, args.fold)
    return {"run": str(args.run), "fold": args.fold, "splits": run_steps.split_counts(run.splits(args.fold))}


def calibrate(args: argparse.Namespace) -> Answer:
    """Calibrate a fold on its calibration split."""
    run = _run_folder(args)
    calibration = run_steps.calibrate_fold(run, args.fold, run_steps.fitted_net(run, args.fold))
    findings = {
        own.key: {
            "scale": own.calibrator.scale,
            "bias": own.calibrator.bias,
            "n": own.n,
            "n_positive": own.n_positive,
            "source": own.source,
        }
        for own in calibration.findings
    }
    return {"run": str(args.run), "fold": args.fold, "findings": findings, "gate_threshold": calibration.gate.threshold}


def _held_out(args: argparse.Namespace) -> tuple[Any, Any, Answer]:
    run = _run_folder(args)
    net, calibration = run_steps.fitted_net(run, args.fold), run_steps.fold_calibration(run, args.fold)
    result = run_steps.hold_out(run, args.fold, net, calibration)
    metrics = demo_evidence.collect(run.experiment, run.real, {args.fold: result})
    path = run.fold_folder(args.fold) / "metrics.json"
    path.write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    return run, result, metrics


def evaluate(args: argparse.Namespace) -> Answer:
    """Metrics of a calibrated fold on the cases it never saw."""
    return _held_out(args)[2]


def export(args: argparse.Namespace) -> Answer:
    """Write a calibrated fold as a bundle."""
    if args.output is None:
        raise ValueError("export of the demo recipe needs --output, the .bundle file to write")
    run, result, metrics = _held_out(args)
    evidence, card = demo_evidence.evidence(metrics), write_card(run.experiment, metrics)
    evidence.document["command"] = f"python -m training export --fold {args.fold}"
    bundle_id, differences = run_steps.export_fold(run, result.net, result.calibration, evidence, card, args.output)
    return {"bundle": str(args.output), "id": bundle_id, "differences": differences}


def demo_model(args: argparse.Namespace) -> Answer:
    """The whole recipe of the demo bundle."""
    run_steps.freeze(args.run, find_experiment(args.experiment), args.fresh)
    return build_demo_model(_run_folder(args), args.output)
