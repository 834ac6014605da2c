"""Cases of a study, for managers; auditors see codes."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from reader_study import policy
from reader_study.documents.study_bodies import CaseDocument, CaseList, CasesAdded, FoundImages
from reader_study.documents.study_document import case_document
from reader_study.models import Case
from reader_study.sent_bodies import CaseFields, CaseFilter, CasesRequest, ReasonRequest
from reader_study.services.choose_cases import add_cases, change_case, find_images, images_named, void_case
from reader_study.study_openapi import operation
from reader_study.views.study_view import StudyView
from reader_study.visible import visible_to
from webapp.archive.view_positions import view_label
from webapp.json_bodies import ref

SHOWN = 200  # images of a search; the count is of all


class Cases(StudyView):
    """The cases, in the order of their random codes."""

    @operation("studies_cases", answer=ref(CaseList))
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_see_cases(person, row))
        with_image = policy.MANAGER in policy.roles_in(person, row)
        rows = visible_to(Case.objects.all(), person).filter(study=row).select_related("image").order_by("code")
        return Response({"cases": [case_document(one, with_image=with_image) for one in rows]})

    @operation("studies_add_cases", CasesRequest, answer=ref(CasesAdded), status=201)
    def post(self, request: Request, study: UUID) -> Response:
        """Images by id, or all that a filter finds (the oldest `limit` of them)."""
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_edit_draft(person, row))
        sent = self.sent(request, CasesRequest)
        images = images_named(sent.images) if sent.filter is None else list(find_images(person, row, sent.filter))
        added = add_cases(person, row, images[: sent.limit], sent.role, sent.stratum, sent.group)
        return Response(
            {"added": len(added), "cases": [case_document(one, with_image=True) for one in added]}, status=201
        )


class CaseSearch(StudyView):
    """What a filter would find."""

    @operation("studies_search_cases", CaseFilter, answer=ref(FoundImages))
    def post(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_edit_draft(person, row))
        images = find_images(person, row, self.sent(request, CaseFilter, within="filter"))
        known = set(
            visible_to(Case.objects.all(), person).filter(study=row, voided_at=None).values_list("image_id", flat=True)
        )
        return Response(
            {
                "count": images.count(),
                "images": [
                    {
                        "id": str(image.pk),
                        "code": image.code,
                        "view": view_label(image.view),
                        "study_date": image.study_date.isoformat() if image.study_date else None,
                        "already": image.pk in known,
                    }
                    for image in images[:SHOWN]
                ],
            }
        )


class CaseDetail(StudyView):
    """Role, stratum and group of a case of a draft."""

    @operation("studies_change_case", CaseFields, answer=ref(CaseDocument))
    def patch(self, request: Request, study: UUID, case: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_edit_draft(person, row))
        found = self.row(request, Case, pk=case, study=row)
        changed = change_case(person, row, found, self.sent(request, CaseFields))
        return Response(case_document(changed, with_image=True))


class VoidCase(StudyView):
    """Takes a case out, with a reason."""

    @operation("studies_void_case", ReasonRequest, answer=ref(CaseDocument))
    def post(self, request: Request, study: UUID, case: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_void(person, row))
        found = self.row(request, Case, pk=case, study=row)
        gone = void_case(person, row, found, self.sent(request, ReasonRequest).reason)
        return Response(case_document(gone, with_image=True))
