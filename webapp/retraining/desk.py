"""The section of the page of models: the newest retraining, for managers and admins."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from webapp.accounts.policy import may_retrain, may_see_retrainings
from webapp.retraining.data_parts import IN_REFERENCE
from webapp.retraining.models import Retraining
from webapp.retraining.progress import HEIGHT, WIDTH, read_progress
from webapp.retraining.run_folder import RunFolder
from webapp.work.models import Job

WORDS: dict[str, str] = {
    Job.State.QUEUED: "waits",
    Job.State.SUCCEEDED: "has made its bundle",
    Job.State.FAILED: "failed",
    Job.State.CANCELLED: "was cancelled",
}


def desk_context(request: HttpRequest) -> Mapping[str, Any] | None:
    """None for those whose affair it is not: nothing of it is in their page."""
    if may_see_retrainings(request.user) is not None:
        return None
    newest = Retraining.objects.select_related("base", "run__job", "run__bundle").first()
    return {"shown": shown(newest) if newest else None, "may_retrain": may_retrain(request.user) is None}


def shown(row: Retraining) -> dict[str, Any]:
    """A retraining as pages show it."""
    run, place = row.run, RunFolder.of(row)  # type: ignore[attr-defined]
    progress = read_progress(place.progress)
    card = run.data_card
    kinds = [f"{count} {kind}" for kind, count in card.get("label_kinds", {}).items()]
    words = progress.words if run.state == Job.State.RUNNING else WORDS.get(run.state, run.state)
    if run.state == Job.State.QUEUED and progress.epoch:
        words = f"waits, {progress.words}"
    return {
        "row": row, "run": run, "job": run.job, "state": run.state, "words": words, "progress": progress,
        "curves": progress.curves(), "width": WIDTH, "height": HEIGHT, "card": card, "kinds": kinds,
        "excluded": sum(part["left_out"].get(IN_REFERENCE, 0) for part in card.get("parts", [])),
        "is_open": run.state in Job.UNFINISHED, "may_go_on": run.state in (Job.State.FAILED, Job.State.CANCELLED),
    }  # fmt: skip
