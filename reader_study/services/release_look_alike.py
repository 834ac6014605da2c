"""A picture that only looks like a case is another patient's after all: a manager releases it, once."""

from uuid import UUID

from django.db import transaction

from reader_study import clock, policy
from reader_study.models import HiddenImage, Study
from reader_study.refusal import StudyRefused, require
from reader_study.services.people import checked_reason
from reader_study.visible import visible_to
from webapp import audit
from webapp.accounts.models import User
from webapp.reveal.embargoed import not_under_embargo


def look_alikes(user: User, study: Study) -> list[HiddenImage]:
    """Images hidden in this study by their look alone, waiting ones first. What another study hides from this manager, who may
    read there, is left out."""
    rows = visible_to(HiddenImage.objects.filter(case__study=study, why=HiddenImage.Why.LOOK), user)
    rows = not_under_embargo(not_under_embargo(rows, user, "image"), user, "case__image")
    found = rows.select_related("case__image", "image", "released_by").order_by("created_at", "pk")
    return sorted(found, key=lambda row: row.released_at is not None)


def look_alike_or_404(user: User, study: Study, key: UUID) -> HiddenImage:
    """One of them. Raises StudyRefused."""
    for row in look_alikes(user, study):
        if row.pk == key:
            return row
    raise StudyRefused("not_found", "There is no such look-alike.", http=404)


def release_look_alike(user: User, study: Study, key: UUID, reason: object) -> HiddenImage:
    """The image is visible again at once, unless another case hides it, too. Raises StudyRefused."""
    require(policy.may_release_look_alike(user, study))
    why = checked_reason(reason)
    known = look_alike_or_404(user, study, key)
    with transaction.atomic():
        row = HiddenImage.objects.select_for_update().get(pk=known.pk)
        if row.released_at is not None:
            raise StudyRefused("wrong_state", f"It was released on {row.released_at:%Y-%m-%d} already.")
        row.released_at, row.released_by, row.release_reason = clock.now(), user, why
        row.save(update_fields=["released_at", "released_by", "release_reason"])
        target, details = f"study:{study.pk}", {"image": str(row.image_id), "case": str(row.case_id)}
        audit.record(user, "study.release_look_alike", target, purpose="reader study", **details)
    return row
