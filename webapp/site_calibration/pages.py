"""`/models/site-calibration/`: which labels there are, what lacks, and what a refit changed. Managers look on, admins ask."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from measures.site_calibration import FEWEST, FEWEST_PATIENTS
from webapp.accounts.form_post import form_post
from webapp.accounts.policy import may_retrain, may_see_retrainings, require, require_person
from webapp.archive.models import Project
from webapp.change_plans.propose_plan import plan_in_force
from webapp.deployments.models import DeployedBundle
from webapp.form_action import act
from webapp.site_calibration.ask import ask_calibration, base_problem, findings_of, last_job
from webapp.site_calibration.models import SiteCalibration
from webapp.site_calibration.site_labels import REASONS, count_rows, site_labels
from webapp.work.models import Job

ROWS = 50


@login_required
@require_safe
def calibrations(request: HttpRequest) -> HttpResponse:
    """What there is to refit the chosen bundle on, and earlier ones."""
    person = require_person(request.user)
    require(may_see_retrainings(person))
    project = Project.default()
    base = DeployedBundle.objects.filter(pk=request.GET.get("base") or project.active_bundle).first()
    context: dict[str, Any] = {
        "project": project, "base": base, "bases": DeployedBundle.objects.all(), "earlier": [_shown(row) for row in _rows()[:ROWS]],
        "fewest": FEWEST, "fewest_patients": FEWEST_PATIENTS, "may_ask": may_retrain(person) is None,
    }  # fmt: skip
    if base is not None:
        found = site_labels(person, project, base.pk, [finding["key"] for finding in findings_of(base)])
        rows = count_rows(found, findings_of(base))
        context |= {"rows": rows, "left_out": _left_out(found.left_out), "problem": base_problem(base)}
        context |= {"can_ask": not context["problem"] and any(not row["lacks"] for row in rows)}
    return render(request, "site_calibration/calibrations.html", context)


@form_post("site_calibrations")
def ask(request: HttpRequest) -> HttpResponse:
    """Queues one; a refusal leads back with its reasons."""
    person = require_person(request.user)
    require(may_retrain(person))
    work = partial(ask_calibration, person, Project.default(), request.POST.get("base", ""))
    return act(request, work, "The site calibration is queued.", "site_calibrations")


@login_required
@require_safe
def calibration(request: HttpRequest, number: int) -> HttpResponse:
    """One: how far it is, or what came of each finding."""
    require(may_see_retrainings(request.user))
    row = get_object_or_404(_rows(), number=number)
    context = {**_shown(row), "left_out": _left_out(row.left_out), "plan": plan_in_force(row.project)}
    return render(request, "site_calibration/calibration.html", context)


def desk_context(request: HttpRequest) -> Mapping[str, Any] | None:
    """None for those whose affair it is not: nothing of it is in their page."""
    if may_see_retrainings(request.user) is not None:
        return None
    newest = _rows().first()
    return {"shown": _shown(newest) if newest else None}


def _rows() -> Any:
    return SiteCalibration.objects.select_related("project", "base", "created_by", "end__bundle")


def _shown(row: SiteCalibration) -> dict[str, Any]:
    end, job = getattr(row, "end", None), last_job(row)
    found: dict[str, Any] = {"row": row, "end": end, "job": job, "is_open": False, "findings": []}
    if end is not None:
        findings = [{**own, "key": key} for key, own in end.report.items()]
        refitted = sum(not own["code"] for own in findings)
        words = f"{refitted} of {len(findings)} findings refitted" if refitted else "no finding was refitted"
        return {**found, "findings": findings, "refitted": refitted, "words": words}
    images, done = len({label[0] for label in row.labels}), row.scores.count()  # type: ignore[attr-defined]
    is_open = job is not None and job.state in Job.UNFINISHED
    return {
        **found,
        "is_open": is_open,
        "words": f"{done} of {images} images scored" if is_open else "it ended without a result",
    }


def _left_out(counts: Mapping[str, int]) -> list[str]:
    return [f"{count} {REASONS[code]}" for code, count in sorted(counts.items()) if count]
