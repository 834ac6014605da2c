"""After the lock: results, exports, the reader's own debrief; and amendments."""

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from reader_study import policy
from reader_study.documents.study_bodies import AmendmentDocument, AmendmentList, ResultList, ResultSetDocument
from reader_study.documents.study_document import amendment_document, result_row
from reader_study.models import Amendment, ResultSet
from reader_study.refusal import StudyRefused
from reader_study.results.amend import approve_amendment, propose_amendment
from reader_study.results.debrief import debrief
from reader_study.results.exports.export_study import KINDS, export_study
from reader_study.sent_bodies import AmendmentRequest
from reader_study.study_openapi import file_operation, operation
from reader_study.views.study_view import StudyView
from reader_study.visible import visible_to
from webapp import audit
from webapp.json_bodies import ref


class Results(StudyView):
    """Result sets with their hashes, oldest first."""

    @operation("studies_results", answer=ref(ResultList))
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_see_results(person, row))
        rows = (
            visible_to(ResultSet.objects.all(), person).filter(study=row).select_related("amendment").order_by("number")
        )
        return Response({"results": [result_row(one) for one in rows]})


class ResultDetail(StudyView):
    """One result set; auditors see its hashes only."""

    @operation("studies_result", answer=ref(ResultSetDocument))
    def get(self, request: Request, study: UUID, number: int) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_see_results(person, row))
        found = self.row(request, ResultSet, study=row, number=number)
        if policy.may_export(person, row) is not None:
            return Response(result_row(found))
        audit.record(person, "study.see_results", f"study:{row.pk}", purpose="reader study", number=number)
        return Response({**result_row(found), "document": found.document})


class Amendments(StudyView):
    """Changes after the opening."""

    @operation("studies_amendments", answer=ref(AmendmentList))
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_see_amendments(person, row))
        rows = visible_to(Amendment.objects.all(), person).filter(study=row).select_related("by", "approved_by")
        return Response({"amendments": [amendment_document(one) for one in rows.order_by("number")]})

    @operation("studies_propose_amendment", AmendmentRequest, answer=ref(AmendmentDocument), status=201)
    def post(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_propose_amendment(person, row))
        sent = self.sent(request, AmendmentRequest)
        found = propose_amendment(person, row, sent.kind, sent.reason, sent.change, sent.effective_from)
        return Response(amendment_document(found), status=201)


class ApproveAmendment(StudyView):
    """The statistician applies an amendment that somebody else proposed."""

    @operation("studies_approve_amendment", answer=ref(AmendmentDocument))
    def post(self, request: Request, study: UUID, number: int) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_approve_amendment(person, row))
        found = self.row(request, Amendment, study=row, number=number)
        return Response(amendment_document(approve_amendment(person, row, found)))


class Export(StudyView):
    """Files of a locked study."""

    @file_operation(
        "studies_export",
        "application/octet-stream",
        [OpenApiParameter("finding", str, description="for imrmc, ratings_csv, marks_csv and lesions_csv")],
    )
    def get(self, request: Request, study: UUID, kind: str) -> HttpResponse:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_export(person, row))
        if kind not in KINDS:
            raise StudyRefused("not_allowed", f"kind {kind[:40]!r} is not one of {', '.join(KINDS)}", "kind", 404)
        found = export_study(row, kind, request.query_params.get("finding", ""))
        audit.record(person, "study.export", f"study:{row.pk}", purpose="reader study", kind=kind)
        response = HttpResponse(found.content, content_type=found.media)
        response["Content-Disposition"] = f'attachment; filename="{found.name}"'
        response["X-Content-Type-Options"] = "nosniff"
        return response


class Debrief(StudyView):
    """A reader's own readings against truth, after the lock, where the protocol says so."""

    @operation("studies_debrief")
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        return Response(debrief(person, row))
