"""What readers said before the model was shown, beside what the model had said: the labels that figures rest on.

Chance chose these images with a probability that is kept, so weighted figures are those of all that came. A look that ended without
an answer, "cannot say" and readers who disagree give no label.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np

from measures.gates.clusters import patient_codes
from measures.watching.figure import Figure
from measures.watching.labelled import LabelledCases, measured_figures
from webapp.accounts.policy import Person
from webapp.archive.models import Project
from webapp.reveal.shown_image import is_image_shown
from webapp.sentinel.models import FirstAnswer
from webapp.watching.first_results import FirstResult
from webapp.watching.open_images import closed

VALUES = {FirstAnswer.Says.PRESENT: 1, FirstAnswer.Says.ABSENT: 0}


@dataclass(frozen=True)
class LabelledResult:
    """label: 1 or 0. probability: with which chance had asked for the look."""

    result: FirstResult
    label: int
    probability: float

    @property
    def at(self) -> datetime:
        return self.result.at


def labelled_results(
    project: Project, finding: str, results: Sequence[FirstResult], person: Person | None = None
) -> list[LabelledResult]:
    """Those of the results that have a number and one unaided label of the bytes that are stored now."""
    said = _said(project, finding, person)
    return [
        LabelledResult(result, values.pop(), probability)
        for result in results
        if result.is_scored and result.image in said
        for values, probability in (said[result.image],)
        if len(values) == 1
    ]


def figures_of(labelled: Sequence[LabelledResult]) -> Mapping[str, Figure]:
    """Measured figures, weighted by the chances, summed by patient."""
    results = [one.result for one in labelled]
    cases = LabelledCases(
        scores=np.array([one.probability for one in results], np.float64),
        flagged=np.array([one.is_flagged for one in results], bool),
        labels=np.array([one.label == 1 for one in labelled], bool),
        weights=np.array([1 / one.probability for one in labelled], np.float64),
        patients=patients_of(results),
    )
    return measured_figures(cases)


def patients_of(results: Sequence[FirstResult]) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    """As numbers; an image without a patient's id is a patient by itself."""
    return patient_codes(np.array([one.patient or str(one.image) for one in results], dtype=object).astype(str))


def _said(project: Project, finding: str, person: Person | None) -> dict[UUID, tuple[set[int], float]]:
    rows = FirstAnswer.objects.filter(
        look__draw__image__project=project,
        look__locked_at__isnull=False,
        look__was_shown_elsewhere=False,
        finding=finding,
    )
    rows = closed(rows, "look__draw__image", person).select_related("look__draw__image")
    found: dict[UUID, set[int]] = defaultdict(set)
    chances: dict[UUID, float] = {}
    for row in rows:
        draw = row.look.draw
        if row.says in VALUES and is_image_shown(draw.image, row.look.image_sha256):
            found[draw.image_id].add(VALUES[FirstAnswer.Says(row.says)])
            chances[draw.image_id] = draw.probability
    return {image: (values, chances[image]) for image, values in found.items()}
