"""What a changed model may be compared by: the one table of keys, titles and allowed margins."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GateKind:
    """compares: candidate and model in service, in words. A margin is above `lowest` and at most `highest`, and says how much
    worse is still accepted. is_of_finding: computed for each finding of the plan; else for all images at once. is_by_subgroup:
    whether it is asked in each subgroup, too."""

    key: str
    title: str
    compares: str
    unit: str
    default_margin: float
    highest: float
    lowest: float = 0.0
    is_of_finding: bool = True
    is_by_subgroup: bool = True


_ROWS = (
    GateKind(
        "auc", "AUC, not worse", "AUC of the candidate less AUC of the model in service on the same images (paired DeLong): the"
        " lower limit of its interval lies above minus the margin", "AUC", 0.05, 0.1,
    ),
    GateKind(
        "sensitivity", "Sensitivity at the operating point, not worse", "difference of sensitivities at each model's operating"
        " point on the same images: its lower limit lies above minus the margin", "share of the positives", 0.05, 0.2,
    ),
    GateKind(
        "specificity", "Specificity at the operating point, not worse", "difference of specificities at each model's operating"
        " point on the same images: its lower limit lies above minus the margin", "share of the negatives", 0.05, 0.2,
    ),
    GateKind(
        "calibration_slope", "Calibration slope near 1", "slope of the candidate's recalibration: its interval lies within 1"
        " ± margin", "slope", 0.25, 0.5,
    ),
    GateKind(
        "calibration_intercept", "Calibration intercept near 0", "intercept of the candidate's recalibration: its interval lies"
        " within 0 ± margin", "logit", 0.25, 1.0,
    ),
    GateKind(
        "map_pointing", "Maps point at the finding, not worse", "share of positives in which the highest point of the map lies"
        " inside the marked box, less that of the model in service: its lower limit lies above minus the margin",
        "share of the positives with a box", 0.1, 0.2, is_by_subgroup=False,
    ),
    GateKind(
        "refusal_rate", "Refusals, not more", "share of images refused, less that of the model in service: the upper limit of its"
        " interval lies below the margin", "share of the images", 0.02, 0.1, is_of_finding=False,
    ),
    GateKind(
        "latency", "Time per image, not longer", "geometric mean over the images of the candidate's time over the time of the model"
        " in service, less 1: the upper limit of its interval lies below the margin", "share of the time in service", 0.5, 2.0,
        is_of_finding=False, is_by_subgroup=False,
    ),
    GateKind(
        "memory", "Memory, not more", "memory of the candidate over that of the model in service, one measurement of each, less 1:"
        " at most the margin", "share of the memory in service", 0.5, 2.0, is_of_finding=False, is_by_subgroup=False,
    ),
)  # fmt: skip
GATE_KINDS = {row.key: row for row in _ROWS}
"""By key, in the order in which pages show them."""
