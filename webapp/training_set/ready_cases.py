"""Which of the selected cases may leave now, which a person must look at first, and which must stay."""

from typing import Any

from inference.dicom.refusal import DicomRefusal
from webapp.archive.children import MachineFault
from webapp.archive.deidentify.release import NotReleased, Releases
from webapp.archive.models import Project
from webapp.archive.storage import IntegrityMismatch, StorageFull
from webapp.training_set.export import DAMAGED
from webapp.training_set.select_cases import LeftOut, ReviewedCase


def sorted_by_release(
    cases: tuple[ReviewedCase, ...], project: Project
) -> tuple[list[ReviewedCase], list[dict[str, Any]], list[LeftOut]]:
    """Cases that may leave, those that a person must look at first, and those that must stay."""
    ready: list[ReviewedCase] = []
    to_check: list[dict[str, Any]] = []
    held: list[LeftOut] = []
    with Releases(project) as releases:
        for case in cases:
            try:
                releases.check(case.image)
                ready.append(case)
            except NotReleased as refused:
                if refused.code == "unchecked":
                    to_check.append({"id": case.image.pk, "code": case.image.code, "why": refused.text})
                held.append(LeftOut(case.image.code, refused.code, refused.text))
            except IntegrityMismatch:
                held.append(LeftOut(case.image.code, "damaged", DAMAGED))
            except DicomRefusal as refused:
                held.append(LeftOut(case.image.code, "unreadable", refused.code))
            except (MachineFault, StorageFull):
                held.append(LeftOut(case.image.code, "machine_fault", "try again"))
    return ready, to_check, held
