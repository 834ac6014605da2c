"""The columns of a row that holds one answer of one reader to one image."""

from django.db import models


class AnswerRow(models.Model):
    """Columns for `webapp.reveal.answer_first`; rooms above add whose answer it is and what it says.

    lock_key: of the delivery that locked the answer. sha256: of what it says. ai_revealed_at: when the model's output was first
    given out for it.
    """

    locked_at = models.DateTimeField(null=True)
    ai_revealed_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    lock_key = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True

    @property
    def is_locked(self) -> bool:
        return self.locked_at is not None
