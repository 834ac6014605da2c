"""What a label rests on: whether whoever gave it had been shown the model."""

from django.db.models import TextChoices


class LabelKind(TextChoices):
    """unaided: said before the model was shown, and provably so (a first look). aided: the reader had, or may have had, the model
    beside the image. panel: truth that several people settled in a study. imported: came from elsewhere, as a file or from CT,
    microbiology or follow-up."""

    UNAIDED = "unaided", "before the model"
    AIDED = "aided", "beside the model"
    PANEL = "panel", "panel"
    IMPORTED = "imported", "imported"
