"""What an image shows, as far as it matters for laying it beside another: the body part, and from which side."""

from dataclasses import dataclass
from typing import Final

from inference.exam import NOT_STATED, STATED, ExamFacts, Fact
from inference.exam.sides import FRONTAL_VIEWS, LATERAL_VIEWS

FRONTAL: Final = "frontal"
LATERAL: Final = "lateral"
CHEST: Final = "CHEST"
_SIDES = dict.fromkeys(FRONTAL_VIEWS, FRONTAL) | dict.fromkeys(LATERAL_VIEWS, LATERAL)


def side_of(view: str) -> str:
    """FRONTAL or LATERAL of a key of the table of terms; empty for any other."""
    return _SIDES.get(view, "")


@dataclass(frozen=True)
class ExamKind:
    """part: CHEST or another key of the table of terms; view: frontal, lateral or another key. Empty: not stated; None: not
    clear, since sources contradict each other or use unknown words. Whatever shows the chest (with neck or abdomen) is CHEST."""

    part: str | None
    view: str | None

    @classmethod
    def of(cls, exam: ExamFacts) -> "ExamKind":
        part, view = _known(exam.body_part), _known(exam.view)
        return cls(CHEST if part and CHEST in part else part, _SIDES.get(view, view) if view else view)

    @property
    def unclear(self) -> str:
        """Which of the two is not clear, in words; empty where both are clear or not stated."""
        return "body part" if self.part is None else "view" if self.view is None else ""

    def shows_what(self, other: "ExamKind") -> bool:
        """The same body part; a file that states none may show the chest, and nothing else is taken for granted."""
        return _alike(self.part, other.part, CHEST)

    def is_seen_as(self, other: "ExamKind") -> bool:
        """From the same side; a file that states no view may be frontal."""
        return _alike(self.view, other.view, FRONTAL)

    def is_other_view(self, other: "ExamKind") -> bool:
        """One is frontal, the other lateral."""
        return {self.view, other.view} == {FRONTAL, LATERAL}


def _alike(one: str | None, other: str | None, usual: str) -> bool:
    return one is not None and other is not None and (one or usual) == (other or usual)


def _known(fact: Fact) -> str | None:
    if fact.state == NOT_STATED:
        return ""
    return str(fact.value) if fact.state == STATED else None
