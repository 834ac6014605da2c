"""Sessions of readers, and the next case."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from reader_study import policy
from reader_study.documents.assignment_document import assignment_document, session_document
from reader_study.documents.study_bodies import DeviationDocument, SessionList
from reader_study.documents.study_document import deviation_document, time
from reader_study.models import ReadingSession, Study
from reader_study.reading_bodies import NextDocument, SessionDocument
from reader_study.sent_bodies import NextRequest, ReasonRequest, ScheduleRequest
from reader_study.services import open_session as services
from reader_study.services.next_assignment import Next, next_assignment
from reader_study.study_openapi import TAB, operation
from reader_study.views.study_view import StudyView, tab_of
from reader_study.visible import visible_to
from webapp.accounts.sitting import sitting_of
from webapp.json_bodies import ref


class Sessions(StudyView):
    """A reader's own sessions; all of them for managers and auditors."""

    @operation("studies_sessions", answer=ref(SessionList))
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

    @operation("studies_open_session", answer=ref(SessionDocument))
    def post(self, request: Request, study: UUID, session: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_read(person, row))
        found = services.open_session(person, self.session(request, row, session), sitting=sitting_of(request.session))
        return Response(session_document(found))


class OverrideWashout(SessionView):
    """Lets a session open before washout ends: a manager's decision, a reason, a deviation."""

    @operation("studies_override_washout", ReasonRequest, answer=ref(DeviationDocument), status=201)
    def post(self, request: Request, study: UUID, session: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_void(person, row))
        found = self.session(request, row, session)
        deviation = services.override_washout(person, found, self.sent(request, ReasonRequest).reason)
        return Response(deviation_document(deviation), status=201)


class AbortSession(SessionView):
    """Ends a session for good."""

    @operation("studies_abort_session", ReasonRequest, answer=ref(SessionDocument))
    def post(self, request: Request, study: UUID, session: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_void(person, row))
        found = self.session(request, row, session)
        found = services.abort_session(person, found, self.sent(request, ReasonRequest).reason)
        return Response(session_document(found, with_reader=True))


class ScheduleSession(SessionView):
    """When a session may open, and after when reading in it is late."""

    @operation("studies_schedule_session", ScheduleRequest, answer=ref(SessionDocument))
    def post(self, request: Request, study: UUID, session: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_void(person, row))
        found, sent = self.session(request, row, session), self.sent(request, ScheduleRequest)
        found = services.schedule_session(person, found, sent.opens_at, sent.closes_at)
        return Response(session_document(found, with_reader=True))


class NextAssignment(StudyView):
    """Opens the next case: POST, because the opening is recorded."""

    @operation("studies_next", NextRequest, answer=ref(NextDocument), parameters=[TAB])
    def post(self, request: Request, study: UUID) -> Response:
        row, person, tab = self.study(request, study), self.person(request), tab_of(request)
        self.require(policy.may_read(person, row))
        takes_over, sitting = self.sent(request, NextRequest).take_over, sitting_of(request.session)
        found = next_assignment(person, row, tab, takes_over=takes_over, sitting=sitting)
        return Response(_next_document(found, tab))


def _next_document(found: Next, tab: str) -> NextDocument:
    return {
        "state": found.state,
        "assignment": assignment_document(found.assignment, tab) if found.assignment else None,
        "session": session_document(found.session) if found.session else None,
        "opens_on": found.opens_at.date().isoformat() if found.opens_at else None,
        "opens_at": time(found.opens_at),
    }
