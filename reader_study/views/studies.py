"""Studies: list, make, copy, and move through their states."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from reader_study import policy
from reader_study.documents.study_bodies import LockAnswer, StudyDocument, StudyList
from reader_study.documents.study_document import problem_documents, study_document
from reader_study.models import Study
from reader_study.refusal import StudyRefused
from reader_study.results.lock_study import lock_problems, lock_study
from reader_study.sent_bodies import CopyRequest, ReasonRequest, StudyChange, StudyRequest
from reader_study.services import change_state
from reader_study.services.create_study import copy_study, create_study, rename_study
from reader_study.services.open_study import open_study, readiness
from reader_study.study_openapi import operation
from reader_study.views.study_view import StudyView
from reader_study.visible import visible_to
from webapp.json_bodies import ref


class Studies(StudyView):
    """Studies of the person, newest first."""

    @operation("studies_list", answer=ref(StudyList))
    def get(self, request: Request) -> Response:
        """Only studies in which the person has a role now."""
        person = self.person(request)
        rows = visible_to(Study.objects.all(), person).order_by("-created_at")
        may_create = policy.may_create_study(person) is None
        return Response({"studies": [study_document(row, person) for row in rows], "may_create": may_create})

    @operation("studies_create", StudyRequest, answer=ref(StudyDocument), status=201)
    def post(self, request: Request) -> Response:
        """A new draft, managed by the person."""
        person = self.person(request)
        self.require(policy.may_create_study(person))
        sent = self.sent(request, StudyRequest)
        study = create_study(person, sent.title, sent.kind, sent.seed, sent.description or "")
        return Response(study_document(study, person), status=201)


class StudyDetail(StudyView):
    """One study."""

    @operation("studies_retrieve", answer=ref(StudyDocument))
    def get(self, request: Request, study: UUID) -> Response:
        """The study; managers of a draft also see what keeps it from opening, of a closed one what keeps it from being locked."""
        row, person = self.study(request, study), self.person(request)
        document = study_document(row, person)
        if policy.may_open_study(person, row) is None:
            document["problems"] = problem_documents(readiness(row))
        elif policy.may_request_lock(person, row) is None:
            document["problems"] = problem_documents(lock_problems(row))
        return Response(document)

    @operation("studies_update", StudyChange, answer=ref(StudyDocument))
    def patch(self, request: Request, study: UUID) -> Response:
        """Title and description of a draft."""
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_edit_draft(person, row))
        return Response(study_document(rename_study(person, row, self.sent(request, StudyChange)), person))


class CopyStudy(StudyView):
    """A new draft from the protocol of a study."""

    @operation("studies_copy", CopyRequest, answer=ref(StudyDocument), status=201)
    def post(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_copy_study(person, row))
        made = copy_study(person, row, self.sent(request, CopyRequest).title)
        return Response(study_document(made, person), status=201)


class OpenStudy(StudyView):
    """Freezes protocol, AI outputs and allocation."""

    @operation("studies_open", answer=ref(StudyDocument))
    def post(self, request: Request, study: UUID) -> Response:
        person = self.person(request)
        return Response(study_document(open_study(person, self.study(request, study)), person))


class PauseStudy(StudyView):
    """Stops reading for a while."""

    @operation("studies_pause", answer=ref(StudyDocument))
    def post(self, request: Request, study: UUID) -> Response:
        person = self.person(request)
        return Response(study_document(change_state.pause_study(person, self.study(request, study)), person))


class ResumeStudy(StudyView):
    """Lets reading go on."""

    @operation("studies_resume", answer=ref(StudyDocument))
    def post(self, request: Request, study: UUID) -> Response:
        person = self.person(request)
        return Response(study_document(change_state.resume_study(person, self.study(request, study)), person))


class CloseStudy(StudyView):
    """Ends reading for good."""

    @operation("studies_close", answer=ref(StudyDocument))
    def post(self, request: Request, study: UUID) -> Response:
        person = self.person(request)
        return Response(study_document(change_state.close_study(person, self.study(request, study)), person))


class ArchiveStudy(StudyView):
    """Puts a locked study away."""

    @operation("studies_archive", answer=ref(StudyDocument))
    def post(self, request: Request, study: UUID) -> Response:
        person = self.person(request)
        return Response(study_document(change_state.archive_study(person, self.study(request, study)), person))


class WithdrawStudy(StudyView):
    """Ends a study from any state; data are kept."""

    @operation("studies_withdraw", ReasonRequest, answer=ref(StudyDocument))
    def post(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_withdraw_study(person, row))
        row = change_state.withdraw_study(person, row, self.sent(request, ReasonRequest).reason)
        return Response(study_document(row, person))


class LockStudy(StudyView):
    """First person: 202, the request is noted. Second person: 200, the study is locked and its results are computed."""

    @operation("studies_lock", answer=ref(StudyDocument), also={202: ref(LockAnswer)})
    def post(self, request: Request, study: UUID) -> Response:
        person = self.person(request)
        row = lock_study(person, self.study(request, study))
        if row.is_locked:
            return Response(study_document(row, person))
        if row.lock_requested_by is None or row.lock_requested_at is None:
            raise StudyRefused("wrong_state", "The request was not noted.")
        return Response(
            {
                "state": "lock_requested",
                "by": row.lock_requested_by.get_username(),
                "at": row.lock_requested_at.isoformat(),
                "problems": [],
            },
            status=202,
        )
