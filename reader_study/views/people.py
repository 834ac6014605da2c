"""Members and readers of a study."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from reader_study import policy
from reader_study.documents.study_document import member_document, reader_document
from reader_study.models import Membership, Reader
from reader_study.services.people import add_member, add_reader, change_reader, end_member, withdraw_reader
from reader_study.study_openapi import READER_FIELDS, REASON, body, operation
from reader_study.views.study_view import StudyView, data_of, only
from reader_study.visible import visible_to
from webapp.predictions.openapi import FLAG, TEXT, WHOLE, nullable


class Members(StudyView):
    """Who has which role."""

    @operation("studies_members")
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_see_people(person, row))
        rows = (
            visible_to(Membership.objects.all(), person).filter(study=row).select_related("user").order_by("created_at")
        )
        if policy.may_change_members(person, row) is not None:
            rows = rows.exclude(role=Membership.Role.READER)  # names of readers are the managers' alone
        return Response({"members": [member_document(one) for one in rows]})

    @operation("studies_add_member", body(username=TEXT, role=TEXT, is_chair=FLAG), status=201)
    def post(self, request: Request, study: UUID) -> Response:
        data = only(data_of(request), "username", "role", "is_chair")
        row = self.study(request, study)
        member = add_member(
            self.person(request), row, data.get("username", ""), data.get("role", ""), bool(data.get("is_chair"))
        )
        return Response(member_document(member), status=201)


class EndMember(StudyView):
    """Ends a membership, with a reason."""

    @operation("studies_end_member", REASON)
    def post(self, request: Request, study: UUID, member: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_change_members(person, row))
        data = only(data_of(request), "reason")
        found = self.row(request, Membership, pk=member, study=row, ended_at=None)
        return Response(member_document(end_member(person, row, found, data.get("reason", ""))))


class Readers(StudyView):
    """Readers under their codes; managers also see who they are."""

    @operation("studies_readers")
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_see_people(person, row))
        named = policy.MANAGER in policy.roles_in(person, row)
        rows = visible_to(Reader.objects.all(), person).filter(study=row).select_related("user").order_by("code")
        return Response({"readers": [reader_document(one, named=named) for one in rows]})

    @operation(
        "studies_add_reader", body(username=TEXT, years=nullable(WHOLE), subspecialty=TEXT, group=TEXT), status=201
    )
    def post(self, request: Request, study: UUID) -> Response:
        data = data_of(request)
        username = data.pop("username", "")
        reader = add_reader(self.person(request), self.study(request, study), username, **data)
        return Response(reader_document(reader, named=True), status=201)


class ReaderDetail(StudyView):
    """Experience and group of a reader of a draft."""

    @operation("studies_change_reader", READER_FIELDS)
    def patch(self, request: Request, study: UUID, reader: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_edit_draft(person, row))
        found = self.row(request, Reader, pk=reader, study=row)
        return Response(reader_document(change_reader(person, row, found, data_of(request)), named=True))


class WithdrawReader(StudyView):
    """The reader reads no more."""

    @operation("studies_withdraw_reader", REASON)
    def post(self, request: Request, study: UUID, reader: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_withdraw_reader(person, row))
        data = only(data_of(request), "reason")
        found = self.row(request, Reader, pk=reader, study=row)
        return Response(reader_document(withdraw_reader(person, row, found, data.get("reason", "")), named=True))
