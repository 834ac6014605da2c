"""An admin asks for a site calibration: refused where no finding has labels enough, with the number still needed."""

from typing import Any

from django.db import transaction
from django.db.models import Max

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_retrain
from webapp.archive.models import Project
from webapp.deployments.models import DeployedBundle
from webapp.predictions.bundle_store import bundle_path
from webapp.refused import Refused
from webapp.site_calibration.models import SiteCalibration
from webapp.site_calibration.site_labels import count_rows, site_labels
from webapp.work.jobs.create import AUTOMATIC, create_job
from webapp.work.models import Job

CALIBRATE = "site_calibrate"
LOWEST = AUTOMATIC - 10  # behind whatever else there is to do


class CalibrationRefused(Refused):
    """Nothing is fitted."""


def job_key(row: SiteCalibration, turn: int) -> str:
    """Idempotency key of one turn; those of a calibration begin alike."""
    return f"{CALIBRATE}:{row.pk}:{turn}"


def last_job(row: SiteCalibration) -> Job | None:
    """The job of its newest turn."""
    return Job.objects.filter(idempotency_key__startswith=f"{CALIBRATE}:{row.pk}:").order_by("-created_at").first()


def ask_calibration(user: User, project: Project, bundle_id: str) -> SiteCalibration:
    """The labels as they are now, and the queued job. Raises CalibrationRefused: 400 for no bundle, 403, 409 with the reason."""
    CalibrationRefused.require(may_retrain(user))
    base = DeployedBundle.objects.filter(pk=bundle_id).first()
    if base is None:
        raise CalibrationRefused("not_allowed", f"base {bundle_id[:12]!r} is no registered bundle", "base", http=400)
    if why := base_problem(base):
        raise CalibrationRefused("wrong_base", why, "base")
    found = site_labels(user, project, base.pk, [finding["key"] for finding in findings_of(base)])
    rows = count_rows(found, findings_of(base))
    if all(row["lacks"] for row in rows):
        problems = [{"text": f"{row['title']}: {row['lacks']}."} for row in rows]
        raise CalibrationRefused("too_few", problems[0]["text"], problems=problems)
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=Project.default().pk)  # one number each
        under_way = SiteCalibration.objects.filter(base=base, project=project, end=None).first()
        if under_way is not None and (job := last_job(under_way)) is not None and job.state in Job.UNFINISHED:
            raise CalibrationRefused("under_way", f"{under_way.code} refits {base} already.")
        last = SiteCalibration.objects.aggregate(last=Max("number"))["last"] or 0
        row = SiteCalibration(
            project=project, number=last + 1, base=base, labels=[label.document() for label in found.labels],
            left_out=dict(found.left_out), created_by=user,
        )  # fmt: skip
        row.save()
        create_job(CALIBRATE, {"calibration": str(row.pk)}, job_key(row, 0), LOWEST)
        audit.record(
            user,
            "site_calibration.ask",
            f"bundle:{base.pk}",
            purpose="training",
            number=row.number,
            labels=len(row.labels),
        )
    return row


def findings_of(base: DeployedBundle) -> list[dict[str, Any]]:
    """As the manifest lists them."""
    return list(base.manifest.get("findings", []))


def base_problem(base: DeployedBundle) -> str:
    """Why this bundle cannot be refitted; "" where it can."""
    if not bundle_path(base.bundle_id).is_file():
        return f"The file of {base} is missing from the store."
    if base.manifest.get("task", "multilabel") != "multilabel":
        return f"{base} gives one answer per image: its findings are calibrated together and cannot be refitted one by one."
    return ""
