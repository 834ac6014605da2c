"""Where and why the model fails: counts of site by cause, and shares with intervals."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from reader_study.analysis.figures.theme import GROUND, MODEL, figure
from reader_study.analysis.proportions import wilson


def site_cause_figure(counts: Mapping[tuple[str, str], int], sites: Sequence[str], causes: Sequence[str]) -> go.Figure:
    """Heat map of coded failures. counts: (site, cause) -> events; sites and causes in the order to show."""
    cells = [[counts.get((site, cause), 0) for cause in causes] for site in sites]
    shown = figure("Failures by site and cause", "Cause", "Site", height=160 + 26 * len(sites))
    shown.add_trace(
        go.Heatmap(
            x=list(causes), y=list(sites), z=cells, colorscale=[[0, GROUND], [1, MODEL]], showscale=False,
            text=[[str(value) if value else "" for value in row] for row in cells], texttemplate="%{text}",
            hovertemplate="%{y} · %{x}: %{z}<extra></extra>",
        )
    )  # fmt: skip
    shown.update_yaxes(autorange="reversed", automargin=True)
    return shown


def share_figure(counts: Mapping[str, int], n: int, title: str) -> go.Figure:
    """Share of each code among n events with its Wilson interval, falling. Raises ValueError when n is 0."""
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    shares = [count / n for _, count in ordered] if n else []
    spans = [wilson(count, n) for _, count in ordered]
    shown = figure(title, f"Share of {n} events", "", height=140 + 26 * len(ordered), showlegend=False)
    shown.add_trace(
        go.Bar(
            y=[name for name, _ in ordered], x=shares, orientation="h", marker={"color": MODEL},
            error_x={
                "type": "data", "symmetric": False, "array": [span[1] - own for span, own in zip(spans, shares, strict=True)],
                "arrayminus": [own - span[0] for span, own in zip(spans, shares, strict=True)], "thickness": 1,
            },
            text=[f"{count} of {n}" for _, count in ordered], textposition="inside", insidetextanchor="start",
        )
    )  # fmt: skip
    shown.update_yaxes(autorange="reversed", automargin=True)
    shown.update_xaxes(range=[0, 1])
    return shown
