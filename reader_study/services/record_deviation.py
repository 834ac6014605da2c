"""Write a departure from the protocol into the study's record."""

from reader_study import policy
from reader_study.models import Deviation, Reading, ReadingSession, Study
from reader_study.refusal import StudyRefused, require
from webapp.accounts.models import User


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
    if code not in Deviation.Code.values:
        raise StudyRefused(
            "not_allowed", f"code {code!r} is not one of {', '.join(Deviation.Code.values)}", "code", 400
        )
    if not isinstance(text, str) or not 3 <= len(text.strip()) <= 500:
        raise StudyRefused("not_allowed", "text of 3 to 500 characters is needed", "text", 400)
    return note_deviation(study, str(code), text.strip(), user)
