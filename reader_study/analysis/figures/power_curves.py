"""Power over the number of cases, one line per number of readers."""

import plotly.graph_objects as go

from reader_study.analysis.documents import Document
from reports.theme import MUTED, colour_of, dash_of, figure


def power_figure(document: Document) -> go.Figure:
    """document: what `studies.size_study` returns; the wanted power is the dotted line."""
    shown = figure("Power", "Cases", "Power", showlegend=True)
    shown.add_hline(y=document["power"], line={"color": MUTED, "width": 1, "dash": "dot"})
    readers = list(dict.fromkeys(entry["readers"] for entry in document["grid"]))
    for index, count in enumerate(readers):
        own = [entry for entry in document["grid"] if entry["readers"] == count]
        shown.add_trace(
            go.Scatter(
                x=[entry["cases"] for entry in own], y=[entry["power"] for entry in own], mode="lines+markers",
                name=f"{count} readers", line={"color": colour_of(index), "dash": dash_of(index)}, marker={"size": 5},
            )
        )  # fmt: skip
    shown.update_yaxes(range=[0, 1.02])
    return shown
