"""Whether a box lies in its image: one rule and one sentence for every box that a person sends."""

EDGE_PIXELS = 0.01  # a box drawn to the very edge comes back from canvas coordinates with this much rounding


def beyond_image(x: float, y: float, w: float, h: float, columns: int, rows: int) -> str:
    """In words that the box, in image pixels from its upper left corner, leaves the image; empty where it does not."""
    right, bottom = x + w, y + h
    if min(x, y) >= -EDGE_PIXELS and right <= columns + EDGE_PIXELS and bottom <= rows + EDGE_PIXELS:
        return ""
    return f"({x:g}, {y:g}) to ({right:g}, {bottom:g}) leaves the image of {columns} x {rows} pixels"
