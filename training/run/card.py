"""card.md of any row: what it is, what it was made from, what was measured and on whom, where it may fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.data.records import FINDINGS
from training.run.calibrate import PHANTOM
from training.run.manifest import MapPart
from training.run.settings import RowSettings

INTENDED_USE = """
## Intended use
Research on classification with explanation maps: reproducing a published table, comparing methods, recording failures. It has
not been validated for any clinical decision.

**Research use only — not for diagnosis.**
"""

LIMITS = """
## Limits and failure modes
- The figures are of the one split named above; read the intervals, not the values. They say nothing about other hospitals,
  devices or years.
- Labels are the data set's own: mined from reports or read by one group of readers, with the errors that brings.
- Shortcuts (markers, devices, view, processing) may carry part of any score.
- Maps: a cell names a region, not an outline. Grad-CAM shows where a logit came from, not where disease is; a map without
  positive evidence is shown empty and means nothing else.
- Calibration, operating points, the "uncertain" answer and the gate hold for patients like those of the calibration split;
  under any shift, prevalence included, their guarantee is void.
- Children, other views, other modalities and other body parts are refused by the gate. A gate that passes does not vouch for
  an image.
"""

NIH = """The NIH Clinical Center is the data provider
  (https://nihcc.app.box.com/v/ChestXray-NIHCC). Wang X, Peng Y, Lu L, Lu Z, Bagheri M, Summers RM. ChestX-ray8:
  Hospital-scale Chest X-ray Database and Benchmarks. CVPR 2017. Labels were mined from report text."""

# Facts about a data set that its users must know (methods.md §1, §3).
DATA_NOTES = {
    "chestxray14": f"NIH ChestX-ray14. {NIH}",
    "chestxray14_320": f"A small public sample of NIH ChestX-ray14 at 320 px. {NIH} Images with pneumonia and images without\n"
    "  a finding were selected separately and differ in how they were made (file size, sharpness): part of any score\n"
    "  that sets one against the other may be of that, not of disease. Some patients are children.",
    "rsna": "RSNA Pneumonia Detection Challenge 2018 (Shih et al., Radiology: AI 2019): images of ChestX-ray14, read anew.",
    "chexpert": "CheXpert (Irvin et al., AAAI 2019): labels mined from reports, uncertain ones set by policy.",
    "phantoms": "Phantoms of Sightline's own generator: pictures of nobody.",
    "folder": "A folder of one's own with labels of its own.",
    "busi": "BUSI breast ultrasound (Al-Dhabyani et al., Data in Brief 2020): no patient numbers; burned-in calipers.",
    "reviewed": "Cases reviewed in Sightline, exported by its administrator.",
}
# How report labels become our findings (training/data/nih_labels.py).
FINDING_RULES = """- Label rules: lung opacity is Pneumonia, Consolidation or Infiltration; Atelectasis, Edema, Mass, Nodule or
  Fibrosis alone count as unknown and cost nothing in the loss. Pleural effusion is Effusion, unknown where Pleural
  Thickening stands alone. Cardiomegaly is Cardiomegaly.
"""
NIH_SETS = ("chestxray14", "chestxray14_320")
FEW_POSITIVES = 30
HEAD = "| measure | value | 95 % interval | n | "


@dataclass(frozen=True)
class CardFacts:
    """name, version: of the bundle. metrics: the document of metrics.json. maps: by output. classes: what the calibration
    split decided, by class. start: the row whose weights the fit began with. remarks: lines about this bundle alone."""

    name: str
    version: str
    row: RowSettings
    metrics: Mapping[str, Any]
    differences: Mapping[str, float]
    maps: Mapping[str, MapPart]
    classes: Mapping[str, Mapping[str, Any]]
    start: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def sources(self) -> Mapping[str, str]:
        """Class -> what its calibrator was fitted on, where phantoms stand beside real images."""
        found: Mapping[str, str] = self.metrics["calibration"].get("sources", {})
        return found


def row_card(facts: CardFacts) -> str:
    """Markdown text of card.md."""
    metrics = facts.metrics
    return "".join(
        (
            f"# {facts.name} {facts.version}\n\nClasses: {', '.join(metrics['classes'])} ({metrics['task']}).\n",
            INTENDED_USE,
            _data(facts),
            _making(facts),
            _results(metrics, "real images" if "phantoms" in metrics else "images"),
            _calibration(metrics),
            _operating_points(facts),
            _pointing(metrics),
            _phantoms(metrics),
            _pointing_by_class(facts),
            LIMITS,
            _own_limits(facts),
            "".join(f"- {remark}\n" for remark in facts.remarks),
        )
    )


def _data(facts: CardFacts) -> str:
    data, rule = facts.metrics["data"], facts.row.split_rule
    name = facts.row.data.name
    made = (
        "- Made data: pictures of nobody. No figure below says anything about patients.\n"
        if data["name"] == "made"
        else ""
    )
    note = DATA_NOTES.get(name, f"Data set {name}.")
    rules = FINDING_RULES if name in NIH_SETS and set(facts.metrics["classes"]) <= set(FINDINGS) else ""
    folds = (
        f" Of {rule.folds} folds of the patients, fold {rule.fold} evaluates; the others train, select and calibrate. This"
        " bundle and every figure here are of that one fold."
        if rule.rule == "folds"
        else ""
    )
    return f"""
## Data
- {note}
{made}{rules}- {data["images"]} images of {data["patients"]} patients used{_drawn(data)}; fingerprint {data["fingerprint"][:16]}.
- Split by patient with rule `{rule.rule}`, seed {rule.seed}.{folds}

{_splits(data)}
"""


def _drawn(data: Mapping[str, Any]) -> str:
    drawn = sum(data.get("phantoms", {}).values())
    return f", {drawn} of them drawn phantoms of Sightline's own generator, each its own patient" if drawn else ""


def _splits(data: Mapping[str, Any]) -> str:
    drawn = data.get("phantoms", {})
    head = "| split | images | of them phantoms | positives |\n|---|---|---|---|" if drawn else (
        "| split | images | positives |\n|---|---|---|"
    )  # fmt: skip
    lines = [head]
    for split, count in data["splits"].items():
        if count:
            phantoms = f" {drawn.get(split, 0)} |" if drawn else ""
            positives = ", ".join(f"{name} {own}" for name, own in data["positives"].get(split, {}).items())
            lines.append(f"| {split} | {count} |{phantoms} {positives} |")
    return "\n".join(lines)


def _making(facts: CardFacts) -> str:
    row = facts.row
    head = f" with head {row.model.head}" if row.model.head else ""
    worst = max(facts.differences.values(), default=0.0)
    start = f'those of row "{facts.start}"' if facts.start else _weights(row.model.weights)
    return f"""
## Making
{row.origin}, row "{row.name}"; scale {facts.metrics["scale"]}; seed {row.train.seed}.
Network {row.model.name}{head}, start weights {start}, input {row.input.side} x {row.input.side} pixels
({row.input.resize}, {row.input.intensity}); loss {row.loss.name}; optimiser {row.optim.name}, rate {row.optim.lr:g}; batch
{row.train.batch}, at most {row.train.epochs} epochs. The ONNX graph was compared with torch and with autograd before it was
written: largest relative difference {worst:.1e}.
"""


def _weights(weights: str) -> str:
    return weights if weights in ("none", "imagenet") else "of a checkpoint"


def _results(metrics: Mapping[str, Any], images: str) -> str:
    names = ["acc", "auc_mean", "auc_ovr", "f1_macro", *(f"auc_{name}" for name in metrics["classes"])]
    lines = [
        f"{_line(name, metrics['metrics'][name])} {metrics['metrics'][name].get('n_positive', '')} |"
        for name in names
        if name in metrics["metrics"]
    ]
    refused = metrics.get("gate", {}).get("refused")
    gate = f"\nThe gate's likeness check refuses {_share(refused)} of these images.\n" if refused else ""
    people = f" of {metrics['patients']} patients" if "patients" in metrics else ""
    return (
        f"\n## Results\nSplit {metrics['split']}: {metrics['n']} {images}{people}. 95 % intervals: DeLong for AUC (images taken"
        f" as independent), patient bootstrap for the rest.\n\n{HEAD}positive |\n|---|---|---|---|---|\n"
        + "\n".join(lines) + "\n" + _by_view(metrics) + gate
    )  # fmt: skip


def _by_view(metrics: Mapping[str, Any]) -> str:
    found = metrics.get("auc_by_view", {})
    if not found:
        return ""
    lines = [
        f"{_line(f'auc_{name}, {view}', own)} {own['n_positive']} |"
        for name in metrics["classes"]
        for view, own in ((view, classes[name]) for view, classes in found.items())
    ]
    return (
        "\nBy view, of the same images; scores of two views need not be on one scale.\n\n"
        f"{HEAD}positive |\n|---|---|---|---|---|\n" + "\n".join(lines) + "\n"
    )


def _calibration(metrics: Mapping[str, Any]) -> str:
    report = metrics["calibration"]
    if "after" not in report:
        return "\n## Calibration\nNone.\n"
    same = (
        "\n**The calibrator was fitted on the split that also stopped the training.**"
        if report.get("same_split")
        else ""
    )
    lines = []
    for name in ("mean", *metrics["classes"]):
        for when in ("before", "after"):
            own = report[when].get(f"ece15_width_{name}")
            if own is None or own["value"] is None:
                continue
            floor = own["noise_floor"]
            lines.append(
                f"{_line(f'ECE-15 {when}, {name}', own)} {floor['mean']:.3f} ({floor['range'][0]:.3f}-{floor['range'][1]:.3f}) |"
            )
    return (
        f"\n## Calibration\nMethod {report['method']}, fitted on split {report['split']}; measured on the images of Results."
        f" {report['note']}{same}\n\n"
        f"{HEAD}noise floor (5-95 %) |\n|---|---|---|---|---|\n" + "\n".join(lines) + "\n" + _fit_notes(report)
    )


def _fit_notes(report: Mapping[str, Any]) -> str:
    """What the fit of the calibrators ran into, said before their numbers are used."""
    lines = [f"- **{name}: {note}.**\n" for name, notes in report.get("notes", {}).items() for note in notes]
    return f"\nOn the cases of split {report['split']}:\n\n{''.join(lines)}" if lines else ""


def _operating_points(facts: CardFacts) -> str:
    lines = []
    for name, own in facts.classes.items():
        point = own["operating_point"]
        if point is None:
            continue
        cases = {"real": "real images", PHANTOM: "phantoms"}.get(facts.sources.get(name, ""), "images")
        lines.append(
            f"| {name} | {own['n']} {cases}, {own['n_positive']} positive | {point['rule']} | {point['threshold']:.3f} |"
            f" {_share(point['sensitivity'])} | {_share(point['specificity'])} |"
        )
    if not lines:
        return ""
    return (
        f"\n## Operating points\nCalibrators, thresholds and the \"uncertain\" answer were fitted on split"
        f" {facts.metrics['calibration']['split']}. Sensitivity and specificity were measured on the cases that chose the"
        " thresholds, so they are favourable: expect less on other patients.\n\n"
        "| class | fitted and measured on | rule | threshold | sensitivity | specificity |\n|---|---|---|---|---|---|\n"
        + "\n".join(lines) + "\n"
    )  # fmt: skip


def _pointing(metrics: Mapping[str, Any]) -> str:
    lines = []
    for method, own in metrics["localisation"].items():
        for name in ("pointing", "auprc", "mass_in_box"):
            document = own.get(name)
            if document is None or document["value"] is None:
                continue
            chance = "-" if document.get("chance") is None else f"{document['chance']:.3f}"
            lines.append(f"{_line(f'{name}, {method}', document)} {chance} |")
    if not lines:
        return "\n## Maps\nNot measured: no box or mask in the reported split, or no method asked for.\n"
    head = "\n## Maps\nn: places marked in the images of Results, all classes together.\n\n"
    return head + f"{HEAD}chance |\n|---|---|---|---|---|\n" + "\n".join(lines) + "\n"


def _pointing_by_class(facts: CardFacts) -> str:
    lines = []
    for k, name in enumerate(facts.metrics["classes"]):
        for kind, part in facts.maps.items():
            own = part.evidence[k]
            if own is not None:
                chance = "-" if own.get("chance") is None else f"{own['chance']:.3f}"
                lines.append(f"{_line(f'{name}, {kind}', own)} {chance} | {own.get('data', 'images of Results')} |")
    grids = ", ".join(f"{kind} {part.grid[0]} x {part.grid[1]}" for kind, part in facts.maps.items())
    if not lines:
        return ""
    return (
        f"\n# Maps by class\nPointing: the highest cell lies inside a marked place. Cells of a map: {grids}.\n\n"
        "| map | value | 95 % interval | n | chance | measured on |\n|---|---|---|---|---|---|\n"
        + "\n".join(lines)
        + "\n"
    )


def _phantoms(metrics: Mapping[str, Any]) -> str:
    """Phantoms of the same split beside the real images, by the same network."""
    own = metrics.get("phantoms")
    if own is None:
        return ""
    figures = {**metrics, **own}
    text = _results(figures, "drawn phantoms") + _calibration(figures) + _pointing(figures)
    return "\n# Phantoms not seen: pictures of nobody\n" + text


def _own_limits(facts: CardFacts) -> str:
    """What follows from the figures of this bundle."""
    lines = []
    for name, own in facts.classes.items():
        if facts.sources.get(name) == PHANTOM:
            lines.append(
                f"- {name} was calibrated on phantoms: on real images its probability and its operating point have no measured"
                " meaning.\n"
            )
        elif own["n_positive"] < FEW_POSITIVES:
            lines.append(
                f"- {name} was calibrated on {own['n_positive']} positives: a loose curve and a loose operating point.\n"
            )
    real = [name for name, source in facts.sources.items() if source != PHANTOM]
    if real:
        lines.append(f"- {', '.join(real)}: calibrated on real images, so not calibrated on phantoms.\n")
    if facts.row.loss.name == "two-heads" and facts.row.loss.map_weight > 0:
        lines.append(
            "- Class maps were trained with labels, and with masks where training images have any; Grad-CAM was not trained to"
            " point.\n"
        )
    return "".join(lines)


def _share(document: Mapping[str, Any]) -> str:
    """`0.827 (0.703-0.906), n 52`."""
    if document["value"] is None:
        return "-"
    ci = document.get("ci")
    interval = f" ({ci[0]:.3f}-{ci[1]:.3f})" if ci else ""
    return f"{document['value']:.3f}{interval}, n {document['n']}"


def _line(name: str, document: Mapping[str, Any]) -> str:
    value = "-" if document["value"] is None else f"{document['value']:.3f}"
    ci = document.get("ci")
    interval = "" if not ci or None in ci else f"{ci[0]:.3f}-{ci[1]:.3f}"
    return f"| {name} | {value} | {interval} | {document.get('n') or ''} |"
