"""Reading times of every reader and test."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from reader_study.analysis.reading_time import TimeRatio
from reports.theme import colour_of, figure


def time_figure(
    seconds: Mapping[str, Mapping[str, Sequence[float]]], ratio: TimeRatio | None = None, words: str = "95 % CI"
) -> go.Figure:
    """Boxes of active seconds per case on a logarithmic axis. seconds: test -> reader -> times > 0.

    ratio: second test over first, printed in the title with its interval, which `words` name.
    """
    title = "Active reading time per case"
    if ratio is not None:
        span = "" if ratio.ci is None else f", {words} {ratio.ci[0]:.2f} to {ratio.ci[1]:.2f}"
        title += f" · ratio {ratio.ratio:.2f}{span}"
    shown = figure(title, "Reader", "Seconds", boxmode="group")
    for index, (test, readers) in enumerate(seconds.items()):
        names = [reader for reader, times in readers.items() for _ in times]
        times = [value for own in readers.values() for value in own]
        shown.add_trace(
            go.Box(
                x=names, y=times, name=test, boxpoints="all", jitter=0.4, pointpos=0,
                marker={"color": colour_of(index), "size": 4}, line={"width": 1},
            )
        )  # fmt: skip
    shown.update_yaxes(type="log")
    return shown
