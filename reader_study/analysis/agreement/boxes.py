"""Agreement of two readers' boxes on one image: mean IoU of matched pairs and matched F1."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from measures.box_iou import box_iou
from reader_study.analysis.matching import Region


@dataclass(frozen=True)
class BoxAgreement:
    """mean_iou over matched pairs (None without a match); f1 = 2 matched / (boxes of both), None where both drew none."""

    mean_iou: float | None
    f1: float | None
    matched: int


def box_agreement(one: list[Region], other: list[Region], threshold: float = 0.5) -> BoxAgreement:
    """Boxes paired one to one for the largest total IoU; a pair counts as matched at IoU >= threshold."""
    if not one and not other:
        return BoxAgreement(None, None, 0)
    overlap = np.array([[box_iou(a, b) for b in other] for a in one]).reshape(len(one), len(other))
    rows, columns = linear_sum_assignment(-overlap)
    matched = [float(value) for value in overlap[rows, columns] if value >= threshold]
    mean = sum(matched) / len(matched) if matched else None
    return BoxAgreement(mean, 2 * len(matched) / (len(one) + len(other)), len(matched))
