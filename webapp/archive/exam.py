"""What the file of a stored image says about the exam."""

from django.utils import timezone

from inference.exam import CONTRADICTION, UNKNOWN_TERM, ExamFacts, ExamStatements, read_exam
from webapp.archive.models import Image
from webapp.archive.view_positions import UNCLEAR


def exam_of(image: Image) -> ExamFacts:
    """From the stored header: a table of terms that has grown since the import is asked again."""
    arrived = image.created_at or timezone.now()
    return read_exam(ExamStatements.from_header(image.header), arrived.date())


def view_code(exam: ExamFacts) -> str:
    """The column `view`: a key of the table of terms, empty where no source says anything, or UNCLEAR."""
    if exam.view.state in (CONTRADICTION, UNKNOWN_TERM):
        return UNCLEAR
    return str(exam.view.value or "")
