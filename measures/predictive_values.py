"""What sensitivity and specificity come to where the finding is as frequent as it is there."""

from dataclasses import dataclass

BASES = (100, 1_000, 10_000)
FEWEST_OF_EACH = 5  # of images with the finding, and of those without, in the group that is spoken of


@dataclass(frozen=True)
class Frequencies:
    """Of `of` images so many have the finding, are flagged, are flagged rightly, and have it unflagged: whole numbers."""

    of: int
    with_finding: int
    flagged: int
    rightly: int
    missed: int


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

    Of 100 images; of 1,000 or 10,000 where fewer than five of 100 would have the finding, or would not have it.
    """
    rarer = min(_share(prevalence), 1 - prevalence)
    base = next((size for size in BASES if rarer == 0 or size * rarer >= FEWEST_OF_EACH), BASES[-1])
    present = round(base * prevalence)
    rightly = round(present * sensitivity)
    wrongly = round((base - present) * (1 - specificity))
    return Frequencies(base, present, rightly + wrongly, rightly, present - rightly)


def _share(prevalence: float) -> float:
    if not 0 <= prevalence <= 1:
        raise ValueError(f"prevalence {prevalence:g}; allowed: 0 to 1")
    return prevalence
