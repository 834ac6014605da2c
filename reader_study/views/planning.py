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
from reader_study.documents.study_document import deviation_document, lock_document
from reader_study.models import Assignment, Deviation, Lock, Reader, ReadingSession, Study
from reader_study.refusal import StudyRefused
from reader_study.services.open_study import case_slots, preview_allocation
from reader_study.services.record_deviation import record_deviation
from reader_study.services.study_allocation import stored_placements
from reader_study.study_openapi import body, operation
from reader_study.views.study_view import StudyView, data_of, only
from reader_study.visible import visible_to
from webapp.predictions.openapi import NUMBER, TEXT, WHOLE, list_of

COMPONENTS = ("var", "cov1", "cov2", "cov3", "var_tr")


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

    @operation(
        "studies_sizing",
        body(
            **dict.fromkeys((*COMPONENTS, "effect", "alpha", "power"), NUMBER),
            pilot_cases=WHOLE,
            readers=list_of(WHOLE),
            cases=list_of(WHOLE),
            analysis=TEXT,
        ),
    )
    def post(self, request: Request, study: UUID) -> Response:
        self.require(policy.may_size(self.person(request), self.study(request, study)))
        data = only(
            data_of(request), *COMPONENTS, "pilot_cases", "effect", "readers", "cases", "alpha", "power", "analysis"
        )
        values = {name: _number(data, name) for name in (*COMPONENTS, "effect")}
        parts = Components(values["var"], values["cov1"], values["cov2"], values["cov3"], None, values["var_tr"])
        lists = {name: _whole_numbers(data, name) for name in ("readers", "cases")}
        pilot = _whole_numbers({"pilot_cases": [data.get("pilot_cases")]}, "pilot_cases")[0]
        alpha, wanted = _number(data, "alpha", 0.05), _number(data, "power", 0.8)
        if not 0 < alpha < 1 or not 0 < wanted < 1:
            raise StudyRefused("not_allowed", "alpha and power are not between 0 and 1", "alpha", 400)
        try:
            document = size_study(
                parts,
                pilot,
                values["effect"],
                lists["readers"],
                lists["cases"],
                alpha,
                wanted,
                data.get("analysis", "rrrc"),
            )
        except (DataRefused, ValueError, ZeroDivisionError) as refusal:
            raise StudyRefused("not_allowed", str(refusal), "", 400) from None
        return Response(document)


def _number(data: dict[str, Any], name: str, default: float | None = None) -> float:
    value = data.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e12:
        raise StudyRefused("not_allowed", f"{name} {value!r} is not a number", name, 400)
    return float(value)


def _whole_numbers(data: dict[str, Any], name: str) -> list[int]:
    values = data.get(name)
    if not isinstance(values, list) or not 1 <= len(values) <= 200:
        raise StudyRefused("not_allowed", f"{name} is not a list of 1 to 200 whole numbers", name, 400)
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int) or not 2 <= value <= 100_000:
            raise StudyRefused("not_allowed", f"{name} {value!r} is not a whole number from 2 to 100000", name, 400)
    return values


class Progress(StudyView):
    """How far each reader is: counts only. A reader sees the own one."""

    @operation("studies_progress")
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

    @operation("studies_deviations")
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_see_allocation(person, row))
        rows = visible_to(Deviation.objects.all(), person).filter(study=row).select_related("by").order_by("created_at")
        return Response({"deviations": [deviation_document(one) for one in rows]})

    @operation("studies_add_deviation", body(code=TEXT, text=TEXT), status=201)
    def post(self, request: Request, study: UUID) -> Response:
        data = only(data_of(request), "code", "text")
        row = record_deviation(self.person(request), self.study(request, study), data.get("code"), data.get("text"))
        return Response(deviation_document(row), status=201)


class Locks(StudyView):
    """The hash chain: hashes only, and whether it is intact."""

    @operation("studies_locks")
    def get(self, request: Request, study: UUID) -> Response:
        row, person = self.study(request, study), self.person(request)
        self.require(policy.may_see_locks(person, row))
        faults = chain_faults(row)
        rows = visible_to(Lock.objects.all(), person).filter(study=row).select_related("by").order_by("sequence")
        return Response({"intact": not faults, "faults": faults, "locks": [lock_document(one) for one in rows]})
