"""The protocol of a study and its arms."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from reader_study import policy
from reader_study.documents.study_bodies import ProtocolDocument
from reader_study.documents.study_document import form_document, protocol_document
from reader_study.models import Study
from reader_study.protocol_model import ProtocolBody
from reader_study.refusal import StudyRefused
from reader_study.services.edit_protocol import current_protocol, edit_protocol
from reader_study.services.own_assignment import study_body
from reader_study.study_openapi import operation
from reader_study.views.study_view import StudyView
from webapp.json_bodies import ref


class ProtocolView(StudyView):
    """The body of the protocol. Readers get the form only, once the study is open."""

    @operation("studies_protocol")
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        if policy.may_see_protocol(person, row) is not None:
            self.require(policy.may_read(person, row))
            if row.state == Study.State.DRAFT:
                raise StudyRefused("not_found", "There is no form yet.", http=404)
            return Response({"form": form_document(study_body(row))})
        return Response(protocol_document(row, current_protocol(row)))

    @operation("studies_protocol_replace", ProtocolBody, answer=ref(ProtocolDocument))
    def put(self, request: Request, study: UUID) -> Response:
        """The whole body; parts left out get their defaults."""
        row = self.study(request, study)
        return Response(protocol_document(row, edit_protocol(self.person(request), row, request.data)))

    @operation("studies_protocol_update", ProtocolBody, answer=ref(ProtocolDocument))
    def patch(self, request: Request, study: UUID) -> Response:
        """Top-level parts; the others stay."""
        row = self.study(request, study)
        return Response(protocol_document(row, edit_protocol(self.person(request), row, request.data, whole=False)))


class Arms(StudyView):
    """Arms, for those who run the study."""

    @operation("studies_arms")
    def get(self, request: Request, study: UUID) -> Response:
        row = self.study(request, study)
        self.require(policy.may_see_people(self.person(request), row))
        return Response({"arms": study_body(row)["arms"]})
