"""The `rehearse` job: some cases a turn, until other work waits or some seconds have passed; then the next turn is queued, behind
all other work. What a turn found is stored in the transaction that ends it: a killed worker costs one turn, and no case counts
twice."""

import time
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone

from inference.engine import Case, Engine, Explanation
from webapp.archive.models import Image
from webapp.archive.storage import IntegrityMismatch
from webapp.change_plans.reference_labels import ReferenceLabel, reference_labels
from webapp.change_plans.two_persons import PlanRefused
from webapp.predictions.bundle_store import BundleUnavailable, EngineShelf, engine_for
from webapp.predictions.points_in_force import PointsInForce
from webapp.predictions.run_mark import why_taken_out
from webapp.predictions.wanted_run import run_alone
from webapp.rehearsals.ask import LOWEST, REHEARSE, is_over, job_key
from webapp.rehearsals.case_run import Boxes, case_output
from webapp.rehearsals.decide import judged, store_verdict
from webapp.rehearsals.models import CaseOutput, Rehearsal, RehearsalStop
from webapp.work.jobs.claim import Claim, claimable
from webapp.work.jobs.create import create_job
from webapp.work.jobs.kinds import JobRefused, Result
from webapp.work.jobs.lease import JobCancelled, Lease, LeaseLost
from webapp.work.models import Job

TURN_SECONDS = 20.0
CHANGED = "Image {code} no longer has the stored bytes that {set} was locked with; nothing was judged."

_shelf = EngineShelf()  # of the candidate: the model in service stays loaded beside it, and new images wait for neither


def run_rehearsal(claim: Claim, lease: Lease) -> Result:
    """One turn. Raises JobRefused where the rehearsal is gone or a bundle cannot be run; the job may be tried again then."""
    rehearsal = (
        Rehearsal.objects.select_related("project", "plan", "reference_set")
        .filter(pk=claim.job.payload.get("rehearsal"))
        .first()
    )
    if rehearsal is None:
        raise JobRefused("rehearsal_missing", "The rehearsal of this job no longer exists.")
    if is_over(rehearsal):
        return Result()
    labels = reference_labels(rehearsal.reference_set)
    waiting = missing(rehearsal, labels)
    if not waiting:
        _shelf.clear()
        try:
            found = judged(rehearsal, labels)
        except PlanRefused as refused:
            return Result(write=partial(_stop, rehearsal, refused.code, f"{refused.text} Nothing was judged."))
        return Result(write=partial(store_verdict, rehearsal, found))
    try:
        rows = _some(rehearsal, labels, waiting, claim, lease)
    except IntegrityMismatch:
        text = CHANGED.format(code=waiting[0][0].code, set=rehearsal.reference_set.code)
        return Result(write=partial(_stop, rehearsal, "image_changed", text))
    return Result(write=partial(_store, rehearsal, rows))


def missing(rehearsal: Rehearsal, labels: Sequence[ReferenceLabel]) -> list[tuple[Image, str]]:
    """(image, bundle id) that have no output yet; both bundles of an image one after the other."""
    there = set(rehearsal.outputs.values_list("image_id", "bundle_id"))  # type: ignore[attr-defined]
    images = {label.image.pk: label.image for label in labels}
    pairs = [(image, bundle_id) for image in images.values() for bundle_id in rehearsal.bundles]
    return [(image, bundle_id) for image, bundle_id in pairs if (image.pk, bundle_id) not in there]


def somebody_waits() -> bool:
    """Another job could run now."""
    return Job.objects.filter(claimable(timezone.now())).exclude(kind=REHEARSE).exists()


def _some(
    rehearsal: Rehearsal,
    labels: Sequence[ReferenceLabel],
    waiting: Sequence[tuple[Image, str]],
    claim: Claim,
    lease: Lease,
) -> list[CaseOutput]:
    """At least one output. A fault after the first is left to the next turn, which meets it first."""
    boxes, points, until = _boxes(labels), PointsInForce(), time.monotonic() + TURN_SECONDS
    chosen = dict(rehearsal.reference_set.images.values_list("image_id", "stored_sha256"))  # type: ignore[attr-defined]

    def run(engine: Engine, case: Case) -> Explanation:
        return run_alone(engine, claim, lease, lambda watch: engine.explain([case], watch)[0])

    rows: list[CaseOutput] = []
    for image, bundle_id in waiting:
        try:
            lease.check()
            if chosen[image.pk] != image.stored_sha256:
                raise IntegrityMismatch(image)
            engine = _engine(rehearsal, bundle_id, claim)
            own = points.of(rehearsal.project, bundle_id)
            rows.append(case_output(rehearsal, image, engine, own, boxes[image.pk], run))
        except (LeaseLost, JobCancelled):
            raise
        except Exception:
            if not rows:
                raise
            break
        if time.monotonic() > until or somebody_waits():
            break
    return rows


def _engine(rehearsal: Rehearsal, bundle_id: str, claim: Claim) -> Engine:
    if why := why_taken_out(bundle_id):
        raise JobRefused("bundle_taken_out", f"Model {bundle_id[:12]} is not run again: {why}")
    is_candidate = bundle_id == rehearsal.candidate_id
    try:
        return (_shelf.get if is_candidate else engine_for)(bundle_id, [claim.job.id])
    except BundleUnavailable as problem:
        raise JobRefused("bundle_unavailable", f"The rehearsal cannot go on: {problem}.") from problem


def _boxes(labels: Sequence[ReferenceLabel]) -> dict[UUID, Boxes]:
    found: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for label in labels:
        if label.label == 1 and label.boxes:
            found[label.image.pk][label.finding] = label.boxes
    return found  # type: ignore[return-value]


def _store(rehearsal: Rehearsal, rows: Sequence[CaseOutput]) -> None:
    CaseOutput.objects.bulk_create(rows)
    turn = rehearsal.outputs.count()  # type: ignore[attr-defined]
    create_job(REHEARSE, {"rehearsal": str(rehearsal.pk)}, job_key(rehearsal, turn), LOWEST)


def _stop(rehearsal: Rehearsal, code: str, text: str) -> None:
    RehearsalStop(rehearsal=rehearsal, code=code, text=text).save()
