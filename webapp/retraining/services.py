"""Ask for a retraining, cancel it, let it go on. None of these touches the model in service."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from inference.intensity import INTENSITY_RULES
from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_retrain
from webapp.archive.models import Project
from webapp.deployments.models import DeployedBundle
from webapp.predictions.bundle_store import bundle_path
from webapp.refused import Refused
from webapp.retraining.data_parts import Part, data_problems, folder_part, reviewed_part
from webapp.retraining.models import Retraining, RetrainingRun
from webapp.retraining.recipes import RECIPES
from webapp.retraining.run_folder import finding_keys, require_room, start_weights
from webapp.work.jobs.cancel import cancel, retry
from webapp.work.jobs.create import create_job
from webapp.work.jobs.kinds import JobRefused
from webapp.work.models import Job
from webapp.work.training_host import is_training_worker_seen

TRAIN = "train"  # kind of job
ATTEMPTS = 20  # a worker may be killed many times in a training of a day; each goes on after the last epoch
MOST_PHANTOMS = 5000
NO_WORKER = (
    "No worker for trainings is at work here: this host has no training extra, or nobody started one"
    " (manage.py worker --training)."
)
NEW_WEIGHTS = (
    "A training in place of {} begins with new weights: a bundle holds none to train on with, and no run folder of a retraining"
    " that made it is here. Tick that you know it."
)


class RetrainingRefused(Refused):
    """Nothing is started, cancelled or continued."""


@dataclass(frozen=True)
class Asked:
    """What a form asks for, as text. Raises RetrainingRefused naming the value and what is allowed, in `checked`."""

    base: str = ""
    recipe: str = ""
    takes_reviewed: bool = True
    folders: Sequence[str] = ()
    phantoms: str = "0"
    aided_weight: str = "0.5"
    accepts_new_weights: bool = False

    def parts(self, user: User, project: Project) -> list[Part]:
        """What would be trained on, counted now."""
        reviewed = [reviewed_part(user, project)] if self.takes_reviewed else []
        return reviewed + [folder_part(name) for name in dict.fromkeys(self.folders)]


def start(user: User, project: Project, asked: Asked) -> Retraining:
    """Asks for a training and queues its job. Raises RetrainingRefused: 400 for a value, 403, 409 for what stands in the way."""
    RetrainingRefused.require(may_retrain(user))
    base = checked_base(asked.base)
    recipe = _one_of("recipe", asked.recipe, RECIPES)
    phantoms = int(_number("phantoms", asked.phantoms, 0, MOST_PHANTOMS))
    weight = _number("aided_weight", asked.aided_weight, 0, 1)
    if start_weights(base) is None and not asked.accepts_new_weights:
        raise RetrainingRefused("new_weights", NEW_WEIGHTS.format(base), "new_weights")
    parts = asked.parts(user, project)
    if problems := data_problems(parts, finding_keys(base), phantoms):
        raise RetrainingRefused("data_refused", problems[0], problems=[{"text": text} for text in problems])
    try:
        require_room(sum(part.images for part in parts) + 2 * phantoms)
    except JobRefused as refused:
        raise RetrainingRefused(refused.code, refused.text) from refused
    if not is_training_worker_seen():
        raise RetrainingRefused("no_training_worker", NO_WORKER)
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=Project.default().pk)  # one number each
        last = Retraining.objects.aggregate(last=Max("number"))["last"] or 0
        row = Retraining.objects.create(
            project=project, number=last + 1, base=base, recipe=recipe, takes_reviewed=asked.takes_reviewed,
            folders=list(dict.fromkeys(asked.folders)), phantoms=phantoms, aided_weight=weight, created_by=user,
        )  # fmt: skip
        job = create_job(TRAIN, {"retraining": str(row.pk)}, f"{TRAIN}:{row.pk}", max_attempts=ATTEMPTS)
        RetrainingRun.objects.create(retraining=row, job=job)
        audit.record(
            user, "retraining.start", f"retraining:{row.pk}", purpose="training", number=row.number, base=base.bundle_id,
            recipe=recipe, reviewed=asked.takes_reviewed, folders=row.folders, phantoms=phantoms, aided_weight=weight,
        )  # fmt: skip
    return row


def cancel_retraining(user: User, retraining: Retraining) -> None:
    """Ends it at once when it waits; a running one within seconds. What it has learnt stays in its folder."""
    RetrainingRefused.require(may_retrain(user))
    job = _job(retraining)
    if not cancel(job.pk):
        raise RetrainingRefused("wrong_state", f"{retraining.name} is over already: it {_ended(job)}.")
    audit.record(user, "retraining.cancel", f"retraining:{retraining.pk}", purpose="training")


def go_on(user: User, retraining: Retraining) -> None:
    """Queues a failed or cancelled one again: it continues after its last epoch, on the data that it began with."""
    RetrainingRefused.require(may_retrain(user))
    if not is_training_worker_seen():
        raise RetrainingRefused("no_training_worker", NO_WORKER)
    job = _job(retraining)
    if not retry(job.pk):
        raise RetrainingRefused("wrong_state", f"{retraining.name} cannot go on: it {_ended(job)}.")
    audit.record(user, "retraining.go_on", f"retraining:{retraining.pk}", purpose="training")


def checked_base(bundle_id: str) -> DeployedBundle:
    """A registered bundle that can be the base. Raises RetrainingRefused with the reason."""
    base = DeployedBundle.objects.filter(pk=bundle_id).first()
    if base is None:
        raise RetrainingRefused("not_allowed", f"base {bundle_id[:12]!r} is no registered bundle", "base", http=400)
    if problem := base_problem(base):
        raise RetrainingRefused("wrong_base", problem, "base")
    return base


def base_problem(base: DeployedBundle) -> str:
    """Why no candidate in place of this bundle can be trained here; "" where one can."""
    own, manifest = base.manifest.get("input") or {}, base.manifest
    if not bundle_path(base.bundle_id).is_file():
        return f"The file of {base} is missing from the store."
    if manifest.get("task", "multilabel") != "multilabel":
        return f"{base} answers task {manifest.get('task')!r}; the recipes train task 'multilabel'."
    if (
        own.get("channels", 1) != 1
        or own.get("height") != own.get("width")
        or own.get("intensity") not in INTENSITY_RULES
    ):
        return f"{base} takes an input that the recipes cannot make: one channel, square, intensity {', '.join(INTENSITY_RULES)}."
    return "" if finding_keys(base) else f"{base} has no finding."


def _job(retraining: Retraining) -> Job:
    job = retraining.run.job  # type: ignore[attr-defined]
    if job is None:
        raise RetrainingRefused("wrong_state", f"The job of {retraining.name} was cleaned away.")
    return job  # type: ignore[no-any-return]


def _ended(job: Job) -> str:
    job.refresh_from_db()
    return {
        Job.State.SUCCEEDED: "has made its bundle",
        Job.State.FAILED: "failed",
        Job.State.CANCELLED: "was cancelled",
    }.get(Job.State(job.state), f"is {job.state}")


def _one_of(field: str, value: str, allowed: Collection[str]) -> str:
    if value not in allowed:
        text = f"{field} {value[:40]!r} is not one of {', '.join(allowed)}"
        raise RetrainingRefused("not_allowed", text, field, http=400)
    return value


def _number(field: str, text: str, low: float, high: float) -> float:
    try:
        value = float(text.strip().replace(",", ".") or "0")
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise RetrainingRefused(
            "not_allowed", f"{field} {text[:20]!r} is not a number from {low:g} to {high:g}", field, http=400
        )
    return value
