"""One image by one bundle, on the bytes that the reference set was locked with."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from inference.boxes import positive_part
from inference.decisions import is_above_operating_point
from inference.engine import Case, Engine, Explanation, NonFiniteOutput
from inference.explanation import map_threshold, method_title
from inference.gate import REFUSED, GateQuestion
from inference.manifest import OperatingPoint
from webapp.archive.exam import exam_of
from webapp.archive.frame.model_inputs import prepared
from webapp.archive.models import Image
from webapp.rehearsals.models import CaseOutput, MissMap, Rehearsal
from webapp.training_set.labels import Place

Boxes = Mapping[str, Sequence[Place]]
Run = Callable[[Engine, Case], Explanation]
NOT_FINITE = "not_finite"


def case_output(
    rehearsal: Rehearsal, image: Image, engine: Engine, points: Mapping[str, OperatingPoint], boxes: Boxes, run: Run
) -> CaseOutput:
    """The row, not yet stored. boxes: of the findings that have some. Raises IntegrityMismatch where the file is another, and what
    the run raises; numbers that are none count as a refusal of the model."""
    case = case_of(image, engine, points)
    row = CaseOutput(rehearsal=rehearsal, image=image, bundle_id=engine.bundle.id, input_sha256=case.input.sha256)
    try:
        answer = run(engine, case)
    except NonFiniteOutput:
        row.findings, row.is_refused, row.why, row.seconds = {}, True, NOT_FINITE, 0.0
        return row
    row.is_refused, row.seconds = answer.gate.verdict == REFUSED, answer.seconds
    row.findings = {} if row.is_refused else _findings(answer, boxes)
    return row


def case_of(image: Image, engine: Engine, points: Mapping[str, OperatingPoint]) -> Case:
    """What the engine is asked."""
    seen = prepared(image, engine.bundle.input_spec)
    question = GateQuestion(exam_of(image), image.modality, image.project.takes_for_processing)
    return Case(seen, question, points)


def miss_map(
    rehearsal: Rehearsal, image: Image, finding: str, engine: Engine, points: Mapping[str, OperatingPoint], run: Run
) -> MissMap:
    """The row, not yet stored: the first map of the finding, or why there is none. Raises as `case_output`."""
    row = MissMap(rehearsal=rehearsal, image=image, finding=finding, bundle_id=engine.bundle.id)
    try:
        answer = run(engine, case_of(image, engine, points))
    except NonFiniteOutput:
        row.why_none = "The model gave numbers that are none."
        return row
    output = next((one for one in answer.contents.maps if one.kind in answer.maps), None)
    if output is None:
        refused = answer.gate.verdict == REFUSED
        row.why_none = "The model refused the image." if refused else "The model has no map of it."
        return row
    column = next(place for place, one in enumerate(answer.contents.findings) if one.key == finding)
    values = np.ascontiguousarray(answer.maps[output.kind][column], "<f4")
    rule = answer.contents.findings[column].maps[output.kind]
    row.method, (row.rows, row.columns), row.values = method_title(output), values.shape, values.tobytes()
    row.region, row.threshold = [float(edge) for edge in answer.region], float(map_threshold(values, rule))
    row.boxes = [
        {"x": box.x, "y": box.y, "w": box.w, "h": box.h, "rule": box.rule}
        for box in answer.boxes[finding]
        if box.map == output.kind
    ]
    return row


def _findings(answer: Explanation, boxes: Boxes) -> dict[str, dict[str, object]]:
    """By key: the calibrated number, whether it reaches the operating point, whether the first map's highest cell lies in a box."""
    values = next((answer.maps[output.kind] for output in answer.contents.maps if output.kind in answer.maps), None)
    found: dict[str, dict[str, object]] = {}
    for column, finding in enumerate(answer.contents.findings):
        probability = answer.probabilities[finding.key]
        own = boxes.get(finding.key) or ()
        pointed = _points_into(values[column], answer, own) if values is not None and own else None
        flagged = is_above_operating_point(probability, finding)
        found[finding.key] = {"probability": probability, "flagged": bool(flagged), "pointed": pointed}
    return found


def _points_into(values: np.ndarray, answer: Explanation, boxes: Sequence[Place]) -> bool:
    """Whether the middle of the highest cell, first of equals, lies in a box. A map without positive evidence points nowhere."""
    cells = positive_part(values)
    if not cells.max() > 0:
        return False
    row, column = np.unravel_index(int(cells.argmax()), cells.shape)
    x0, y0, x1, y1 = answer.region
    x = x0 + (column + 0.5) / cells.shape[1] * (x1 - x0)
    y = y0 + (row + 0.5) / cells.shape[0] * (y1 - y0)
    return any(box.x <= x <= box.x + box.w and box.y <= y <= box.y + box.h for box in boxes)
