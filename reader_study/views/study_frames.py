"""The image of a study case, reached by the id of an assignment or of a truth: nothing in it names the image."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from inference.dicom.display import ENHANCED
from reader_study import policy
from reader_study.models import Case, Study, Truth
from reader_study.refusal import StudyRefused
from reader_study.services.own_assignment import own_assignment, readings_of, require_running, stage_now, study_body
from reader_study.services.require_display_check import require_display_check
from reader_study.study_openapi import file_operation, operation
from reader_study.views.study_view import StudyView
from webapp import audit
from webapp.accounts.sitting import sitting_of
from webapp.archive.frame import frames
from webapp.archive.frame.api import HEADER, best_encoding
from webapp.archive.integrity_answer import IntegrityAnswer
from webapp.archive.models import Image
from webapp.reveal.shown_image import is_image_shown

VOI = OpenApiParameter("voi", str, description="linear (default), the index of a VOI item, preview, or enhanced")
# Facts of the picture. Left out: decoder and hash of the stored pixels, and whatever is added to the description later.
HEADER_FIELDS = (
    "rows", "columns", "bytes", "sha256", "sample_min", "sample_max", "padded", "frame", "value", "inverted", "voi",
    "presets", "opening", "spacing", "quality", "view", "laterality", "orientation", "placement",
)  # fmt: skip


class StudyFrameView(StudyView, IntegrityAnswer):
    """Answers of damaged files as in the archive."""

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, StudyRefused):
            return StudyView.handle_exception(self, error)
        return IntegrityAnswer.handle_exception(self, error)

    def image_for_reader(self, request: Request, study: UUID, assignment: UUID) -> Image:
        """The image of the case that the reader has open now. A paused case shows nothing."""
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_read(person, row))
        found = own_assignment(person, row, assignment)
        require_running(row)
        require_display_check(person, row, sitting_of(request.session))
        stage = stage_now(found)
        if stage is None and found.case.role != Case.Role.TRAINING:
            raise StudyRefused("not_found", "This case is read.", http=404)
        reading = readings_of(found).get(stage or "")
        if reading is not None and reading.paused_at is not None:
            raise StudyRefused("paused", "This case is paused. Resume it to see the image.")
        audit.record(person, "study.view_frame", f"assignment:{found.pk}", purpose="reader study")
        return _checked(found.case)

    def image_for_panel(self, request: Request, study: UUID, truth: UUID) -> Image:
        """The image of a truth that the panel votes on."""
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_vote(person, row))
        found = self.row(request, Truth, pk=truth, case__study=row)
        audit.record(person, "study.view_frame", f"truth:{found.pk}", purpose="reader study")
        return _checked(found.case)


def _checked(case: Case) -> Image:
    """The image, when it is still the one that was frozen at opening."""
    if case.image_sha256 and not is_image_shown(case.image, case.image_sha256):
        raise StudyRefused("image_changed", "The stored image is not the one that the study was opened with.")
    return case.image


def _voi(request: Request, study: Study | None = None) -> str:
    """The frame that is asked for. study: of a reader, whose protocol says whether the enhanced picture may be looked at."""
    voi = request.query_params.get("voi", "linear")
    if voi == ENHANCED and not (study and study_body(study)["reading"].get("enhanced") is True):
        raise StudyRefused("bad_voi", "The protocol of this study does not allow the enhanced picture.", "voi", 400)
    return voi


def _header(image: Image, voi: str) -> Response:
    try:
        document: Mapping[str, Any] = frames.description(image, voi)
    except ValueError as error:
        raise StudyRefused("bad_voi", str(error), "voi", 400) from None
    found: dict[str, Any] = {name: document[name] for name in HEADER_FIELDS if name in document}
    found["voi"] = [{**row, "explanation": ""} for row in found.get("voi", [])]  # free text of the file
    return Response(found)


def _frame(image: Image, request: Request, voi: str) -> HttpResponse:
    encoding = best_encoding(request.headers.get("Accept-Encoding", ""))
    try:
        frame = frames.encoded_frame(image, voi, encoding)
    except ValueError as error:
        raise StudyRefused("bad_voi", str(error), "voi", 400) from None
    response = HttpResponse(frame.body, content_type="application/octet-stream")
    if frame.encoding != "identity":
        response["Content-Encoding"] = frame.encoding
    response["Vary"] = "Accept-Encoding"
    return response


class AssignmentHeader(StudyFrameView):
    """Description of the frame, without identity."""

    @operation("studies_assignment_header", answer=HEADER, parameters=[VOI])
    def get(self, request: Request, study: UUID, assignment: UUID) -> Response:
        image = self.image_for_reader(request, study, assignment)
        return _header(image, _voi(request, self.study(request, study)))


class AssignmentFrame(StudyFrameView):
    """uint16 little-endian samples, row by row."""

    @file_operation("studies_assignment_frame", "application/octet-stream", [VOI])
    def get(self, request: Request, study: UUID, assignment: UUID) -> HttpResponse:
        image = self.image_for_reader(request, study, assignment)
        return _frame(image, request, _voi(request, self.study(request, study)))


class TruthHeader(StudyFrameView):
    """Description of the frame, for the panel."""

    @operation("studies_truth_header", answer=HEADER, parameters=[VOI])
    def get(self, request: Request, study: UUID, truth: UUID) -> Response:
        return _header(self.image_for_panel(request, study, truth), _voi(request))


class TruthFrame(StudyFrameView):
    """uint16 little-endian samples, for the panel."""

    @file_operation("studies_truth_frame", "application/octet-stream", [VOI])
    def get(self, request: Request, study: UUID, truth: UUID) -> HttpResponse:
        return _frame(self.image_for_panel(request, study, truth), request, _voi(request))
