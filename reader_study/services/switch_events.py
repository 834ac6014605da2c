"""One row per finding when an aided stage locks after an unaided one, changed or not. Verdicts come at study lock."""

from reader_study.ai_document import ai_call
from reader_study.models import AiOutput, Assignment, Reading, SwitchEvent
from reader_study.services.own_assignment import readings_of
from webapp.accounts.models import User


def write_switches(assignment: Assignment, aided: Reading, user: User) -> None:
    """Call inside the lock's transaction."""
    before = {row.finding_id: row for row in readings_of(assignment)[Reading.Stage.UNAIDED].ratings.all()}
    output = AiOutput.objects.filter(case=assignment.case, bundle_id=assignment.arm.bundle_id).first()
    for after in aided.ratings.select_related("finding"):
        call = ai_call(output, assignment.arm, after.finding.code) if output else None
        SwitchEvent.objects.create(
            reading=aided,
            finding=after.finding,
            before=before[after.finding_id].rating,
            before_call=before[after.finding_id].call,
            after=after.rating,
            after_call=after.call,
            ai_state=AiOutput.State.ABSTAINED if call is None else AiOutput.State.OK,
            ai_call=call,
            created_by=user,
        )
