"""Forest plot of the differences between two tests: each reader, then all readers."""

import plotly.graph_objects as go

from reader_study.analysis.documents import Document
from reader_study.analysis.refusal import DataRefused
from reports.theme import MUTED, READER, TEXT, figure

POOLED = {"rrrc": "all readers, readers and cases random", "frrc": "these readers, cases random"}


def forest_rows(document: Document, a: str, b: str) -> list[tuple[str, float, tuple[float, float] | None]]:
    """(label, a - b, interval) of each reader, then of the pooled analyses that exist.

    document: an `mrmc` or `froc` document. Raises DataRefused when the two tests are not compared there.
    """
    rows = [
        (str(row["reader"]), float(row["estimate"]), _pair(row["ci"]))
        for row in document.get("frrc", {}).get("readers", [])
        if (row["a"], row["b"]) == (a, b)
    ]
    for name, label in POOLED.items():
        for row in document.get(name, {}).get("differences", []):
            if (row["a"], row["b"]) == (a, b):
                rows.append((label, float(row["estimate"]), _pair(row["ci"])))
    for row in document.get("ustat", {}).get("differences", []):
        if (row["a"], row["b"]) == (a, b):
            rows.append(("all readers, one-shot", float(row["estimate"]), _pair(row["ci"])))
    if not rows:
        raise DataRefused(f"tests '{a}' and '{b}' are not compared in this analysis")
    return rows


def _pair(ci: list[float] | None) -> tuple[float, float] | None:
    return None if ci is None else (float(ci[0]), float(ci[1]))


def forest_figure(document: Document, a: str, b: str) -> go.Figure:
    """Points with the intervals of the document; a line at no difference. An undefined interval is drawn as a hollow point."""
    rows = forest_rows(document, a, b)
    readers = len([label for label, *_ in rows if label not in POOLED.values()])
    shown = figure(
        f"Difference in {document['fom']}, {a} minus {b}", f"{a} minus {b} (right: {a} is higher)", "",
        height=120 + 34 * len(rows), showlegend=False,
    )  # fmt: skip
    shown.add_vline(x=0, line={"color": MUTED, "width": 1, "dash": "dot"})
    for place, (label, value, ci) in enumerate(rows):
        pooled = place >= readers
        error = None if ci is None else {"array": [ci[1] - value], "arrayminus": [value - ci[0]], "thickness": 2}
        text = f"{value:.3f}" + ("" if ci is None else f" ({ci[0]:.3f} to {ci[1]:.3f})")
        shown.add_trace(
            go.Scatter(
                x=[value], y=[label], error_x=None if error is None else {"type": "data", "symmetric": False, **error},
                mode="markers", hovertext=[f"{label}: {text}"], hoverinfo="text",
                marker={
                    "size": 12 if pooled else 9, "color": TEXT if pooled else READER,
                    "symbol": ("diamond" if pooled else "square") + ("" if ci else "-open"),
                },
            )
        )  # fmt: skip
    shown.update_yaxes(autorange="reversed", automargin=True)
    return shown
