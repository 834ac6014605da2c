"""Where and why the model fails: counts of site by cause, and shares with intervals."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from measures.wilson import wilson_interval
from reports.theme import GROUND, MODEL, TEXT, figure

SMALLEST_PX, LARGEST_PX = 20, 38  # side of a square, for the fewest and the most events


def site_cause_figure(counts: Mapping[tuple[str, str], int], sites: Sequence[str], causes: Sequence[str]) -> go.Figure:
    """Squares over site and cause, the area growing with the count. counts: (site, cause) -> events; sites and causes in the
    order to show. Squares and no heat map: Plotly draws one as an image with an inline style, which the pages' content
    security policy refuses, and the image is then blurred."""
    cells = [(site, cause, counts[site, cause]) for site in sites for cause in causes if counts.get((site, cause))]
    most = max((count for _, _, count in cells), default=1)
    shown = figure("Failures by site and cause", "Cause", "Site", height=150 + 44 * len(sites), showlegend=False)
    shown.add_trace(
        go.Scatter(
            x=[cause for _, cause, _ in cells], y=[site for site, _, _ in cells], mode="markers+text",
            text=[str(count) for _, _, count in cells], textfont={"color": GROUND},
            marker={
                "symbol": "square", "color": MODEL, "opacity": 1,
                "size": [SMALLEST_PX + (LARGEST_PX - SMALLEST_PX) * (count / most) ** 0.5 for _, _, count in cells],
            },
            hovertemplate="%{y} · %{x}: %{text}<extra></extra>",
        )
    )  # fmt: skip
    shown.update_xaxes(type="category", categoryorder="array", categoryarray=list(causes))
    shown.update_yaxes(
        type="category", categoryorder="array", categoryarray=list(sites), autorange="reversed", automargin=True
    )
    return shown


def share_figure(counts: Mapping[str, int], n: int, title: str) -> go.Figure:
    """Share of each code among n events with its Wilson interval, falling. Raises ValueError when n is 0."""
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    shares = [count / n for _, count in ordered] if n else []
    spans = [wilson_interval(count, n) for _, count in ordered]
    shown = figure(title, f"Share of {n} events", "", height=140 + 26 * len(ordered), showlegend=False)
    shown.add_trace(
        go.Bar(
            y=[name for name, _ in ordered], x=shares, orientation="h", marker={"color": MODEL},
            error_x={
                "type": "data", "symmetric": False, "array": [span[1] - own for span, own in zip(spans, shares, strict=True)],
                "arrayminus": [own - span[0] for span, own in zip(spans, shares, strict=True)], "thickness": 1.5, "color": TEXT,
            },
            text=[f"{count} of {n}" for _, count in ordered], textposition="inside", insidetextanchor="start",
        )
    )  # fmt: skip
    shown.update_yaxes(autorange="reversed", automargin=True)
    shown.update_xaxes(range=[0, 1])
    return shown
