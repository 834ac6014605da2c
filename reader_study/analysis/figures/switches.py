"""What seeing the model changed: helped, misled, kept right, kept wrong, per reader."""

from collections.abc import Mapping

import plotly.graph_objects as go

from reports.theme import MUTED, READER, STOP, TRUTH, figure

# verdict of the switch ledger -> words on the figure and colour
VERDICTS = {
    "kept_right": ("stayed right", MUTED),
    "helped": ("wrong to right", TRUTH),
    "misled": ("right to wrong", STOP),
    "kept_wrong": ("stayed wrong", READER),
}


def switch_figure(counts: Mapping[str, Mapping[str, int]]) -> go.Figure:
    """Stacked bars, one per reader. counts: reader -> verdict -> readings. Raises ValueError for an unknown verdict."""
    for reader, own in counts.items():
        for verdict in own:
            if verdict not in VERDICTS:
                raise ValueError(f"reader {reader}: verdict '{verdict}' is not one of {', '.join(VERDICTS)}")
    shown = figure(
        "Calls before and after seeing the model", "Readings", "", barmode="stack", height=140 + 34 * len(counts)
    )
    for verdict, (words, colour) in VERDICTS.items():
        values = [own.get(verdict, 0) for own in counts.values()]
        shown.add_trace(
            go.Bar(
                y=list(counts), x=values, name=words, orientation="h", marker={"color": colour},
                text=[str(value) if value else "" for value in values], textposition="inside",
            )
        )  # fmt: skip
    shown.update_yaxes(autorange="reversed", automargin=True)
    return shown
