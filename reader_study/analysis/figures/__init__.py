"""Figures of a reader study as Plotly figures: one file, one figure. Colours are those of the reading room."""
