"""How far a training is: read from the lines that the child writes, drawn as curves."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 420, 150, 34, 10, 70, 20
CURVES = (("val_auc_mean", "AUC selection", "reader"), ("val_loss", "loss selection", "model"))


@dataclass(frozen=True)
class Curve:
    """One line of the picture. points: of an SVG polyline. tone: its class."""

    title: str
    tone: str
    points: str
    last: str
    last_y: float


@dataclass(frozen=True)
class Progress:
    """epochs: each line of progress.jsonl, in order; of a repeated epoch the later."""

    epochs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def epoch(self) -> int:
        """The last that is finished, 0 before the first."""
        return int(self.epochs[-1]["epoch"]) if self.epochs else 0

    @property
    def of(self) -> int:
        """The most there will be."""
        return int(self.epochs[-1]["of"]) if self.epochs else 0

    @property
    def seconds_left(self) -> float | None:
        """As long as the epochs so far took on average, times those to come; it may stop earlier. None before the first."""
        if not self.epochs:
            return None
        mean = sum(float(one["seconds"]) for one in self.epochs) / len(self.epochs)
        return mean * (self.of - self.epoch)

    @property
    def words(self) -> str:
        """epoch 9 of 24, 11 min left"""
        if not self.epochs:
            return "before the first epoch"
        place = f"epoch {self.epoch} of {self.of}"
        left = self.seconds_left or 0.0
        return f"{place}, {left_words(left)} left" if left else f"{place}; calibrates, measures and exports"

    def curves(self) -> list[Curve]:
        """Those that have a value in two epochs or more, each on its own scale."""
        return [
            curve
            for key, title, tone in CURVES
            if (curve := _curve([(one["epoch"], one.get(key)) for one in self.epochs], self.of, title, tone))
            is not None
        ]


def read_progress(path: Path) -> Progress:
    """What is there; half a line, as a killed child leaves it, counts as not written."""
    found: dict[int, dict[str, Any]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return Progress()
    for line in lines:
        try:
            one = json.loads(line)
            found[int(one["epoch"])] = {**one, "of": int(one["of"]), "seconds": float(one["seconds"])}
        except (ValueError, KeyError, TypeError):
            continue
    return Progress([found[epoch] for epoch in sorted(found)])


def left_words(seconds: float) -> str:
    """40 s, 11 min, 2.5 h"""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _curve(values: list[tuple[int, float | None]], of: int, title: str, tone: str) -> Curve | None:
    known = [(epoch, value) for epoch, value in values if value is not None]
    if len(known) < 2:
        return None
    low, high = min(value for _, value in known), max(value for _, value in known)
    span = (high - low) or 1.0
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    points = [
        (LEFT + width * (epoch - 1) / max(of - 1, 1), TOP + height * (high - value) / span) for epoch, value in known
    ]
    text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return Curve(title, tone, text, f"{known[-1][1]:.3f}", round(points[-1][1], 1))
