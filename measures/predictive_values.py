"""What sensitivity and specificity come to where the finding is as frequent as it is there."""

import math
from dataclasses import dataclass
from typing import Final, Literal

BASES = (100, 1_000, 10_000, 100_000)
FEWEST_OF_EACH = (
    5  # of those flagged rightly, flagged in vain and missed in the group that is spoken of; or none at all
)
Part = Literal["rightly", "in_vain", "missed"]
PARTS: Final[tuple[Part, ...]] = ("rightly", "in_vain", "missed")
NONE = 1e-6  # images: what 1 - share leaves of a share of 1


@dataclass(frozen=True)
class Frequencies:
    """Of `of` images so many have the finding, are flagged, are flagged rightly, and have it unflagged: whole numbers.

    fewer_than_one: which of `rightly`, `in_vain` and `missed` happen, but to fewer than one of so many.
    """

    of: int
    with_finding: int
    flagged: int
    rightly: int
    missed: int
    fewer_than_one: tuple[Part, ...] = ()


def flagged_share(sensitivity: float, specificity: float, prevalence: float) -> float:
    """P(flagged) = sens x prev + (1 - spec)(1 - prev)."""
    return sensitivity * _share(prevalence) + (1 - specificity) * (1 - prevalence)


def positive_predictive_value(sensitivity: float, specificity: float, prevalence: float) -> float | None:
    """P(finding | flagged) by Bayes' theorem: sens x prev / P(flagged). None where nothing is flagged."""
    flagged = flagged_share(sensitivity, specificity, prevalence)
    return sensitivity * prevalence / flagged if flagged > 0 else None


def negative_predictive_value(sensitivity: float, specificity: float, prevalence: float) -> float | None:
    """P(no finding | not flagged): spec x (1 - prev) / P(not flagged). None where everything is flagged."""
    unflagged = (1 - sensitivity) * _share(prevalence) + specificity * (1 - prevalence)
    return specificity * (1 - prevalence) / unflagged if unflagged > 0 else None


def natural_frequencies(sensitivity: float, specificity: float, prevalence: float) -> Frequencies:
    """The same in whole images (Gigerenzer & Hoffrage 1995), so rounded that the parts add up.

    Of the first of 100, 1,000, 10,000 or 100,000 images where those flagged rightly, flagged in vain and missed are each none, or
    five or more; of 100,000 where that fails too: there a part that is not none may be fewer than one.
    """
    found = _share(sensitivity) * _share(prevalence)
    shares = (found, (1 - _share(specificity)) * (1 - prevalence), (1 - sensitivity) * prevalence)
    base = next((size for size in BASES if all(_is_told(size * share) for share in shares)), BASES[-1])
    rightly, wrongly, missed = (_half_up(base * share) for share in shares)
    few = tuple(name for name, share in zip(PARTS, shares, strict=True) if NONE < base * share < 1)
    return Frequencies(base, rightly + missed, rightly + wrongly, rightly, missed, few)


def _is_told(images: float) -> bool:
    return images <= NONE or images >= FEWEST_OF_EACH - NONE


def _half_up(images: float) -> int:
    return math.floor(images + 0.5 + NONE)


def _share(prevalence: float) -> float:
    if not 0 <= prevalence <= 1:
        raise ValueError(f"prevalence {prevalence:g}; allowed: 0 to 1")
    return prevalence
