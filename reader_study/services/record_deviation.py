"""Write a departure from the protocol into the study's record."""

from reader_study import policy
from reader_study.models import Deviation, Reading, ReadingSession, Study
from reader_study.refusal import require
from reader_study.sent_bodies import DeviationRequest
from webapp.accounts.models import User
from webapp.sent_body import read_sent


def note_deviation(
    study: Study,
    code: str,
    text: str,
    by: User | None = None,
    *,
    session: ReadingSession | None = None,
    reading: Reading | None = None,
) -> Deviation:
    """Stores the row; for services, which know what happened."""
    return Deviation.objects.create(
        study=study, code=code, text=text[:500], by=by, created_by=by, session=session, reading=reading
    )


def record_deviation(user: User, study: Study, code: object, text: object) -> Deviation:
    """A manager's own note. Raises StudyRefused."""
    require(policy.may_see_allocation(user, study))
    require(policy.may_change_members(user, study))
    sent = read_sent(DeviationRequest, {"code": code, "text": text})
    return note_deviation(study, sent.code, sent.text, user)
