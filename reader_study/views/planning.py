"""Allocation, sample size, progress, deviations and the hash chain."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from reader_study import policy
from reader_study.allocation import AllocationRefused, Placement, allocation_sha256, balance_report
from reader_study.analysis.obuchowski_rockette import Components
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.studies import size_study
from reader_study.chain import chain_faults
from reader_study.documents.assignment_document import session_document
from reader_study.documents.study_bodies import DeviationDocument, DeviationList, LockList, ProgressDocument
from reader_study.documents.study_document import deviation_document, lock_document
from reader_study.models import Assignment, Deviation, Lock, Reader, ReadingSession, Study
from reader_study.refusal import StudyRefused
from reader_study.sent_bodies import DeviationRequest, SizingRequest
from reader_study.services.open_study import case_slots, preview_allocation
from reader_study.services.record_deviation import record_deviation
from reader_study.services.study_allocation import stored_placements
from reader_study.study_openapi import operation
from reader_study.views.study_view import StudyView
from reader_study.visible import visible_to
from webapp.json_bodies import ref


class Allocation(StudyView):
    """How even the allocation is; before opening a preview of what opening would store."""

    @operation("studies_allocation")
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_see_allocation(person, row))
        try:
            placements = preview_allocation(row) if row.is_draft else self._stored(request, row)
        except AllocationRefused as refusal:
            raise StudyRefused("allocation", str(refusal), "design") from None
        report = balance_report(placements, case_slots(row))
        return Response(
            {
                "stored": not row.is_draft,
                "sha256": row.allocation_sha256 or allocation_sha256(placements),
                "seed": row.seed,
                "report": report,
                "sessions": _sessions(placements),
            }
        )

    def _stored(self, request: Request, row: Study) -> tuple[Placement, ...]:
        rows = visible_to(Assignment.objects.all(), self.person(request)).filter(
            reader__study=row, case__voided_at=None
        )
        return stored_placements(rows)


def _sessions(placements: tuple[Placement, ...]) -> list[dict[str, Any]]:
    found: dict[tuple[str, int], list[Placement]] = {}
    for one in sorted(placements):
        found.setdefault((one.reader, one.ordinal), []).append(one)
    return [
        {
            "reader": reader,
            "ordinal": ordinal,
            "training": rows[0].is_training,
            "arm_plan": list(dict.fromkeys(one.arm for one in rows)),
            "n": len(rows),
        }
        for (reader, ordinal), rows in found.items()
    ]


class Sizing(StudyView):
    """Power over readers and cases from the components of a pilot."""

    @operation("studies_sizing", SizingRequest)
    def post(self, request: Request, study: UUID) -> Response:
        self.require(policy.may_size(self.person(request), self.study(request, study)))
        sent = self.sent(request, SizingRequest)
        parts = Components(sent.var, sent.cov1, sent.cov2, sent.cov3, None, sent.var_tr)
        try:
            document = size_study(
                parts, sent.pilot_cases, sent.effect, sent.readers, sent.cases, sent.alpha, sent.power, sent.analysis
            )
        except (DataRefused, ValueError, ZeroDivisionError) as refusal:
            raise StudyRefused("not_allowed", str(refusal), "", 400) from None
        return Response(document)


class Progress(StudyView):
    """How far each reader is: counts only. A reader sees the own one."""

    @operation("studies_progress", answer=ref(ProgressDocument))
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_see_own_progress(person, row))
        found = []
        for reader in visible_to(Reader.objects.all(), person).filter(study=row).order_by("code"):
            rows = visible_to(ReadingSession.objects.all(), person).filter(reader=reader).order_by("ordinal")
            sessions = [session_document(one) for one in rows.select_related("reader__study")]
            scored = [one for one in sessions if one["kind"] == "scored"]
            done, total = (sum(one[name] for one in scored) for name in ("done", "total"))
            found.append(
                {"reader": reader.code, "state": reader.state, "sessions": sessions, "done": done, "total": total}
            )
        return Response({"readers": found})


class Deviations(StudyView):
    """Departures from the protocol."""

    @operation("studies_deviations", answer=ref(DeviationList))
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_see_allocation(person, row))
        rows = visible_to(Deviation.objects.all(), person).filter(study=row).select_related("by").order_by("created_at")
        return Response({"deviations": [deviation_document(one) for one in rows]})

    @operation("studies_add_deviation", DeviationRequest, answer=ref(DeviationDocument), status=201)
    def post(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_change_members(person, row))
        sent = self.sent(request, DeviationRequest)
        return Response(deviation_document(record_deviation(person, row, sent.code, sent.text)), status=201)


class Locks(StudyView):
    """The hash chain: hashes only, and whether it is intact."""

    @operation("studies_locks", answer=ref(LockList))
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_see_locks(person, row))
        faults = chain_faults(row)
        rows = visible_to(Lock.objects.all(), person).filter(study=row).select_related("by").order_by("sequence")
        return Response({"intact": not faults, "faults": faults, "locks": [lock_document(one) for one in rows]})
