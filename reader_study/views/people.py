"""Members and readers of a study."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from reader_study import policy
from reader_study.documents.study_bodies import MemberDocument, MemberList, ReaderDocument, ReaderList
from reader_study.documents.study_document import member_document, reader_document
from reader_study.models import Membership, Reader
from reader_study.sent_bodies import MemberRequest, ReaderFields, ReaderRequest, ReasonRequest
from reader_study.services.people import add_member, add_reader, change_reader, end_member, withdraw_reader
from reader_study.study_openapi import operation
from reader_study.views.study_view import StudyView
from reader_study.visible import visible_to
from webapp.json_bodies import ref


class Members(StudyView):
    """Who has which role."""

    @operation("studies_members", answer=ref(MemberList))
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_see_people(person, row))
        rows = (
            visible_to(Membership.objects.all(), person).filter(study=row).select_related("user").order_by("created_at")
        )
        if policy.may_change_members(person, row) is not None:
            rows = rows.exclude(role=Membership.Role.READER)  # names of readers are the managers' alone
        return Response({"members": [member_document(one) for one in rows]})

    @operation("studies_add_member", MemberRequest, answer=ref(MemberDocument), status=201)
    def post(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_change_members(person, row))
        sent = self.sent(request, MemberRequest)
        member = add_member(person, row, sent.username, sent.role, sent.is_chair)
        return Response(member_document(member), status=201)


class EndMember(StudyView):
    """Ends a membership, with a reason."""

    @operation("studies_end_member", ReasonRequest, answer=ref(MemberDocument))
    def post(self, request: Request, study: UUID, member: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_change_members(person, row))
        found = self.row(request, Membership, pk=member, study=row, ended_at=None)
        return Response(member_document(end_member(person, row, found, self.sent(request, ReasonRequest).reason)))


class Readers(StudyView):
    """Readers under their codes; managers also see who they are."""

    @operation("studies_readers", answer=ref(ReaderList))
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_see_people(person, row))
        named = policy.MANAGER in policy.roles_in(person, row)
        rows = visible_to(Reader.objects.all(), person).filter(study=row).select_related("user").order_by("code")
        return Response({"readers": [reader_document(one, named=named) for one in rows]})

    @operation("studies_add_reader", ReaderRequest, answer=ref(ReaderDocument), status=201)
    def post(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_edit_draft(person, row))
        sent = self.sent(request, ReaderRequest)
        reader = add_reader(person, row, **sent.model_dump(exclude_unset=True))
        return Response(reader_document(reader, named=True), status=201)


class ReaderDetail(StudyView):
    """Experience and group of a reader of a draft."""

    @operation("studies_change_reader", ReaderFields, answer=ref(ReaderDocument))
    def patch(self, request: Request, study: UUID, reader: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_edit_draft(person, row))
        found = self.row(request, Reader, pk=reader, study=row)
        changed = change_reader(person, row, found, self.sent(request, ReaderFields))
        return Response(reader_document(changed, named=True))


class WithdrawReader(StudyView):
    """The reader reads no more."""

    @operation("studies_withdraw_reader", ReasonRequest, answer=ref(ReaderDocument))
    def post(self, request: Request, study: UUID, reader: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_withdraw_reader(person, row))
        found = self.row(request, Reader, pk=reader, study=row)
        gone = withdraw_reader(person, row, found, self.sent(request, ReasonRequest).reason)
        return Response(reader_document(gone, named=True))
