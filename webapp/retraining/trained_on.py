"""Whom a bundle has learnt from, as far as this server knows: patients who are no test of it, and failures that it was told.

A bundle that began with the weights of another, or is another with a new calibrator, has learnt from whatever that one had learnt
from. Rooms above register what they taught a bundle. Of a bundle that came from elsewhere nothing is known here, and of registered
folders no patient: their pseudonyms are of another make.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reader_study.patient_key import patient_key
from webapp.archive.models import Image
from webapp.retraining.models import RetrainingRun, TrainedOn
from webapp.reviews.failure_scheme import FAILURE_VERDICTS
from webapp.reviews.models import CaseReview
from webapp.training_set.export import TrainingSet

WEIGHTS_OF_BASE = "the weights of the base"
NOT_COMPARED = "Patients of folder {} cannot be compared with those of this server."
NOT_KEPT = "{} was trained before this server kept whom a training learns from."
HASHES = ("received_sha256", "stored_sha256", "pixel_sha256")  # the last is the same in every transfer syntax


@dataclass(frozen=True)
class Taught:
    """patients, files: hashes, as in TrainedOn. failures: (image, finding). parents: ids of bundles that it was made from. gaps:
    sentences on what is not known of it."""

    patients: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    failures: frozenset[tuple[UUID, str]] = frozenset()
    parents: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


teachers: list[Callable[[str], Taught | None]] = []  # by bundle id; None where the room did not make it


def taught(bundle_id: str) -> Taught:
    """Of the bundle and of every one that it was made from."""
    seen: set[str] = set()
    waiting, found = [bundle_id], Taught()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        for own in (told for ask in (_retrained, *teachers) if (told := ask(one)) is not None):
            found = Taught(
                found.patients | own.patients, found.files | own.files, found.failures | own.failures,
                gaps=(*found.gaps, *own.gaps),
            )  # fmt: skip
            waiting += own.parents
    return found


def trained_patients(bundle_id: str) -> frozenset[str]:
    """Their keys (reader_study.patient_key): none of them tests this bundle."""
    return taught(bundle_id).patients


def trained_failures(bundle_id: str) -> frozenset[tuple[UUID, str]]:
    """(image, finding) of failures that were labels of its training: that it answers them is no news."""
    return taught(bundle_id).failures


def trained_images(bundle_id: str, images: Iterable[Image]) -> set[UUID]:
    """Those of these images whose patient, or whose file in another project, the bundle has learnt from."""
    own = taught(bundle_id)
    if not own.patients and not own.files:
        return set()
    return {
        image.pk
        for image in images
        if patient_key(image) in own.patients or any(getattr(image, name) in own.files for name in HASHES)
    }


def trained_on(made: TrainingSet) -> dict[str, list[Any]]:
    """The columns of TrainedOn, for an export that was written."""
    labelled = {(image.pk, name) for image, row in zip(made.written, made.rows, strict=True) for name in row.labels}
    reviews = CaseReview.objects.filter(image__in=made.written, verdict__in=FAILURE_VERDICTS).current()
    wrong = set(reviews.values_list("image_id", "finding")) & labelled
    return {
        "patients": sorted({patient_key(image) for image in made.written}),
        "files": sorted({getattr(image, name) for image in made.written for name in HASHES} - {""}),
        "failures": sorted([str(image), finding] for image, finding in wrong),
    }


def keep_trained_on(run: RetrainingRun, columns: dict[str, list[Any]] | None) -> None:
    """Once; a run that goes on has kept it already. None: nobody wrote it down, and the bundle says so."""
    if columns is not None and not TrainedOn.objects.filter(retraining=run.retraining).exists():
        TrainedOn(retraining=run.retraining, created_by=run.retraining.created_by, **columns).save()


def _retrained(bundle_id: str) -> Taught | None:
    run = RetrainingRun.objects.filter(bundle=bundle_id).select_related("retraining__trained_on").first()
    if run is None:
        return None
    parents: tuple[str, ...] = (run.retraining.base_id,) if run.data_card.get("starts_with") == WEIGHTS_OF_BASE else ()
    row = getattr(run.retraining, "trained_on", None)
    gaps = tuple(NOT_COMPARED.format(name) for name in run.retraining.folders)
    if row is None:
        return Taught(parents=parents, gaps=(*gaps, NOT_KEPT.format(run.retraining.name)))
    failures = frozenset((UUID(image), finding) for image, finding in row.failures)
    return Taught(frozenset(row.patients), frozenset(row.files), failures, parents, gaps)
