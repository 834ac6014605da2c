"""Answer first, then the model: where the order asks for it, not a byte of the model's output is given out before the reader's
unaided answer is locked.

The rows are of the room that asks: it hands them over as `Answers`, decides who may read and adds sentences of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Generic, TypeVar

from webapp.accounts.policy import Refusal
from webapp.reveal.answer_row import AnswerRow
from webapp.reveal.canonical_json import sha256_of

ALREADY_LOCKED = Refusal("already_locked", "This reading is locked.")
NOT_REVEALED = Refusal("ai_not_revealed", "Open the model's output before you lock the aided answer.")


class ModelShown(Enum):
    """When a reader sees the model's output of an image."""

    NEVER = "never"
    AFTER_ANSWER = "after_answer"  # once the unaided answer is locked
    BESIDE_IMAGE = "beside_image"  # as soon as the aided answer has begun


AnyAnswer = TypeVar("AnyAnswer", bound=AnswerRow)


@dataclass(frozen=True)
class Answers(Generic[AnyAnswer]):
    """What a reader has answered to one image so far; None for an answer that has not begun."""

    shown: ModelShown
    unaided: AnyAnswer | None = None
    aided: AnyAnswer | None = None

    def open_to_model(self) -> AnyAnswer | None:
        """The aided answer that is being made now. None: the model's output must not be given out, before its time or after."""
        if self.shown is ModelShown.NEVER or self.aided is None or self.aided.is_locked:
            return None
        if self.shown is ModelShown.AFTER_ANSWER and (self.unaided is None or not self.unaided.is_locked):
            return None
        return self.aided


def note_reveal(answer: AnswerRow, now: datetime) -> bool:
    """Keeps the moment of the first delivery of the model's output; False for a later one. Call it in the transaction that
    gives the output out."""
    if answer.ai_revealed_at is not None:
        return False
    answer.ai_revealed_at = now
    answer.save(update_fields=["ai_revealed_at"])
    return True


def needs_reveal(answers: Answers[AnyAnswer], answer: AnyAnswer) -> bool:
    """Whether `answer` is the aided one and its reader has not been shown the model's output: it is no aided answer yet, and
    where there is an output it is refused with NOT_REVEALED."""
    return answers.open_to_model() == answer and answer.ai_revealed_at is None


def is_locked_by(answer: AnswerRow, key: str) -> bool:
    """Whether this very delivery has locked the answer: the same one again gets the same receipt."""
    return answer.is_locked and answer.lock_key == key


def lock_answer(answer: AnswerRow, key: str, now: datetime, content: Callable[[], Any]) -> None:
    """Sets time, key and hash of the lock; the caller saves the row with all that the hash stands for, in one transaction.

    content: gives what the answer says as plain JSON. It is asked once the time is set, which may be part of it. Raises
    ValueError for an answer that is locked: no lock is ever taken twice.
    """
    if answer.is_locked:
        raise ValueError("the answer is locked: a lock is never taken twice")
    answer.locked_at, answer.lock_key = now, key
    answer.sha256 = sha256_of(content())
