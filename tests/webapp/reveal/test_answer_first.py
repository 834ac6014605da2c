"""The order of answers and model, tried on rows of no study: any room above can keep its answers by it."""

import datetime
import itertools
from dataclasses import dataclass, field

import pytest

from webapp.reveal.answer_first import Answers, ModelShown, is_locked_by, lock_answer, needs_reveal, note_reveal
from webapp.reveal.answer_row import AnswerRow
from webapp.reveal.canonical_json import sha256_of

NOW = datetime.datetime(2026, 3, 2, 8, 0, tzinfo=datetime.UTC)
LATER = NOW + datetime.timedelta(seconds=1)


@dataclass
class Row:
    """The columns of an AnswerRow; what is saved is noted in place of a database."""

    locked_at: datetime.datetime | None = None
    ai_revealed_at: datetime.datetime | None = None
    sha256: str = ""
    lock_key: str = ""
    saved: list[list[str]] = field(default_factory=list)

    is_locked = AnswerRow.is_locked

    def save(self, *, update_fields: list[str]) -> None:
        self.saved.append(update_fields)


def row(state: str) -> Row | None:
    return {"none": None, "begun": Row(), "locked": Row(locked_at=NOW, lock_key="key")}[state]


def test_the_row_has_the_columns_of_the_model() -> None:
    assert {column.name for column in AnswerRow._meta.fields} == {"locked_at", "ai_revealed_at", "sha256", "lock_key"}


def test_the_model_is_open_in_three_states_alone() -> None:
    """Of all orders and states of both answers."""
    states = ("none", "begun", "locked")
    found = {
        (shown.value, unaided, aided)
        for shown, unaided, aided in itertools.product(ModelShown, states, states)
        if Answers(shown, row(unaided), row(aided)).open_to_model() is not None
    }
    assert found == {
        ("after_answer", "locked", "begun"),
        *(("beside_image", unaided, "begun") for unaided in states),
    }


def test_it_opens_the_aided_answer_and_no_other() -> None:
    unaided, aided = row("locked"), Row()
    assert Answers(ModelShown.AFTER_ANSWER, unaided, aided).open_to_model() is aided


def test_the_first_delivery_alone_is_kept() -> None:
    answer = Row()
    assert [note_reveal(answer, moment) for moment in (NOW, LATER)] == [True, False]
    assert (answer.ai_revealed_at, answer.saved) == (NOW, [["ai_revealed_at"]])


def test_an_aided_answer_needs_the_model_to_have_been_shown() -> None:
    unaided, aided = Row(locked_at=NOW, sha256="1"), Row()
    answers = Answers(ModelShown.AFTER_ANSWER, unaided, aided)
    assert needs_reveal(answers, aided)
    assert not needs_reveal(answers, unaided)
    note_reveal(aided, LATER)
    assert not needs_reveal(answers, aided)
    assert not needs_reveal(Answers(ModelShown.NEVER, unaided, Row()), Row())


def test_a_lock_keeps_time_key_and_the_hash_of_what_is_said_then() -> None:
    answer = Row()
    lock_answer(answer, "key", NOW, lambda: {"rating": 70, "locked_at": str(answer.locked_at)})
    assert (answer.locked_at, answer.lock_key, answer.is_locked) == (NOW, "key", True)
    assert answer.sha256 == sha256_of({"locked_at": str(NOW), "rating": 70})
    assert [is_locked_by(answer, key) for key in ("key", "other")] == [True, False]
    assert not is_locked_by(Row(), "")


def test_a_lock_is_never_taken_twice() -> None:
    answer = Row()
    lock_answer(answer, "key", NOW, lambda: 1)
    with pytest.raises(ValueError, match="never taken twice"):
        lock_answer(answer, "other", LATER, lambda: 2)
    assert (answer.locked_at, answer.lock_key, answer.sha256) == (NOW, "key", sha256_of(1))
