"""The locked, scored readings of a study as rows: what every export and every result is made from."""

from collections.abc import Iterator
from dataclasses import dataclass

from reader_study.ai_document import ai_call
from reader_study.models import (
    AiOutput,
    Arm,
    Assignment,
    Case,
    Deviation,
    FindingRating,
    Mark,
    Reading,
    Study,
    SwitchEvent,
)
from reader_study.services.freeze_truth import newest_truths
from reader_study.services.lock_reading import elapsed_ms
from reader_study.visible import of_study

AI_READER = "AI"


@dataclass(frozen=True)
class ScoredRow:
    """One finding in one locked stage. truth: "0", "1", "indeterminate" or "" where none is decided."""

    reading: Reading
    assignment: Assignment
    rating: FindingRating
    truth: str
    ai_state: str
    switch: str
    deviation: str

    @property
    def test(self) -> str:
        return self.assignment.arm.test_name(self.reading.stage)

    @property
    def finding(self) -> str:
        return self.rating.finding.code

    @property
    def elapsed_ms(self) -> int:
        return elapsed_ms(self.reading)


def scored_readings(study: Study) -> Iterator[Reading]:
    """Locked readings of scored cases that are not voided, in the order reader, session, position, stage."""
    rows = of_study(Reading.objects.all(), study).filter(
        state=Reading.State.LOCKED,
        assignment__case__voided_at=None,
        assignment__case__role=Case.Role.SCORED,
        assignment__session__is_training=False,
    )
    related = ("assignment__reader", "assignment__case", "assignment__arm", "assignment__session")
    order = ("assignment__reader__code", "assignment__session__ordinal", "assignment__position", "locked_at")
    yield from rows.select_related(*related).prefetch_related("ratings__finding", "marks__finding").order_by(*order)


def scored_rows(study: Study) -> list[ScoredRow]:
    """One row per reading and finding."""
    truths = {key: truth.status for key, truth in newest_truths(study).items()}
    switches = {(one.reading_id, one.finding_id): one.verdict for one in of_study(SwitchEvent.objects.all(), study)}
    deviations: dict[object, str] = {}
    for one in of_study(Deviation.objects.all(), study).filter(reading__isnull=False).order_by("created_at"):
        deviations[one.reading_id] = " ".join(filter(None, [deviations.get(one.reading_id, ""), one.code]))
    outputs = {(one.case_id, one.bundle_id): one for one in of_study(AiOutput.objects.all(), study)}
    found = []
    for reading in scored_readings(study):
        assignment = reading.assignment
        output = (
            outputs.get((assignment.case_id, assignment.arm.bundle_id))
            if reading.stage == Reading.Stage.AIDED
            else None
        )
        for rating in sorted(reading.ratings.all(), key=lambda one: one.finding.order):
            found.append(
                ScoredRow(
                    reading=reading,
                    assignment=assignment,
                    rating=rating,
                    truth=truths.get((assignment.case.code, rating.finding.code), ""),
                    ai_state=_ai_state(output, assignment.arm, rating.finding.code),
                    switch=switches.get((reading.pk, rating.finding_id), ""),
                    deviation=deviations.get(reading.pk, ""),
                )
            )
    return found


def scored_marks(study: Study, finding: str) -> list[tuple[Reading, Mark]]:
    """Marks of one finding with their readings, first replicates only."""
    return [
        (reading, mark)
        for reading in scored_readings(study)
        if reading.assignment.replicate == 0
        for mark in reading.marks.all()
        if mark.finding.code == finding
    ]


def ai_scores(study: Study, arm: Arm, finding: str) -> dict[str, float]:
    """The model's probability by case code, abstentions left out; for arms of kind ai_alone."""
    found = {}
    outputs = of_study(AiOutput.objects.all(), study).filter(case__voided_at=None, bundle_id=arm.bundle_id)
    for output in outputs.select_related("case"):
        row = next((row for row in output.payload["findings"] if row["key"] == finding), None)
        if output.state == AiOutput.State.OK and row and row["probability"] is not None:
            found[output.case.code] = float(row["probability"])
    return found


def _ai_state(output: AiOutput | None, arm: Arm, finding: str) -> str:
    if output is None:
        return ""
    return AiOutput.State.ABSTAINED if ai_call(output, arm, finding) is None else AiOutput.State.OK
