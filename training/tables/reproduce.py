"""Run a paper's tables again: every row, every seed, then one page and one JSON document per table.

OUT/003_t10_fused/rows/fused/seed-0/ is a run folder (training/run/folder.py) with result.json beside it: a row
whose settings, data and members are those of result.json is not run again, so a killed reproduction goes on.
"""

from __future__ import annotations

import datetime
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from training.data.paper_splits import assign_splits, split_ids
from training.data.prepared import data_fingerprint
from training.data.records import DataError
from training.data.registry import read_samples
from training.data.samples import SampleSet
from training.data.settings import DataSettings
from training.run.files import write_json, write_text
from training.run.hardware import Machine
from training.run.settings import RowSettings, Scale
from training.tables.experiment_file import (
    PaperExperiment,
    PaperRow,
    find_experiments,
    load_paper_experiment,
)
from training.tables.made_sets import made_folder
from training.tables.report_page import report_page
from training.tables.row_results import Finished, read_finished, row_key, slug, write_finished
from training.tables.row_runs import Place, run_kind
from training.tables.table_document import row_document, table_document

Document = dict[str, Any]
Say = Callable[[str], object]
Runner = Callable[[PaperRow, SampleSet | None, str, Place], Finished]


class ReproductionError(ValueError):
    """A table that cannot be run; says what it needs and where that goes."""


@dataclass(frozen=True)
class Request:
    """What is asked for. data: folder of the data sets, None at smoke. rows: names, () = those of the scale. weights: in
    place of "imagenet" where a machine cannot fetch it. fresh: run finished rows again."""

    data: Path | None
    scale: Scale
    out: Path
    hardware: Machine
    rows: tuple[str, ...] = ()
    weights: str = ""
    fresh: bool = False


@dataclass
class _Shelf:
    """Data sets that are open, by their settings."""

    request: Request
    experiment: PaperExperiment
    open: dict[DataSettings, tuple[SampleSet, str]] = field(default_factory=dict)

    def samples(self, row: PaperRow) -> tuple[SampleSet, str]:
        """Samples and fingerprint of a row's data. Raises ReproductionError."""
        settings = row.settings.data
        if settings not in self.open:
            samples = self._read(settings)
            self.open[settings] = (samples, data_fingerprint(samples))
        return self.open[settings]

    def _read(self, settings: DataSettings) -> SampleSet:
        head = self.experiment.head
        if self.request.scale == "smoke":
            return read_samples(settings, made_folder(settings, head.made, self.request.out))
        if self.request.data is None:
            raise ReproductionError(f"{self.experiment.name} needs {head.needs}; give its folder with --data")
        try:
            return read_samples(settings, self.request.data)
        except DataError as error:
            raise ReproductionError(
                f"{self.experiment.name} needs {head.needs}, in the folder given with --data or in one of its usual name"
                f" below it: {error}"
            ) from error


def reproduce(
    prefix: str,
    data: Path | None,
    scale: Scale,
    out: Path,
    hardware: Machine,
    rows: Sequence[str] = (),
    **options: Any,
) -> Document:
    """Run all tables whose name begins with the prefix; {"tables": [...], "failed": [...]} of their documents.

    options: weights, fresh (see Request). Leaves table.json and report.html per table in OUT/NAME. Raises ExperimentError
    or ReproductionError before anything is fitted when a table cannot be run; a row that fails is told in its table.
    """
    request = Request(data, scale, Path(out), hardware, tuple(rows), **options)
    experiments = [load_paper_experiment(path, scale) for path in find_experiments(prefix)]
    for experiment in experiments:
        check_runnable(experiment, request)
    tables = [reproduce_table(experiment, request) for experiment in experiments]
    failed = [
        f"{table['experiment']}: {row['name']}" for table in tables for row in table["rows"] if row["status"] != "done"
    ]
    return {"tables": tables, "failed": failed}


def check_runnable(experiment: PaperExperiment, request: Request) -> None:
    """Raises ExperimentError for rows it has not, and ReproductionError for a scale it has no data for."""
    for name in request.rows:
        experiment.row(name)
    if request.scale == "small" and not experiment.has_small:
        raise ReproductionError(f"{experiment.name} has no small scale: {experiment.head.small_data}")
    shelf = _Shelf(request, experiment)
    for name in experiment.with_needed(request.rows or experiment.run_rows):
        row = experiment.row(name)
        if not row.members:
            samples, _ = shelf.samples(row)
            if request.scale == "full":
                _check_count(experiment, row, samples)


