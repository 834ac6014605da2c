"""Net benefit of acting on a model's flags: one point of a decision curve."""


def net_benefit(sensitivity: float, specificity: float, prevalence: float, threshold: float) -> float | None:
    """sens x prev - (1 - spec)(1 - prev) x t / (1 - t), per image. Vickers & Elkin, Med Decis Making 2006.

    t in [0, 1): the probability from which on a flag is wanted; a flag in vain costs its odds, t / (1 - t), of a finding that is
    found: at t = .2 four flags in vain are taken for one finding. None at t = 1, where no finding is worth one.
    Flagging everything is sens 1, spec 0; flagging nothing gives 0.
    Raises ValueError for a share outside [0, 1].
    """
    for name, share in {"sensitivity": sensitivity, "specificity": specificity, "prevalence": prevalence}.items():
        if not 0 <= share <= 1:
            raise ValueError(f"{name} {share:g}; allowed: 0 to 1")
    if threshold < 0:
        raise ValueError(f"threshold {threshold:g}; allowed: 0 to 1")
    if threshold >= 1:
        return None
    return sensitivity * prevalence - (1 - specificity) * (1 - prevalence) * threshold / (1 - threshold)
