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
from webapp.deployments.models import BundleStrike, DeployedBundle
from webapp.deployments.services import How, State, lock_service, name_in_projects
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
    bundle = DeployedBundle.objects.filter(pk=ended.bundle_id, state=State.ACTIVE).first()
    if bundle is None or bundle.activated_at is None or ended.began_at < bundle.activated_at:
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
    gone = DeployedBundle.objects.filter(bundle_id=bundle_id, state=State.FAILED).first()
    return gone.taken_out_why or f"{gone} was taken out." if gone else ""


def notices() -> list[Notice]:
    """Which bundle went out of service by itself and what answers now, until a person puts one in service."""
    current = DeployedBundle.objects.filter(state=State.ACTIVE).first()
    gone = (
        DeployedBundle.objects.filter(state=State.FAILED, taken_out_at__isnull=False).order_by("-taken_out_at").first()
    )
    if gone is None or gone.taken_out_at is None:
        return []
    if current is None:
        text = f"{gone.taken_out_why} No other model was in service before it: images wait. Put one in service under Models."
        return [Notice(text, is_problem=True)]
    if current.activated_at is not None and current.activated_at > gone.taken_out_at:
        return []
    return [_since_it_came_back(gone, current)]


def _since_it_came_back(gone: DeployedBundle, current: DeployedBundle) -> Notice:
    """gone: the one that was taken out. current: the one that came back for it."""
    told = f"{gone.taken_out_why} {current} ({current.short_id})"
    if current.came_back_at is None:
        return Notice(f"{told} answers now, as before it.", is_problem=False)
    strikes = current.strikes.filter(at__gte=current.came_back_at).count()
    if strikes < STRIKES:
        return Notice(f"{told} is in service again, as before it, and has not answered yet.", is_problem=False)
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
    """Call under the lock of the service, in a transaction."""
    now = timezone.now()
    strikes = list(bundle.strikes.filter(at__gte=bundle.activated_at))
    before = _before(bundle)
    bundle.state, bundle.taken_out_at, bundle.taken_out_why = State.FAILED, now, why
    bundle.save()
    if before is not None:
        before.state, before.activated_at, before.activated_by, before.came_back_at = State.ACTIVE, now, None, now
        before.save()
    renewed = _renew_jobs({job for strike in strikes for job in strike.jobs})
    released = name_in_projects(before, How.TAKEN_OUT, None, now, why)
    back = before.bundle_id if before else ""
    audit.record(
        None,
        "take_out_bundle",
        f"bundle:{bundle.bundle_id}",
        strikes=len(strikes),
        back=back,
        released=released,
        renewed=renewed,
    )
    logger.error("%s In service now: %s", why, f"{before} ({before.short_id})" if before else "none")


def _before(bundle: DeployedBundle) -> DeployedBundle | None:
    """The nearest bundle that this one replaced, step by step, which is whole and was not taken out itself."""
    seen, candidate = {bundle.pk}, bundle.replaced
    while candidate is not None and candidate.pk not in seen:
        if candidate.state != State.FAILED and bundle_path(candidate.bundle_id).is_file():
            return candidate
        seen.add(candidate.pk)
        candidate = candidate.replaced
    return None


def _renew_jobs(ids: set[str]) -> int:
    """Jobs that were in hand keep their chance: what used up their attempts was the bundle. One that still counts as running
    has its first attempt again, which ends with its lease; one that was given up meanwhile is queued again."""
    jobs = Job.objects.filter(id__in=ids)
    queued = jobs.filter(state=Job.State.QUEUED).update(attempts=0)
    running = jobs.filter(state=Job.State.RUNNING).update(attempts=1)
    given_up = jobs.filter(state=Job.State.FAILED, error_code=WORKER_DIED).values_list("id", flat=True)
    return queued + running + sum(retry(job_id) for job_id in list(given_up))
