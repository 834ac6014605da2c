"""`POST /api/uploads/` and `GET /api/uploads/{id}/`."""

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import TooManyFilesSent
from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.models import User
from webapp.accounts.policy import may_see_upload, may_upload, require, require_person
from webapp.archive.models import Upload
from webapp.archive.reports import upload_document
from webapp.archive.serializers import FaultSerializer, UploadRequestSerializer, UploadSerializer
from webapp.archive.storage import is_disk_full
from webapp.archive.upload.receive import receive_files
from webapp.archive.upload.sized_request import SizedRequest
from webapp.bad_request import too_many_files_text

CUT = "The request ended before its last file had ended. Nothing of it was kept; send it again."


class RequestFault(Exception):
    """The request itself is refused: http, code and sentence."""

    def __init__(self, http: int, code: str, text: str) -> None:
        super().__init__(code)
        self.http, self.code, self.text = http, code, text


class UploadsView(APIView):
    """Takes files. 202 with one item per file; only faults of the request itself are answered 4xx or 507.

    What the door before the body refuses (request_limit.py) is described here as well.
    """

    parser_classes = (MultiPartParser,)

    @extend_schema(
        request={"multipart/form-data": UploadRequestSerializer},
        responses={
            202: UploadSerializer,
            400: FaultSerializer,
            404: OpenApiResponse(description="the upload to append to does not exist or is not yours"),
            413: FaultSerializer,
            408: FaultSerializer,
            429: FaultSerializer,
            507: FaultSerializer,
        },
    )
    def post(self, request: Request) -> Response:
        require(may_upload(request.user))
        user = require_person(request.user)
        files, wanted = request.FILES.getlist("files"), request.POST.get("upload", "")
        if not files:
            raise RequestFault(400, "no_files", "No file was sent in the field `files`.")
        upload = _upload_to_fill(user, wanted)
        added = receive_files(user, files, upload)
        return Response(upload_document(upload, added), status=202)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Looks at size and end first: the check of the session's CSRF token already reads the whole body."""
        limit = settings.MAX_REQUEST_BYTES
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            text = f"One request may hold {limit / 2**30:g} GiB. Send fewer files."
            raise RequestFault(413, "request_too_large", text)
        if isinstance(request._request, SizedRequest) and request._request.is_cut():
            raise RequestFault(400, "request_cut", CUT)
        super().initial(request, *args, **kwargs)

    def handle_exception(self, error: Exception) -> Response:
        fault = _fault_of(error)
        if fault is None:
            return super().handle_exception(error)
        response = Response({"code": fault.code, "text": fault.text}, status=fault.http)
        response.exception = True
        return response


class UploadView(APIView):
    """The report of one upload, to be asked again until `state` is `done`."""

    @extend_schema(responses={200: UploadSerializer})
    def get(self, request: Request, upload_id: uuid.UUID) -> Response:
        upload = Upload.objects.filter(pk=upload_id).first()
        if upload is None:
            raise Http404("no upload has this id")
        require(may_see_upload(request.user, upload))
        return Response(upload_document(upload))


def _fault_of(error: Exception) -> RequestFault | None:
    """The fault that an exception stands for; parsing the body streams it to disk, where it may not fit."""
    if isinstance(error, RequestFault):
        return error
    if isinstance(error, TooManyFilesSent):
        return RequestFault(413, "too_many_files", too_many_files_text())
    if is_disk_full(error):
        text = "The server's disk is full. Only files that have been reported are kept; tell the administrator."
        return RequestFault(507, "storage_full", text)
    return None


def _upload_to_fill(user: User, wanted: str) -> Upload:
    """The person's own earlier upload `wanted`, or a new one."""
    if not wanted:
        return Upload.objects.create(user=user, state=Upload.State.WORKING)
    try:
        upload = Upload.objects.filter(pk=uuid.UUID(wanted), user=user).first()
    except ValueError:
        upload = None
    if upload is None:
        raise Http404("no upload of yours has this id")
    return upload
