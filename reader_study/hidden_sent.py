"""What becomes of an image that a study hides when somebody sends it, or asks for its file."""

from reader_study.embargo import blinded_cases
from reader_study.hidden_examination import cases_hiding, cases_under_way, hide_beside_cases, hide_beside_study
from reader_study.models import Deviation, Study
from reader_study.services.record_deviation import note_deviation
from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import Person
from webapp.archive.models import Image


def image_stored(image: Image) -> None:
    """Hides a new image where it shows a case again. Who sent it is told nothing: the answer is that of any file."""
    hide_beside_cases(image)
    if image.uploaded_by is not None:
        _note(image.uploaded_by, image, "sent")


def image_hashed(image: Image) -> None:
    """The pixels of an older image are known now: it may show a case again, or be a case that others show."""
    hide_beside_cases(image)
    for study in Study.objects.filter(pk__in=cases_under_way().filter(image=image).values("study")):
        hide_beside_study(study)


def image_asked_for(person: Person, image: Image) -> None:
    """Its file was asked for, whether it was given or not."""
    if isinstance(person, User):
        _note(person, image, "asked for the file of")


def _note(person: User, image: Image, what: str) -> None:
    """One row per study. The case is named by its code, the image not at all: managers read this, and may read cases."""
    cases = cases_hiding(image).filter(pk__in=blinded_cases(person).values("pk")).select_related("study")
    for case in cases.distinct():
        text = f"{person.get_username()} {what} an image that is hidden with case {case.code}."
        row = note_deviation(case.study, Deviation.Code.HIDDEN_IMAGE, text, person)
        audit.record(
            person, "study.hidden_image", f"deviation:{row.pk}", purpose="reader study", study=str(case.study_id)
        )
