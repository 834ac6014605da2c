"""Every metric by its name in an experiment file and in metrics.json (methods.md §9, §10, §12.2)."""

from __future__ import annotations

from dataclasses import dataclass

CLASSIFICATION, CALIBRATION, LOCALISATION = "classification", "calibration", "localisation"


@dataclass(frozen=True)
class Metric:
    """group: which function gives it."""

    name: str
    group: str
    title: str


_METRICS = (
    Metric("auc", CLASSIFICATION, "ROC AUC per label, trapezoid, DeLong interval"),
    Metric("auc_mean", CLASSIFICATION, "mean AUC over the labels of which both classes are present"),
    Metric("auc_ovr", CLASSIFICATION, "one-vs-rest AUC, macro (paper 003)"),
    Metric("acc", CLASSIFICATION, "share of right answers"),
    Metric("acc_se", CLASSIFICATION, "one standard error of the accuracy (paper 004), not an interval"),
    Metric("precision", CLASSIFICATION, "TP / (TP + FP), 0/0 = 0"),
    Metric("recall", CLASSIFICATION, "TP / (TP + FN), 0/0 = 0"),
    Metric("specificity", CLASSIFICATION, "TN / (TN + FP), 0/0 = 0"),
    Metric("f1", CLASSIFICATION, "2 TP / (2 TP + FP + FN), 0/0 = 0; f1_macro is the mean"),
    Metric("f2", CLASSIFICATION, "5 PR / (4 P + R) (paper 004)"),
    Metric("fnfr", CLASSIFICATION, "share of diseased images answered No Finding (paper 003)"),
    Metric("loss", CLASSIFICATION, "mean cross-entropy of the raw logits"),
    Metric("seconds", CLASSIFICATION, "time of one pass over the set, with n, device and batch"),
    Metric("ece15_width", CALIBRATION, "ECE, 15 bins of equal width, L1 (paper 000)"),
    Metric("ece15_mass", CALIBRATION, "ECE, 15 bins of equally many cases"),
    Metric("ece_classwise", CALIBRATION, "mean of ece15_width over the classes"),
    Metric("ece15_top", CALIBRATION, "ECE of the confidence in the answer, 15 equal-width bins"),
    Metric("ece_l2_debiased", CALIBRATION, "debiased L2 calibration error, 15 equal-mass bins"),
    Metric("nll", CALIBRATION, "negative log likelihood of the probabilities"),
    Metric("brier", CALIBRATION, "mean squared error of the probabilities"),
    Metric("brier_reliability", CALIBRATION, "part of the Brier score: squared gap of the bins"),
    Metric("brier_resolution", CALIBRATION, "part of the Brier score: spread of the bins' rates"),
    Metric("brier_uncertainty", CALIBRATION, "part of the Brier score: variance of the labels"),
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
