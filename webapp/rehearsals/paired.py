"""The outputs of a rehearsal beside the labels of its reference set, by finding."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np

from measures.gates.outputs import ModelAnswers, PairedOutputs, paired_outputs
from reader_study.patient_key import patient_key
from webapp.archive.models import Image
from webapp.change_plans.reference_labels import ReferenceLabel
from webapp.change_plans.subgroups import SUBGROUPS
from webapp.rehearsals.gates_of_plan import ALL_IMAGES
from webapp.rehearsals.models import CaseOutput, Rehearsal

Peaks = tuple[float | None, float | None]  # bytes: in service, candidate


def outputs_by_finding(
    rehearsal: Rehearsal, labels: Sequence[ReferenceLabel], findings: Sequence[str], peaks: Peaks
) -> tuple[dict[str, PairedOutputs], dict[str, list[Image]]]:
    """(paired outputs, their images) by finding, and of all images under ALL_IMAGES; subgroups as the plan asks for them."""
    rows = {(row.image_id, row.bundle_id): row for row in rehearsal.outputs.all()}  # type: ignore[attr-defined]
    kinds = rehearsal.plan.body_model().subgroups
    found, images = {}, {}
    for finding in (*findings, ALL_IMAGES):
        own = _labels_of(labels, finding)
        images[finding] = [label.image for label in own]
        values = [float(label.label) if finding else np.nan for label in own]
        answers = [
            _answers([rows[label.image.pk, bundle_id] for label in own], finding, peak)
            for bundle_id, peak in zip(rehearsal.bundles, peaks, strict=True)
        ]
        found[finding] = paired_outputs(
            np.array(values), answers[0], answers[1], np.array([label.weight for label in own], float),
            np.array([patient_key(label.image) for label in own]), _subgroups(images[finding], kinds),
        )  # fmt: skip
    return found, images


def _labels_of(labels: Sequence[ReferenceLabel], finding: str) -> list[ReferenceLabel]:
    if finding:
        return [label for label in labels if label.finding == finding]
    return list({label.image.pk: label for label in labels}.values())


def _answers(rows: Sequence[CaseOutput], finding: str, peak: float | None) -> ModelAnswers:
    """Of no finding: the refusals and the times alone."""
    said = [{} if row.is_refused else row.findings.get(finding, {}) for row in rows]
    numbers = [
        np.nan if row.is_refused else own.get("probability", np.nan) if finding else 0.0
        for row, own in zip(rows, said, strict=True)
    ]
    pointed = [np.nan if own.get("pointed") is None else float(own["pointed"]) for own in said]
    return ModelAnswers(
        np.array(numbers, float),
        np.array([bool(own.get("flagged")) for own in said], bool),
        np.array(pointed, float),
        np.array([row.seconds for row in rows], float),
        peak,
    )


def _subgroups(images: Sequence[Image], kinds: Sequence[str]) -> Mapping[str, np.ndarray]:
    """Name, as people read it, to mask."""
    members: dict[str, set[UUID]] = defaultdict(set)
    for kind in kinds:
        for image in images:
            members[f"{SUBGROUPS[kind].title.split(' (')[0]}: {SUBGROUPS[kind].value(image)}"].add(image.pk)
    return {name: np.array([image.pk in own for image in images], bool) for name, own in sorted(members.items())}
