"""Likelihood ratios of a test with two answers."""


def likelihood_ratios(sensitivity: float, specificity: float) -> tuple[float | None, float | None]:
    """(positive, negative) likelihood ratio; None where the divisor is 0."""
    positive = sensitivity / (1 - specificity) if specificity < 1 else None
    negative = (1 - sensitivity) / specificity if specificity > 0 else None
    return positive, negative
