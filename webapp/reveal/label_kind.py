"""What a label rests on: whether whoever gave it had been shown the model."""

from django.db.models import TextChoices


class LabelKind(TextChoices):
    """unaided: said in a first look, before clinical review or a study showed this person the model (a copy of the image under
    another UID may have shown it before: docs/decisions.md). aided: the reader had, or may have had, the model beside the image,
    then or before. panel: truth that several people settled in a study. imported: truth of a study that came from elsewhere, as a
    file or from CT, microbiology or follow-up. later: what a later examination showed, entered on the case in clinical review."""

    UNAIDED = "unaided", "before the model"
    AIDED = "aided", "beside the model"
    PANEL = "panel", "panel"
    IMPORTED = "imported", "imported"
    LATER = "later", "found later"
