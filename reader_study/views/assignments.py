"""The case that a reader reads now: form, draft, lock, events, pauses, feedback."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from reader_study import clock, policy
from reader_study.documents.assignment_document import assignment_document
from reader_study.models import Assignment, Study
from reader_study.reading_bodies import (
    AssignmentDocument,
    DraftReceipt,
    FeedbackDocument,
    Receipt,
)
from reader_study.sent_bodies import AnswerSent, DraftSent, EventsRequest, TakeOverRequest, VoidReadingRequest
from reader_study.services import record_events as events
from reader_study.services.lock_reading import LockRequest, lock_reading
from reader_study.services.own_assignment import own_assignment, reading_in, take_over
from reader_study.services.save_draft import DraftRequest, save_draft
from reader_study.services.training import feedback
from reader_study.study_openapi import TAB, operation
from reader_study.views.study_view import StudyView, key_of, tab_of
from webapp.json_bodies import ref


class AssignmentView(StudyView):
    """A view of one assignment: the reader's own, already opened; else 404."""

    def own(self, request: Request, study: UUID, key: UUID) -> tuple[Study, Assignment]:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_read(person, row))
        return row, own_assignment(person, row, key)


class AssignmentDetail(AssignmentView):
    """The case as its reader sees it."""

    @operation("studies_assignment", answer=ref(AssignmentDocument), parameters=[TAB])
    def get(self, request: Request, study: UUID, assignment: UUID) -> Response:
        return Response(assignment_document(self.own(request, study, assignment)[1], tab_of(request)))


class Draft(AssignmentView):
    """Saves a draft: revision base_revision + 1, or 409 with both versions."""

    @operation("studies_save_draft", DraftSent, answer=ref(DraftReceipt), parameters=[TAB])
    def put(self, request: Request, study: UUID, assignment: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_read(person, row))
        sent = self.sent(request, DraftSent)
        key, tab = sent.idempotency_key or key_of(request), sent.tab or tab_of(request)
        draft = save_draft(person, row, assignment, DraftRequest(sent.stage, sent.base_revision, sent.body, key, tab))
        return Response({"revision": draft.revision, "saved_at": draft.saved_at.isoformat()})


class LockReading(AssignmentView):
    """Locks a stage: no way back. The answer is the receipt."""

    @operation("studies_lock_reading", AnswerSent, answer=ref(Receipt), parameters=[TAB])
    def post(self, request: Request, study: UUID, assignment: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_read(person, row))
        sent = self.sent(request, AnswerSent)
        key, tab = sent.idempotency_key or key_of(request), sent.tab or tab_of(request)
        return Response(lock_reading(person, row, assignment, LockRequest(sent.stage, sent.body, key, tab)))


class TakeOver(AssignmentView):
    """Gives the right to write to this tab."""

    @operation("studies_take_over", TakeOverRequest, answer=ref(AssignmentDocument), parameters=[TAB])
    def post(self, request: Request, study: UUID, assignment: UUID) -> Response:
        found = self.own(request, study, assignment)[1]
        tab = self.sent(request, TakeOverRequest).tab or tab_of(request)
        take_over(found.session, tab, clock.now())
        return Response(assignment_document(found, tab))


class Events(AssignmentView):
    """Interaction events of the present stage."""

    @operation("studies_events", EventsRequest, parameters=[TAB])
    def post(self, request: Request, study: UUID, assignment: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_read(person, row))
        stored, last = events.record_events(person, row, assignment, self.sent(request, EventsRequest).events)
        return Response({"stored": stored, "last_seq": last})


class Pause(AssignmentView):
    """Stops the clock and blanks the image."""

    @operation("studies_pause_reading")
    def post(self, request: Request, study: UUID, assignment: UUID) -> Response:
        row = self.study(request, study)
        events.pause_reading(self.person(request), row, assignment)
        return Response({"paused": True})


class Resume(AssignmentView):
    """Goes on after a pause."""

    @operation("studies_resume_reading")
    def post(self, request: Request, study: UUID, assignment: UUID) -> Response:
        row = self.study(request, study)
        events.resume_reading(self.person(request), row, assignment)
        return Response({"paused": False})


class Feedback(AssignmentView):
    """Truth and right or wrong of a training case, after its last lock."""

    @operation("studies_feedback", answer=ref(FeedbackDocument))
    def get(self, request: Request, study: UUID, assignment: UUID) -> Response:
        return Response(feedback(self.own(request, study, assignment)[1]))


class VoidReading(StudyView):
    """A manager takes a reading out, as a deviation."""

    @operation("studies_void_reading", VoidReadingRequest)
    def post(self, request: Request, study: UUID, assignment: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_void(person, row))
        found, sent = (
            self.row(request, Assignment, pk=assignment, reader__study=row),
            self.sent(request, VoidReadingRequest),
        )
        reading = reading_in(found, sent.stage)
        voided = events.void_reading(person, row, reading, sent.reason, read_again=sent.read_again)
        return Response({"reading": str(voided.pk), "state": voided.state})
