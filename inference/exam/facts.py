"""Facts about an exam, each with its sources: what every attribute said, and whether they agree."""

from dataclasses import dataclass
from typing import Final

from inference.documents import ExamDocument, FactDocument, FactState, PlacementDocument
from inference.exam.orientation import AS_STORED, Turn, read_directions
from inference.exam.terms import Term

STATED: Final = "stated"
NOT_STATED: Final = "not_stated"
UNKNOWN_TERM: Final = "unknown_term"
CONTRADICTION: Final = "contradiction"


@dataclass(frozen=True)
class Said:
    """What one source said. shown: for people, as in the file; terms: what it means; years: of an age alone."""

    attribute: str
    shown: str
    terms: tuple[Term, ...] = ()
    is_unknown: bool = False
    years: float | None = None

    @property
    def text(self) -> str:
        """`View Position says LL (left lateral)`."""
        titles = " and ".join(term.title for term in self.terms)
        meaning = f" ({titles})" if titles and titles.lower() not in self.shown.lower() else ""
        return f"{self.attribute} says {self.shown}{meaning}"


@dataclass(frozen=True)
class Fact:
    """One fact. value: a key of the table of terms, a number of years, or a text; None unless `state` is stated."""

    name: str
    title: str
    state: FactState
    value: str | float | None = None
    shown: str = ""
    sources: tuple[Said, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """Everything that any source says."""
        return tuple(dict.fromkeys(term for said in self.sources for term in said.terms))

    @property
    def text(self) -> str:
        """What each source said, in one half sentence: `View Position says PA, but View Code Sequence says 1 (99X)`."""
        parts = [said.text + (", which is not known here" if said.is_unknown else "") for said in self.sources]
        return ", but ".join(parts) if len(parts) > 1 else "".join(parts)

    def document(self) -> FactDocument:
        """As the API gives it."""
        return {
            "state": self.state,
            "value": self.value,
            "shown": self.shown,
            "sources": [{"attribute": said.attribute, "says": said.text} for said in self.sources],
        }


@dataclass(frozen=True)
class ExamFacts:
    """turn: how the stored pixels come to L\\F; the identity where the file gives no reason to turn them."""

    age: Fact
    view: Fact
    body_part: Fact
    laterality: Fact
    orientation: Fact
    intent: Fact
    quality_control: Fact
    device: Fact
    turn: Turn = AS_STORED
    is_frontal: bool = False

    @property
    def age_years(self) -> float | None:
        return self.age.value if isinstance(self.age.value, float) else None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Codes for the chips of lists and the viewer."""
        found = {
            "for_processing": self.intent.value == "FOR PROCESSING",
            "quality_control_image": self.quality_control.value == "YES",
            "age_unclear": self.age.state in (UNKNOWN_TERM, CONTRADICTION),
            "view_unclear": self.view.state in (UNKNOWN_TERM, CONTRADICTION),
            "body_part_unclear": self.body_part.state in (UNKNOWN_TERM, CONTRADICTION),
            "laterality_unclear": self.laterality.state in (UNKNOWN_TERM, CONTRADICTION),
            "side_not_stated": self.orientation.state == CONTRADICTION
            or (self.is_frontal and self.orientation.state != STATED),
        }
        return tuple(code for code, holds in found.items() if holds)

    def placement(self) -> PlacementDocument:
        """How a viewer shows the picture, and what it writes at its sides."""
        directions = read_directions(str(self.orientation.value or ""))
        return {
            "turn": {
                "transposed": self.turn.is_transposed,
                "flips_columns": self.turn.flips_columns,
                "flips_rows": self.turn.flips_rows,
            },
            "right": directions.right if directions else "",
            "down": directions.down if directions else "",
            "side_not_stated": "side_not_stated" in self.warnings,
        }

    def document(self) -> ExamDocument:
        """As the API gives it."""
        return {
            "age": self.age.document(),
            "view": self.view.document(),
            "body_part": self.body_part.document(),
            "laterality": self.laterality.document(),
            "orientation": self.orientation.document(),
            "intent": self.intent.document(),
            "quality_control": self.quality_control.document(),
            "device": self.device.document(),
        }
