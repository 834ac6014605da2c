"""card.md of the demo bundle: what it is for, what it was made from, what was measured, where it fails."""

from __future__ import annotations

from typing import Any

from training.data.records import FINDINGS
from training.experiment import Experiment

TITLES = {"lung_opacity": "Lung opacity", "pleural_effusion": "Pleural effusion", "cardiomegaly": "Cardiomegaly"}

INTENDED_USE = """
## Intended use
To show and test Sightline: the calibrated findings, the two kinds of explanation map and the recording of failures on a
frontal chest radiograph of an adult. It was trained on a few hundred real images and on drawn phantoms, in less than an
hour on two processor cores. It is not fit for any decision about a patient, and not for comparison with clinical models.

**Research use only — not for diagnosis.**
"""

REAL_DATA = """
- NIH ChestX-ray14: {images} images of {patients} patients at 320 px, with the published labels, which were mined from report text.
  The NIH Clinical Center is the data provider (https://nihcc.app.box.com/v/ChestXray-NIHCC). Wang X, Peng Y, Lu L, Lu Z,
  Bagheri M, Summers RM. ChestX-ray8: Hospital-scale Chest X-ray Database and Benchmarks. CVPR 2017.
- Evaluation only, never training, selection or calibration: labels and boxes of the RSNA Pneumonia Detection Challenge
  2018 (Radiological Society of North America with the Society of Thoracic Radiology; Shih G, Wu CC, Halabi SS et al.,
  Radiology: Artificial Intelligence 2019).
- Label rules: lung opacity = Pneumonia, Consolidation or Infiltration; Atelectasis, Edema, Mass, Nodule or Fibrosis
  alone count as unknown and cost nothing in the loss. Pleural effusion = Effusion. Cardiomegaly = Cardiomegaly.
"""

NO_REAL_DATA = """
- No real radiograph: the test data folder was not there when this bundle was made. All figures are of phantoms.
"""

LIMITS = """
## Limits and failure modes
- **Small and noisy data.** A few hundred images of one hospital, labels mined from reports. Read the intervals, not the
  values.
- **Shortcut.** In this sample, images labelled Pneumonia differ from No Finding images in sharpness and noise. The control
  rows show what AUC one number reaches that measures nothing but local detail. Training varies sharpness, noise and
  exposure at random against it, but part of the measured AUC may still come from how, not what, was imaged; the row
  against RSNA Normal alone is the harder one.
- **View.** AP and PA films differ in disease and in look, and the scores of the two views are not on one scale: an AUC over
  both views can lie below that of each. Read the columns by view.
- **Age.** The 320 px tables do not state it; the gate's lower limit of 18 years is a rule, not a measurement.
- **Cardiomegaly** was calibrated and measured on phantoms. On real radiographs its probability has no measured meaning.
- **Effusion** has few real positives; blunting by pleural thickening, low films and large hearts are likely false
  positives.
- Expect false opacities at hila, at overlapping clavicle and first rib, breast shadows, devices and at low inspiration;
  expect misses behind the heart, below the diaphragm and in the apices.
- **Maps.** WILDCAT maps were trained with the masks of phantoms in addition to image labels; Grad-CAM was not trained to
  point. A cell of their 14 x 14 grid is one fourteenth of the image's side: a map names a region, not an outline.
- Children, lateral views, other modalities and other body parts are refused by the gate. A gate that passes does not
  vouch for an image.
- **Calibration** of effusion rests on a handful of real positives: its interval is wide and its operating point loose. On
  phantoms, opacity and effusion are miscalibrated, because they were calibrated on real images.
- Calibration and the "uncertain" flag hold for patients like those of the calibration split; under any shift, prevalence
  included, their guarantee is void.
"""


def write_card(experiment: Experiment, metrics: dict[str, Any]) -> str:
    """Markdown text of card.md."""
    real = metrics.get("real")
    parts = [
        f"# {experiment.name} {experiment.version}\n\nFindings: {', '.join(TITLES[key].lower() for key in FINDINGS)}.\n",
        INTENDED_USE,
        _data(experiment, metrics),
        _procedure(experiment, metrics),
        "\n## Results\nValues with 95 % intervals: DeLong for AUC (images taken as independent), then the patient bootstrap.\n",
        _real_tables(real) if real else "",
        _phantom_tables(metrics["phantoms"]),
        LIMITS,
    ]
    return "".join(parts)


def _data(experiment: Experiment, metrics: dict[str, Any]) -> str:
    counts, drawn = metrics["data"], experiment.phantoms
    real = REAL_DATA.format(images=counts["real_images"], patients=counts["real_patients"])
    phantoms = (
        f"- Phantoms of Sightline's own generator, pictures of nobody: {drawn.train} to train, {drawn.selection} to select,"
        f" {drawn.calibration} to calibrate, {drawn.evaluation} to evaluate.\n"
    )
    return "\n## Data" + (real if counts["real_images"] else NO_REAL_DATA) + phantoms


