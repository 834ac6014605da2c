"""Show the frozen AI output of a case: only after the unaided lock, or in a concurrent arm once the case is open."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reader_study import clock, policy
from reader_study.models import AiMap, AiOutput, Arm, Assignment, InteractionEvent, Reading, Study
from reader_study.protocol_model import LAYER_OF_MAP
from reader_study.refusal import StudyRefused, require
from reader_study.services.own_assignment import own_assignment, readings_of, require_running
from webapp import audit
from webapp.accounts.models import User

NOT_THERE = "There is nothing here."
SERVER_SEQ = 0  # clients count their events from 1


def reveal_ai(user: User, study: Study, key: UUID, now: datetime | None = None) -> tuple[AiOutput, Assignment]:
    """The output of the arm's bundle. The first delivery is written into the reading's events. Raises 404 before its time,
    in arms without AI, and after the aided stage is locked: forward only."""
    require(policy.may_read(user, study))
    now = now or clock.now()
    with transaction.atomic():
        assignment = own_assignment(user, study, key)
        reading = aided_stage(assignment)
        if reading is None:
            raise StudyRefused("not_found", NOT_THERE, http=404)
        require_running(assignment.reader.study)
        output: AiOutput | None = AiOutput.objects.filter(
            case=assignment.case, bundle_id=assignment.arm.bundle_id
        ).first()
        if output is None:
            raise StudyRefused("not_found", NOT_THERE, http=404)
        if reading.ai_revealed_at is None:
            reading.ai_revealed_at = now
            reading.save(update_fields=["ai_revealed_at"])
            InteractionEvent(reading=reading, seq=SERVER_SEQ, kind="ai_revealed", server_at=now, created_by=user).save()
            audit.record(user, "study.reveal_ai", f"assignment:{assignment.pk}", purpose="reader study")
    return output, assignment


def aided_stage(assignment: Assignment) -> Reading | None:
    """The aided reading that is being made now, in an arm that shows AI; None when AI must not be shown."""
    if (
        assignment.arm.kind not in (Arm.Kind.AIDED_CONCURRENT, Arm.Kind.AIDED_SECOND_READ)
        or not assignment.arm.ai_layers
    ):
        return None
    stages = readings_of(assignment)
    reading = stages.get(Reading.Stage.AIDED)
    if reading is None or reading.is_locked:
        return None
    if assignment.arm.kind == Arm.Kind.AIDED_SECOND_READ:
        unaided = stages.get(Reading.Stage.UNAIDED)
        if unaided is None or not unaided.is_locked:
            return None
    return reading


def reveal_map(user: User, study: Study, key: UUID, kind: str) -> AiMap:
    """The bytes of one map of a layer that the arm shows."""
    output, assignment = reveal_ai(user, study, key)
    found: AiMap | None = output.maps.filter(kind=kind).first()
    if found is None or LAYER_OF_MAP.get(kind) not in assignment.arm.ai_layers or output.state != AiOutput.State.OK:
        raise StudyRefused("not_found", NOT_THERE, http=404)
    return found
