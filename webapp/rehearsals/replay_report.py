"""What the reviewed cases tell of a candidate beside the model in service. It decides no gate. Figures are counts
of cases, unweighted: readers chose what they reviewed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.rehearsals.models import CaseOutput, Rehearsal, ReplayedCase
from webapp.reveal.label_kind import LabelKind

# Of several labels of one finding the first of these counts in the totals; what was said beside the model stands apart.
DECIDED = (LabelKind.PANEL, LabelKind.LATER, LabelKind.IMPORTED, LabelKind.UNAIDED)
FRESH, LEARNT, TRAINED = "fresh", "learnt", "trained"


@dataclass(frozen=True)
class Said:
    """Of one model and finding: whether it flags it, and whether it refused the image."""

    is_flagged: bool
    is_refused: bool

    def is_right(self, value: int) -> bool:
        """A refused case is neither found nor cleared."""
        return not self.is_refused and self.is_flagged == (value == 1)


@dataclass(frozen=True)
class Compared:
    """One label and what both models say. group: FRESH; LEARNT, a failure that the candidate was trained on; TRAINED, another case
    of a patient that it was trained on."""

    finding: str
    value: int
    kind: str
    group: str
    served: Said
    candidate: Said

    @property
    def change(self) -> str:
        """fixed, new, retained (both are wrong) or kept (both are right)."""
        before, after = self.served.is_right(self.value), self.candidate.is_right(self.value)
        return {(False, True): "fixed", (True, False): "new", (False, False): "retained", (True, True): "kept"}[
            before, after
        ]


CHANGES = ("fixed", "new", "retained", "kept")


def replay_report(rehearsal: Rehearsal) -> dict[str, Any]:
    """JSON-ready."""
    outputs = {(row.image_id, row.bundle_id): row for row in rehearsal.outputs.all()}  # type: ignore[attr-defined]
    answered = [
        (case, outputs[case.image_id, rehearsal.in_service_id], outputs[case.image_id, rehearsal.candidate_id])
        for case in rehearsal.replayed.all()  # type: ignore[attr-defined]
        if all((case.image_id, bundle) in outputs for bundle in rehearsal.bundles)
    ]
    compared = [one for case, *rows in answered for one in compare(case, *rows)]
    return {
        "images": rehearsal.replayed.count(),  # type: ignore[attr-defined]
        "answered": len(answered),
        "of_trained_patients": sum(case.is_trained for case, *_ in answered),
        "uncertain": sum(label["value"] == -1 for case, *_ in answered for label in case.labels),
        "by_kind": by_kind(compared),
        "changes": {
            group: _changes(one for one in decided(answered) if one.group == group)
            for group in (FRESH, LEARNT, TRAINED)
        },
        "aided": _changes(one for one in compared if one.kind == LabelKind.AIDED),
        "modes": modes(answered),
    }


Answered = tuple[ReplayedCase, CaseOutput, CaseOutput]  # case, in service, candidate


def compare(case: ReplayedCase, served: CaseOutput, candidate: CaseOutput) -> list[Compared]:
    """Every label of it that is yes or no, of findings that both models have."""
    return [
        Compared(
            label["finding"], label["value"], label["kind"], _group(case, label["finding"]),
            said(served, label["finding"]), said(candidate, label["finding"]),
        )
        for label in case.labels
        if label["value"] in (0, 1) and all(_has(row, label["finding"]) for row in (served, candidate))
    ]  # fmt: skip


def decided(answered: Iterable[Answered]) -> list[Compared]:
    """One label of each case and finding, of the first kind of DECIDED that there is."""
    order = [kind.value for kind in DECIDED]
    found = []
    for case, *rows in answered:
        own: dict[str, list[Compared]] = defaultdict(list)
        for one in compare(case, *rows):
            if one.kind in order:
                own[one.finding].append(one)
        found += [min(labels, key=lambda one: order.index(one.kind)) for labels in own.values()]
    return found


def by_kind(compared: Sequence[Compared]) -> list[dict[str, Any]]:
    """A row for each finding and kind of label: n, calls that agree, flips and what became of failures."""
    cells: dict[tuple[str, str], list[Compared]] = defaultdict(list)
    for one in compared:
        cells[one.finding, one.kind].append(one)
    return [
        {
            "finding": finding,
            "kind": kind,
            "with": sum(one.value for one in own),
            "without": sum(1 - one.value for one in own),
            "same": sum(one.served == one.candidate for one in own),
            "flagged_newly": sum(one.candidate.is_flagged and not one.served.is_flagged for one in own),
            "unflagged_newly": sum(one.served.is_flagged and not one.candidate.is_flagged for one in own),
            **_changes(own),
        }
        for (finding, kind), own in sorted(cells.items())
    ]


def modes(answered: Iterable[Answered]) -> list[dict[str, Any]]:
    """By the words of the failure scheme: of n failures that readers marked, how many either model shows now, and how many the
    candidate was trained on. A wrong place is no question of yes or no and is not compared."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for case, *rows in answered:
        for failure in case.failures:
            own = counts[failure["words"]]
            own["n"] += 1
            if failure["verdict"] not in SHOWS or not all(_has(row, failure["finding"]) for row in rows):
                own["not_compared"] += 1
                continue
            shown = [SHOWS[failure["verdict"]](said(row, failure["finding"])) for row in rows]
            own["learnt"] += failure["finding"] in case.learnt
            own["in_service"] += shown[0]
            own["candidate"] += shown[1]
    names = ("n", "in_service", "candidate", "learnt", "not_compared")
    return [{"words": words, **{name: own[name] for name in names}} for words, own in sorted(counts.items())]


SHOWS = {
    "false_positive": lambda found: found.is_flagged,
    "false_negative": lambda found: not found.is_flagged,
}


def said(row: CaseOutput, finding: str) -> Said:
    """What the output says of a finding."""
    return Said(bool(row.findings.get(finding, {}).get("flagged")), row.is_refused)


def _has(row: CaseOutput, finding: str) -> bool:
    return row.is_refused or finding in row.findings


def _group(case: ReplayedCase, finding: str) -> str:
    if finding in case.learnt:
        return LEARNT
    return TRAINED if case.is_trained else FRESH


def _changes(compared: Iterable[Compared]) -> dict[str, int]:
    counts = Counter(one.change for one in compared)
    return {name: counts[name] for name in CHANGES}
