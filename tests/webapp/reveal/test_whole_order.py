"""A reader answers first and is shown the model after: everything of webapp.reveal together, with rows of no study.

What a room above adds is here in twenty lines: where the answers are kept, and which images wait for one.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client

from tests.webapp.viewer.case_factory import BUNDLE, make_image, make_result
from webapp.accounts import policy
from webapp.accounts.policy import Person, Refusal
from webapp.archive.models import Image
from webapp.reveal.answer_first import Answers, ModelShown, lock_answer, needs_reveal, note_reveal
from webapp.reveal.answer_row import AnswerRow
from webapp.reveal.embargoed import embargo_by_set
from webapp.reveal.shown_image import is_image_shown, shown_sha256
from webapp.reveal.shown_output import newest_result, shown_output

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 3, 2, 8, 0, tzinfo=datetime.UTC)
NOT_ANSWERED = Refusal("not_answered", "Answer first: the model is shown after.")


@dataclass
class Answer:
    image: Image
    says: str
    locked_at: datetime.datetime | None = None
    ai_revealed_at: datetime.datetime | None = None
    sha256: str = ""
    lock_key: str = ""

    is_locked = AnswerRow.is_locked

    def save(self, *, update_fields: list[str]) -> None:
        pass

    def content(self) -> object:
        return {"image_sha256": shown_sha256(self.image), "says": self.says, "locked_at": str(self.locked_at)}


Kept = dict[str, list[Answer]]


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Kept:
    """Reader -> unaided answers; images whose unaided answer is not locked are under embargo."""
    found: Kept = {}

    def waiting(user: Person) -> set[object]:
        return {one.image.pk for one in found.get(user.get_username(), []) if not one.is_locked}

    monkeypatch.setattr(policy, "EMBARGOES", [])
    policy.register_embargo(embargo_by_set(waiting, NOT_ANSWERED))
    return found


def test_the_model_follows_the_locked_answer(kept: Kept, signed_in: Callable[..., Client]) -> None:
    image = make_image()
    make_result(image)
    reader, address = signed_in("radiologist", "reader"), f"/api/images/{image.pk}/predictions/"
    unaided, aided = Answer(image, "absent"), Answer(image, "present")
    kept["reader"] = [unaided]
    answers = Answers(ModelShown.AFTER_ANSWER, unaided, aided)
    assert (answers.open_to_model(), reader.get(address).status_code) == (None, 403)

    lock_answer(unaided, "first", NOW, unaided.content)
    assert (answers.open_to_model(), reader.get(address).status_code) == (aided, 200)

    assert needs_reveal(answers, aided)
    result = newest_result(image, BUNDLE)
    assert result is not None
    shown = shown_output(result)
    assert (
        shown.payload["findings"][0]["probability"]
        == reader.get(address).json()["results"][0]["findings"][0]["probability"]
    )
    assert note_reveal(aided, NOW)
    assert not needs_reveal(answers, aided)
    lock_answer(aided, "second", NOW, aided.content)
    assert (answers.open_to_model(), aided.sha256 != unaided.sha256) == (None, True)


def test_a_file_that_changed_meanwhile_is_told(kept: Kept) -> None:
    """The kept hash is of what was shown, not of what lies there later."""
    image = make_image()
    answer = Answer(image, "absent")
    lock_answer(answer, "key", NOW, answer.content)
    was, sha256 = shown_sha256(image), answer.sha256
    image.stored_sha256 = "c" * 64
    assert not is_image_shown(image, was)
    again = Answer(image, "absent")
    lock_answer(again, "key", NOW, again.content)
    assert again.sha256 != sha256
