"""Empirical ROC curves of readers and their average."""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from measures.roc_area import auc
from reader_study.analysis.partial_auc import roc_points
from reader_study.analysis.tables import RatingsTable
from reports.theme import LINE, colour_of, dash_of, figure, unit_axes


@dataclass(frozen=True)
class RocCurve:
    """Corners of an ROC curve from (0, 0) to (1, 1): false and true positive fraction, both rising, float64 [m]."""

    fpf: np.ndarray
    tpf: np.ndarray

    @property
    def area(self) -> float:
        """Trapezoid area."""
        return float(np.sum(np.diff(self.fpf) * (self.tpf[1:] + self.tpf[:-1]) / 2))


def empirical_roc(normal: np.ndarray, abnormal: np.ndarray) -> RocCurve:
    """Corner at every distinct rating c: FPF = share of normal ratings >= c, TPF = share of abnormal ones >= c.

    normal: (n0,), abnormal: (n1,), at least one each. The trapezoid area equals the Mann-Whitney AUC.
    """
    return RocCurve(*roc_points(normal, abnormal))


def average_roc(curves: list[RocCurve]) -> RocCurve:
    """Vertical average: at each FPF the mean TPF of the curves; its area is the mean of their areas.

    A vertical piece has two heights at one FPF; both are averaged, so that no area is lost.
    """
    grid = np.unique(np.concatenate([curve.fpf for curve in curves]))
    low = np.mean([_height(curve, grid, lowest=True) for curve in curves], axis=0)
    high = np.mean([_height(curve, grid, lowest=False) for curve in curves], axis=0)
    return RocCurve(np.repeat(grid, 2), np.stack([low, high], axis=1).ravel())


def _height(curve: RocCurve, grid: np.ndarray, *, lowest: bool) -> np.ndarray:
    """TPF at each grid FPF: on a vertical piece its lower or its upper end, else by interpolation."""
    starts = np.searchsorted(curve.fpf, grid, side="left")
    ends = np.searchsorted(curve.fpf, grid, side="right") - 1
    met = ends >= starts
    between = np.interp(grid, curve.fpf, curve.tpf)
    corner = starts if lowest else ends
    return np.where(met, curve.tpf[np.clip(corner, 0, len(curve.tpf) - 1)], between)


def reader_curves(table: RatingsTable, test: int) -> list[tuple[str, RocCurve, float]]:
    """(reader, curve, AUC) of one test; cases that a reader did not rate are left out for this reader.

    A reader without a rating in both classes has no curve and is left out.
    """
    found = []
    for index, reader in enumerate(table.readers):
        ratings = table.ratings[test, index]
        rated = ~np.isnan(ratings)
        normal, abnormal = ratings[rated & ~table.truth], ratings[rated & table.truth]
        if len(normal) and len(abnormal):
            found.append((reader, empirical_roc(normal, abnormal), auc(normal, abnormal)))
    return found


def roc_figure(table: RatingsTable) -> go.Figure:
    """ROC of every reader (thin) and averaged over readers (thick), one colour and line style per test."""
    shown = unit_axes(figure("ROC, readers and their average", "False positive fraction", "True positive fraction"))
    shown.add_trace(
        go.Scatter(
            x=[0, 1], y=[0, 1], mode="lines", line={"color": LINE, "width": 1}, hoverinfo="skip", showlegend=False
        )
    )
    for index, test in enumerate(table.tests):
        curves = reader_curves(table, index)
        for reader, curve, area in curves:
            shown.add_trace(
                go.Scatter(
                    x=curve.fpf, y=curve.tpf, mode="lines+markers", name=f"{test} · {reader} ({area:.3f})",
                    legendgroup=test, opacity=0.45, marker={"size": 4},
                    line={"color": colour_of(index), "dash": dash_of(index), "width": 1},
                )
            )  # fmt: skip
        if curves:
            mean = average_roc([curve for _, curve, _ in curves])
            shown.add_trace(
                go.Scatter(
                    x=mean.fpf, y=mean.tpf, mode="lines", name=f"{test} · average ({mean.area:.3f})", legendgroup=test,
                    line={"color": colour_of(index), "dash": dash_of(index), "width": 3},
                )
            )  # fmt: skip
    return shown
