"""Merging the boxes of two voters: pairs with IoU >= the protocol's threshold become their mean box. Pure."""

from collections.abc import Sequence

from measures.box_iou import box_iou
from reader_study.analysis.matching import Region

Box = dict[str, float]


def merge_boxes(one: Sequence[Box], other: Sequence[Box], threshold: float) -> list[Box] | None:
    """Mean boxes, best overlap first; None where a box of either has no partner: then the chair draws."""
    if len(one) != len(other):
        return None
    left, right, merged = list(one), list(other), []
    while left:
        pairs = [(box_iou(region(a), region(b)), -i, -j) for i, a in enumerate(left) for j, b in enumerate(right)]
        best, i, j = max(pairs)
        if best < threshold:
            return None
        a, b = left.pop(-i), right.pop(-j)
        merged.append({side: (a[side] + b[side]) / 2 for side in "xywh"})
    return sorted(merged, key=lambda box: (box["x"], box["y"]))


def region(box: Box) -> Region:
    """The box as the statistics know it."""
    return Region(box["x"], box["y"], box["w"], box["h"])
