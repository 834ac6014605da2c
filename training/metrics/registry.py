"""Every metric by its name in an experiment file and in metrics.json (methods.md §9, §10, §12.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

CLASSIFICATION, CALIBRATION, LOCALISATION = "classification", "calibration", "localisation"


@dataclass(frozen=True)
class Metric:
    """group: which function gives it. per_class: also stands as NAME_CLASS for every class."""

    name: str
    group: str
    title: str
    per_class: bool = False

    def names(self, classes: Iterable[str]) -> set[str]:
        """The keys it may have in metrics.json."""
        own = {self.name, f"{self.name}_mean", f"{self.name}_macro"}
        return own | ({f"{self.name}_{key}" for key in classes} if self.per_class else set())


_METRICS = (
    Metric("auc", CLASSIFICATION, "ROC AUC per label, trapezoid, DeLong interval", True),
    Metric("auc_mean", CLASSIFICATION, "mean AUC over the labels of which both classes are present"),
    Metric("auc_ovr", CLASSIFICATION, "one-vs-rest AUC, macro (paper 003)"),
    Metric("acc", CLASSIFICATION, "share of right answers"),
    Metric("acc_se", CLASSIFICATION, "one standard error of the accuracy (paper 004), not an interval"),
    Metric("precision", CLASSIFICATION, "TP / (TP + FP), 0/0 = 0", True),
    Metric("recall", CLASSIFICATION, "TP / (TP + FN), 0/0 = 0", True),
    Metric("specificity", CLASSIFICATION, "TN / (TN + FP), 0/0 = 0", True),
    Metric("f1", CLASSIFICATION, "2 TP / (2 TP + FP + FN), 0/0 = 0; f1_macro is the mean", True),
    Metric("f2", CLASSIFICATION, "5 PR / (4 P + R) (paper 004)", True),
    Metric("fnfr", CLASSIFICATION, "share of diseased images answered No Finding (paper 003)"),
    Metric("loss", CLASSIFICATION, "mean cross-entropy of the raw logits"),
    Metric("seconds", CLASSIFICATION, "time of one pass over the set, with n, device and batch"),
    Metric("ece15_width", CALIBRATION, "ECE, 15 bins of equal width, L1 (paper 000)", True),
    Metric("ece15_mass", CALIBRATION, "ECE, 15 bins of equally many cases", True),
    Metric("ece_classwise", CALIBRATION, "mean of ece15_width over the classes"),
    Metric("ece15_top", CALIBRATION, "ECE of the confidence in the answer, 15 equal-width bins"),
    Metric("ece_l2_debiased", CALIBRATION, "debiased L2 calibration error, 15 equal-mass bins", True),
    Metric("nll", CALIBRATION, "negative log likelihood of the probabilities", True),
    Metric("brier", CALIBRATION, "mean squared error of the probabilities", True),
    Metric("brier_reliability", CALIBRATION, "part of the Brier score: squared gap of the bins", True),
    Metric("brier_resolution", CALIBRATION, "part of the Brier score: spread of the bins' rates", True),
    Metric("brier_uncertainty", CALIBRATION, "part of the Brier score: variance of the labels", True),
    Metric("auprc", LOCALISATION, "average precision of pixels per positive image, steps (paper 001)"),
    Metric("auprc_trapezoid", LOCALISATION, "the same points under the trapezoid rule"),
    Metric("pointwise_cells", LOCALISATION, "pointwise AP, every cell a candidate (paper 001)"),
    Metric("pointwise_argmax", LOCALISATION, "pointwise AP, one candidate per image"),
    Metric("mass_in_box", LOCALISATION, "share of the map inside the boxes (paper 004, trust 1)"),
    Metric("iou_mass95", LOCALISATION, "IoU with the smallest rectangle holding 95 % (paper 004, trust 2)"),
    Metric("iou_mass95_cells", LOCALISATION, "the same with the rectangle of native cells, as it is drawn"),
    Metric("iou_p95", LOCALISATION, "IoU with the box of pixels >= the 95th percentile (ProtoPNet)"),
    Metric("pointing", LOCALISATION, "highest pixel in a box"),
    Metric("iou_otsu", LOCALISATION, "IoU of the region above Otsu's threshold with the mask"),
    Metric("dice", LOCALISATION, "Dice of the same region with the mask"),
)
METRICS: dict[str, Metric] = {metric.name: metric for metric in _METRICS}


def check_metric_names(names: Iterable[str]) -> None:
    """Raises ValueError for a name that no metric has, naming all."""
    for name in names:
        if name not in METRICS:
            raise ValueError(f"metric {name!r} is not one of {', '.join(METRICS)}")


def chosen_metrics(documents: Mapping[str, Any], names: Iterable[str], classes: Iterable[str]) -> dict[str, Any]:
    """The entries of metrics.json that belong to these metrics; all when `names` is empty. Raises ValueError."""
    wanted = list(names)
    check_metric_names(wanted)
    keys: set[str] = set().union(*(METRICS[name].names(list(classes)) for name in wanted))
    return {key: value for key, value in documents.items() if not wanted or key in keys}
