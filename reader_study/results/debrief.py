"""What a reader may learn of the own readings after the lock."""

from typing import Any

from reader_study import policy
from reader_study.models import Study
from reader_study.refusal import require
from reader_study.results.exports.scored_rows import scored_rows
from reader_study.services.own_assignment import study_body
from webapp.accounts.models import User
from webapp.accounts.policy import Person, Refusal


def may_see_debrief(user: Person, study: Study) -> Refusal | None:
    """A reader after the lock, where the protocol gives a debrief."""
    refusal = policy.may_see_debrief(user, study)
    if refusal is None and not study_body(study)["debrief"]:
        return Refusal("wrong_state", "The protocol of this study gives readers no results of their own.")
    return refusal


def debrief(user: User, study: Study) -> dict[str, Any]:
    """Own calls against truth, per part and finding. Raises StudyRefused as may_see_debrief says."""
    require(may_see_debrief(user, study))
    rows = [row for row in scored_rows(study) if row.assignment.reader.user_id == user.pk]
    return {
        "readings": [
            {
                "case": row.assignment.case.code,
                "part": row.assignment.arm.label,
                "stage": row.reading.stage,
                "finding": row.finding,
                "rating": row.rating.rating,
                "call": row.rating.call,
                "truth": row.truth,
                "right": (row.rating.call == (row.truth == "1"))
                if row.truth in ("0", "1") and row.rating.call is not None
                else None,
            }
            for row in rows
        ]
    }
