"""Where wrong boxes lie: their centres as fractions of the image."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from reports.theme import colour_of, figure

SYMBOLS = ("circle", "x", "diamond", "square")


def wrong_box_figure(centres: Mapping[str, Sequence[tuple[float, float]]]) -> go.Figure:
    """Scatter with one trace for each outcome, seen as the image is: (0, 0) is the top left corner.

    centres: outcome -> (x / columns, y / rows). Raises ValueError for a centre outside the image.
    """
    shown = figure("Centres of wrong boxes", "Across the image (0 left, 1 right)", "Down the image (0 top, 1 bottom)")
    for k, (name, points) in enumerate(centres.items()):
        for x, y in points:
            if not (0 <= x <= 1 and 0 <= y <= 1):
                raise ValueError(f"centre ({x:g}, {y:g}) of {name} is outside the image: 0 to 1 is allowed")
        shown.add_trace(
            go.Scatter(
                x=[x for x, _ in points], y=[y for _, y in points], name=f"{name} ({len(points)})", mode="markers",
                marker={"color": colour_of(k), "symbol": SYMBOLS[k % len(SYMBOLS)], "size": 9},
            )
        )  # fmt: skip
    shown.update_layout(height=560, showlegend=True)
    shown.update_xaxes(range=[0, 1], constrain="domain")
    shown.update_yaxes(range=[1, 0], scaleanchor="x", scaleratio=1)
    return shown
