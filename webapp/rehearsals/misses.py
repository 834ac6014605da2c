"""What the candidate alone misses: looked at one by one, and ticked off by a named person with a reason."""

from typing import Any

from django.db import transaction

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_see_rehearsals, may_use_labels
from webapp.archive.models import Image
from webapp.rehearsals.ask import RehearsalRefused
from webapp.rehearsals.models import MissTick, Rehearsal

REASON_CHARACTERS = 500


def open_misses(rehearsal: Rehearsal) -> int:
    """How many wait for a person; 0 without a verdict."""
    if not hasattr(rehearsal, "verdict"):
        return 0
    ticked = {(str(image), finding) for image, finding in rehearsal.ticks.values_list("image_id", "finding")}  # type: ignore[attr-defined]
    return sum((miss["image"], miss["finding"]) not in ticked for miss in rehearsal.verdict.report["misses"])


@transaction.atomic
def tick(user: User, rehearsal: Rehearsal, image_id: str, finding: str, reason: str) -> MissTick:
    """Raises RehearsalRefused: 400 for a reason that is none, 403, 404 for what is no miss of it, 409 where it was ticked."""
    RehearsalRefused.require(may_see_rehearsals(user))
    said = reason.strip()
    if not 0 < len(said) <= REASON_CHARACTERS:
        text = f"give a reason of 1 to {REASON_CHARACTERS} characters; this one has {len(said)}"
        raise RehearsalRefused("not_allowed", text, "reason", http=400)
    misses: list[dict[str, Any]] = rehearsal.verdict.report["misses"] if hasattr(rehearsal, "verdict") else []
    if not any((miss["image"], miss["finding"]) == (image_id, finding) for miss in misses):
        raise RehearsalRefused("not_found", "That is no case that this candidate misses newly.", http=404)
    image = Image.objects.get(pk=image_id)
    RehearsalRefused.require(may_use_labels(user, image))
    Rehearsal.objects.select_for_update().get(pk=rehearsal.pk)  # one tick at a time
    earlier = (
        MissTick.objects.filter(rehearsal=rehearsal, image=image, finding=finding).select_related("created_by").first()
    )
    if earlier:
        who = earlier.created_by.username if earlier.created_by else "somebody"
        raise RehearsalRefused("ticked", f"{who} ticked it off already.")
    row = MissTick(rehearsal=rehearsal, image=image, finding=finding, reason=said, created_by=user)
    row.save()
    audit.record(user, "rehearsal.tick", f"image:{image.pk}", number=rehearsal.number, finding=finding)
    return row
