"""Strikes: a bundle whose runs end the worker, time after time, goes out of service by itself, and the one before comes back.

A strike is a worker that ended while a run of this bundle was in hand (predictions.run_mark). Two things take a bundle out:

- STRIKES strikes, one after the other, without an answer of this bundle between them. One after the other: the run of the
  next began after the one before was counted. What ends several workers at once (a person, a machine short of memory) is one.
- a job in hand in as many strikes as it has attempts, whatever was answered in between: this bundle ends the worker on it.

Nobody can tell a kill from outside from an end of the bundle's making; but such kills do not come in a row without an answer,
nor to one job each time. A bundle that a person puts in service begins without strikes.

A bundle that came back by itself stays until its first answer, whatever it does: where every run ends its worker, the fault is as
likely the machine's, and bundle after bundle would go. People are told that it does not answer either.
"""

import logging

from django.db import transaction
from django.utils import timezone

from webapp import audit
from webapp.archive.models import Project
from webapp.deployments.in_service import How, named, projects_of, way_back
from webapp.deployments.models import BundleStrike, DeployedBundle
from webapp.deployments.service_history import changes_of
from webapp.deployments.services import change_service, lock_service
from webapp.predictions.bundle_store import bundle_path
from webapp.predictions.run_mark import RUN_TOO_LONG, EndedRun
from webapp.work.extension_points import Notice
from webapp.work.jobs.cancel import retry
from webapp.work.jobs.claim import WORKER_DIED
from webapp.work.models import Job

logger = logging.getLogger(__name__)

STRIKES = 3


@transaction.atomic
def count_strike(ended: EndedRun) -> None:
    """Counts a worker that ended in a run, and takes the bundle out of service when that was enough."""
    lock_service()
    bundle = DeployedBundle.objects.filter(pk=ended.bundle_id).first()
    is_in_service = bundle is not None and bool(projects_of(bundle))
    if bundle is None or not is_in_service or bundle.activated_at is None or ended.began_at < bundle.activated_at:
        logger.warning("worker %s ended in a run of %s, which is not in service", ended.worker, ended.bundle_id[:12])
        return
    strikes = bundle.strikes.filter(at__gte=bundle.activated_at)
    last = strikes.order_by("-at").first()
    if last is not None and ended.began_at <= last.at:
        logger.warning("worker %s ended in a run of %s, at once with another: no strike", ended.worker, bundle)
        return
    BundleStrike.objects.create(
        id=ended.mark,
        bundle=bundle,
        began_at=ended.began_at,
        worker=ended.worker[:128],
        reason=ended.reason[:64],
        jobs=list(ended.jobs),
    )
    logger.warning(
        "worker %s ended in a run of %s (%s): strike %d", ended.worker, bundle, ended.reason, strikes.count()
    )
    why = _enough(bundle, ended)
    if why:
        _take_out(bundle, why)


def forgive(bundle_id: str) -> None:
    """A run of this bundle gave answers: the strikes before it no longer stand in a row, and it need not be spared any more."""
    open_strikes = BundleStrike.objects.filter(bundle_id=bundle_id, survived_at__isnull=True)
    if open_strikes.exists():  # an UPDATE for nothing would wait for SQLite's one writer
        open_strikes.update(survived_at=timezone.now())
    spared = DeployedBundle.objects.filter(pk=bundle_id, came_back_at__isnull=False)
    if spared.exists():
        spared.update(came_back_at=None)


def why_taken_out(bundle_id: str) -> str:
    """The sentence of a bundle that went out of service by itself and has not come back; empty for any other."""
    gone = DeployedBundle.objects.filter(bundle_id=bundle_id, taken_out_at__isnull=False).first()
    return gone.taken_out_why or f"{gone} was taken out." if gone else ""


def notices() -> list[Notice]:
    """Which bundle went out of service by itself and what answers there now, until a person chooses there: one for all projects to
    which the same happened."""
    told: dict[tuple[str, DeployedBundle | None], list[Project]] = {}
    projects = list(Project.objects.order_by("name", "slug"))
    for project in projects:
        changes = list(changes_of(project)[:2])
        if changes and changes[0].how == How.TAKEN_OUT:
            gone = changes[1].bundle if len(changes) > 1 else None
            why = gone.taken_out_why if gone else ""
            told.setdefault((why or changes[0].why, changes[0].bundle), []).append(project)
    return [
        _notice(why, back, f" in {named(where)}" if len(projects) > 1 else "") for (why, back), where in told.items()
    ]


