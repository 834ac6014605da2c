"""Cases of a study, for managers; auditors see codes."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from reader_study import policy
from reader_study.documents.study_document import case_document
from reader_study.models import Case
from reader_study.refusal import StudyRefused
from reader_study.services.choose_cases import add_cases, change_case, find_images, images_named, void_case
from reader_study.study_openapi import CASE_FILTER, REASON, body, operation
from reader_study.views.study_view import StudyView, data_of, only
from reader_study.visible import visible_to
from webapp.predictions.openapi import TEXT, WHOLE, list_of

SHOWN = 200  # images of a search; the count is of all


class Cases(StudyView):
    """The cases, in the order of their random codes."""

    @operation("studies_cases")
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_see_cases(person, row))
        with_image = policy.MANAGER in policy.roles_in(person, row)
        rows = visible_to(Case.objects.all(), person).filter(study=row).select_related("image").order_by("code")
        return Response({"cases": [case_document(one, with_image=with_image) for one in rows]})

    @operation(
        "studies_add_cases",
        body(images=list_of(TEXT), filter=CASE_FILTER, limit=WHOLE, role=TEXT, stratum=TEXT, group=TEXT),
        status=201,
    )
    def post(self, request: Request, study: UUID) -> Response:
        """Images by id, or all that a filter finds (the oldest `limit` of them)."""
        data = only(data_of(request), "images", "filter", "limit", "role", "stratum", "group")
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_edit_draft(person, row))
        images = (
            images_named(data.get("images")) if "filter" not in data else list(find_images(person, row, data["filter"]))
        )
        if (limit := data.get("limit")) is not None:
            if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
                raise StudyRefused("not_allowed", f"limit {limit!r} is not a whole number from 1", "limit", 400)
            images = images[:limit]
        columns = {name: data[name] for name in ("role", "stratum", "group") if name in data}
        added = add_cases(person, row, images, **columns)
        return Response(
            {"added": len(added), "cases": [case_document(one, with_image=True) for one in added]}, status=201
        )


class CaseSearch(StudyView):
    """What a filter would find."""

    @operation("studies_search_cases", CASE_FILTER)
    def post(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        images = find_images(person, row, data_of(request))
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
                        "view": image.view_position,
                        "study_date": image.study_date.isoformat() if image.study_date else None,
                        "already": image.pk in known,
                    }
                    for image in images[:SHOWN]
                ],
            }
        )


class CaseDetail(StudyView):
    """Role, stratum and group of a case of a draft."""

    @operation("studies_change_case", body(role=TEXT, stratum=TEXT, group=TEXT))
    def patch(self, request: Request, study: UUID, case: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_edit_draft(person, row))
        found = self.row(request, Case, pk=case, study=row)
        return Response(case_document(change_case(person, row, found, data_of(request)), with_image=True))


class VoidCase(StudyView):
    """Takes a case out, with a reason."""

    @operation("studies_void_case", REASON)
    def post(self, request: Request, study: UUID, case: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_void(person, row))
        data = only(data_of(request), "reason")
        found = self.row(request, Case, pk=case, study=row)
        return Response(case_document(void_case(person, row, found, data.get("reason", "")), with_image=True))
