"""What readers do with the model's answer: right to wrong, wrong to right, and how often they follow it."""

from dataclasses import dataclass

import numpy as np

from measures.mcnemar import mcnemar_exact
from measures.wilson import wilson_interval


@dataclass(frozen=True)
class Reliance:
    """Counts of one reader; following rates are changes towards the model among unaided answers that differed from it."""

    helped: int
    misled: int
    kept_right: int
    kept_wrong: int
    p: float
    followed_when_wrong: tuple[int, int]
    followed_when_right: tuple[int, int]


def reliance(unaided: np.ndarray, aided: np.ndarray, model: np.ndarray, truth: np.ndarray) -> Reliance:
    """Calls as bool [n] of the same cases. p: exact McNemar of misled against helped."""
    before, after = unaided == truth, aided == truth
    helped, misled = int((~before & after).sum()), int((before & ~after).sum())
    differed = unaided != model
    wrong, right = differed & (model != truth), differed & (model == truth)
    return Reliance(
        helped,
        misled,
        int((before & after).sum()),
        int((~before & ~after).sum()),
        mcnemar_exact(misled, helped),
        (int((wrong & (aided == model)).sum()), int(wrong.sum())),
        (int((right & (aided == model)).sum()), int(right.sum())),
    )


def following_rate(counts: tuple[int, int], alpha: float = 0.05) -> tuple[float, tuple[float, float]] | None:
    """Share with its Wilson interval, or None where no answer could follow."""
    followed, n = counts
    return None if n == 0 else (followed / n, wilson_interval(followed, n, alpha))