def _notice(why: str, back: DeployedBundle | None, where: str) -> Notice:
    """back: what came back for the one that was taken out. where: empty on a site of one project."""
    if back is not None:
        return _since_it_came_back(why, back, where)
    text = f"{why} No other model was in service before it{where}: images wait. Put one in service under Models."
    return Notice(text, is_problem=True)


def _since_it_came_back(why: str, current: DeployedBundle, where: str) -> Notice:
    told = f"{why} {current} ({current.short_id})"
    if current.came_back_at is None:
        return Notice(f"{told} answers now{where}, as before it.", is_problem=False)
    strikes = current.strikes.filter(at__gte=current.came_back_at).count()
    if strikes < STRIKES:
        return Notice(f"{told} is in service again{where}, as before it, and has not answered yet.", is_problem=False)
    text = (
        f"{told} came back, and the worker ended {strikes} times while it ran this model too, without one answer. It stays in "
        "service: look for what ends the workers (their memory, the machine) before you blame a model."
    )
    return Notice(text, is_problem=True)


def _enough(bundle: DeployedBundle, ended: EndedRun) -> str:
    """Why the bundle must go, in words; empty while it may stay."""
    if bundle.came_back_at is not None:
        return ""
    strikes = list(bundle.strikes.filter(at__gte=bundle.activated_at))
    in_a_row = [strike for strike in strikes if strike.survived_at is None]
    if len(in_a_row) >= STRIKES:
        return _sentence(bundle, in_a_row, "one after the other, without an answer in between")
    attempts = dict(Job.objects.filter(id__in=ended.jobs).values_list("id", "max_attempts"))
    for job_id, most in attempts.items():
        same = [strike for strike in strikes if str(job_id) in strike.jobs]
        if len(same) >= max(STRIKES, most):
            return _sentence(bundle, same, f"each time with job {job_id} in hand")
    return ""


def _sentence(bundle: DeployedBundle, strikes: list[BundleStrike], how: str) -> str:
    late = sum(strike.reason == RUN_TOO_LONG for strike in strikes)
    hung = f" ({late} of them in runs past their limit that could not be stopped)" if late else ""
    return (
        f"{bundle} ({bundle.short_id}) was taken out of service: the worker ended {len(strikes)} times{hung} while it ran "
        f"this model, {how}."
    )


def _take_out(bundle: DeployedBundle, why: str) -> None:
    """Everywhere: each project returns to its own before. Call under the lock of the service, in a transaction."""
    now = timezone.now()
    strikes = list(bundle.strikes.filter(at__gte=bundle.activated_at))
    projects = projects_of(bundle)
    bundle.taken_out_at, bundle.taken_out_why = now, why
    bundle.save(update_fields=["taken_out_at", "taken_out_why"])
    renewed = _renew_jobs({job for strike in strikes for job in strike.jobs})
    for project in projects:
        before = _before(project)
        if before is not None:
            came_back = DeployedBundle.objects.filter(pk=before.pk)
            came_back.update(activated_at=now, activated_by=None, came_back_at=now)
        _, released = change_service(project, before, How.TAKEN_OUT, None, now, why)
        audit.record(
            None, "take_out_bundle", f"bundle:{bundle.pk}", project=project.slug, strikes=len(strikes),
            back=before.pk if before else "", released=released, renewed=renewed,
        )  # fmt: skip
        back = f"{before} ({before.short_id})" if before else "none"
        logger.error("%s In service now%s: %s", why, f" in {project.slug}" if len(projects) > 1 else "", back)


def _before(project: Project) -> DeployedBundle | None:
    """The nearest bundle on the project's way back whose file is there; those that were taken out are not on it."""
    return next((one for one in way_back(project) if bundle_path(one.pk).is_file()), None)


def _renew_jobs(ids: set[str]) -> int:
    """Jobs that were in hand keep their chance: what used up their attempts was the bundle. One that still counts as running
    has its first attempt again, which ends with its lease; one that was given up meanwhile is queued again."""
    jobs = Job.objects.filter(id__in=ids)
    queued = jobs.filter(state=Job.State.QUEUED).update(attempts=0)
    running = jobs.filter(state=Job.State.RUNNING).update(attempts=1)
    given_up = jobs.filter(state=Job.State.FAILED, error_code=WORKER_DIED).values_list("id", flat=True)
    return queued + running + sum(retry(job_id) for job_id in list(given_up))
