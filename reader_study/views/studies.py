"""Studies: list, make, copy, and move through their states."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from reader_study import policy
from reader_study.documents.study_document import study_document
from reader_study.models import Study
from reader_study.refusal import StudyRefused
from reader_study.results.lock_study import lock_problems, lock_study
from reader_study.services import change_state
from reader_study.services.create_study import copy_study, create_study, rename_study
from reader_study.services.open_study import open_study, readiness
from reader_study.study_openapi import REASON, body, operation
from reader_study.views.study_view import StudyView, data_of, only
from reader_study.visible import visible_to
from webapp.predictions.openapi import TEXT, WHOLE


class Studies(StudyView):
    """Studies of the person, newest first."""

    @operation("studies_list")
    def get(self, request: Request) -> Response:
        """Only studies in which the person has a role now."""
        person = self.person(request)
        rows = visible_to(Study.objects.all(), person).order_by("-created_at")
        may_create = policy.may_create_study(person) is None
        return Response({"studies": [study_document(row, person) for row in rows], "may_create": may_create})

    @operation("studies_create", body(title=TEXT, kind=TEXT, seed=WHOLE, description=TEXT), status=201)
    def post(self, request: Request) -> Response:
        """A new draft, managed by the person."""
        data = only(data_of(request), "title", "kind", "seed", "description")
        person = self.person(request)
        study = create_study(
            person, data.get("title", ""), data.get("kind", "reading"), data.get("seed"), data.get("description", "")
        )
        return Response(study_document(study, person), status=201)


class StudyDetail(StudyView):
    """One study."""

    @operation("studies_retrieve")
    def get(self, request: Request, study: UUID) -> Response:
        """The study; managers of a draft also see what keeps it from opening, of a closed one what keeps it from being locked."""
        row, person = self.study(request, study), self.person(request)
        document = study_document(row, person)
        if policy.may_open_study(person, row) is None:
            document["problems"] = [one.document() for one in readiness(row)]
        elif policy.may_request_lock(person, row) is None:
            document["problems"] = [one.document() for one in lock_problems(row)]
        return Response(document)

    @operation("studies_update", body(title=TEXT, description=TEXT))
    def patch(self, request: Request, study: UUID) -> Response:
        """Title and description of a draft."""
        row, person = self.study(request, study), self.person(request)
        return Response(study_document(rename_study(person, row, data_of(request)), person))


class CopyStudy(StudyView):
    """A new draft from the protocol of a study."""

    @operation("studies_copy", body(title=TEXT), status=201)
    def post(self, request: Request, study: UUID) -> Response:
        data = only(data_of(request), "title")
        person = self.person(request)
        return Response(
            study_document(copy_study(person, self.study(request, study), data.get("title", "")), person), status=201
        )


class OpenStudy(StudyView):
    """Freezes protocol, AI outputs and allocation."""

    @operation("studies_open", body())
    def post(self, request: Request, study: UUID) -> Response:
        person = self.person(request)
        return Response(study_document(open_study(person, self.study(request, study)), person))


class PauseStudy(StudyView):
    """Stops reading for a while."""

    @operation("studies_pause", body())
    def post(self, request: Request, study: UUID) -> Response:
        person = self.person(request)
        return Response(study_document(change_state.pause_study(person, self.study(request, study)), person))


class ResumeStudy(StudyView):
    """Lets reading go on."""

    @operation("studies_resume", body())
    def post(self, request: Request, study: UUID) -> Response:
        person = self.person(request)
        return Response(study_document(change_state.resume_study(person, self.study(request, study)), person))


class CloseStudy(StudyView):
    """Ends reading for good."""

    @operation("studies_close", body())
    def post(self, request: Request, study: UUID) -> Response:
        person = self.person(request)
        return Response(study_document(change_state.close_study(person, self.study(request, study)), person))


class ArchiveStudy(StudyView):
    """Puts a locked study away."""

    @operation("studies_archive", body())
    def post(self, request: Request, study: UUID) -> Response:
        person = self.person(request)
        return Response(study_document(change_state.archive_study(person, self.study(request, study)), person))


class WithdrawStudy(StudyView):
    """Ends a study from any state; data are kept."""

    @operation("studies_withdraw", REASON)
    def post(self, request: Request, study: UUID) -> Response:
        person, data = self.person(request), only(data_of(request), "reason")
        row = change_state.withdraw_study(person, self.study(request, study), data.get("reason", ""))
        return Response(study_document(row, person))


class LockStudy(StudyView):
    """First person: 202, the request is noted. Second person: 200, the study is locked and its results are computed."""

    @operation("studies_lock", body(), also=202)
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
