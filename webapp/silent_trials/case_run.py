"""The `silent` job: the candidate answers one image. The answer is stored in the transaction that ends the job: a killed worker
costs one run, and no image counts twice. Maps and boxes are not kept."""

from functools import partial
from typing import Any

from inference.decisions import is_above_operating_point
from inference.engine import Case, Engine, Explanation, NonFiniteOutput
from inference.gate import REFUSED, GateQuestion
from webapp.archive.exam import exam_of
from webapp.archive.frame.model_inputs import prepared
from webapp.archive.storage import IntegrityMismatch, is_disk_full
from webapp.predictions.bundle_store import BundleUnavailable
from webapp.predictions.infer import INTEGRITY_TEXT
from webapp.predictions.points_in_force import PointsInForce
from webapp.predictions.wanted_run import run_alone
from webapp.silent_trials.candidate import candidate_shelf
from webapp.silent_trials.end import Code, due_end, end, end_if_due
from webapp.silent_trials.models import SilentAnswer, SilentCase, SilentEnd, SilentTrial
from webapp.silent_trials.queue_case import refused_by
from webapp.work.jobs.claim import Claim
from webapp.work.jobs.kinds import JobMustWait, JobRefused, Result
from webapp.work.jobs.lease import Lease

NOT_FINITE = "not_finite"
DISK_FULL = "waiting: the disk is full"


def run_silent(claim: Claim, lease: Lease) -> Result:
    """One image. Nothing for a trial that is over; one that cannot go on ends, also where its candidate cannot be loaded."""
    rows = SilentCase.objects.select_related("trial__project", "trial__plan", "image__project")
    case = rows.filter(pk=claim.job.payload.get("silent_case")).first()
    if case is None:
        raise JobRefused("case_missing", "The case of this job no longer exists.")
    trial = case.trial
    if SilentEnd.objects.filter(trial=trial).exists():
        return Result()
    if due := due_end(trial):
        return Result(write=partial(_end, trial, *due))
    try:
        engine = candidate_shelf.get(trial.candidate_id, [claim.job.id])
    except BundleUnavailable as problem:
        return Result(write=partial(_end, trial, Code.CANDIDATE, f"The candidate cannot be run: {problem}."))
    return Result(write=partial(_store, case, _answer(case, engine, claim, lease)))


def _answer(case: SilentCase, engine: Engine, claim: Claim, lease: Lease) -> SilentAnswer:
    """Not yet stored."""
    image = case.image
    try:
        seen = prepared(image, engine.bundle.input_spec)
    except IntegrityMismatch as problem:
        raise JobRefused("integrity_mismatch", INTEGRITY_TEXT) from problem
    except OSError as problem:
        if is_disk_full(problem):
            raise JobMustWait(DISK_FULL) from problem
        raise
    lease.check()
    points = PointsInForce().of(image.project, engine.bundle.id)
    asked = Case(seen, GateQuestion(exam_of(image), image.modality, image.project.takes_for_processing), points)
    try:
        answer = run_alone(engine, claim, lease, lambda watch: engine.explain([asked], watch)[0])
    except NonFiniteOutput:
        return SilentAnswer(
            case=case, findings={}, is_refused=True, reasons=[NOT_FINITE], seconds=0.0, input_sha256=seen.sha256
        )
    return SilentAnswer(case=case, seconds=answer.seconds, input_sha256=seen.sha256, **_said(answer))


def _said(answer: Explanation) -> dict[str, Any]:
    if answer.gate.verdict == REFUSED:
        checks = [check.document() for check in answer.gate.checks]
        return {"is_refused": True, "findings": {}, "reasons": refused_by(checks)}
    findings = {
        finding.key: {
            "probability": answer.probabilities[finding.key],
            "flagged": bool(is_above_operating_point(answer.probabilities[finding.key], finding)),
        }
        for finding in answer.contents.findings
    }
    return {"is_refused": False, "findings": findings, "reasons": []}


def _store(case: SilentCase, answer: SilentAnswer) -> None:
    """Unless the trial has ended meanwhile, which nothing may follow. The last image that it needs ends it."""
    trial = SilentTrial.objects.select_for_update().select_related("project", "plan").get(pk=case.trial_id)  # type: ignore[attr-defined]
    if SilentEnd.objects.filter(trial=trial).exists():
        return
    answer.save()
    end_if_due(trial)


def _end(trial: SilentTrial, code: Code, text: str) -> None:
    end(trial, code, text)
