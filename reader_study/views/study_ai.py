"""The frozen AI output of the case that is read now: 404 before its time."""

from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from reader_study.ai_document import ai_document
from reader_study.reading_bodies import AiDocument
from reader_study.services.require_display_check import require_display_check
from reader_study.services.reveal_ai import reveal_ai, reveal_map
from reader_study.study_openapi import TAB, file_operation, operation
from reader_study.views.study_view import StudyView
from webapp.accounts.sitting import sitting_of
from webapp.json_bodies import ref


class Ai(StudyView):
    """The layers of the arm, for this case. The first delivery is recorded."""

    @operation("studies_ai", answer=ref(AiDocument), parameters=[TAB])
    def get(self, request: Request, study: UUID, assignment: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        require_display_check(person, row, sitting_of(request.session))
        output, found = reveal_ai(person, row, assignment)
        base = f"/api/studies/{study}/assignments/{assignment}/ai/maps/{{kind}}/"
        return Response(ai_document(output, found.arm, base))


class AiMapView(StudyView):
    """float32 little-endian [K, h, w]; shape in X-Map-Shape."""

    @file_operation("studies_ai_map", "application/octet-stream")
    def get(self, request: Request, study: UUID, assignment: UUID, kind: str) -> HttpResponse:
        row, person = self.study(request, study), self.person(request)
        require_display_check(person, row, sitting_of(request.session))
        found = reveal_map(person, row, assignment, kind)
        shape = ",".join(str(size) for size in found.shape)
        return HttpResponse(
            bytes(found.content), content_type="application/octet-stream", headers={"X-Map-Shape": shape}
        )
