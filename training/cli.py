"""The verbs of `python -m training`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
DEMO_BUNDLE = REPOSITORY / "webapp" / "demo" / "demo-cxr-1.0.0.bundle"
DEMO_RUN = REPOSITORY / "runs" / "demo-model"
DONE, FAILED = 0, 1

Answer = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 done, 1 failed (one line on stderr), 2 wrong usage."""
    args = _parser().parse_args(arguments)
    # A pinned version has nothing to gain from Lightning's advice on every run.
    warnings.filterwarnings("ignore", module="lightning")
    warnings.filterwarnings("ignore", module="torch")
    try:
        answer = args.verb(args)
    except Exception as error:
        if not isinstance(error, _expected_errors()):
            raise
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return FAILED
    if isinstance(answer, int):
        return answer
    print(json.dumps(answer, indent=1) if args.json else _plain(answer))
    return DONE


def _expected_errors() -> tuple[type[Exception], ...]:
    from inference.bundle import BundleError
    from training.export import ExportMismatch

    return ValueError, OSError, ExportMismatch, BundleError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training", description="Make, calibrate, evaluate and export models."
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    fit = _verb(verbs, "fit", _fit, "fit one fold of an experiment")
    fit.add_argument("experiment", help="a .toml file, or the name of one in training/experiments")
    _run_arguments(fit, REPOSITORY / "runs" / "fit")
    fit.add_argument("--fold", type=int, default=0)
    _hardware_arguments(fit)
    fit.add_argument(
        "--fresh", action="store_true", help="forget what this run folder has fitted; otherwise it is resumed"
    )
    for name, function, text in (
        ("calibrate", _calibrate, "calibrate a fitted fold on its calibration split"),
        ("evaluate", _evaluate, "metrics of a calibrated fold on the cases it never saw"),
        ("export", _export, "write a calibrated fold as a bundle"),
    ):
        verb = _verb(verbs, name, function, text)
        _run_arguments(verb, REPOSITORY / "runs" / "fit")
        verb.add_argument("--fold", type=int, default=0)
        if name == "export":
            verb.add_argument("--output", type=Path, required=True, help="the .bundle file to write")
    demo = _verb(verbs, "demo-model", _demo_model, "the whole recipe of the demo bundle")
    demo.add_argument("--experiment", default="demo")
    _run_arguments(demo, DEMO_RUN)
    _hardware_arguments(demo)
    demo.add_argument("--output", type=Path, default=DEMO_BUNDLE)
    demo.add_argument(
        "--fresh", action="store_true", help="fit everything again; otherwise an interrupted recipe is continued"
    )
    _verb(verbs, "list", _list, "experiments, data sets, trunks, calibrators and metrics")
    _other_commands(verbs)
    return parser


def _verb(verbs: Any, name: str, function: Callable[[argparse.Namespace], Any], text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.set_defaults(verb=function)
    return parser


def _other_commands(verbs: Any) -> None:
    """`phantoms` and `data` are owned by the rooms of the same name."""
    from training.data import command as data_command
    from training.phantoms import command as phantoms_command

    for name, command in (("phantoms", phantoms_command), ("data", data_command)):
        parser = verbs.add_parser(name, help=(command.__doc__ or "").splitlines()[0])
        command.add_arguments(parser)
        parser.set_defaults(verb=command.run)


def _run_arguments(parser: argparse.ArgumentParser, run: Path) -> None:
    parser.add_argument("--run", type=Path, default=run, help="run folder (default %(default)s)")
    parser.add_argument(
        "--data", type=Path, help="folder that holds chestxray14_320 (default $SIGHTLINE_TEST_DATA or ../shared/data)"
    )
    parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 8), help="processes that draw phantoms")


def _hardware_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--accelerator", default="auto", help="as Lightning's Trainer: auto, cpu, gpu")
    parser.add_argument("--devices", default="auto", help="as Lightning's Trainer: auto, a count, a list")
    parser.add_argument("--precision", default="auto", help="as Lightning's Trainer: 32-true, bf16-mixed ...")


def _run_folder(args: argparse.Namespace) -> Any:
    from training.demo_data import shared_data_folder
    from training.fit import Hardware
    from training.run_steps import RunFolder

    hardware = Hardware(
        getattr(args, "accelerator", "auto"), getattr(args, "devices", "auto"), getattr(args, "precision", "auto")
    )
    return RunFolder(args.run, args.data or shared_data_folder(), hardware, args.workers)


def _fit(args: argparse.Namespace) -> Answer:
    from training import run_steps
    from training.experiment import find_experiment

    run_steps.freeze(args.run, find_experiment(args.experiment), args.fresh)
    run = _run_folder(args)
    run_steps.fit_fold(run, args.fold)
    return {"run": str(args.run), "fold": args.fold, "splits": run_steps.split_counts(run.splits(args.fold))}


def _calibrate(args: argparse.Namespace) -> Answer:
    from training import run_steps

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
    from training import demo_evidence, run_steps

    run = _run_folder(args)
    net, calibration = run_steps.fitted_net(run, args.fold), run_steps.fold_calibration(run, args.fold)
    result = run_steps.hold_out(run, args.fold, net, calibration)
    metrics = demo_evidence.collect(run.experiment, run.real, {args.fold: result})
    path = run.fold_folder(args.fold) / "metrics.json"
    path.write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    return run, result, metrics


def _evaluate(args: argparse.Namespace) -> Answer:
    return _held_out(args)[2]


def _export(args: argparse.Namespace) -> Answer:
    from training import demo_evidence, run_steps
    from training.model_card import write_card

    run, result, metrics = _held_out(args)
    evidence, card = demo_evidence.evidence(metrics), write_card(run.experiment, metrics)
    evidence.document["command"] = f"python -m training export --fold {args.fold}"
    bundle_id, differences = run_steps.export_fold(run, result.net, result.calibration, evidence, card, args.output)
    return {"bundle": str(args.output), "id": bundle_id, "differences": differences}


def _demo_model(args: argparse.Namespace) -> Answer:
    from training.demo_model import build_demo_model
    from training.experiment import find_experiment
    from training.run_steps import freeze

    freeze(args.run, find_experiment(args.experiment), args.fresh)
    return build_demo_model(_run_folder(args), args.output)


def _list(args: argparse.Namespace) -> Answer:
    from training.calibrate import METHODS
    from training.data.records import FINDINGS
    from training.experiment import experiment_names
    from training.models.backbones import BACKBONES
    from training.models.one_head_net import HEADS
    from training.models.two_head_net import TRUNKS

    return {
        "experiments": experiment_names(),
        "datasets": ["chestxray14", "chestxray14_320", "rsna", "phantoms"],
        "findings": list(FINDINGS),
        "trunks": [*TRUNKS, *BACKBONES],
        "heads": [*HEADS, "wildcat"],
        "losses": ["masked-bce", "map-cross-entropy"],
        "calibrators": list(METHODS),
        "metrics": ["auc", "ece15_width", "nll", "brier", "pointing", "conformal coverage"],
    }


def _plain(answer: Answer, indent: str = "") -> str:
    """Nested tables as indented lines."""
    lines = []
    for key, value in answer.items():
        if isinstance(value, dict):
            lines += [f"{indent}{key}", _plain(value, indent + "  ")]
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, list) else value
            lines.append(f"{indent}{key}: {shown}")
    return "\n".join(line for line in lines if line)
