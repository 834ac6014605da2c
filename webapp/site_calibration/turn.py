"""The `site_calibrate` job: the network's scores of some images a turn, until other work waits or some seconds have passed; then
the next turn is queued behind all other work. The last turn fits and writes the bundle."""

import time
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.utils import timezone

from inference.engine import Case, Engine, Explanation, NonFiniteOutput
from inference.gate import REFUSED, GateQuestion
from webapp.archive.exam import exam_of
from webapp.archive.frame.model_inputs import prepared
from webapp.archive.models import Image
from webapp.predictions.bundle_store import BundleUnavailable, EngineShelf
from webapp.predictions.run_mark import why_taken_out
from webapp.predictions.wanted_run import run_alone
from webapp.site_calibration.ask import CALIBRATE, LOWEST, job_key
from webapp.site_calibration.finish import finished
from webapp.site_calibration.models import SiteCalibration, SiteCalibrationEnd, SiteScore
from webapp.work.jobs.claim import Claim, claimable
from webapp.work.jobs.create import create_job
from webapp.work.jobs.kinds import JobRefused, Result
from webapp.work.jobs.lease import JobCancelled, Lease, LeaseLost
from webapp.work.models import Job

TURN_SECONDS = 20.0

_shelf = EngineShelf()  # the model in service stays loaded beside it


def run_calibration(claim: Claim, lease: Lease) -> Result:
    """One turn. Raises JobRefused where the calibration is gone or the base cannot be run; the job may be tried again then."""
    rows = SiteCalibration.objects.select_related("project", "base", "created_by")
    row = rows.filter(pk=claim.job.payload.get("calibration")).first()
    if row is None:
        raise JobRefused("calibration_missing", "The site calibration of this job no longer exists.")
    if SiteCalibrationEnd.objects.filter(calibration=row).exists():
        return Result()
    waiting = _missing(row)
    if not waiting:
        _shelf.clear()
        return Result(write=finished(row))
    return Result(write=partial(_store, row, _some(row, waiting, claim, lease)))


def _missing(row: SiteCalibration) -> list[Image]:
    """Labelled images without a score, in a fixed order."""
    wanted = {UUID(label[0]) for label in row.labels}
    there = set(row.scores.values_list("image_id", flat=True))  # type: ignore[attr-defined]
    return list(Image.objects.filter(pk__in=wanted - there).select_related("project").order_by("pk"))


def _some(row: SiteCalibration, waiting: Sequence[Image], claim: Claim, lease: Lease) -> list[SiteScore]:
    """At least one score. A fault after the first is left to the next turn, which meets it first."""
    engine, until = _engine(row.base_id, claim), time.monotonic() + TURN_SECONDS  # type: ignore[attr-defined]
    found: list[SiteScore] = []
    for image in waiting:
        try:
            lease.check()
            found.append(SiteScore(calibration=row, image=image, logits=_logits(engine, image, claim, lease)))
        except (LeaseLost, JobCancelled):
            raise
        except Exception:
            if not found:
                raise
            break
        if time.monotonic() > until or _somebody_waits():
            break
    return found


def _logits(engine: Engine, image: Image, claim: Claim, lease: Lease) -> dict[str, float]:
    seen = prepared(image, engine.bundle.input_spec)
    question = GateQuestion(exam_of(image), image.modality, image.project.takes_for_processing)

    def run() -> Explanation:
        return run_alone(engine, claim, lease, lambda watch: engine.explain([Case(seen, question)], watch)[0])

    try:
        answer = run()
    except NonFiniteOutput:
        return {}
    return {} if answer.gate.verdict == REFUSED else dict(answer.logits)


def _engine(bundle_id: str, claim: Claim) -> Engine:
    if why := why_taken_out(bundle_id):
        raise JobRefused("bundle_taken_out", f"Model {bundle_id[:12]} is not run again: {why}")
    try:
        return _shelf.get(bundle_id, [claim.job.id])
    except BundleUnavailable as problem:
        raise JobRefused("bundle_unavailable", f"The calibration cannot go on: {problem}.") from problem


def _somebody_waits() -> bool:
    return Job.objects.filter(claimable(timezone.now()), priority__gt=LOWEST).exists()


def _store(row: SiteCalibration, scores: Sequence[SiteScore]) -> None:
    SiteScore.objects.bulk_create(scores)
    turn = row.scores.count()  # type: ignore[attr-defined]
    create_job(CALIBRATE, {"calibration": str(row.pk)}, job_key(row, turn), LOWEST)
