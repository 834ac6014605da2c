"""Washout: how long a reader must wait before meeting a patient again in another arm.

Counted by patient and person, over all studies, from the first opening in each other arm (and replicate). Clinical looks
at any image of the patient count as well, and at whatever else `hidden_examination` hides with the case, each one: a later
look renews the memory, which is stricter than the first opening. Unaided and aided stage of one assignment are one arm: no
washout lies between them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Min

from reader_study.models import Assignment, Case, HiddenImage, Reading
from reader_study.patient_key import images_of_patient
from webapp.accounts.models import User
from webapp.audit.ahead import ahead
from webapp.audit.models import AccessEvent

# What the clinical pages and the API record when a person sees an image or what is said of it.
# Pixels and answers that were fetched ahead count too, though perhaps nobody looked: whoever asks can say so (audit.ahead).
# image.view_header and image.view_dicom_header are none of them: they have no pixels. Nor are lists: a line of images.list or
# list_later_truths names a case and shows nothing by which its image is known again; whoever goes on to the case leaves that row.
AT_WORK = ("open", "open_prior", "image.view_frame", "image.download", "see_predictions", "review", "see_later_truth")
CLINICAL_VERBS = (*AT_WORK, ahead("image.view_frame"), ahead("see_predictions"))
CHUNK = 500  # names in one query

Exposure = tuple[UUID | None, int, datetime]  # arm (None: clinical), replicate, when


def refused_until(assignments: Sequence[Assignment], user: User, now: datetime, min_days: int) -> dict[UUID, datetime]:
    """When each assignment opens again, for those that washout refuses now. A case that is begun is not refused."""
    waiting = [one for one in assignments if not any(r.opened_at for r in one.readings.all())]
    if min_days <= 0 or not waiting:
        return {}
    seen = exposures([one.case for one in waiting], user)
    found = {}
    for one in waiting:
        moments = [
            at for arm, replicate, at in seen[one.case.patient_key] if (arm, replicate) != (one.arm_id, one.replicate)
        ]
        if moments and (until := max(moments) + timedelta(days=min_days)) > now:
            found[one.pk] = until
    return found


def exposures(cases: Iterable[Case], user: User) -> dict[str, list[Exposure]]:
    """Every meeting of the person with the patients of these cases, by patient key."""
    cases = list(cases)
    found: defaultdict[str, list[Exposure]] = defaultdict(list)
    keys = sorted({case.patient_key for case in cases})
    for start in range(0, len(keys), CHUNK):
        readings = Reading.objects.filter(
            assignment__reader__user=user,
            opened_at__isnull=False,
            assignment__case__patient_key__in=keys[start : start + CHUNK],
        )
        names = ("assignment__case__patient_key", "assignment__arm", "assignment__replicate")
        for key, arm, replicate, at in readings.order_by().values_list(*names).annotate(at=Min("opened_at")):
            found[key].append((arm, replicate, at))
    for key, at in _clinical_looks(cases, user):
        found[key].append((None, 0, at))
    return found


def _clinical_looks(cases: list[Case], user: User) -> Iterable[tuple[str, datetime]]:
    key_of: dict[str, str] = {}
    for case in {case.patient_key: case for case in cases}.values():
        for image in images_of_patient(case.image).values_list("pk", flat=True):
            key_of[f"image:{image}"] = case.patient_key
    for start in range(0, len(cases), CHUNK):  # a copy under another name or in another project is the same patient
        beside = HiddenImage.objects.filter(case__in=cases[start : start + CHUNK], released_at=None)
        for image, key in beside.values_list("image", "case__patient_key"):
            key_of.setdefault(f"image:{image}", key)
    targets = sorted(key_of)
    for start in range(0, len(targets), CHUNK):
        events = AccessEvent.objects.filter(
            actor=user, verb__in=CLINICAL_VERBS, target__in=targets[start : start + CHUNK]
        )
        for target, at in events.values_list("target", "at"):
            yield key_of[target], at
