"""card.md of any row: what it is, what it was made from, what was measured, where it may fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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

# Facts about a data set that its users must know (methods.md §1, §3).
DATA_NOTES = {
    "chestxray14": "NIH ChestX-ray14 (Wang et al., CVPR 2017; NIH Clinical Center): labels mined from report text.",
    "chestxray14_320": "A small public sample of NIH ChestX-ray14 at 320 px; labels mined from report text.",
    "rsna": "RSNA Pneumonia Detection Challenge 2018 (Shih et al., Radiology: AI 2019): images of ChestX-ray14, read anew.",
    "chexpert": "CheXpert (Irvin et al., AAAI 2019): labels mined from reports, uncertain ones set by policy.",
    "phantoms": "Phantoms of Sightline's own generator: pictures of nobody.",
    "folder": "A folder of one's own with labels of its own.",
    "busi": "BUSI breast ultrasound (Al-Dhabyani et al., Data in Brief 2020): no patient numbers; burned-in calipers.",
    "reviewed": "Cases reviewed in Sightline, exported by its administrator.",
}


@dataclass(frozen=True)
class CardFacts:
    """name, version: of the bundle. metrics: the document of metrics.json. remarks: lines about this bundle alone."""

    name: str
    version: str
    row: RowSettings
    metrics: Mapping[str, Any]
    differences: Mapping[str, float]
    remarks: tuple[str, ...] = ()


def row_card(facts: CardFacts) -> str:
    """Markdown text of card.md."""
    metrics = facts.metrics
    return "".join(
        (
            f"# {facts.name} {facts.version}\n\nClasses: {', '.join(metrics['classes'])} ({metrics['task']}).\n",
            INTENDED_USE,
            _data(facts),
            _making(facts),
            _results(metrics),
            _calibration(metrics),
            _pointing(metrics),
            _phantoms(metrics),
            LIMITS,
            "".join(f"- {remark}\n" for remark in facts.remarks),
        )
    )


def _data(facts: CardFacts) -> str:
    data = facts.metrics["data"]
    name = facts.row.data.name
    made = (
        "- Made data: pictures of nobody. No figure below says anything about patients.\n"
        if data["name"] == "made"
        else ""
    )
    note = DATA_NOTES.get(name, f"Data set {name}.")
    rows = "\n".join(
        f"| {split} | {count} | {_positives(data, split)} |" for split, count in data["splits"].items() if count
    )
    return f"""
## Data
- {note}
{made}- {data["images"]} images of {data["patients"]} patients used; fingerprint {data["fingerprint"][:16]}.
- Split by patient with rule `{facts.row.split_rule.rule}`, seed {facts.row.split_rule.seed}.{_drawn(data)}

| split | images | positives |
|---|---|---|
{rows}
"""


def _drawn(data: Mapping[str, Any]) -> str:
    drawn = data.get("phantoms", {})
    if not drawn:
        return ""
    counts = ", ".join(f"{count} {split}" for split, count in drawn.items() if count)
    return f"\n- Of these images, drawn phantoms of Sightline's own generator: {counts}."


def _positives(data: Mapping[str, Any], split: str) -> str:
    return ", ".join(f"{name} {count}" for name, count in data["positives"].get(split, {}).items())


def _making(facts: CardFacts) -> str:
    row = facts.row
    head = f" with head {row.model.head}" if row.model.head else ""
    worst = max(facts.differences.values(), default=0.0)
    return f"""
## Making
{row.origin}, row "{row.name}"; scale {facts.metrics["scale"]}; seed {row.train.seed}.
Network {row.model.name}{head}, start weights {_weights(row.model.weights)}, input {row.input.side} x {row.input.side} pixels
({row.input.resize}, {row.input.intensity}); loss {row.loss.name}; optimiser {row.optim.name}, rate {row.optim.lr:g}; batch
{row.train.batch}, at most {row.train.epochs} epochs. The ONNX graph was compared with torch and with autograd before it was
written: largest relative difference {worst:.1e}.
"""


def _weights(weights: str) -> str:
    return weights if weights in ("none", "imagenet") else "of a checkpoint"


def _results(metrics: Mapping[str, Any]) -> str:
    names = ["acc", "auc_mean", "auc_ovr", "f1_macro", *(f"auc_{name}" for name in metrics["classes"])]
    lines = [_line(name, metrics["metrics"][name]) for name in names if name in metrics["metrics"]]
    return (
        f"\n## Results\nSplit {metrics['split']}, n = {metrics['n']}. 95 % intervals: DeLong for AUC, patient bootstrap for the"
        " rest.\n\n| metric | value | 95 % interval | n |\n|---|---|---|---|\n" + "\n".join(lines) + "\n"
    )


def _calibration(metrics: Mapping[str, Any]) -> str:
    report = metrics["calibration"]
    if "after" not in report:
        return "\n## Calibration\nNone.\n"
    sources = report.get("sources", {})
    fitted = f" Fitted on: {', '.join(f'{name} {source}' for name, source in sources.items())}." if sources else ""
    same = (
        "\n**The calibrator was fitted on the split that also stopped the training.**"
        if report.get("same_split")
        else ""
    )
    lines = []
    for when in ("before", "after"):
        own = report[when]["ece15_width_mean"]
        floor = own["noise_floor"]
        lines.append(
            f"{_line(f'ECE-15 {when}', own)} {floor['mean']:.3f} ({floor['range'][0]:.3f}-{floor['range'][1]:.3f}) |"
        )
    return (
        f"\n## Calibration\nMethod {report['method']}, fitted on split {report['split']}. {report['note']}{fitted}{same}\n\n"
        "| measure | value | 95 % interval | n | noise floor (5-95 %) |\n|---|---|---|---|---|\n"
        + "\n".join(lines)
        + "\n"
    )


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
    head = "\n## Maps\n| metric | value | 95 % interval | n | chance |\n|---|---|---|---|---|\n"
    return head + "\n".join(lines) + "\n"


def _phantoms(metrics: Mapping[str, Any]) -> str:
    """Phantoms of the same split beside the real images, by the same network."""
    own = metrics.get("phantoms")
    if own is None:
        return ""
    parts = (_results, _calibration, _pointing)
    text = "".join(part({**metrics, **own}) for part in parts)
    return "\n# Phantoms not seen: pictures of nobody\n" + text


def _line(name: str, document: Mapping[str, Any]) -> str:
    value = "-" if document["value"] is None else f"{document['value']:.3f}"
    ci = document.get("ci")
    interval = "" if not ci or None in ci else f"{ci[0]:.3f}-{ci[1]:.3f}"
    return f"| {name} | {value} | {interval} | {document.get('n') or ''} |"
