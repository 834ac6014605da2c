"""`/studies/{id}/debrief/`: a reader's own calls against truth, after the lock, where the protocol says so."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from measures.wilson import wilson_interval
from reader_study.models import Study
from reader_study.pages.access import study_answer, study_page
from reader_study.results.debrief import debrief, may_see_debrief
from reader_study.services.edit_protocol import findings_of
from webapp.accounts.policy import require_person


@dataclass(frozen=True)
class Share:
    """right of `of`, with Wilson's 95 % interval as percentages; None where there was no such case."""

    right: int
    of: int

    @property
    def percent(self) -> float | None:
        return 100 * self.right / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        if not self.of:
            return None
        low, high = wilson_interval(self.right, self.of)
        return 100 * low, 100 * high


@dataclass(frozen=True)
class Summary:
    """One finding in one part of the study. left_out: no call was made or there is no truth."""

    finding: str
    part: str
    stage: str
    sensitivity: Share
    specificity: Share
    left_out: int

    @property
    def shares(self) -> tuple[Share, Share]:
        return self.sensitivity, self.specificity


def summaries(readings: list[dict[str, Any]], labels: dict[str, str]) -> list[Summary]:
    """One line per finding, part and stage, in the order in which they were read."""
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in readings:
        groups.setdefault((row["finding"], row["part"], row["stage"]), []).append(row)
    return [
        Summary(labels.get(finding, finding), part, stage, _share(rows, "1"), _share(rows, "0"), _left_out(rows))
        for (finding, part, stage), rows in groups.items()
    ]


def _share(rows: list[dict[str, Any]], truth: str) -> Share:
    judged = [row["right"] for row in rows if row["truth"] == truth and row["right"] is not None]
    return Share(sum(judged), len(judged))


def _left_out(rows: list[dict[str, Any]]) -> int:
    return sum(row["right"] is None for row in rows)


@study_page(may_see_debrief)
@require_safe
def study_debrief(request: HttpRequest, study: Study) -> HttpResponse:
    readings = debrief(require_person(request.user), study)["readings"]
    labels = {row.code: row.label for row in findings_of(study)}
    rows = [{**row, "label": labels.get(row["finding"], row["finding"])} for row in readings]
    only = request.GET.get("show", "")
    shown = [row for row in rows if row["right"] is False] if only == "wrong" else rows
    context = {"summaries": summaries(readings, labels), "rows": shown, "count": len(rows), "only": only}
    return study_answer(request, study, "debrief", context)