def _procedure(experiment: Experiment, metrics: dict[str, Any]) -> str:
    counts = metrics["split"]["counts_of_shipped_fold"]
    rows = "\n".join(f"| {name} | {own['real']} | {own['phantoms']} |" for name, own in counts.items())
    spec, width = experiment.input, experiment.model.width
    return f"""
## Making
Command: `make demo-model` (`training/experiments/demo.toml`). A residual network of {width} to {8 * width} channels on
{spec.height} x {spec.width} pixels, from scratch: pre-trained on phantoms, then fitted on real images and phantoms. Two heads
on one trunk: pooling and an MLP give probabilities and Grad-CAM, WILDCAT gives class maps. Split by patient; five folds of
the same steps; the shipped network is that of fold {metrics["split"]["shipped_fold"]}, whose evaluation patients it never saw.
No setting was chosen on RSNA labels or on the patients of fold 0; settings were tried on NIH labels of the other folds'
patients, so the pooled figures of folds 1-4 may be slightly favourable, those of fold 0 are not.

| split of the shipped network | real images | phantoms |
|---|---|---|
{rows}
"""


def _real_tables(real: dict[str, Any]) -> str:
    auc = real["auc"]
    rows = [
        ("Lung opacity, RSNA opacity against RSNA Normal or NIH No Finding", auc["lung_opacity"]),
        ("- the same, shipped network on its held-out fold only", auc["lung_opacity_shipped_fold"]),
        ("- the same positives against RSNA Normal only", auc["lung_opacity_rsna_normal_only"]),
        ("- NIH labels", auc["lung_opacity_nih_labels"]),
        ("Pleural effusion, NIH labels", auc["pleural_effusion_nih_labels"]),
        ("Cardiomegaly, NIH labels (few positives; see limits)", auc["cardiomegaly_nih_labels"]),
        ("Control: local detail alone, for lung opacity", auc["control_detail_for_lung_opacity"]),
        ("Control: local detail alone, against RSNA Normal only", auc["control_detail_rsna_normal_only"]),
    ]
    dicom = real["rsna_dicom"]
    if dicom:
        rows.append(
            ("Lung opacity on RSNA DICOM copies, against RSNA Normal", dicom["auc_rsna_opacity_against_rsna_normal"])
        )
    folds = ", ".join("-" if value is None else f"{value:.3f}" for value in auc["lung_opacity_mean_of_folds"]["folds"])
    text = "\n### Real patients, out of fold: AUC\n" + _auc_table(rows)
    text += f"\nLung opacity within folds: {folds}; mean {auc['lung_opacity_mean_of_folds']['value']:.3f}.\n"
    text += "\n### Real patients, out of fold: calibration against NIH labels\n" + _ece_table(real["calibration"])
    text += "\n### Pointing: highest cell inside a box\n" + _pointing_table(
        {"RSNA boxes, out of fold": real["pointing"]["lung_opacity"]}
    )
    return text + f"\nGate: {_estimate(real['gate']['refused'])} of real held-out images refused.\n"


def _phantom_tables(phantoms: dict[str, Any]) -> str:
    rows = [(TITLES[key], phantoms["auc"][key]) for key in FINDINGS]
    text = f"\n### Phantoms not seen ({phantoms['n']}), shipped network: AUC\n" + _auc_table(rows)
    text += "\n### Phantoms not seen: calibration\n" + _ece_table(phantoms["calibration"])
    return (
        text
        + "\n### Phantoms not seen: pointing\n"
        + _pointing_table({TITLES[key]: phantoms["pointing"][key] for key in FINDINGS})
    )


def _auc_table(rows: list[tuple[str, dict[str, Any]]]) -> str:
    lines = ["| | all | bootstrap | AP | PA | n (positive) |", "|---|---|---|---|---|---|"]
    for name, report in rows:
        whole = report["all"]
        bootstrap = whole.get("patient_bootstrap_ci")
        cells = (_estimate(whole), _interval(bootstrap), _estimate(report["AP"]), _estimate(report["PA"]))
        lines.append(f"| {name} | {' | '.join(cells)} | {whole['n']} ({whole['n_positive']}) |")
    return "\n".join(lines) + "\n"


def _ece_table(reports: dict[str, Any]) -> str:
    lines = ["| | n (positive) | ECE-15 before | ECE-15 after | noise floor after (5-95 %) |", "|---|---|---|---|---|"]
    for key, report in reports.items():
        before, after = report["before"]["ece15"], report["after"]["ece15"]
        floor = after["noise_floor"]
        lines.append(
            f"| {TITLES[key]} | {report['n']} ({report['n_positive']}) | {_estimate(before)} | {_estimate(after)} |"
            f" {floor['mean']:.3f} {_interval(floor['range'])} |"
        )
    return "\n".join(lines) + "\n"


def _pointing_table(reports: dict[str, Any]) -> str:
    lines = ["| | Grad-CAM | WILDCAT | chance | n |", "|---|---|---|---|---|"]
    for name, report in reports.items():
        cam, wildcat = report["gradcam"], report["classmaps"]
        chance = "-" if cam["value"] is None else f"{cam['chance']:.3f}"
        lines.append(f"| {name} | {_estimate(cam)} | {_estimate(wildcat)} | {chance} | {cam['n']} |")
    return "\n".join(lines) + "\n"


def _estimate(document: dict[str, Any]) -> str:
    return "-" if document["value"] is None else f"{document['value']:.3f} {_interval(document['ci'])}".strip()


def _interval(ends: list[float] | None) -> str:
    return "" if ends is None else f"({ends[0]:.3f}-{ends[1]:.3f})"
