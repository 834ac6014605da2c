"""A candidate whose runs end the worker, time after time, ends its trial: the model in service needs the workers."""

from uuid import UUID

from django.db import transaction

from webapp.predictions.run_mark import EndedRun
from webapp.silent_trials.end import Code, end
from webapp.silent_trials.models import EndedWorker, SilentAnswer, SilentCase, SilentTrial

MOST = 3  # as of a model in service (webapp/deployments/strikes.py)
TEXT = "The worker ended {count} times {how} while the candidate ran: it is not run any more."


@transaction.atomic
def count_ended_worker(ended: EndedRun) -> None:
    """Three in a row without an answer of the candidate, or at one image, end the trial. Ends that come together are one."""
    trials = SilentTrial.objects.filter(end=None, candidate_id=ended.bundle_id)
    if not trials.exists():
        return
    cases = SilentCase.objects.filter(job_id__in=[UUID(job) for job in ended.jobs])
    trial = trials.select_for_update().filter(pk__in=cases.values("trial")).first()
    if trial is None:
        return
    earlier = EndedWorker.objects.filter(trial=trial)
    last = earlier.order_by("-created_at").first()
    if last is not None and (last.mark == ended.mark or ended.began_at <= last.created_at):
        return
    EndedWorker(trial=trial, mark=ended.mark, jobs=list(ended.jobs)).save()
    how = _how(trial, ended)
    if how:
        end(trial, Code.CANDIDATE, TEXT.format(count=MOST, how=how))


def _how(trial: SilentTrial, ended: EndedRun) -> str:
    """In words, where it was enough; else empty."""
    rows = list(EndedWorker.objects.filter(trial=trial))
    answered = SilentAnswer.objects.filter(case__trial=trial).order_by("-created_at").first()
    if sum(answered is None or row.created_at > answered.created_at for row in rows) >= MOST:
        return "in a row"
    return "at one image" if any(sum(job in row.jobs for row in rows) >= MOST for job in ended.jobs) else ""
