"""Free-response curves: AFROC (lesions against falsely marked normal cases) and FROC (against marks per case)."""

import numpy as np
import plotly.graph_objects as go

from reader_study.analysis.figures.roc_curves import RocCurve
from reader_study.analysis.froc import MarksTable
from reports.theme import colour_of, dash_of, figure, unit_axes


def afroc_curve(table: MarksTable, test: int, reader: int, *, weighted: bool = True) -> RocCurve:
    """Corners at every distinct rating: FPF = share of normal cases whose highest non-lesion mark is >= c, height = share
    of lesions marked >= c (weighted: mean over abnormal cases of the weights of their lesions marked >= c).

    The last corner joins (1, 1) by the straight line of unmarked cases and lesions (Chakraborty and Berbaum 2004); the
    trapezoid area is the wAFROC or AFROC figure of merit.
    """
    table = table.cell(test, reader)
    nl = table.highest_nl[0, 0, : table.n_normal]
    lesions = table.lesions[0, 0]
    present = ~np.isnan(lesions)
    shares = table.weights / table.n_abnormal if weighted else present / present.sum()
    marked = np.concatenate([nl, lesions[present]])
    cuts = np.unique(marked[np.isfinite(marked)])[::-1]
    fpf = [float((nl >= cut).mean()) for cut in cuts]
    height = [float(shares[present & (np.nan_to_num(lesions, nan=-np.inf) >= cut)].sum()) for cut in cuts]
    return RocCurve(np.array([0.0, *fpf, 1.0]), np.array([0.0, *height, 1.0]))


def afroc_figure(table: MarksTable) -> go.Figure:
    """wAFROC curve of every reader in every test."""
    title = "Weighted AFROC, every reader"
    shown = unit_axes(figure(title, "Normal cases with a false mark, fraction", "Lesions found, weighted fraction"))
    for index, test in enumerate(table.tests):
        for number, reader in enumerate(table.readers):
            curve = afroc_curve(table, index, number)
            shown.add_trace(
                go.Scatter(
                    x=curve.fpf, y=curve.tpf, mode="lines", name=f"{test} · {reader} ({curve.area:.3f})",
                    legendgroup=test, line={"color": colour_of(index), "dash": dash_of(index), "width": 1.5},
                )
            )  # fmt: skip
    return shown
