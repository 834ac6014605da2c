"""One row from settings and samples to a finished run folder; an interrupted one goes on where it stopped."""

from __future__ import annotations

import os
import time
from pathlib import Path

from training.data.paper_splits import CALIBRATION
from training.data.samples import SampleSet
from training.run import steps
from training.run.calibrate import RowCalibration
from training.run.files import RunError, read_json, write_text
from training.run.hardware import Machine
from training.run.report import row_report
from training.run.settings import RowResult, RowSettings, Scale
from training.run.steps import Opening, RowRun

REPORT = "report.md"  # the last file of a finished row
POLL_SECONDS = 0.5


def run_row(
    row: RowSettings,
    samples: SampleSet,
    folder: Path,
    hardware: Machine,
    scale: Scale = "full",
    *,
    cache: Path | None = None,
    workers: int = 1,
    start: Path | None = None,
    fresh: bool = False,
    made: str = "",
) -> RowResult:
    """Fit, calibrate, evaluate, explain, and export where the row asks for it.

    samples: of the whole data set; the row's own rule splits them. folder: the run's own. cache: folder of prepared pixels
    that rows share. start: weights (a net.pt) to begin with. made: where made images lie, from the folder above. Raises
    RunError, DataError and FitStopped, each in one line; a finished fit is not repeated, and what a failed step leaves is
    still there for the next try.
    """
    began = time.monotonic()
    run = steps.start_run(row, samples, folder, hardware, scale, Opening(cache, workers, fresh, made, start))
    report = folder / REPORT
    if is_first_process():
        report.unlink(missing_ok=True)
    model = steps.fit(run, start)
    if not is_first_process():
        wait_for(report)
        metrics = read_json(run.folder.metrics, "the first process left none")
        return RowResult(row.name, folder, scale, metrics, time.monotonic() - began)
    calibration = calibration_of(run, model)
    metrics = steps.evaluate(run, model, calibration)
    if run.row.explain.methods:
        steps.explain(run, model)
    bundle = None
    if run.row.export and calibration is not None:
        from training.run.export import Naming, export_row

        bundle = export_row(run, model, calibration, metrics, Naming(row.bundle.name, row.bundle.version)).path
    write_text(report, row_report(run, metrics))
    return RowResult(row.name, folder, scale, metrics, time.monotonic() - began, bundle)


def wait_for(path: Path) -> None:
    """Until the first process has left the file. Raises RunError when that process, the parent of this one, has ended."""
    parent = os.getppid()
    while not path.is_file():
        if os.getppid() != parent:
            raise RunError(f"{path.parent.name}: the process that evaluates has ended without {path.name}")
        time.sleep(POLL_SECONDS)


def calibration_of(run: RowRun, model: steps.Classifier) -> RowCalibration | None:
    """On the calibration split; on the selecting split where the rule has no other and the row says so; else none."""
    if run.data.has(CALIBRATION):
        return steps.calibrate(run, model)
    if run.row.calibration.same_split:
        return steps.calibrate(run, model, run.data.selecting)
    return None


def is_first_process() -> bool:
    """Under DDP, whether this process evaluates and writes; the others only train."""
    return int(os.environ.get("LOCAL_RANK", "0")) == 0 and int(os.environ.get("NODE_RANK", "0")) == 0
