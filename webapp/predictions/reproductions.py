"""Ask for a result to be computed again, and what came of it; the stored result is read and left as it is."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import Refusal, may_review, may_see_predictions
from webapp.archive.lookup import image_or_404
from webapp.predictions.models import Prediction, Reproduction
from webapp.predictions.openapi import REFUSAL, REPRODUCTION, REPRODUCTIONS, ReproductionDocument
from webapp.predictions.reproduce import TAKEN_OUT
from webapp.predictions.requests import REPRODUCE
from webapp.predictions.run_mark import why_taken_out
from webapp.predictions.views import JSON, refused
from webapp.work.jobs.create import AWAITED, create_job
from webapp.work.models import Job

MOST_A_DAY = 100  # a person's; each is a whole run, ahead of what was uploaded


class TooManyToday(Exception):
    """This person has had as many results computed again as one may have in a day."""

    @property
    def refusal(self) -> Refusal:
        text = (
            f"You have had {MOST_A_DAY} results computed again in the last 24 hours, the most that one person may have."
        )
        return Refusal("too_many", text)


class Reproductions(APIView):
    """Each time that a result was computed again, newest first; POST asks for another."""

    @extend_schema(operation_id="reproductions", responses={(200, JSON): REPRODUCTIONS, (403, JSON): REFUSAL})
    def get(self, request: Request, prediction_id: Any) -> Response:
        prediction = _prediction_or_404(request, prediction_id)
        refusal = may_see_predictions(request.user, prediction.image)
        if refusal:
            return refused(refusal, 403)
        rows = list(prediction.reproductions.select_related("job", "asked_by"))
        if told := sum(bool(row.comparisons) for row in rows):  # the model's numbers
            audit.record(request.user, "see_predictions", f"image:{prediction.image_id}", count=told)  # type: ignore[attr-defined]
        return Response({"results": [reproduction_document(row) for row in rows]})

    @extend_schema(
        operation_id="reproduce",
        request=None,
        responses={
            **{(status, JSON): REPRODUCTION for status in (200, 201)},
            **{(status, JSON): REFUSAL for status in (403, 409, 429)},
        },
    )
    def post(self, request: Request, prediction_id: Any) -> Response:
        prediction = _prediction_or_404(request, prediction_id)
        refusal = may_review(request.user, prediction.image)
        if refusal:
            return refused(refusal, 403)
        if prediction.state != Job.State.SUCCEEDED:
            text = f"This prediction is {prediction.state}: there is no result to compute again."
            return refused(Refusal("no_result", text), 409)
        if why := why_taken_out(prediction.bundle_id):
            return refused(Refusal("bundle_taken_out", TAKEN_OUT.format(why=why)), 409)
        try:
            row, is_new = reproduce(prediction, request.user)  # type: ignore[arg-type]
        except TooManyToday as stop:
            return refused(stop.refusal, 429)
        return Response(reproduction_document(row), status=201 if is_new else 200)


@transaction.atomic
def reproduce(prediction: Prediction, user: User) -> tuple[Reproduction, bool]:
    """A new run beside the result, or the unfinished one if there is one; the flag says whether it is new.

    Raises TooManyToday where a new one would be beyond what one person may have.
    """
    rows = prediction.reproductions.select_related("job", "asked_by")
    unfinished = rows.filter(job__state__in=Job.UNFINISHED).first()
    if unfinished:
        return unfinished, False
    if _asked_today(user) >= MOST_A_DAY:
        raise TooManyToday
    key = f"{REPRODUCE}:{prediction.pk}:{rows.count() + 1}"
    job = create_job(REPRODUCE, {"prediction": str(prediction.pk)}, key, AWAITED)
    row, is_new = Reproduction.objects.get_or_create(job=job, defaults={"prediction": prediction, "asked_by": user})
    if is_new:
        audit.record(user, "reproduce", f"prediction:{prediction.pk}", reproduction=str(row.pk))
    return row, is_new


def reproduction_document(row: Reproduction) -> ReproductionDocument:
    """JSON-ready."""
    job = row.job
    return {
        "id": str(row.pk),
        "state": row.state,
        "asked_by": row.asked_by.username if row.asked_by else "",
        "provider": row.provider,
        "comparisons": row.comparisons,
        "is_within": row.is_within,
        "waiting_for": job.waiting_for if job else "",
        "error": {"code": job.error_code, "text": job.error_text} if job and job.error_code else None,
        "created_at": row.created_at.isoformat(),
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
    }


def _asked_today(user: User) -> int:
    return Reproduction.objects.filter(asked_by=user, created_at__gt=timezone.now() - timedelta(days=1)).count()


def _prediction_or_404(request: Request, prediction_id: Any) -> Prediction:
    prediction = get_object_or_404(Prediction.objects.select_related("job", "image"), id=prediction_id)
    image_or_404(request.user, prediction.image_id)
    return prediction
