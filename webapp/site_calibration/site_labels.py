"""Labels that a site's calibrator may be fitted on: said before the model, of images drawn with a known chance."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from measures.site_calibration import still_needed, too_few
from reader_study.patient_key import patient_key
from webapp.accounts.policy import Person
from webapp.archive.models import Image, Project
from webapp.retraining.trained_on import trained_images
from webapp.training_set.kept_back import kept_back_of
from webapp.training_set.select_cases import ReviewedCase, labelled_cases

REASONS = {
    "beside_the_model": "given beside the model, or by a panel, a file or a later examination",
    "uncertain": "said before the model, and uncertain",
    "no_probability": "said before the model of an image chosen with no known chance: enriched, not a rate",
    "taught_the_base": "of patients from whom the base has learnt",
    "kept_back": "of patients of a reference set",
}


@dataclass(frozen=True)
class SiteLabel:
    """weight: inverse of the chance by which the answer was asked for."""

    image: Image
    finding: str
    value: int
    weight: float

    def document(self) -> list[Any]:
        """As it is kept."""
        return [str(self.image.pk), self.finding, self.value, self.weight]


@dataclass
class SiteLabels:
    """left_out: labels by code of REASONS."""

    labels: list[SiteLabel] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def site_labels(user: Person, project: Project, base_id: str, findings: Iterable[str]) -> SiteLabels:
    """Of the images that this person may know about."""
    wanted, never, found = set(findings), kept_back_of(project), SiteLabels()
    cases = labelled_cases(user, project).cases
    taught = trained_images(base_id, [case.image for case in cases])
    for case in cases:
        if case.image.pk in never or case.image.pk in taught:
            code = "kept_back" if case.image.pk in never else "taught_the_base"
            found.left_out[code] += len(wanted & set(case.labels))
            continue
        _add(found, case, wanted)
    return found


def _add(found: SiteLabels, case: ReviewedCase, wanted: set[str]) -> None:
    for finding in sorted(wanted & set(case.labels)):
        label = case.labels[finding]
        if label.unaided is None:
            found.left_out["beside_the_model"] += 1
        elif label.unaided not in (0, 1):
            found.left_out["uncertain"] += 1
        elif not label.probability:
            found.left_out["no_probability"] += 1
        else:
            found.labels.append(SiteLabel(case.image, finding, label.unaided, 1 / label.probability))


def count_rows(found: SiteLabels, findings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One per finding of the base: how many labels there are, and what is lacking, in words."""
    rows = []
    for finding in findings:
        own = [label for label in found.labels if label.finding == finding["key"]]
        values = np.array([label.value for label in own], float)
        positives = int(values.sum())
        patients = [patient_key(label.image) for label in own]
        rows.append(
            {
                "key": finding["key"],
                "title": finding["title"],
                "positives": positives,
                "negatives": len(own) - positives,
                "patients": len(set(patients)),
                "needed": still_needed(positives, len(own) - positives),
                "lacks": too_few(values, patients),
            }
        )
    return rows
