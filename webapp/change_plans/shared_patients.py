"""Sets of a project that share patients share their looks: the same images under a new number are not fresh cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max

from webapp.archive.models import Image, Project
from webapp.change_plans.models import ChangePlan, Decision, ReferenceImage, ReferenceLook, ReferenceSet
from webapp.change_plans.two_persons import in_force, refuse

Patient = tuple[bool, str]


@dataclass(frozen=True)
class Shared:
    """images: how many of this set's images are of patients of `earlier`. looks: the number of the last look at that one."""

    earlier: ReferenceSet
    images: int
    of: int
    looks: int

    @property
    def text(self) -> str:
        """For who locks the set."""
        times = "once" if self.looks == 1 else f"{self.looks} times"
        seen = f"looked at {times}" if self.looks else "not looked at so far"
        return f"{self.images} of {self.of} images are of patients of {self.earlier.code}, {seen}"


def patient_of(patient_id: str, study_instance_uid: str) -> Patient:
    """Within a project; an image without a patient id counts by its study."""
    return (True, patient_id) if patient_id else (False, study_instance_uid)


def shared_with(made: ReferenceSet) -> list[Shared]:
    """Other sets that were locked, newest first, which have patients of this one."""
    own = _patients([made]).get(made.pk, [])
    others = list(
        ReferenceSet.objects.filter(project=made.project_id, decision__outcome=Decision.Outcome.APPROVED).exclude(  # type: ignore[attr-defined]
            pk=made.pk
        )
    )
    patients, looks = _patients(others), _looks(others)
    found = []
    for other in others:
        inside = set(patients.get(other.pk, ()))
        count = sum(patient in inside for patient in own)
        if count:
            found.append(Shared(other, count, len(own), looks.get(other.pk, 0)))
    return found


def drawn_before(made: ReferenceSet) -> list[ReferenceSet]:
    """Sets that were proposed since the last lock before this one, and withdrawn or declined: draws that somebody did not keep."""
    ended = (Decision.Outcome.WITHDRAWN, Decision.Outcome.DECLINED)
    rows = ReferenceSet.objects.filter(project=made.project_id, version__lt=made.version, version__gt=made.replaces)  # type: ignore[attr-defined]
    return list(rows.filter(decision__outcome__in=ended).select_related("created_by", "decision"))


def looks_at(made: ReferenceSet) -> int:
    """The number of the last look at the set or at one that shares patients with it."""
    return max([_looks([made]).get(made.pk, 0), *(shared.looks for shared in shared_with(made))])


def require_looks_left(made: ReferenceSet) -> None:
    """Raises PlanRefused where patients of the set were looked at as often as the plan in force allows."""
    most = _most_looks(made.project)
    worn = next((one for one in shared_with(made) if most is not None and one.looks >= most), None)
    if worn:
        refuse("looks_used", f"{made.code}: {worn.text}, and the plan allows {most}: propose a set of fresh cases.")


def used_patients(project: Project) -> set[Patient]:
    """Patients who were looked at as often as the plan in force allows: no later set takes them."""
    most = _most_looks(project)
    if most is None:
        return set()
    worn = ReferenceSet.objects.filter(project=project, looks__number__gte=most).distinct()
    return {patient for listed in _patients(worn).values() for patient in listed}


def is_of(image: Image, patients: set[Patient]) -> bool:
    return patient_of(image.patient_id, image.study_instance_uid) in patients


def _most_looks(project: Project) -> int | None:
    plan: ChangePlan | None = in_force(ChangePlan, project)
    return plan.body_model().most_looks if plan else None


def _patients(sets: Iterable[ReferenceSet]) -> dict[UUID, list[Patient]]:
    """Set -> the patient of each of its images."""
    rows = ReferenceImage.objects.filter(reference_set__in=[one.pk for one in sets])
    found: dict[UUID, list[Patient]] = {}
    for key, patient, study in rows.values_list("reference_set", "image__patient_id", "image__study_instance_uid"):
        found.setdefault(key, []).append(patient_of(patient, study))
    return found


def _looks(sets: Iterable[ReferenceSet]) -> dict[UUID, int]:
    rows = ReferenceLook.objects.filter(reference_set__in=[one.pk for one in sets])
    return dict(rows.order_by().values_list("reference_set").annotate(last=Max("number")))
