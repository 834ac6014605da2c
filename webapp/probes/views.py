"""GET and POST /api/images/{uid}/probes/ and GET /api/probes/{id}/: what can be erased, a question, and what came of it."""

from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inference.erasing import FILLINGS
from inference.thorax import NoThorax
from webapp import audit
from webapp.accounts.policy import may_see_predictions
from webapp.archive.integrity_answer import IntegrityAnswer
from webapp.archive.lookup import image_or_404
from webapp.json_bodies import ref
from webapp.predictions.bundle_store import input_specs_in_service
from webapp.probes.allowed import may_probe
from webapp.probes.areas import offered
from webapp.probes.ask import ask
from webapp.probes.models import Probe
from webapp.probes.openapi import CHOICES, PROBE, REFUSED, NoStructures, ProbeChoices, ProbeDocument
from webapp.probes.probe_body import MOST_AREAS, ProbeRequest
from webapp.refused import Refused
from webapp.work.models import Job

JSON = "application/json"
FAULTS = {(status, JSON): REFUSED for status in (400, 401, 403, 409)}
NO_MODEL: NoStructures = {"code": "no_model", "text": "No model is in service."}


class ImageProbes(IntegrityAnswer):
    """What would change the model's mind about one finding: asked after the own answer on it."""

    @extend_schema(operation_id="probe_choices", responses={(200, JSON): CHOICES, **FAULTS})
    def get(self, request: Request, uid: str) -> Response:
        """Structures that can be erased by name, found in the pixels alone."""
        image = image_or_404(request.user, uid)
        refusal = may_see_predictions(request.user, image)
        if refusal:
            return Response(Refused(refusal.code, refusal.text).document(), status=403)
        specs = input_specs_in_service(image.project)
        found = offered(image, specs[0]) if specs else None
        problem: NoStructures | None = NO_MODEL if found is None else None
        if isinstance(found, NoThorax):
            problem, found = {"code": found.code, "text": found.text}, None
        choices: ProbeChoices = {
            "structures": [one.document() for one in found or []],
            "problem": problem,
            "fillings": [{"code": code, "title": title} for code, title in FILLINGS.items()],
            "most_areas": MOST_AREAS,
        }
        return Response(choices, headers={"Cache-Control": "no-store"})

    @extend_schema(
        operation_id="ask_probe", request={JSON: ref(ProbeRequest)}, responses={(201, JSON): PROBE, **FAULTS}
    )
    def post(self, request: Request, uid: str) -> Response:
        """Queues the question; its result is at /api/probes/{id}/ once the job has succeeded, for a day."""
        image = image_or_404(request.user, uid)
        try:
            probe = ask(request.user, image, request.data)
        except Refused as refused:
            return Response(refused.document(), status=refused.http)
        return Response(probe_document(probe), status=201)


class ProbeView(IntegrityAnswer):
    """One question, for whoever asked it and may still ask it."""

    @extend_schema(operation_id="probe", responses={(200, JSON): PROBE, (403, JSON): REFUSED})
    def get(self, request: Request, probe_id: UUID) -> Response:
        probe = (
            Probe.objects.select_related("job", "image", "prediction")
            .filter(pk=probe_id, reader=request.user.pk)
            .first()
        )
        if probe is None:
            raise Http404("no question of yours has this id; questions are kept for a day")
        refusal = may_probe(request.user, probe.image, probe.prediction.bundle_id, probe.finding)
        if refusal:
            return Response(Refused(refusal.code, refusal.text).document(), status=403)
        document = probe_document(probe)
        if document["result"] is not None:  # the model's number, not a look at a question that waits
            audit.record(request.user, "see_predictions", f"image:{probe.image.pk}", count=1)
        return Response(document, headers={"Cache-Control": "no-store"})


def probe_document(probe: Probe) -> ProbeDocument:
    """As the API gives it."""
    job = probe.job
    return {
        "id": str(probe.pk),
        "image": str(probe.image_id),  # type: ignore[attr-defined]
        "prediction": str(probe.prediction_id),  # type: ignore[attr-defined]
        "bundle": probe.prediction.bundle_id,
        "finding": probe.finding,
        "state": job.state,
        "waiting_for": job.waiting_for,
        "error": {"code": job.error_code, "text": job.error_text} if job.error_code else None,
        "areas": probe.areas,
        "result": probe.result if job.state == Job.State.SUCCEEDED else None,
    }
