"""The steps of a run folder: pre-train, fit a fold, calibrate it, hold out its cases, export it. The verbs and the
demo recipe call these.

run folder/  experiment.toml (frozen)  phantoms.npz  pretrain/  fold-N/{split.csv, metrics.csv, versions.json,
checkpoints/, net.pt,
             calibration.json, metrics.json, predictions.csv}
"""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from inference.bundle import write_bundle
from inference.manifest import SCHEMA_NAME
from training.bundle_manifest import Evidence, build_manifest
from training.calibrate import Calibration, balanced_rows, calibrate
from training.calibration_file import read_calibration, write_calibration
from training.cases import Cases
from training.data.records import FINDINGS
from training.demo_data import RealData, fold_splits, phantom_splits, read_real
from training.evaluate import Held, held
from training.experiment import Experiment, ExperimentError, read_experiment
from training.explained_graph import ExplainedGraph
from training.export import export_checked, run_onnx
from training.fit import FitPlan, Hardware, fit_net
from training.models.two_head_net import TwoHeadNet, build_net
from training.outputs import run_net

SELFCHECK_IMAGES = 3
CHECK_IMAGES = 9


@dataclass(frozen=True)
class RunFolder:
    """One frozen experiment with its data. data: folder that may hold real images. workers: processes that draw
    phantoms."""

    folder: Path
    data: Path
    hardware: Hardware = field(default_factory=Hardware)
    workers: int = 2

    @cached_property
    def experiment(self) -> Experiment:
        """The frozen settings."""
        frozen = self.folder / "experiment.toml"
        if not frozen.is_file():
            raise ExperimentError(
                f"{str(self.folder)!r} is no run folder (no experiment.toml); run `python -m training fit` first"
            )
        return read_experiment(frozen)

    @cached_property
    def phantoms(self) -> dict[str, Cases]:
        """Phantoms of the four splits."""
        return phantom_splits(self.experiment, self.folder, self.workers)

    @cached_property
    def real(self) -> RealData | None:
        """Real images, where the data folder has them."""
        return read_real(self.experiment, self.data)

    @property
    def folds(self) -> int:
        """Number of folds; one without real images."""
        return self.experiment.split.folds if self.real else 1

    def fold_folder(self, fold: int) -> Path:
        """Where a fold keeps its files."""
        return self.folder / f"fold-{fold}"

    def splits(self, fold: int) -> dict[str, Cases]:
        """Train, selection, calibration and evaluation cases of a fold."""
        if not 0 <= fold < self.folds:
            raise ExperimentError(f"fold {fold} is not in 0..{self.folds - 1}")
        return fold_splits(self.experiment, self.real, self.phantoms, fold, self.fold_folder(fold))


def freeze(folder: Path, experiment: Path, fresh: bool) -> None:
    """Copy the experiment file into the run folder; `fresh` removes what was fitted before.

    Raises ExperimentError when the folder holds networks of other settings and `fresh` is not asked for.
    """
    read_experiment(experiment)
    frozen, wanted = folder / "experiment.toml", experiment.read_bytes()
    fitted = [*folder.glob("pretrain"), *folder.glob("fold-*")]
    if fitted and not fresh and (not frozen.is_file() or frozen.read_bytes() != wanted):
        raise ExperimentError(
            f"run folder {str(folder)!r} holds networks of other settings; use --fresh or another --run"
        )
    if fresh:
        for path in fitted:
            shutil.rmtree(path)
    folder.mkdir(parents=True, exist_ok=True)
    frozen.write_bytes(wanted)


def pretrain(run: RunFolder) -> TwoHeadNet:
    """The network after pre-training on phantoms, the common start of all folds."""
    torch.manual_seed(run.experiment.pretrain.seed)
    net = build_net(run.experiment.model, len(FINDINGS))
    if run.experiment.pretrain.epochs == 0:
        return net
    return _kept_or_fitted(run, net, run.phantoms, "pretrain", len(run.phantoms["train"]))


def fit_fold(run: RunFolder, fold: int) -> TwoHeadNet:
    """The network of one fold, from pre-training on; kept in net.pt, and resumed when it was interrupted."""
    net = build_net(run.experiment.model, len(FINDINGS))
    net.load_state_dict(pretrain(run).state_dict())
    return _kept_or_fitted(run, net, run.splits(fold), f"fold-{fold}", run.experiment.phantoms.per_epoch)


def fitted_net(run: RunFolder, fold: int) -> TwoHeadNet:
    """The network that fit_fold kept. Raises ExperimentError when the fold was not fitted."""
    kept = run.fold_folder(fold) / "net.pt"
    if not kept.is_file():
        raise ExperimentError(f"fold {fold} of {str(run.folder)!r} was not fitted; run `python -m training fit` first")
    net = build_net(run.experiment.model, len(FINDINGS))
    net.load_state_dict(torch.load(kept, weights_only=True))
    return net.eval()


