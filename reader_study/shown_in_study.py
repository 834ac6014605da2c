"""Whether a study has shown somebody the model's output of an image."""

from django.db.models import Q

from reader_study.models import FailureMode, Reading
from webapp.accounts.models import User
from webapp.archive.models import Image


def was_shown_in_study(person: User, image: Image) -> bool:
    """In a reading whose model was given out, or as a failure of the model that the person was given to code or to decide,
    in any study, running or closed; a voided reading was seen all the same."""
    shown = Q(ai_revealed_at__isnull=False) | Q(stage=Reading.Stage.CODING, opened_at__isnull=False)
    read = Reading.objects.filter(shown, assignment__reader__user=person, assignment__case__image=image)
    return read.exists() or FailureMode.objects.filter(coder=person, item__case__image=image).exists()
