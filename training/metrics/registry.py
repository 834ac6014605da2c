"""Every metric by its name in an experiment file and in metrics.json (methods.md §9, §10, §12.2)."""

from __future__ import annotations

from dataclasses import dataclass

CLASSIFICATION, CALIBRATION, LOCALISATION = "classification", "calibration", "localisation"


@dataclass(frozen=True)
class Metric:
    """group: which function gives it. heading: of its column in a paper's table, "" = it has none. per_class: also stands as
    NAME_CLASS for every class. mean: key of the mean over the classes, "" = another metric, None = the name itself.
    column: its name in tables and `expected`, "" = the name itself. digits, comparable: as a column's. is_trust: one of
    004's two scores, also given of true positives alone.
    """

    name: str
    group: str
    title: str
    heading: str = ""
    per_class: bool = False
    mean: str | None = None
    column: str = ""
    digits: int = 4
    comparable: bool = True
    is_trust: bool = False


_METRICS = (
    Metric("auc", CLASSIFICATION, "ROC AUC per label, trapezoid, DeLong interval", "AUC", per_class=True, mean=""),
    Metric("auc_mean", CLASSIFICATION, "mean AUC over the labels of which both classes are present", "mean AUC"),
    Metric("auc_ovr", CLASSIFICATION, "one-vs-rest AUC, macro (paper 003)", "AUC one-vs-rest"),
    Metric("acc", CLASSIFICATION, "share of right answers", "accuracy"),
    Metric(
        "acc_se", CLASSIFICATION, "one standard error of the accuracy (paper 004), not an interval", "standard error"
    ),
    Metric("precision", CLASSIFICATION, "TP / (TP + FP), 0/0 = 0", "precision", per_class=True),
    Metric("recall", CLASSIFICATION, "TP / (TP + FN), 0/0 = 0", "sensitivity", per_class=True),
    Metric("specificity", CLASSIFICATION, "TN / (TN + FP), 0/0 = 0", "specificity", per_class=True),
    Metric(
        "f1",
        CLASSIFICATION,
        "2 TP / (2 TP + FP + FN), 0/0 = 0; f1_macro is the mean",
        "F1",
        per_class=True,
        mean="f1_macro",
    ),
    Metric("f2", CLASSIFICATION, "5 PR / (4 P + R) (paper 004)", "F2", per_class=True),
    Metric("fnfr", CLASSIFICATION, "share of diseased images answered No Finding (paper 003)", "false No-Finding rate"),
    Metric("loss", CLASSIFICATION, "mean cross-entropy of the raw logits", "loss"),
    Metric(
        "seconds",
        CLASSIFICATION,
        "time of one pass over the set, with n, device and batch",
        "inference time",
        digits=2,
        comparable=False,
    ),
    Metric("ece15_width", CALIBRATION, "ECE, 15 bins of equal width, L1 (paper 000)", per_class=True),
    Metric("ece15_mass", CALIBRATION, "ECE, 15 bins of equally many cases", per_class=True),
    Metric("ece_classwise", CALIBRATION, "mean of ece15_width over the classes"),
    Metric("ece15_top", CALIBRATION, "ECE of the confidence in the answer, 15 equal-width bins"),
    Metric("ece_l2_debiased", CALIBRATION, "debiased L2 calibration error, 15 equal-mass bins", per_class=True),
    Metric("nll", CALIBRATION, "negative log likelihood of the probabilities", per_class=True),
    Metric("brier", CALIBRATION, "mean squared error of the probabilities", per_class=True),
    Metric("brier_reliability", CALIBRATION, "part of the Brier score: squared gap of the bins", per_class=True),
    Metric("brier_resolution", CALIBRATION, "part of the Brier score: spread of the bins' rates", per_class=True),
    Metric("brier_uncertainty", CALIBRATION, "part of the Brier score: variance of the labels", per_class=True),
    Metric("auprc", LOCALISATION, "average precision of pixels per positive image, steps (paper 001)", "AUPRC"),
    Metric("auprc_trapezoid", LOCALISATION, "the same points under the trapezoid rule", "AUPRC by trapezoids"),
    Metric(
        "pointwise_cells",
        LOCALISATION,
        "pointwise AP, every cell a candidate (paper 001)",
        "pointwise mAP",
        column="pointwise_map",  # the paper's words for two ways of reading its own text; every cell is the headline
    ),
    Metric("pointwise_argmax", LOCALISATION, "pointwise AP, one candidate per image", "pointwise mAP (argmax)"),
    Metric(
        "mass_in_box",
        LOCALISATION,
        "share of the map inside the boxes (paper 004, trust 1)",
        "mass in box",
        is_trust=True,
    ),
    Metric(
        "iou_mass95",
        LOCALISATION,
        "IoU with the smallest rectangle holding 95 % (paper 004, trust 2)",
        "IoU 95 % rectangle",
        is_trust=True,
    ),
    Metric(
        "iou_mass95_cells",
        LOCALISATION,
        "the same with the rectangle of native cells, as it is drawn",
        "IoU 95 % rectangle of cells",
    ),
    Metric(
        "iou_p95", LOCALISATION, "IoU with the box of pixels >= the 95th percentile (ProtoPNet)", "IoU 95th percentile"
    ),
    Metric("pointing", LOCALISATION, "highest pixel in a box", "pointing"),
    Metric("iou_otsu", LOCALISATION, "IoU of the region above Otsu's threshold with the mask", "IoU Otsu"),
    Metric("dice", LOCALISATION, "Dice of the same region with the mask", "Dice"),
)
METRICS: dict[str, Metric] = {metric.name: metric for metric in _METRICS}
TRUST = tuple(metric.name for metric in _METRICS if metric.is_trust)
