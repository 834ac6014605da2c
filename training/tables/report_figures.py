"""Plotly figures of a report as plain JSON (data, layout): learning curves, reliability with bin counts, confusion, and the
paper's numbers against our intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from inference.colours import colour

Figure = dict[str, Any]

OURS, PAPER, FAINT, LINE, RAW = map(colour, ("model", "truth", "faint", "edge", "focus"))
SERIES = (OURS, RAW, *map(colour, ("reader", "series", "muted", "text")))


def curves_figure(curves: Mapping[str, Sequence[float | None]]) -> Figure:
    """Losses over epochs, and every other validation value on an axis of its own. curves: epoch and one list per name."""
    epochs = list(curves.get("epoch", ()))
    losses = [name for name in curves if name.endswith("loss")]
    others = [name for name in curves if name not in losses and name not in ("epoch", "step", "lr")]
    data = []
    for place, names in (("y", losses), ("y2", others)):
        for index, name in enumerate(names):
            dash = "dot" if name.startswith("train") else "solid"
            color = SERIES[(index + (0 if place == "y" else 2)) % len(SERIES)]
            data.append(
                {
                    "x": epochs, "y": list(curves[name]), "name": name, "yaxis": place, "mode": "lines+markers",
                    "line": {"color": color, "width": 1.6, "dash": dash}, "marker": {"size": 4}, "connectgaps": True,
                }
            )  # fmt: skip
    layout: Figure = {"xaxis": {"title": {"text": "epoch"}, "dtick": 1 if len(epochs) < 15 else None}}
    layout["yaxis"] = {"title": {"text": "loss"}, "rangemode": "tozero"}
    if others:
        layout["yaxis2"] = {"overlaying": "y", "side": "right", "showgrid": False, "range": [0, 1.02], "dtick": 0.25}
    return {"data": data, "layout": layout | {"margin": {"l": 52, "r": 46, "t": 10, "b": 40}}}


def reliability_figure(raw: Sequence[Figure], calibrated: Sequence[Figure]) -> Figure:
    """Rate against mean probability per bin with Wilson's interval; below it how many cases each bin holds.

    raw, calibrated: bins of `reliability_document` ({low, high, count, probability, rate, ci}); either may be empty.
    """
    data: list[Figure] = [
        {"x": [0, 1], "y": [0, 1], "mode": "lines", "line": {"color": FAINT, "dash": "dot", "width": 1},
         "hoverinfo": "skip", "showlegend": False},
    ]  # fmt: skip
    for name, bins, color in (("raw", raw, RAW), ("calibrated", calibrated, OURS)):
        full = [own for own in bins if own["count"]]
        if not full:
            continue
        rates = [own["rate"] for own in full]
        data.append(
            {
                "x": [own["probability"] for own in full], "y": rates, "name": name, "mode": "lines+markers",
                "line": {"color": color, "width": 1.4}, "marker": {"size": 6},
                "text": [f"{own['count']} cases" for own in full], "hovertemplate": "%{x:.3f} said, %{y:.3f} true, %{text}",
                "error_y": {
                    "type": "data", "symmetric": False, "thickness": 1, "width": 2, "color": color,
                    "array": [own["ci"][1] - rate for own, rate in zip(full, rates, strict=True)],
                    "arrayminus": [rate - own["ci"][0] for own, rate in zip(full, rates, strict=True)],
                },
            }
        )  # fmt: skip
        counts = [own["count"] for own in bins]
        data.append(
            {
                "type": "bar", "x": [(own["low"] + own["high"]) / 2 for own in bins], "y": counts, "yaxis": "y2",
                "text": [str(count) if count else "" for count in counts], "textposition": "outside", "cliponaxis": False,
                "marker": {"color": color, "opacity": 0.45}, "showlegend": False, "hovertemplate": "%{y} cases",
            }
        )  # fmt: skip
    layout = {
        "xaxis": {"title": {"text": "probability said"}, "range": [0, 1], "anchor": "y2"},
        "yaxis": {"title": {"text": "share true"}, "range": [-0.02, 1.02], "domain": [0.34, 1]},
        "yaxis2": {"title": {"text": "cases"}, "domain": [0, 0.24], "rangemode": "tozero"},
        "barmode": "group",
    }
    return {"data": data, "layout": layout}


def histogram_figure(values: Sequence[float], paper_best: float | None) -> Figure:
    """How many images have which score, in twenty bins of [0,1]; the paper's best single image as a line."""
    edges = [index / 20 for index in range(21)]
    counts = [
        sum(low <= value < high or (high == 1 and value == 1) for value in values) for low, high in pairwise(edges)
    ]
    trace = {
        "type": "bar", "x": [low + 0.025 for low in edges[:-1]], "y": counts, "width": 0.046, "marker": {"color": OURS},
        "hovertemplate": "%{y} images", "showlegend": False,
    }  # fmt: skip
    layout: Figure = {"xaxis": {"title": {"text": "score"}, "range": [0, 1]}, "yaxis": {"title": {"text": "images"}}}
    if paper_best is not None:
        line = {"type": "line", "x0": paper_best, "x1": paper_best, "y0": 0, "y1": 1, "yref": "paper"}
        layout["shapes"] = [line | {"line": {"color": PAPER, "width": 2, "dash": "dot"}}]
    return {"data": [trace], "layout": layout}


