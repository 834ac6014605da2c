"""The training block: feedback after each lock, and the pass rule before the scored block opens."""

from dataclasses import dataclass

from reader_study.models import Assignment, Case, Reader, Reading, ReadingSession, Truth
from reader_study.reading_bodies import FeedbackDocument
from reader_study.refusal import StudyRefused
from reader_study.services.own_assignment import readings_of, stage_now, study_body

AI_EXPLAINED = (
    "The score is the model's calibrated probability; the tick is its operating point. Boxes and maps show where the"
    " model's evidence lies, not where disease is. A score can be high with a map in the wrong place: judge the image first."
)


@dataclass(frozen=True)
class TrainingResult:
    """right of calls with truth, in the best attempt so far; is_passed also when there is no training block."""

    right: int
    calls: int
    attempts: int
    is_passed: bool


def training_result(reader: Reader) -> TrainingResult:
    """Of all attempts that are complete. Pass rule of the protocol: share of calls right."""
    sessions = list(reader.sessions.filter(is_training=True).order_by("ordinal"))
    if not sessions:
        return TrainingResult(0, 0, 0, True)
    share = study_body(reader.study)["training"]["pass_share"]
    best, attempts = (0, 0), 0
    for session in sessions:
        if session.state != ReadingSession.State.COMPLETED:
            continue
        attempts += 1
        counts = _calls(session)
        if counts[1] and counts[0] / counts[1] >= (best[0] / best[1] if best[1] else -1):
            best = counts
    passed = attempts > 0 and (best[1] == 0 or best[0] / best[1] >= share)
    return TrainingResult(best[0], best[1], attempts, passed)


def newest_truth(case: Case) -> dict[str, Truth]:
    """The newest decided truth of each finding."""
    found: dict[str, Truth] = {}
    for truth in case.truths.exclude(status="").order_by("version"):
        found[truth.finding] = truth
    return found


def last_reading(assignment: Assignment) -> Reading | None:
    """The reading of the last stage, when it is locked."""
    reading = readings_of(assignment).get(assignment.arm.stages[-1])
    return reading if reading is not None and reading.is_locked else None


def feedback(assignment: Assignment) -> FeedbackDocument:
    """Truth and right or wrong per finding, only after the last lock of a training (or educational) case. Raises 404 before."""
    gives = assignment.case.role == Case.Role.TRAINING or study_body(assignment.reader.study)["reading"]["feedback"]
    reading = last_reading(assignment)
    if not gives or reading is None or stage_now(assignment) is not None:
        raise StudyRefused("not_found", "There is no feedback here.", http=404)
    truths = newest_truth(assignment.case)
    calls = {row.finding.code: row.call for row in reading.ratings.select_related("finding")}
    return {
        "truth": [
            {
                "finding": code,
                "status": truth.status,
                "regions": [{"x": one.x, "y": one.y, "w": one.w, "h": one.h} for one in truth.regions.all()],
            }
            for code, truth in sorted(truths.items())
            if code in calls
        ],
        "right": {code: _is_right(call, truths.get(code)) for code, call in sorted(calls.items())},
        "explain": AI_EXPLAINED if assignment.arm.ai_layers else "",
    }


def _calls(session: ReadingSession) -> tuple[int, int]:
    right = counted = 0
    for assignment in session.assignments.select_related("arm", "case"):
        reading = last_reading(assignment)
        if reading is None:
            continue
        truths = newest_truth(assignment.case)
        for row in reading.ratings.select_related("finding"):
            verdict = _is_right(row.call, truths.get(row.finding.code))
            if verdict is not None:
                right, counted = right + verdict, counted + 1
    return right, counted


def _is_right(call: bool | None, truth: Truth | None) -> bool | None:
    if call is None or truth is None or truth.status not in ("0", "1"):
        return None
    return call == (truth.status == "1")
