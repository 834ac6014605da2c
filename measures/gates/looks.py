"""What each look at a reference set may spend of the chance to pass a candidate that should not pass."""


def spent_at(look: int, alpha: float) -> float:
    """alpha / (k (k + 1)) at the k-th look: 1/2, 1/6, 1/12 ... of alpha, which never sum to more than alpha.

    A Bonferroni spending without an end, so that no number of looks must be promised beforehand. It holds for candidates that were
    made without regard to the figures of earlier looks; for those that were bred on them there is the limit of looks.
    Raises ValueError unless look >= 1 and 0 < alpha < 1/2.
    """
    if look < 1 or not 0 < alpha < 0.5:
        raise ValueError(f"look {look} at alpha {alpha:g}; allowed: 1 or more, and 0 < alpha < 0.5")
    return alpha / (look * (look + 1))