def confusion_figure(classes: Sequence[str], counts: Sequence[Sequence[int]]) -> Figure:
    """Rows are the truth, columns the answer; colour is the share of the row, the text the count."""
    shares = [[count / max(sum(row), 1) for count in row] for row in counts]
    trace = {
        "type": "heatmap", "x": list(classes), "y": list(classes), "z": shares, "zmin": 0, "zmax": 1, "showscale": False,
        "text": [[str(count) for count in row] for row in counts], "texttemplate": "%{text}", "xgap": 2, "ygap": 2,
        "colorscale": [[0, colour("panel")], [1, colour("counted")]],
        "hovertemplate": "true %{y}, said %{x}: %{text} (%{z:.1%} of the row)",
        "textfont": {"color": colour("text"), "size": 12},
    }  # fmt: skip
    layout = {
        "xaxis": {"title": {"text": "said"}, "showgrid": False},
        "yaxis": {"title": {"text": "true"}, "autorange": "reversed", "showgrid": False},
    }
    return {"data": [trace], "layout": layout}


def comparison_figure(names: Sequence[str], cells: Sequence[Mapping[str, Any]]) -> Figure:
    """Paper's value against ours with its interval, one line per row of the table, of one column."""
    shown = [(name, own) for name, own in zip(names, cells, strict=True) if own.get("ours") is not None]
    labels = [name for name, _ in shown]
    ours = [own["ours"] for _, own in shown]
    intervals = [own["ci"] or (own["ours"], own["ours"]) for _, own in shown]
    trace = {
        "x": ours, "y": labels, "mode": "markers", "name": "ours, 95 % interval", "marker": {"color": OURS, "size": 8},
        "error_x": {
            "type": "data", "symmetric": False, "color": OURS, "thickness": 1.4, "width": 3,
            "array": [high - value for value, (_, high) in zip(ours, intervals, strict=True)],
            "arrayminus": [value - low for value, (low, _) in zip(ours, intervals, strict=True)],
        },
    }  # fmt: skip
    printed = [(name, own) for name, own in zip(names, cells, strict=True) if own.get("paper") is not None]
    paper = {
        "x": [own["paper"] for _, own in printed], "y": [name for name, _ in printed], "mode": "markers", "name": "paper",
        "marker": {"color": PAPER, "size": 10, "symbol": "line-ns-open", "line": {"width": 2, "color": PAPER}},
    }  # fmt: skip
    layout = {
        "yaxis": {"autorange": "reversed", "type": "category"},
        "xaxis": {"title": {"text": ""}},
        "height": 90 + 24 * max(len(set(labels) | {name for name, _ in printed}), 2),
    }
    return {"data": [trace, paper], "layout": layout}
