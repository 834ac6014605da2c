"""Where the protocol asks for it: no session, no case, no picture and no output of the model opens in a sitting in which the reader
passed no display check. Drafts and the lock of what was seen are taken."""

from reader_study.models import Study
from reader_study.refusal import StudyRefused
from reader_study.services.own_assignment import study_body
from webapp.accounts.models import User
from webapp.display_check.ask_and_judge import passed_in


def lacks_display_check(user: User, study: Study, sitting: str) -> bool:
    """Whether the study asks this person for a display check now. sitting: webapp.accounts.sitting; empty for a program."""
    return bool(study_body(study)["reading"].get("display_check")) and not (sitting and passed_in(user, sitting))


def require_display_check(user: User, study: Study, sitting: str) -> None:
    """Raises StudyRefused."""
    if lacks_display_check(user, study, sitting):
        text = (
            "This study asks for a display check in each sitting, and there is none in this one. "
            "Load this page again: it leads there and back. What you have answered is kept."
        )
        raise StudyRefused("display_check", text)
