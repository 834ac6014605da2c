"""The reference standard: the panel's list and votes, the chair's decisions, import and freezing."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from reader_study import policy
from reader_study.documents.study_bodies import TruthQueue
from reader_study.documents.truth_document import truth_document, truth_row, vote_document
from reader_study.models import Truth
from reader_study.reading_bodies import TruthDocument, TruthRow, VoteDocument
from reader_study.refusal import StudyRefused
from reader_study.sent_bodies import DecisionRequest, TruthCsv, VoteRequest
from reader_study.services.freeze_truth import freeze_truth, truth_status
from reader_study.services.import_truth import MOST_BYTES, import_truth
from reader_study.services.vote_truth import adjudicate_truth, truth_queue, vote_truth
from reader_study.study_openapi import operation
from reader_study.views.study_view import StudyView
from reader_study.visible import visible_to
from webapp.json_bodies import ref


class TruthList(StudyView):
    """Panel members: what waits for their vote, and for the chair what waits for a decision. Others: counts."""

    @operation("studies_truth", answer=ref(TruthQueue))
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_see_truth_queue(person, row))
        if policy.PANEL not in policy.roles_in(person, row):
            return Response(truth_status(row))
        if policy.may_vote(person, row) is not None:
            return Response({"queue": [], "to_decide": []})
        found: dict[str, Any] = {"queue": [truth_row(one, person) for one in truth_queue(person, row)]}
        if policy.may_adjudicate(person, row) is None:
            voted = visible_to(Truth.objects.all(), person).filter(
                case__study=row, state=Truth.State.VOTED, case__voided_at=None
            )
            found["to_decide"] = [truth_row(one, person) for one in voted.select_related("case__image")]
        return Response(found)


class TruthDetail(StudyView):
    """One finding in one case, as this panel member may see it."""

    @operation("studies_truth_retrieve", answer=ref(TruthDocument))
    def get(self, request: Request, study: UUID, truth: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_vote(person, row))
        found = self.row(request, Truth, pk=truth, case__study=row)
        return Response(truth_document(found, person, is_chair=policy.may_adjudicate(person, row) is None))


class VoteTruth(StudyView):
    """One independent vote, never changed."""

    @operation("studies_vote", VoteRequest, answer=ref(VoteDocument), status=201)
    def post(self, request: Request, study: UUID, truth: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_vote(person, row))
        found, sent = self.row(request, Truth, pk=truth, case__study=row), self.sent(request, VoteRequest)
        vote = vote_truth(person, row, found, sent.status, sent.regions, sent.note)
        return Response(vote_document(vote), status=201)


class AdjudicateTruth(StudyView):
    """The consensus meeting, recorded with its attendees."""

    @operation("studies_adjudicate", DecisionRequest, answer=ref(TruthRow), status=201)
    def post(self, request: Request, study: UUID, truth: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_adjudicate(person, row))
        found, sent = self.row(request, Truth, pk=truth, case__study=row), self.sent(request, DecisionRequest)
        adjudicate_truth(person, row, found, sent.status, sent.regions, sent.attendees, sent.note)
        return Response(truth_row(found, person), status=201)


class ImportTruth(StudyView):
    """Truth from a CSV file, as a multipart field `file` or a JSON field `csv`."""

    @operation("studies_import_truth", TruthCsv, status=201)
    def post(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_import_truth(person, row))
        sent = self.sent(request, TruthCsv)
        if request.FILES.get("file") is not None:
            content: bytes | str = request.FILES["file"].read(MOST_BYTES + 1)  # one more than allowed, which is refused
        elif sent.csv is not None:
            content = sent.csv
        else:
            raise StudyRefused("no_file", "send the CSV as a file `file` or as text `csv`", "file", 400, errors=[])
        return Response({"imported": import_truth(person, row, content)}, status=201)


class FreezeTruth(StudyView):
    """Freezes every decided truth; refused while one is open."""

    @operation("studies_freeze_truth")
    def post(self, request: Request, study: UUID) -> Response:
        row = self.study(request, study)
        return Response({"frozen": freeze_truth(self.person(request), row), **truth_status(row)})
