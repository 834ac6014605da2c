"""Sessions of readers, and the next case."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from rest_framework.request import Request
from rest_framework.response import Response

from reader_study import policy
from reader_study.documents.assignment_document import assignment_document, session_document
from reader_study.documents.study_document import deviation_document, time
from reader_study.models import ReadingSession, Study
from reader_study.reading_bodies import NextDocument, SessionDocument
from reader_study.refusal import StudyRefused
from reader_study.services import open_session as services
from reader_study.services.next_assignment import Next, next_assignment
from reader_study.study_openapi import REASON, TAB, body, operation
from reader_study.views.study_view import StudyView, data_of, only, tab_of
from reader_study.visible import visible_to
from webapp.json_bodies import ref
from webapp.predictions.openapi import FLAG, TEXT, nullable


class Sessions(StudyView):
    """A reader's own sessions; all of them for managers and auditors."""

    @operation("studies_sessions")
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_see_own_progress(person, row))
        with_reader = policy.may_see_allocation(person, row) is None
        rows = (
            visible_to(ReadingSession.objects.all(), person)
            .filter(reader__study=row)
            .order_by("reader__code", "ordinal")
        )
        found = [session_document(one, with_reader=with_reader) for one in rows.select_related("reader__study")]
        return Response({"sessions": found})


class SessionView(StudyView):
    """A view of one session of a study."""

    def session(self, request: Request, study: Study, key: UUID) -> ReadingSession:
        found: ReadingSession = self.row(request, ReadingSession, pk=key, reader__study=study)
        return found


class OpenSession(SessionView):
    """Opens the reader's next session."""

    @operation("studies_open_session", body(), answer=ref(SessionDocument))
    def post(self, request: Request, study: UUID, session: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_read(person, row))
        return Response(session_document(services.open_session(person, self.session(request, row, session))))


class OverrideWashout(SessionView):
    """Lets a session open before washout ends: a manager's decision, a reason, a deviation."""

    @operation("studies_override_washout", REASON, status=201)
    def post(self, request: Request, study: UUID, session: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_void(person, row))
        data = only(data_of(request), "reason")
        deviation = services.override_washout(person, self.session(request, row, session), data.get("reason", ""))
        return Response(deviation_document(deviation), status=201)


class AbortSession(SessionView):
    """Ends a session for good."""

    @operation("studies_abort_session", REASON)
    def post(self, request: Request, study: UUID, session: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_void(person, row))
        data = only(data_of(request), "reason")
        found = services.abort_session(person, self.session(request, row, session), data.get("reason", ""))
        return Response(session_document(found, with_reader=True))


class ScheduleSession(SessionView):
    """When a session may open, and after when reading in it is late."""

    @operation("studies_schedule_session", body(opens_at=nullable(TEXT), closes_at=nullable(TEXT)))
    def post(self, request: Request, study: UUID, session: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_void(person, row))
        data = only(data_of(request), "opens_at", "closes_at")
        times = [_moment(data, name) for name in ("opens_at", "closes_at")]
        found = services.schedule_session(person, self.session(request, row, session), *times)
        return Response(session_document(found, with_reader=True))


class NextAssignment(StudyView):
    """Opens the next case: POST, because the opening is recorded."""

    @operation("studies_next", body(take_over=FLAG), answer=ref(NextDocument), parameters=[TAB])
    def post(self, request: Request, study: UUID) -> Response:
        data = only(data_of(request), "take_over")
        row, tab = self.study(request, study), tab_of(request)
        found = next_assignment(self.person(request), row, tab, takes_over=data.get("take_over") is True)
        return Response(_next_document(found, tab))


def _next_document(found: Next, tab: str) -> NextDocument:
    return {
        "state": found.state,
        "assignment": assignment_document(found.assignment, tab) if found.assignment else None,
        "session": session_document(found.session) if found.session else None,
        "opens_on": found.opens_at.date().isoformat() if found.opens_at else None,
        "opens_at": time(found.opens_at),
    }


def _moment(data: dict[str, Any], name: str) -> datetime | None:
    if data.get(name) is None:
        return None
    try:
        found = parse_datetime(str(data[name]))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        text = f"{name} {str(data[name])[:40]!r} is not a time with its zone, like 2026-01-31T08:00:00Z"
        raise StudyRefused("not_allowed", text, name, 400)
    return found
