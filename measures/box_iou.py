"""Intersection over union of two boxes."""

BoxTuple = tuple[float, float, float, float]  # x, y, w, h; (0, 0) is the top-left corner of the first pixel


def box_iou(one: BoxTuple, other: BoxTuple) -> float:
    """Shared area over the area of both, 0..1, in any unit; 0 where they do not meet and where both have no area."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(width, 0.0) * max(height, 0.0)
    union = one[2] * one[3] + other[2] * other[3] - shared
    return shared / union if union > 0 else 0.0
