"""The commands of `python -m training`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
FIT_RUN = REPOSITORY / "runs" / "fit"
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
        message = " ".join(str(error).split())
        print(f"{type(error).__name__}: {message}", file=sys.stderr)
        return FAILED
    if isinstance(answer, int):
        return answer
    # Under DDP Lightning starts this command once per device; one of them answers.
    if os.environ.get("LOCAL_RANK", "0") == "0" and os.environ.get("NODE_RANK", "0") == "0":
        print(json.dumps(answer, indent=1) if args.json else _plain(answer))
    return DONE


def _expected_errors() -> tuple[type[Exception], ...]:
    from lightning.fabric.utilities.exceptions import MisconfigurationException

    from inference.bundle import BundleError
    from training.explained.export import ExportMismatch
    from training.models.retinanet import NoGradcam
    from training.models.reverse_sweep import UnknownHeadModule

    return (
        ValueError, OSError, ExportMismatch, BundleError, MisconfigurationException, UnknownHeadModule, NoGradcam
    )  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training", description="Make, calibrate, evaluate and export models."
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    _bundle_verb(verbs)
    _fit_verb(verbs)
    _calibrate_verb(verbs)
    _evaluate_verb(verbs)
    _explain_verb(verbs)
    _export_verb(verbs)
    _group_verbs(verbs)
    _verb(
        verbs, "list", _list, "every name an experiment file may hold: tables, data sets, models, losses, metrics ..."
    )
    _other_commands(verbs)
    return parser


def _bundle_verb(verbs: Any) -> None:
    bundle = _verb(
        verbs, "bundle", _bundle, "from images to bundles in one go: fit, calibrate, evaluate, explain, export"
    )
    _rows_arguments(bundle)
    bundle.add_argument("--output", type=Path, help="the .bundle file, of one row (default in the row's folder)")
    bundle.add_argument(
        "--start", type=Path, metavar="NET.PT", help="weights that a row without a start of its own begins with"
    )


def _fit_verb(verbs: Any) -> None:
    fit = _verb(verbs, "fit", _fit, "fit the rows of an experiment")
    _rows_arguments(fit)
    fit.add_argument("--seed", type=int, help="in place of the row's own")


def _rows_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "experiment", help="a .toml file, or the name of one in training/experiments; 003/t10 is 003_t10_fused"
    )
    _run_arguments(parser, FIT_RUN)
    _hardware_arguments(parser)
    parser.add_argument("--row", action="append", default=[], metavar="NAME", help="only this row; may be repeated")
    _scale_argument(parser)
    parser.add_argument(
        "--fresh", action="store_true", help="forget what this run folder has fitted; otherwise it is resumed"
    )


def _calibrate_verb(verbs: Any) -> None:
    verb = _on_run(verbs, "calibrate", _calibrate, "calibrate a fitted run on its calibration split")
    verb.add_argument("--method", default="", help="in place of the row's own; `list` names them")
    verb.add_argument("--split", default="", help="in place of the calibration split")
    verb.add_argument(
        "--same-split", action="store_true", help="allow the split that stopped the training; the card then says so"
    )


def _evaluate_verb(verbs: Any) -> None:
    verb = _on_run(verbs, "evaluate", _evaluate, "metrics of a fitted run with their intervals, on a split")
    verb.add_argument("--split", default="", help="val, test, all or one of our four; default the row's own")


def _explain_verb(verbs: Any) -> None:
    verb = _on_run(verbs, "explain", _explain, "explanation maps, overlays, layers and the list of wrong answers")
    verb.add_argument("--method", action="append", default=[], help="may be repeated; default the row's, or gradcam")
    verb.add_argument("--images", type=int, default=0, help="most images, those with a box first; default as overlays")
    verb.add_argument("--overlays", type=int, help="pictures per method and class; default the row's")
    verb.add_argument("--split", default="", help="default the row's own")


def _export_verb(verbs: Any) -> None:
    verb = _on_run(verbs, "export", _export, "write a calibrated and evaluated run as a bundle")
    verb.add_argument("--output", type=Path, help="the .bundle file; default NAME-VERSION.bundle in the run folder")
    _naming_arguments(verb, "")


def _group_verbs(verbs: Any) -> None:
    tune = _verb(verbs, "tune", _tune, "search layers, width, dropout and learning rate of a row")
    tune.add_argument("experiment", help="a .toml file, or the name of one in training/experiments")
    _run_arguments(tune, REPOSITORY / "runs" / "tune")
    _hardware_arguments(tune)
    tune.add_argument("--row", metavar="NAME", help="default: the table's only row of kind tune")
    _scale_argument(tune)
    tune.add_argument("--engine", choices=("optuna", "keras-tuner"), help="default the row's")
    tune.add_argument("--trials", type=int, help="of optuna, in all")
    tune.add_argument("--budget", type=int, help="most epochs of a trial (003: 70)")
    tune.add_argument("--fresh", action="store_true", help="forget the fits of this folder")
    ensemble = _verb(verbs, "ensemble", _ensemble, "several calibrated runs as one graph, one card, one bundle")
    ensemble.add_argument("runs", type=Path, nargs="+", help="run folders")
    _run_arguments(ensemble, REPOSITORY / "runs" / "ensemble")
    ensemble.add_argument("--method", choices=("average", "ga", "weights"), default="average")
    ensemble.add_argument("--weights", default="", help="one per run, separated by commas")
    ensemble.add_argument("--restarts", type=int, default=10, help="of the genetic algorithm")
    ensemble.add_argument("--seed", type=int, default=0)
    ensemble.add_argument("--output", type=Path, help="the .bundle file")
    _naming_arguments(ensemble, "ensemble")
    compare = _verb(verbs, "compare", _compare, "runs on the same cases: DeLong, bootstrap, McNemar, maps, errors")
    compare.add_argument("runs", type=Path, nargs="+", help="run folders; each is set against the first")
    compare.add_argument("--split", default="", help="default the row's own")
    compare.add_argument("--maps", default="", metavar="METHOD", help="agreement of the maps that explain left")
    compare.add_argument("--draws", type=int, default=1000, help="bootstrap resamples")
    compare.add_argument("--output", type=Path, help="JSON file with everything, image lists included")


def _verb(verbs: Any, name: str, function: Callable[[argparse.Namespace], Any], text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.set_defaults(verb=function)
    return parser


def _on_run(verbs: Any, name: str, function: Callable[[argparse.Namespace], Any], text: str) -> argparse.ArgumentParser:
    """A verb on what `fit` left."""
    verb = _verb(verbs, name, function, text)
    _run_arguments(verb, FIT_RUN)
    _hardware_arguments(verb)
    verb.add_argument("--row", metavar="NAME", help="of a run folder with several")
    return verb


def _other_commands(verbs: Any) -> None:
    """`phantoms`, `data` and `reproduce` keep their arguments beside what they do."""
    from training.commands import data, phantoms, reproduce

    commands = (("phantoms", phantoms), ("data", data), ("reproduce", reproduce))
    for name, command in commands:
        parser = verbs.add_parser(name, help=(command.__doc__ or "").splitlines()[0])
        command.add_arguments(parser)
        parser.set_defaults(verb=command.run)


def _run_arguments(parser: argparse.ArgumentParser, run: Path) -> None:
    parser.add_argument("--run", type=Path, default=run, help="run folder (default %(default)s)")
    parser.add_argument(
        "--data",
        type=Path,
        help="the data set's folder or one above it (default $SIGHTLINE_TEST_DATA or ../shared/data)",
    )
    parser.add_argument("--cache", type=Path, help="folder of prepared pixels, shared by runs (default RUN/pixels)")
    parser.add_argument(
        "--workers", type=int, default=min(os.cpu_count() or 1, 8), help="processes that decode images or draw phantoms"
    )


def _hardware_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--accelerator", default="auto", help="as Lightning's Trainer: auto, cpu, gpu")
    parser.add_argument("--devices", default="auto", help="as Lightning's Trainer: auto, a count, a list")
    parser.add_argument("--num-nodes", type=int, default=1, help="as Lightning's Trainer; one process per device")
    parser.add_argument("--precision", default="auto", help="as Lightning's Trainer: 32-true, bf16-mixed ...")


def _scale_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--scale", choices=("smoke", "small", "full"), default="full",
        help="smoke: made images, 64 px, one step; small: real subsets, at most 128 px; full: as the file says",
    )  # fmt: skip


def _naming_arguments(parser: argparse.ArgumentParser, name: str) -> None:
    parser.add_argument("--name", default=name, help="of the bundle: lower case letters, digits and dashes")
    parser.add_argument("--bundle-version", default="1.0.0", help="MAJOR.MINOR.PATCH")


def _bundle(args: argparse.Namespace) -> Answer:
    from training.commands import rows

    return rows.bundle(args)


def _fit(args: argparse.Namespace) -> Answer:
    from training.commands import rows

    return rows.fit(args)


def _calibrate(args: argparse.Namespace) -> Answer:
    from training.commands import rows

    return rows.calibrate(args)


def _evaluate(args: argparse.Namespace) -> Answer:
    from training.commands import rows

    return rows.evaluate(args)


def _explain(args: argparse.Namespace) -> Answer:
    from training.commands import rows

    return rows.explain(args)


def _export(args: argparse.Namespace) -> Answer:
    from training.commands import rows

    return rows.export(args)


def _tune(args: argparse.Namespace) -> Answer:
    from training.commands import groups

    return groups.tune(args)


def _ensemble(args: argparse.Namespace) -> Answer:
    from training.commands import groups

    return groups.ensemble(args)


def _compare(args: argparse.Namespace) -> Answer:
    from training.commands import groups

    return groups.compare(args)


def _list(args: argparse.Namespace) -> Answer:
    from training.commands.listing import listing

    return listing()


def _plain(answer: Answer, indent: str = "") -> str:
    """Nested tables as indented lines."""
    lines = []
    for key, value in answer.items():
        if isinstance(value, dict):
            lines += [f"{indent}{key}", _plain(value, indent + "  ")]
        elif isinstance(value, list) and value and all(isinstance(own, dict) for own in value):
            lines.append(f"{indent}{key}")
            lines += [f"{indent}  " + ", ".join(f"{name} {own}" for name, own in part.items()) for part in value]
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
            lines.append(f"{indent}{key}: {shown}")
    return "\n".join(line for line in lines if line)
