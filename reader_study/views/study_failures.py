"""Failure-mode studies: collecting, deciding, counting."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from reader_study import policy
from reader_study.models import FailureItem, Study
from reader_study.refusal import StudyRefused
from reader_study.results.failure_distribution import failure_distribution
from reader_study.sent_bodies import CodingDecision, CollectRequest
from reader_study.services.code_failures import adjudicate_failure, discordant_items
from reader_study.services.collect_failures import collect_failures
from reader_study.study_openapi import operation
from reader_study.views.study_view import StudyView
from reader_study.visible import visible_to


class Failures(StudyView):
    """Failures that were collected: how many of each outcome, never how they were coded."""

    @operation("studies_failures")
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_see_cases(person, row))
        rows = visible_to(FailureItem.objects.all(), person).filter(case__study=row, case__voided_at=None)
        items = [
            {"id": str(one.pk), "case": one.case.code, "finding": one.finding, "outcome": one.outcome}
            for one in rows.select_related("case").order_by("case__code", "finding", "outcome")
        ]
        return Response({"items": items})


class CollectFailures(StudyView):
    """Compares predictions with truth and keeps every failure."""

    @operation("studies_collect_failures", CollectRequest, status=201)
    def post(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_edit_draft(person, row))
        key = self.sent(request, CollectRequest).truth_study
        source = self.study(request, key) if key else None
        return Response(collect_failures(person, row, source), status=201)


class DiscordantFailures(StudyView):
    """For the chair: failures that two readers coded differently, with both codings."""

    @operation("studies_discordant_failures")
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_adjudicate(person, row))
        return Response({"items": [_discordant(one) for one in discordant_items(row)]})


def _discordant(item: FailureItem) -> dict[str, object]:
    names = ("outcome", "site", "laterality", "cause", "severity", "region", "confidence", "note")
    return {
        "id": str(item.pk),
        "case": item.case.code,
        "finding": item.finding,
        "outcome": item.outcome,
        "predicted_boxes": item.predicted_boxes,
        "truth_boxes": item.truth_boxes,
        "codings": [{name: getattr(row, name) for name in names} for row in item.codings.order_by("id")],
    }


class AdjudicateFailure(StudyView):
    """The chair's codes for a discordant failure."""

    @operation("studies_adjudicate_failure", CodingDecision, status=201)
    def post(self, request: Request, study: UUID, item: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_adjudicate(person, row))
        found = self.row(request, FailureItem, pk=item, case__study=row)
        sent = self.sent(request, CodingDecision)
        coding = adjudicate_failure(person, row, found, sent.model_dump(exclude_unset=True))
        return Response({"id": str(coding.pk), "site": coding.site, "cause": coding.cause}, status=201)


class FailureDistribution(StudyView):
    """Site x cause counts with intervals, after the lock."""

    @operation("studies_failure_distribution")
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_export(person, row))
        if row.kind != Study.Kind.FAILURE_MODE:
            raise StudyRefused("wrong_kind", "Only a failure-mode study has this.", http=404)
        return Response(failure_distribution(row))
