"""Take a first look: checked against image and questions, locked and stored once, audited. With it the model opens."""

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import Refusal
from webapp.archive.models import Image
from webapp.refused import Refused
from webapp.reveal.answer_first import ALREADY_LOCKED, lock_answer
from webapp.reveal.shown_elsewhere import was_shown_elsewhere
from webapp.reveal.shown_image import shown_sha256
from webapp.reviews.box_in_image import beyond_image
from webapp.sentinel.look_body import FirstAnswerRequest, FirstLookRequest, ShowModelRequest
from webapp.sentinel.models import FirstAnswer, FirstLook, SentinelDraw
from webapp.sentinel.questions import Questions, questions_of
from webapp.sentinel.waiting import hidden_otherwise, is_waiting

NOT_ASKED = Refusal("not_asked", "No look before the model is asked of you on this image.")


def record_look(reader: User, image: Image, sent: FirstLookRequest) -> tuple[FirstLook, bool]:
    """(look, True) when it is locked now, (look, False) when this delivery has locked it before.

    Raises Refused (400, 401, 403, 409).
    """

    def made(draw: SentinelDraw) -> FirstLook:
        questions = questions_of(image.project)
        _require_all(sent.answers, questions)
        for answer in sent.answers:
            _require_inside(answer, image)
        look = FirstLook(draw=draw, reader=reader, bundle_id=questions.bundle_id)
        look.was_shown_elsewhere = was_shown_elsewhere(reader, image)
        return _answered(look, image, sent)

    return _recorded(reader, image, sent, made)


def show_model(reader: User, image: Image, sent: ShowModelRequest) -> tuple[FirstLook, bool]:
    """As record_look, for a reader who asks to see the model without an answer: kept with the reason, no label comes of it."""

    def made(draw: SentinelDraw) -> FirstLook:
        look = FirstLook(draw=draw, reader=reader, image_sha256=shown_sha256(image), broken=sent.reason)
        look.lock_key, look.ai_revealed_at = sent.idempotency_key, timezone.now()
        look.save()
        return look

    return _recorded(reader, image, sent, made)


def _recorded(
    reader: User,
    image: Image,
    sent: FirstLookRequest | ShowModelRequest,
    made: Callable[[SentinelDraw], FirstLook],
) -> tuple[FirstLook, bool]:
    if sent.reader not in (None, reader.get_username()):
        text = f"this answer is {sent.reader}'s, and {reader.get_username()} is signed in"
        raise Refused("other_reader", text, "reader", http=401)
    if earlier := _earlier(reader, image, sent):
        return earlier, False
    Refused.require(hidden_otherwise(reader, image))
    if is_waiting(reader, image) is None:
        raise Refused(NOT_ASKED.code, NOT_ASKED.text)
    try:
        with transaction.atomic():
            look = made(SentinelDraw.objects.get(image=image))
            _audit(look, image)
    except IntegrityError:  # two tabs at the same moment
        if earlier := _earlier(reader, image, sent):
            return earlier, False
        raise
    return look, True


def _earlier(reader: User, image: Image, sent: FirstLookRequest | ShowModelRequest) -> FirstLook | None:
    """The look that this very delivery has stored; raises Refused (409) when another one has ended the waiting.

    A key alone is not enough: where a receipt was lost, the reader may have said something else since.
    """
    look = FirstLook.objects.filter(draw__image=image, reader=reader).first()
    if look is None or (look.lock_key == sent.idempotency_key and _holds(look, sent)):
        return look
    at = timezone.localtime(look.created_at)
    how = "you asked for the model" if look.broken else "you answered"
    where = "here already" if look.lock_key == sent.idempotency_key else "in another tab or on another machine"
    text = f"At {at:%H:%M} {how} {where}: that stands, and the model is open to you."
    raise Refused(ALREADY_LOCKED.code, text, http=409)


def _holds(look: FirstLook, sent: FirstLookRequest | ShowModelRequest) -> bool:
    """Whether what is stored is what was sent."""
    if isinstance(sent, ShowModelRequest):
        return look.broken == sent.reason
    stored = [
        {"finding": one.finding, "says": one.says, "confidence": one.confidence, "box": one.box}
        for one in look.answers.all()
    ]
    return not look.broken and stored == _said(sent)


def _said(sent: FirstLookRequest) -> list[dict[str, Any]]:
    return [answer.model_dump() for answer in sorted(sent.answers, key=lambda one: one.finding)]


def _answered(look: FirstLook, image: Image, sent: FirstLookRequest) -> FirstLook:
    """The look with its answers, locked under one hash."""
    look.image_sha256 = shown_sha256(image)
    given = _said(sent)

    def content() -> dict[str, object]:
        said = {"image": str(image.pk), "image_sha256": look.image_sha256, "bundle": look.bundle_id, "answers": given}
        return {**said, "reader": look.reader.get_username(), "locked_at": str(look.locked_at)}

    now = timezone.now()
    lock_answer(look, sent.idempotency_key, now, content)
    look.ai_revealed_at = now
    look.save()
    FirstAnswer.objects.bulk_create(
        FirstAnswer(
            look=look,
            finding=answer.finding,
            says=answer.says,
            confidence=answer.confidence,
            **({f"box_{side}": getattr(answer.box, side) for side in "xywh"} if answer.box else {}),
        )
        for answer in sent.answers
    )
    return look


def _require_all(answers: list[FirstAnswerRequest], questions: Questions) -> None:
    """One answer to each finding of the model in service, which may have changed since the page asked."""
    given = [answer.finding for answer in answers]
    if not questions.findings:
        raise Refused("no_questions", "No model is in service whose findings could be asked.")
    if unknown := next((key for key in given if key not in questions.findings), None):
        text = f"finding {unknown!r} is not one of {', '.join(questions.findings)}: the questions have changed, reload the page"
        raise Refused("finding_unknown", text, "answers")
    if twice := next((key for key in given if given.count(key) > 1), None):
        raise Refused("finding_twice", f"finding {twice!r} is answered twice", "answers", http=400)
    if lacking := [title for key, title in questions.findings.items() if key not in given]:
        raise Refused("answer_missing", f"still to be answered: {', '.join(lacking)}", "answers", http=400)


def _require_inside(answer: FirstAnswerRequest, image: Image) -> None:
    box = answer.box
    if box is None:
        return
    if beyond := beyond_image(box.x, box.y, box.w, box.h, image.columns, image.rows):
        raise Refused("box_outside", f"box from {beyond}", "answers", http=400)


def _audit(look: FirstLook, image: Image) -> None:
    verb = "first_look.shown" if look.broken else "first_look.locked"
    audit.record(look.reader, verb, f"image:{image.pk}", look=str(look.pk), reason=look.broken, sha256=look.sha256)
