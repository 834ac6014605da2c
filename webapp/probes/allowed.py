"""Who may ask what would change the model's mind: readers who may see its output, about a finding that they have answered.

Stricter than the order of answer and model (`webapp.reveal`), which holds as well: a drawn case and a case of a study are under
embargo, and looking first, personal or of a project, ends with an answer anyway.
"""

from typing import Final

from webapp.accounts.policy import Person, Refusal, may_review
from webapp.archive.models import Image
from webapp.reviews.models import CaseReview

ANSWER_FIRST: Final = Refusal(
    "own_answer_first", "Your answer on this finding first: what would change the model's mind is shown after it."
)


def may_probe(user: Person, image: Image, bundle_id: str, finding: str) -> Refusal | None:
    """Asked before a question is taken and again before its result is given out: an answer may have been taken back."""
    refusal = may_review(user, image)
    if refusal:
        return refusal
    own = CaseReview.objects.current().filter(reader=user.pk, image=image, bundle_id=bundle_id, finding=finding)
    return None if own.exists() else ANSWER_FIRST
