"""From command-line arguments to experiments, run folders and their data."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from training.data.samples import SampleSet
from training.phantoms.drawn_set import read_set
from training.run.files import RunError, read_json
from training.run.folder import FROZEN, RowFolder
from training.run.hardware import Machine
from training.run.settings import RowSettings
from training.run.steps import Opening, RowRun, open_run
from training.settings_reader import ExperimentError
from training.tables.experiment_file import PaperExperiment, find_experiment, load_paper_experiment
from training.tables.made_sets import made_folder
from training.tables.row_results import slug

DATA_VARIABLE = "SIGHTLINE_TEST_DATA"


def one_experiment(args: argparse.Namespace) -> PaperExperiment:
    """The one table that the name means. Raises ExperimentError when it means several."""
    found = find_experiment(args.experiment)
    if len(found) > 1:
        names = ", ".join(path.stem for path in found)
        raise ExperimentError(f"experiment {args.experiment!r} is one of {names}; name one, or use reproduce for all")
    return load_paper_experiment(found[0], args.scale)


def refuse_old_recipe(run: Path) -> None:
    """Raises RunError for a run folder of the demo recipe as it was before rows replaced it."""
    if (run / "experiment.toml").is_file():
        raise RunError(
            f"{str(run)!r} is a run folder of the former demo recipe (experiment.toml); rows of training/experiments/demo.toml"
            " replaced it: run `python -m training bundle demo` with another --run"
        )


def machine(args: argparse.Namespace) -> Machine:
    """From the hardware arguments; verbs without them run where they are."""
    accelerator, devices, precision = (getattr(args, name, "auto") for name in ("accelerator", "devices", "precision"))
    return Machine(accelerator, devices, precision, getattr(args, "num_nodes", 1))


def data_folder(args: argparse.Namespace) -> Path:
    """--data, else $SIGHTLINE_TEST_DATA or the shared folder beside the repository."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    return args.data or Path(os.environ.get(DATA_VARIABLE, str(beside)))


def rows_samples(experiment: PaperExperiment, row: RowSettings, args: argparse.Namespace) -> tuple[SampleSet, str]:
    """The samples of a row, and where made ones lie below the run folder ("" for those of --data). At smoke scale without
    --data images are drawn."""
    made = args.run / "made"
    if args.scale == "smoke" and args.data is None and row.data.name != "phantoms":
        folder = made_folder(row.data, experiment.head.made, args.run)
        return read_set(row.data, folder, made, args.workers), str(folder.relative_to(args.run))
    return read_set(row.data, data_folder(args), made, args.workers), ""


def opening(args: argparse.Namespace, folder: Path, made: str = "", start: Path | None = None) -> Opening:
    """How the images of a run below `folder` are prepared: their pixels are kept in its `pixels`, or in --cache, and shared
    by the rows there."""
    return Opening(args.cache or folder / "pixels", args.workers, getattr(args, "fresh", False), made, start)


def row_folder(run: Path, row: str | None) -> Path:
    """The folder of one row: `run` itself, `run`/ROW, or the only one in `run`. Raises RunError naming those there are."""
    refuse_old_recipe(run)
    if row is None and (run / FROZEN).is_file():
        return run
    found = sorted(path.parent for path in run.glob(f"*/{FROZEN}"))
    if row is not None:
        chosen = [path for path in found if path.name in (row, slug(row))]
        if not chosen and (run / FROZEN).is_file() and RowFolder(run).settings().name == row:
            chosen = [run]
    else:
        chosen = found
    if len(chosen) == 1:
        return chosen[0]
    if not found:
        raise RunError(f"{str(run)!r} is no run folder (no {FROZEN}); run `python -m training fit` first")
    raise RunError(
        f"{str(run)!r} holds {len(found)} rows; name one with --row: {', '.join(path.name for path in found)}"
    )


def opened(folder: Path, args: argparse.Namespace) -> RowRun:
    """A run that `fit` left, with its data: made images where it was fitted on them, else those of --data."""
    row = RowFolder(folder).settings()
    begun = read_json(folder / "run.json", "run `python -m training fit` first")
    made = begun.get("made", "")
    place = folder.parent / made if made and args.data is None else data_folder(args)
    return open_run(
        folder,
        read_set(row.data, place, folder.parent / "made", args.workers),
        machine(args),
        opening(args, folder.parent),
    )