def _kept_or_fitted(run: RunFolder, net: TwoHeadNet, splits: dict[str, Cases], name: str, per_epoch: int) -> TwoHeadNet:
    folder = run.folder / name
    kept = folder / "net.pt"
    if kept.is_file():
        net.load_state_dict(torch.load(kept, weights_only=True))
        return net.eval()
    experiment = run.experiment
    settings = experiment.pretrain if name == "pretrain" else experiment.fit
    plan = FitPlan(settings, experiment.augmentation, per_epoch)
    fitted = fit_net(net, splits["train"], splits["selection"], plan, folder, run.hardware, resume=True)
    torch.save(fitted.state_dict(), kept)
    return fitted


def calibrate_fold(run: RunFolder, fold: int, net: TwoHeadNet) -> Calibration:
    """Fit on the calibration split, write calibration.json."""
    splits, settings = run.splits(fold), run.experiment.calibration
    train = splits["train"].select(balanced_rows(splits["train"], settings.seed))
    chosen = splits["calibration"]
    calibration = calibrate(chosen, run_net(net, chosen), run_net(net, train).embedding, settings)
    write_calibration(run.fold_folder(fold) / "calibration.json", calibration)
    return calibration


def fold_calibration(run: RunFolder, fold: int) -> Calibration:
    """What calibrate_fold wrote."""
    return read_calibration(run.fold_folder(fold) / "calibration.json")


@dataclass(frozen=True)
class FoldResult:
    """One fold's network, calibration, held-out real cases (phantoms where there are none), held-out phantoms,
    counts per split."""

    net: TwoHeadNet
    calibration: Calibration
    held: Held
    phantoms: Held
    counts: dict[str, dict[str, int]]


def hold_out(run: RunFolder, fold: int, net: TwoHeadNet, calibration: Calibration) -> FoldResult:
    """Run the fold's network on the cases it never saw, and write predictions.csv."""
    splits = run.splits(fold)
    own, drawn = (
        held(cases, run_net(net, cases), calibration) for cases in (splits["evaluation"], run.phantoms["evaluation"])
    )
    _write_predictions(run.fold_folder(fold) / "predictions.csv", own)
    return FoldResult(net, calibration, own, drawn, split_counts(splits))


def split_counts(splits: dict[str, Cases]) -> dict[str, dict[str, int]]:
    """Real images and phantoms per split."""
    return {
        name: {"real": int((~own.is_phantom).sum()), "phantoms": int(own.is_phantom.sum())}
        for name, own in splits.items()
    }


def _write_predictions(path: Path, own: Held) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(("image", "patient", "finding", "label", "logit", "probability"))
        for row, (image, patient) in enumerate(zip(own.cases.ids, own.cases.patients, strict=True)):
            for k, key in enumerate(FINDINGS):
                label = own.cases.labels[row, k]
                known = "" if np.isnan(label) else int(label)
                writer.writerow(
                    (image, patient, key, known, f"{own.outputs.logits[row, k]:.6f}", f"{own.after[row, k]:.6f}")
                )


def export_fold(
    run: RunFolder, net: TwoHeadNet, calibration: Calibration, evidence: Evidence, card: str, path: Path
) -> tuple[str, dict[str, float]]:
    """Export, compare with torch and autograd, write the bundle; returns its id and the differences found.

    Selfcheck inputs are phantoms. Raises ExportMismatch or BundleError, and then writes nothing.
    """
    experiment = run.experiment
    net = net.to(memory_format=torch.contiguous_format).eval()  # type: ignore[call-overload]
    scale, bias = (
        torch.tensor([getattr(own.calibrator, name) for own in calibration.findings]) for name in ("scale", "bias")
    )
    images = run.phantoms["evaluation"].images[:CHECK_IMAGES, None].astype(np.float32)
    metadata = {
        "sightline.name": experiment.name, "sightline.version": experiment.version, "sightline.schema": SCHEMA_NAME,
        "sightline.findings": ",".join(FINDINGS),
    }  # fmt: skip
    size = (experiment.input.height, experiment.input.width)
    onnx_bytes, differences = export_checked(net, ExplainedGraph(net, scale, bias).eval(), size, metadata, images)
    rounded = {name: float(f"{value:.2g}") for name, value in differences.items()}
    evidence.document["export_differences"] = rounded
    manifest = build_manifest(experiment, calibration, int(net.wildcat.convolution.in_channels), evidence)
    selfcheck: dict[str, Any] = {"image": images[:SELFCHECK_IMAGES]} | run_onnx(onnx_bytes, images[:SELFCHECK_IMAGES])
    return write_bundle(path, manifest, onnx_bytes, card, selfcheck), rounded
