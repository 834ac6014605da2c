"""Whom reference sets keep out of training: their patients within a project, and by the bytes of their files in every other one."""

from uuid import UUID

from webapp.archive.models import Image, Project
from webapp.change_plans.models import Decision, ReferenceImage
from webapp.change_plans.shared_patients import Patient, patient_of

COLUMNS = ("patient_id", "study_instance_uid")
HASHES = ("received_sha256", "stored_sha256")


def kept_for_reference(project: Project) -> set[UUID]:
    """Every image of the patients of the project's reference sets, locked, retired or still to be decided, and of patients here
    who have a file of such a patient of another project."""
    ended = (Decision.Outcome.DECLINED, Decision.Outcome.WITHDRAWN)
    rows = ReferenceImage.objects.exclude(reference_set__decision__outcome__in=ended)
    kept: dict[UUID, set[Patient]] = {}
    for where, *who in rows.values_list("reference_set__project", *(f"image__{name}" for name in COLUMNS)):
        kept.setdefault(where, set()).add(patient_of(*who))
    inside = set(kept.pop(project.pk, ()))
    files = _files(kept)
    # In Python: a set has thousands of patients, and SQLite takes no more than 250,000 values in one question.
    images = [
        (key, patient_of(*row[:2]), row[2:])
        for key, *row in Image.objects.filter(project=project).values_list("pk", *COLUMNS, *HASHES)
    ]
    inside |= {patient for _, patient, hashes in images if not files.isdisjoint(hashes)}
    return {key for key, patient, _ in images if patient in inside}


def _files(kept: dict[UUID, set[Patient]]) -> set[str]:
    """Hashes, as sent and as stored, of every file of these patients of other projects."""
    rows = Image.objects.filter(project__in=kept).values_list("project", *COLUMNS, *HASHES)
    return {
        one for where, patient, study, *hashes in rows if patient_of(patient, study) in kept[where] for one in hashes
    }
