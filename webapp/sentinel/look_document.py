"""A person's first look at one image as the API and the reading page give it. Nothing of a result is in it."""

from django.db.models import QuerySet
from django.urls import reverse

from webapp.accounts.policy import Person
from webapp.archive.models import Image
from webapp.sentinel.look_body import FirstAnswerDocument, FirstLookDocument, FirstLookRow
from webapp.sentinel.models import FirstAnswer, FirstLook, SentinelDraw
from webapp.sentinel.questions import questions_of
from webapp.sentinel.waiting import is_waiting


def look_document(person: Person, image: Image) -> FirstLookDocument:
    """JSON-ready. The caller has asked whether the person may see the image, and whether something else hides it."""
    state, looks = _state(person, image)
    has_to_look = state == "waiting"
    asked = questions_of(image.project).findings if has_to_look else {}
    return {
        "state": state,
        "url": reverse("first_look", args=[image.pk]),
        "show_url": reverse("show_model", args=[image.pk]),
        "findings": [{"key": key, "title": title} for key, title in asked.items()],
        "reasons": [{"code": code, "title": title} for code, title in FirstLook.Reason.choices] if has_to_look else [],
        "looks": [look_row(look, person) for look in looks],
    }


def look_row(look: FirstLook, person: Person) -> FirstLookRow:
    return {
        "id": str(look.pk),
        "reader": look.reader.get_username(),
        "is_mine": look.reader_id == person.pk,
        "kind": look.kind.value,
        "bundle": look.bundle_id,
        "image_sha256": look.image_sha256,
        "probability": look.draw.probability,
        "broken": look.broken,
        "answers": [_answer(answer) for answer in look.answers.all()],
        "created_at": look.created_at.isoformat(),
    }


def _state(person: Person, image: Image) -> tuple[str, list[FirstLook]]:
    draw = SentinelDraw.objects.filter(image=image, is_drawn=True).first()
    if draw is None:
        return "not_drawn", []
    if is_waiting(person, image) is not None:
        return "waiting", []
    looks = list(_looks(draw))
    own = next((look for look in looks if look.reader_id == person.pk), None)
    return "open" if own is None else "shown" if own.broken else "answered", looks


def _looks(draw: SentinelDraw) -> QuerySet[FirstLook]:
    return draw.looks.select_related("reader", "draw").prefetch_related("answers").order_by("created_at", "pk")


def _answer(answer: FirstAnswer) -> FirstAnswerDocument:
    return {
        "finding": answer.finding,
        "says": answer.says,
        "confidence": answer.confidence,
        "box": answer.box,  # type: ignore[typeddict-item]
    }
