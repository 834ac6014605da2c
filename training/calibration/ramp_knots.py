"""Steps of a fitted curve as knots of ramps that a float32 graph can follow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inference.calibration_forms import Ramps

# A ramp narrower than this would turn the last digits of a logit, which differ between processors, into another answer.
NARROWEST = 0.01


def ramps(places: Sequence[float], values: Sequence[float]) -> Ramps:
    """Knots at rising places with values, ramps at least .01 wide: a knot that stands closer moves up.

    places: logits, not falling; rounded to float32, so that the exported graph holds the very same ones. Knots between two
    of equal value say nothing and are dropped.
    """
    kept: list[tuple[float, float]] = []
    for place, value in zip(places, values, strict=True):
        x = float(np.float32(place))
        if kept and x < kept[-1][0] + NARROWEST:
            if value == kept[-1][1]:
                continue
            x = float(np.float32(kept[-1][0] + NARROWEST))
        if len(kept) > 1 and kept[-2][1] == kept[-1][1] == value:
            kept.pop()
        kept.append((x, float(value)))
    return Ramps(tuple(kept))
