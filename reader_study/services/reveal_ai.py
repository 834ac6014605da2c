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
from webapp.reveal.answer_first import Answers, ModelShown, note_reveal

MODEL_SHOWN: dict[str, ModelShown] = {
    Arm.Kind.AIDED_CONCURRENT: ModelShown.BESIDE_IMAGE,
    Arm.Kind.AIDED_SECOND_READ: ModelShown.AFTER_ANSWER,
}
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
        if note_reveal(reading, now):
            InteractionEvent(reading=reading, seq=SERVER_SEQ, kind="ai_revealed", server_at=now, created_by=user).save()
            audit.record(user, "study.reveal_ai", f"assignment:{assignment.pk}", purpose="reader study")
    return output, assignment


def answers_of(assignment: Assignment) -> Answers[Reading]:
    """The reader's answers in the order that the arm asks for."""
    stages = readings_of(assignment)
    shown = MODEL_SHOWN.get(assignment.arm.kind, ModelShown.NEVER) if assignment.arm.ai_layers else ModelShown.NEVER
    return Answers(shown, stages.get(Reading.Stage.UNAIDED), stages.get(Reading.Stage.AIDED))


def aided_stage(assignment: Assignment) -> Reading | None:
    """The aided reading that is being made now, in an arm that shows AI; None when AI must not be shown."""
    return answers_of(assignment).open_to_model()


def reveal_map(user: User, study: Study, key: UUID, kind: str) -> AiMap:
    """The bytes of one map of a layer that the arm shows."""
    output, assignment = reveal_ai(user, study, key)
    found: AiMap | None = output.maps.filter(kind=kind).first()
    if found is None or LAYER_OF_MAP.get(kind) not in assignment.arm.ai_layers or output.state != AiOutput.State.OK:
        raise StudyRefused("not_found", NOT_THERE, http=404)
    return found
