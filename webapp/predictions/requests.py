"""Ask for a prediction: when an image is stored, and when a person wants another run."""

from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet

from webapp.archive.models import Image, Project
from webapp.predictions.models import Prediction
from webapp.work.jobs.create import AUTOMATIC, AWAITED, create_job
from webapp.work.models import Job

INFER = "infer"
REPRODUCE = "reproduce"


def predict_new_image(image: Image) -> None:
    """Job and queued prediction of a newly stored image; runs inside the transaction that stores it."""
    _create(image, run=1, priority=AUTOMATIC)


def predict_again(image: Image) -> tuple[Prediction, bool]:
    """A new run for the image, or the unfinished one if there is one; the flag says whether it is new."""
    with transaction.atomic():
        unfinished = image.predictions.filter(job__state__in=Job.UNFINISHED).select_related("job").first()
        if unfinished:
            return unfinished, False
        return _create(image, run=image.predictions.count() + 1, priority=AWAITED), True


def jobs_of_others(project: Project) -> "QuerySet[Prediction, Any]":
    """Ids of the queued jobs of other projects' images."""
    rows = Prediction.objects.filter(job__state=Job.State.QUEUED).exclude(image__project=project)
    return rows.order_by().values_list("job_id", flat=True)


def waiting_by_project() -> dict[object, int]:
    """How many images of each project, by its id, wait for a model."""
    rows = Prediction.objects.filter(job__state=Job.State.QUEUED, job__kind=INFER).exclude(job__waiting_for="")
    return dict(rows.order_by().values_list("image__project").annotate(count=Count("id")))


def _create(image: Image, run: int, priority: int) -> Prediction:
    """`run` counts the image's predictions: with the kind and the image it is the job's idempotency key."""
    job = create_job(INFER, {"image": str(image.id)}, f"{INFER}:{image.id}:{run}", priority)
    return Prediction.objects.get_or_create(job=job, defaults={"image": image})[0]
