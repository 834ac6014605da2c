"""From command-line arguments to experiments, run folders and their data."""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path

from training.data.registry import read_samples
from training.data.samples import SampleSet
from training.demo_data import shared_data_folder
from training.experiment import EXPERIMENTS, ExperimentError
from training.run.files import RunError, read_json
from training.run.folder import FROZEN, RowFolder
from training.run.hardware import Machine
from training.run.settings import RowSettings
from training.run.steps import Opening, RowRun, open_run
from training.tables.experiment_file import PaperExperiment, find_experiments, load_paper_experiment
from training.tables.made_sets import made_folder
from training.tables.row_results import slug


def is_paper_table(name: str) -> bool:
    """Whether the experiment is a table of rows (and not the demo recipe). Raises ExperimentError for a broken file."""
    path = Path(name) if name.endswith(".toml") else EXPERIMENTS / f"{name}.toml"
    if not path.is_file():
        return not name.endswith(".toml") and any(EXPERIMENTS.glob(f"{name.replace('/', '_')}*.toml"))
    try:
        return "row" in tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ExperimentError(f"{path.name}: {error}") from error


def one_experiment(args: argparse.Namespace) -> PaperExperiment:
    """The one table that the name means. Raises ExperimentError when it means several."""
    found = find_experiments(args.experiment)
    if len(found) > 1:
        names = ", ".join(path.stem for path in found)
        raise ExperimentError(f"experiment {args.experiment!r} is one of {names}; name one, or use reproduce for all")
    return load_paper_experiment(found[0], args.scale)


def machine(args: argparse.Namespace) -> Machine:
    """From the hardware arguments; verbs without them run where they are."""
    accelerator, devices, precision = (getattr(args, name, "auto") for name in ("accelerator", "devices", "precision"))
    return Machine(accelerator, devices, precision, getattr(args, "num_nodes", 1))


def data_folder(args: argparse.Namespace) -> Path:
    """--data, else $SIGHTLINE_TEST_DATA or the shared folder beside the repository."""
    return args.data or shared_data_folder()


def rows_samples(experiment: PaperExperiment, row: RowSettings, args: argparse.Namespace) -> tuple[SampleSet, str]:
    """The samples of a row, and where made ones lie below the run folder ("" for those of --data). At smoke scale without
    --data images are drawn."""
    if args.scale == "smoke" and args.data is None:
        folder = made_folder(row.data, experiment.head.made, args.run)
        return read_samples(row.data, folder), str(folder.relative_to(args.run))
    return read_samples(row.data, data_folder(args)), ""


def opening(args: argparse.Namespace, folder: Path, made: str = "") -> Opening:
    """How the images of a run below `folder` are prepared: their pixels are kept in its `pixels`, or in --cache, and shared
    by the rows there."""
    return Opening(args.cache or folder / "pixels", args.workers, getattr(args, "fresh", False), made)


def row_folder(run: Path, row: str | None) -> Path:
    """The folder of one row: `run` itself, `run`/ROW, or the only one in `run`. Raises RunError naming those there are."""
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
    return open_run(folder, read_samples(row.data, place), machine(args), opening(args, folder.parent))
