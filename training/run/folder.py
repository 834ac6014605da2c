"""The folder of one row: names of its files, what is frozen in it, and what it refuses.

row.toml (all settings, merged)  environment.json  data.json (fingerprint, counts)  split.csv
fit/ or stage-N/ (metrics.csv, TensorBoard events, log.txt, checkpoints/)  net.pt (the kept weights)
predictions.csv  calibration.json  metrics.json  maps/ (npz, overlays)  report.md  NAME-VERSION.bundle
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from training.run.files import RunError, read_json, write_json, write_text
from training.run.settings import RowSettings
from training.run.toml_text import settings_toml
from training.settings_reader import from_table

VERSIONED = (
    "torch", "torchvision", "lightning", "numpy", "scipy", "scikit-learn", "scikit-image", "captum", "onnx", "onnxscript",
    "onnxruntime", "onnxruntime-gpu", "optuna", "pydicom", "pillow",
)  # fmt: skip
FROZEN = "row.toml"


@dataclass(frozen=True)
class RowFolder:
    """Paths of one run."""

    path: Path

    @property
    def frozen(self) -> Path:
        """The settings of the run."""
        return self.path / FROZEN

    @property
    def net(self) -> Path:
        """The kept weights; their presence says that the fit is finished."""
        return self.path / "net.pt"

    @property
    def split(self) -> Path:
        """Image, patient, split."""
        return self.path / "split.csv"

    @property
    def predictions(self) -> Path:
        """Raw and calibrated outputs of selection, calibration and evaluation images."""
        return self.path / "predictions.csv"

    @property
    def calibration(self) -> Path:
        """What `calibrate` fitted."""
        return self.path / "calibration.json"

    @property
    def metrics(self) -> Path:
        """What `evaluate` measured."""
        return self.path / "metrics.json"

    @property
    def maps(self) -> Path:
        """What `explain` drew."""
        return self.path / "maps"

    def settings(self) -> RowSettings:
        """The frozen row. Raises RunError for a folder that is no run."""
        if not self.frozen.is_file():
            raise RunError(f"{str(self.path)!r} is no run folder (no {FROZEN}); run `python -m training fit` first")
        try:
            return from_table(RowSettings, tomllib.loads(self.frozen.read_text(encoding="utf-8")), FROZEN)
        except tomllib.TOMLDecodeError as error:
            raise RunError(f"{self.path.name}/{FROZEN}: {error}") from error

    def freeze(self, row: RowSettings, fresh: bool = False) -> None:
        """Write row.toml and environment.json; `fresh` removes what was fitted before.

        Raises RunError when the folder holds weights or checkpoints of other settings.
        """
        text = settings_toml(row)
        if fresh:
            self.clear()
        differs = self.frozen.is_file() and self.frozen.read_text(encoding="utf-8") != text
        if differs and (self.net.is_file() or any(self.path.glob("**/checkpoints"))):
            raise RunError(f"run folder {str(self.path)!r} is of other settings; use --fresh or another --run")
        write_text(self.frozen, text)
        write_json(self.path / "environment.json", environment())

    def clear(self) -> None:
        """Remove what a run left; nothing else in the folder is touched."""
        own = (
            self.net,
            self.split,
            self.predictions,
            self.calibration,
            self.metrics,
            self.frozen,
            self.path / "data.json",
        )
        for path in own:
            path.unlink(missing_ok=True)
        for path in (*self.path.glob("stage-*"), self.path / "fit", self.path / "per-class", self.maps):
            shutil.rmtree(path, ignore_errors=True)

    def data(self) -> dict[str, Any]:
        """data.json: where the data lay, its fingerprint and counts."""
        document: dict[str, Any] = read_json(self.path / "data.json", "run `python -m training fit` first")
        return document


def environment() -> dict[str, Any]:
    """Versions, machine and command of a run; no path of the machine."""
    versions = {}
    for name in VERSIONED:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    cuda = torch.cuda.get_device_name(0) if torch.cuda.is_available() else ""
    return {
        "python": platform.python_version(), "versions": versions, "system": platform.platform(terse=True),
        "cores": os.cpu_count(), "threads": torch.get_num_threads(), "cuda_device": cuda,
        "cuda": torch.version.cuda or "", "command": ["python -m training", *map(_without_folder, sys.argv[1:])],
    }  # fmt: skip


def _without_folder(argument: str) -> str:
    return Path(argument).name if argument.startswith(("/", "~", "..")) else argument
