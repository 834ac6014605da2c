"""What the file says about the exam: one reading of its attributes, for gate, lists, viewer, model input and exports.

`statements` holds what the file says, `terms` what words and codes mean (terms.json), `read_exam` makes facts of both.
A fact carries each of its sources; a term that is not in the table stays unknown and never counts as allowed.
"""

from inference.exam.facts import CONTRADICTION, NOT_STATED, STATED, UNKNOWN_TERM, ExamFacts, Fact, Said
from inference.exam.read_exam import read_exam
from inference.exam.statements import Code, ExamStatements

__all__ = [
    "CONTRADICTION",
    "NOT_STATED",
    "STATED",
    "UNKNOWN_TERM",
    "Code",
    "ExamFacts",
    "ExamStatements",
    "Fact",
    "Said",
    "read_exam",
]
