"""Take a question: allowed, about a number that is shown, and areas that can be erased; a job, its row, an audit event."""

import uuid
from typing import Any, Final

from django.db import transaction

from inference.preprocessing import InputSpec
from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import Person, may_review, require_person
from webapp.archive.models import Image
from webapp.predictions.bundle_store import input_specs_in_service
from webapp.predictions.models import Prediction
from webapp.probes.allowed import may_probe
from webapp.probes.areas import named_areas
from webapp.probes.models import Probe
from webapp.probes.probe_body import ProbeRequest
from webapp.refused import Refused
from webapp.sent_body import read_sent
from webapp.work.jobs.create import AWAITED, create_job
from webapp.work.models import Job

PROBE: Final = "probe"
MOST_UNFINISHED: Final = 4  # of a person: a page that asks without end must not keep the workers from new images


def ask(user: Person, image: Image, data: object) -> Probe:
    """The question, with its job queued. Raises Refused (400, 401, 403, 409) and what `named_areas` raises."""
    body = read_sent(ProbeRequest, data)
    reader = require_person(user)
    Refused.require(may_review(reader, image))  # before anything is looked up: not even that a result is there is told
    prediction = _prediction(image, body.prediction)
    Refused.require(may_probe(reader, image, prediction.bundle_id, body.finding))
    _require_number(prediction, body.finding)
    named = named_areas(image, spec_in_service(image, prediction), body.areas)
    with transaction.atomic():
        # Questions that one person sends at the same time take turns: each counts those before it.
        User.objects.select_for_update().get(pk=reader.pk)
        unfinished = Probe.objects.filter(reader=reader, job__state__in=Job.UNFINISHED).count()
        if unfinished >= MOST_UNFINISHED:
            text = f"{unfinished} questions of yours are still being computed: wait for one of them"
            raise Refused("too_many_unfinished", text, http=409)
        key = uuid.uuid4()
        job = create_job(PROBE, {"image": str(image.pk)}, f"{PROBE}:{key}", AWAITED)
        probe = Probe.objects.create(
            id=key,
            image=image,
            prediction=prediction,
            finding=body.finding,
            reader=reader,
            job=job,
            areas=[one.document() for one in named],
        )
        _audit(probe)
    return probe


def spec_in_service(image: Image, prediction: Prediction) -> InputSpec:
    """What the model of the result takes. Raises Refused (409) unless it is the one in service, with its file at hand."""
    if prediction.bundle_id != image.project.active_bundle:
        text = (
            f"{prediction.bundle_name} {prediction.bundle_version} is no longer in service and cannot be asked again."
            " Run the model in service on this image first."
        )
        raise Refused("model_replaced", text, "prediction")
    specs = input_specs_in_service(image.project)
    if not specs:
        text = f"The file of {prediction.bundle_name} {prediction.bundle_version} is missing on the server."
        raise Refused("model_gone", f"{text} Tell an administrator.", "prediction")
    return specs[0]


def _prediction(image: Image, key: str) -> Prediction:
    try:
        wanted = uuid.UUID(key)
    except ValueError:
        wanted = uuid.UUID(int=0)
    found = Prediction.objects.filter(pk=wanted, image=image, finished_at__isnull=False).select_related("job").first()
    if found is None or found.state != Job.State.SUCCEEDED:
        raise Refused("no_result", f"prediction {key!r} is no finished result of this image", "prediction", 400)
    return found


def _require_number(prediction: Prediction, finding: str) -> None:
    findings: dict[str, Any] = {one["key"]: one for one in prediction.document.get("findings", [])}
    if finding not in findings:
        raise Refused("finding_unknown", f"finding {finding!r} is not one of {', '.join(findings)}", "finding", 400)
    if findings[finding].get("probability") is None:
        text = f"The model gave no number for {findings[finding]['title']}: there is none that could move."
        raise Refused("no_number", text, "finding")


def _audit(probe: Probe) -> None:
    """That it was asked, and how: codes alone."""
    audit.record(
        probe.reader,
        "ask_probe",
        f"image:{probe.image_id}",  # type: ignore[attr-defined]
        probe=str(probe.pk),
        bundle=probe.prediction.bundle_id,
        finding=probe.finding,
        areas=[one["code"] or "drawn" for one in probe.areas],
    )