def _check_count(experiment: PaperExperiment, row: PaperRow, samples: SampleSet) -> None:
    settings = row.settings
    if not settings.n:
        return
    found = len(split_ids(samples, assign_splits(samples, settings.split_rule), settings.split))
    if found != settings.n:
        small = ", or use --scale small" if experiment.has_small else ""
        raise ReproductionError(
            f"{experiment.name}, row {row.name!r}: split {settings.split!r} of {samples.name} has {found} images; the"
            f" paper's has {settings.n}. Give the complete data set{small}"
        )


def _to_stderr(text: str) -> None:
    print(text, file=sys.stderr)


def reproduce_table(
    experiment: PaperExperiment, request: Request, say: Say = _to_stderr, run: Runner = run_kind
) -> Document:
    """All rows of a table; writes table.json and report.html after each, so that a killed run leaves what it has."""
    folder = request.out / experiment.name
    shelf, started = _Shelf(request, experiment), time.time()
    finished: dict[str, list[Finished]] = {}
    failures: dict[str, str] = {}
    document: Document = {}
    for name in experiment.with_needed(request.rows or experiment.run_rows):
        row = experiment.row(name)
        broken = [needed for needed in row.needs_rows if needed in failures]
        if broken:
            failures[name] = f"not run: {', '.join(broken)} failed"
        else:
            try:
                finished[name] = _run_row(experiment, row, shelf, finished, say, run)
            except (ValueError, OSError, RuntimeError) as error:
                failures[name] = f"failed: {type(error).__name__}: {' '.join(str(error).split())}"
                say(f"{experiment.name}, {name}: {failures[name]}")
        document = _document(experiment, request, shelf, finished, failures, time.time() - started)
        _write(document, folder)
    return document


def _run_row(
    experiment: PaperExperiment,
    row: PaperRow,
    shelf: _Shelf,
    finished: Mapping[str, list[Finished]],
    say: Say,
    run: Runner,
) -> list[Finished]:
    """One Finished per seed."""
    request, results = shelf.request, []
    samples, fingerprint = (None, "") if row.members else shelf.samples(row)
    for number, seed in enumerate(row.seeds):
        own = _for_seed(experiment, row, seed, request)
        before = {name: _of_seed(finished[name], number) for name in row.needs_rows}
        folder = request.out / experiment.name / "rows" / slug(row.name) / f"seed-{seed}"
        key = row_key(own, request.scale, fingerprint, {name: result.key for name, result in before.items()})
        known = None if request.fresh else read_finished(folder, key)
        if known is None:
            say(f"{experiment.name}: {row.name}, seed {seed}")
            task = samples.task if samples is not None else before[row.members[0]].task
            place = Place(
                folder, key, request.hardware, request.scale, request.out / "pixels",
                {name: before[name].folder for name in row.members},
                before[row.start].folder / "net.pt" if row.start else None, request.fresh,
            )  # fmt: skip
            known = run(own, samples, task, place)
            write_finished(known)
        results.append(known)
    return results


def _for_seed(experiment: PaperExperiment, row: PaperRow, seed: int, request: Request) -> PaperRow:
    settings: RowSettings = replace(row.settings, train=replace(row.settings.train, seed=seed), seeds=())
    if experiment.head.split_per_seed:
        settings = replace(settings, split_rule=replace(settings.split_rule, seed=seed))
    if request.weights and settings.model.weights == "imagenet":
        settings = replace(settings, model=replace(settings.model, weights=request.weights))
    return replace(row, settings=settings)


def _of_seed(results: list[Finished], number: int) -> Finished:
    """The run of the same number; rows of fewer seeds lend their first."""
    return results[number] if number < len(results) else results[0]


def _document(
    experiment: PaperExperiment,
    request: Request,
    shelf: _Shelf,
    finished: Mapping[str, list[Finished]],
    failures: Mapping[str, str],
    seconds: float,
) -> Document:
    folder = request.out / experiment.name
    is_made = request.scale == "smoke"
    rows = []
    for row in experiment.rows:
        if row.name in finished:
            rows.append(row_document(experiment, row, finished[row.name], folder, is_made))
        elif row.name in failures:
            rows.append(row_document(experiment, row, [], folder, is_made, failures[row.name]))
    data = [
        {"name": samples.name, "images": len(samples), "patients": len({own.patient for own in samples.samples}),
         "fingerprint": fingerprint, "is_made": is_made}
        for samples, fingerprint in shelf.open.values()
    ]  # fmt: skip
    finished_at = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
    return table_document(experiment, rows, data, seconds, finished_at, request.weights)


def _write(document: Document, folder: Path) -> None:
    write_json(folder / "table.json", document)
    write_text(folder / "report.html", report_page(document, folder))


__all__ = ["ReproductionError", "Request", "check_runnable", "reproduce", "reproduce_table"]
