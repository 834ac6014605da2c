"""What the gate is asked about an image that says what these arguments say."""

from inference.exam import ExamStatements, read_exam
from inference.gate import GateQuestion


def asked(
    view: str = "PA", age: str = "050Y", body_part: str = "CHEST", modality: str = "DX", **stated: object
) -> GateQuestion:
    """`stated`: further attributes of ExamStatements."""
    statements = ExamStatements(view_position=view, patient_age=age, body_part=body_part, **stated)  # type: ignore[arg-type]
    return GateQuestion(read_exam(statements), modality)
