"""Finished runs with invented numbers, for pages and tables; nothing is fitted."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from training.tables.row_results import Finished


def metric(value: float, half: float = 0.05, n: int = 100) -> dict[str, object]:
    """A metric document with a symmetric interval."""
    return {"value": value, "ci": [value - half, value + half], "n": n, "method": "patient bootstrap"}


def finished(folder: Path, metrics: dict[str, object], seed: int = 0) -> Finished:
    """A run with two epochs, one reliability diagram of three bins, a confusion matrix and one picture."""
    (folder / "maps" / "gradcam").mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), "#f0b450").save(folder / "maps" / "gradcam" / "made.Effusion.png")
    bins = [
        {"low": k / 3, "high": (k + 1) / 3, "count": 4 * k, "probability": (k + 0.5) / 3 if k else None,
         "positives": k, "rate": 0.25 * k if k else None, "ci": [0.1, 0.8] if k else None}
        for k in range(3)
    ]  # fmt: skip
    return Finished(
        key="k", folder=folder, task="single", seed=seed, seconds=61.5, metrics=dict(metrics),
        curves={"epoch": [1.0, 2.0], "train_loss": [1.2, 0.9], "val_loss": [1.1, None], "val_acc": [0.4, 0.5]},
        reliability={"the answer": {"raw": bins, "calibrated": bins}},
        confusion={"": {"classes": ["A", "B"], "counts": [[3, 1], [0, 4]]}},
        facts=[["images", "train 80, selection 10"]], machine={"python": "3.11", "versions": {"torch": "2.14.1"}}, n=100,
    )  # fmt: skip
