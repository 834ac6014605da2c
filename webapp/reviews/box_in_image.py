"""Boxes that people draw: whether one lies in its image, by one rule and one sentence, and how a kept one is written."""

EDGE_PIXELS = 0.01  # a box drawn to the very edge comes back from canvas coordinates with this much rounding


def beyond_image(x: float, y: float, w: float, h: float, columns: int, rows: int) -> str:
    """In words that the box, in image pixels from its upper left corner, leaves the image; empty where it does not."""
    right, bottom = x + w, y + h
    if min(x, y) >= -EDGE_PIXELS and right <= columns + EDGE_PIXELS and bottom <= rows + EDGE_PIXELS:
        return ""
    return f"({x:g}, {y:g}) to ({right:g}, {bottom:g}) leaves the image of {columns} x {rows} pixels"


def kept_box(x: float | None, y: float | None, w: float | None, h: float | None) -> dict[str, float] | None:
    """The four columns of a row as {x, y, w, h}; None where no box was drawn."""
    if x is None or y is None or w is None or h is None:
        return None
    return {"x": x, "y": y, "w": w, "h": h}
