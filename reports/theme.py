"""One look for all figures: dark ground, colour only where it means something (design tokens of the reading room)."""

from typing import Any

import plotly.graph_objects as go

from inference.colours import colour

GROUND, PANEL, LINE, TEXT, MUTED = map(colour, ("ground", "panel", "line", "text", "muted"))
MODEL, READER, TRUTH, STOP, FOCUS = map(colour, ("model", "reader", "truth", "stop", "focus"))

# Tests in natural order; the first two differ in hue and in lightness, so that they differ in print too.
TEST_COLOURS = (READER, MODEL, FOCUS, STOP, TRUTH, colour("series"))
TEST_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")

FONT = 'Inter, system-ui, "Segoe UI", sans-serif'


def colour_of(index: int) -> str:
    """Colour of the test at this place; colours repeat after six."""
    return TEST_COLOURS[index % len(TEST_COLOURS)]


def dash_of(index: int) -> str:
    """Line style of the test at this place, so that colour is never the only sign."""
    return TEST_DASHES[index % len(TEST_DASHES)]


def figure(title: str, x: str, y: str, **layout: Any) -> go.Figure:
    """An empty figure with titled axes (units belong into the titles)."""
    axis = {"gridcolor": LINE, "zerolinecolor": LINE, "linecolor": LINE, "tickcolor": LINE}
    return go.Figure(
        layout={
            "title": {"text": title, "font": {"size": 15}},
            "paper_bgcolor": PANEL,
            "plot_bgcolor": GROUND,
            "font": {"family": FONT, "size": 13, "color": TEXT},
            "xaxis": {**axis, "title": {"text": x}},
            "yaxis": {**axis, "title": {"text": y}},
            "legend": {"bgcolor": "rgba(0,0,0,0)", "font": {"color": TEXT}},
            "margin": {"l": 64, "r": 24, "t": 48, "b": 56},
            "hoverlabel": {"bgcolor": PANEL, "font": {"color": TEXT}},
            **layout,
        }
    )


def unit_axes(shown: go.Figure) -> go.Figure:
    """Both axes from 0 to 1 with equal scales, as ROC curves are read."""
    shown.update_layout(height=560)
    shown.update_xaxes(range=[-0.01, 1.01], constrain="domain")
    shown.update_yaxes(range=[-0.01, 1.01], scaleanchor="x", scaleratio=1)
    return shown
