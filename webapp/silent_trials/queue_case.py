"""A new image whose own result is stored is queued for the candidate, behind all other work, in the same transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from inference.gate import REFUSED
from webapp.predictions.result_hooks import StoredResult
from webapp.rehearsals.ask import LOWEST
from webapp.silent_trials.models import SilentCase, SilentTrial
from webapp.work.jobs.create import create_job
from webapp.work.models import Job

SILENT = "silent"
NOT_STATED = "not stated"


def queue_case(result: StoredResult) -> None:
    """Only images that came after the trial began, answered by the model that it compares with, and no more than it needs."""
    image = result.image
    trial = SilentTrial.objects.filter(project=image.project_id, end=None).first()
    if trial is None or result.bundle_id != trial.in_service_id or image.created_at < trial.created_at:
        return
    cases = SilentCase.objects.filter(trial=trial)
    has_room = cases.filter(Q(answer__isnull=False) | Q(job__state__in=Job.UNFINISHED)).count() < trial.least_images
    if not has_room or cases.filter(image=image).exists():
        return
    case = SilentCase(trial=trial, image=image, seconds=result.seconds, **_said(result.document))
    case.job = create_job(SILENT, {"silent_case": str(case.pk)}, f"{SILENT}:{case.pk}", LOWEST)
    case.save()


def refused_by(checks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Names of the checks that an image did not pass."""
    return [str(check.get("name", NOT_STATED)) for check in checks if check["passed"] is False]


def _said(document: Mapping[str, Any]) -> dict[str, Any]:
    gate = document["gate"]
    is_refused = gate["verdict"] == REFUSED
    findings = {
        one["key"]: {"probability": one["probability"], "flagged": one["decision"] == "positive"}
        for one in document["findings"]
        if one["probability"] is not None
    }
    return {
        "is_refused": is_refused,
        "findings": {} if is_refused else findings,
        "reasons": refused_by(gate["checks"]) if is_refused else [],
    }
