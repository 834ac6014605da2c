"""Pause, resume, close, archive and withdraw a study."""

from collections.abc import Callable

from django.db import transaction

from reader_study import clock, policy
from reader_study.models import ReadingSession, Study
from reader_study.refusal import require
from reader_study.services.people import checked_reason
from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import Person, Refusal

May = Callable[[Person, Study], Refusal | None]


def pause_study(user: User, study: Study) -> Study:
    """No session opens and no case is offered until it is resumed; drafts are still saved."""
    return _move(user, study, policy.may_pause_study, Study.State.PAUSED)


def resume_study(user: User, study: Study) -> Study:
    return _move(user, study, policy.may_resume_study, Study.State.OPEN)


def close_study(user: User, study: Study) -> Study:
    """No more reading: sessions that are not complete expire."""
    return _move(user, study, policy.may_close_study, Study.State.CLOSED)


def archive_study(user: User, study: Study) -> Study:
    return _move(user, study, policy.may_archive_study, Study.State.ARCHIVED)


def withdraw_study(user: User, study: Study, reason: str) -> Study:
    """Ends the study from any state; its data are kept."""
    require(policy.may_withdraw_study(user, study))
    return _move(user, study, policy.may_withdraw_study, Study.State.WITHDRAWN, checked_reason(reason))


def _move(user: User, study: Study, may: May, state: Study.State, reason: str = "") -> Study:
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study.pk)
        require(may(user, study))
        study.state, study.state_reason = state, reason
        if state == Study.State.CLOSED:
            study.closed_at = clock.now()
            open_ones = ReadingSession.objects.filter(reader__study=study).exclude(state__in=ReadingSession.ENDED)
            open_ones.update(state=ReadingSession.State.EXPIRED, ended_at=study.closed_at)
        study.save(update_fields=["state", "state_reason", "closed_at"])
        audit.record(user, f"study.{state}", f"study:{study.pk}", purpose="reader study")
    return study
