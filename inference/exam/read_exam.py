"""From what the file says to facts, each with its sources."""

from datetime import date
from typing import Final

from inference.exam.age import age_fact
from inference.exam.facts import CONTRADICTION, NOT_STATED, STATED, UNKNOWN_TERM, ExamFacts, Fact, Said
from inference.exam.orientation import AS_STORED, Directions, read_directions
from inference.exam.sides import FRONTAL_VIEWS, LATERAL_VIEWS
from inference.exam.statements import Code, ExamStatements
from inference.exam.terms import (
    AGE_GROUP,
    BODY_PART,
    LATERALITY,
    VIEW,
    Reading,
    Term,
    code_term,
    most_specific,
    read_text,
    term,
)

FOR_PROCESSING: Final = "FOR PROCESSING"
FOR_PRESENTATION: Final = "FOR PRESENTATION"

# Digital X-Ray, Mammography and Intra-Oral X-Ray (PS3.4 annex B); of the other classes intent is not stated.
_INTENT_OF_CLASS = {
    f"1.2.840.10008.5.1.4.1.1.1.{kind}{suffix}": intent
    for kind in (1, 2, 3)
    for suffix, intent in (("", FOR_PRESENTATION), (".1", FOR_PROCESSING))
}
_MOST_CHARACTERS = 64


def read_exam(statements: ExamStatements, today: date | None = None) -> ExamFacts:
    """`today`: of the import; a study dated later says nothing. None: any date is taken."""
    view_text = _text("View Position", statements.view_position, VIEW)
    part_text = _text("Body Part Examined", statements.body_part, BODY_PART)
    texts = [text for text in (view_text, part_text) if text is not None]
    view = _view_fact(statements, texts)
    body_part = _term_fact(BODY_PART, "body part", [*_of_kind(texts, BODY_PART), *_region_codes(statements)])
    directions = read_directions(statements.patient_orientation)
    may_turn = _may_turn(view, body_part)
    return ExamFacts(
        age=age_fact(statements, today, tuple(_of_kind(texts, AGE_GROUP))),
        view=view,
        body_part=body_part,
        laterality=_laterality_fact(statements, texts),
        orientation=_orientation_fact(statements, directions, view),
        intent=_intent_fact(statements),
        quality_control=_quality_control_fact(statements),
        device=_device_fact(statements),
        turn=directions.turn if directions is not None and may_turn and _is_biped(statements) else AS_STORED,
        is_frontal=may_turn,
    )


class _Text:
    """One free text and its reading."""

    def __init__(self, attribute: str, value: str, own_kind: str, reading: Reading) -> None:
        self.attribute = attribute
        self.value = value
        self.own_kind = own_kind
        self.reading = reading

    def said(self, kind: str) -> Said | None:
        """As a source of `kind`: any text may name a view or a side, its own kind it has to name."""
        terms = self.reading.of(kind)
        if kind == self.own_kind:
            is_unknown = bool(self.reading.unknown) or not terms
            return Said(self.attribute, self.value[:_MOST_CHARACTERS], terms, is_unknown)
        return Said(self.attribute, self.value[:_MOST_CHARACTERS], terms) if terms else None


def _text(attribute: str, value: str, own_kind: str) -> _Text | None:
    return _Text(attribute, value.strip(), own_kind, read_text(value, own_kind)) if value.strip() else None


def _of_kind(texts: list[_Text], kind: str) -> list[Said]:
    return [said for said in (text.said(kind) for text in texts) if said is not None]


def _code_said(attribute: str, code: Code, kind: str) -> Said:
    found = code_term(kind, code)
    label = (
        f"{code.value or 'no code'} ({code.scheme or 'no scheme'}{', “' + code.meaning + '”' if code.meaning else ''})"
    )
    return Said(attribute, label[: 2 * _MOST_CHARACTERS], () if found is None else (found,), found is None)


def _region_codes(statements: ExamStatements) -> list[Said]:
    return [
        *(_code_said("Anatomic Region Sequence", code, BODY_PART) for code in statements.anatomic_regions),
        *(_code_said("Primary Anatomic Structure Sequence", code, BODY_PART) for code in statements.primary_structures),
    ]


def _term_fact(name: str, title: str, sources: list[Said]) -> Fact:
    terms = most_specific(tuple(one for said in sources for one in said.terms))
    if not sources:
        return Fact(name, title, NOT_STATED)
    if len(terms) > 1:
        return Fact(name, title, CONTRADICTION, None, "", tuple(sources))
    if any(said.is_unknown for said in sources) or not terms:
        return Fact(name, title, UNKNOWN_TERM, None, "", tuple(sources))
    return Fact(name, title, STATED, terms[0].key, terms[0].title, tuple(sources))


def _view_fact(statements: ExamStatements, texts: list[_Text]) -> Fact:
    """Patient Orientation speaks of the view where nothing else does: `A\\F` is a lateral film."""
    codes = [_code_said("View Code Sequence", code, VIEW) for code in statements.view_codes]
    sources = [*_of_kind(texts, VIEW), *codes]
    directions = read_directions(statements.patient_orientation)
    if not sources and directions is not None and not directions.is_frontal:
        key = "LAT" if directions.is_lateral else "AXIAL"
        sources = [Said("Patient Orientation", statements.patient_orientation[:_MOST_CHARACTERS], (term(VIEW, key),))]
    return _term_fact(VIEW, "view", sources)


def _laterality_fact(statements: ExamStatements, texts: list[_Text]) -> Fact:
    own = (("Image Laterality", statements.image_laterality), ("Laterality", statements.laterality))
    named = [_text(attribute, value, LATERALITY) for attribute, value in own]
    sources = _of_kind([*(text for text in named if text is not None), *texts], LATERALITY)
    for code in statements.anatomic_modifiers:  # of which only some say a side
        found = code_term(LATERALITY, code)
        if found is not None:
            sources.append(Said("Anatomic Region Modifier Sequence", f"{code.value} ({code.scheme})", (found,)))
    return _term_fact(LATERALITY, "side", sources)


def _orientation_fact(statements: ExamStatements, directions: Directions | None, view: Fact) -> Fact:
    name, title = "orientation", "orientation"
    stored = statements.patient_orientation.strip()
    if not stored.strip("\\ "):
        return Fact(name, title, NOT_STATED)
    said = Said("Patient Orientation", stored[:_MOST_CHARACTERS])
    if directions is None or not _is_biped(statements):
        return Fact(name, title, UNKNOWN_TERM, None, "", (Said(said.attribute, said.shown, (), True),))
    views = {one.key for one in view.terms}
    is_contradicted = (
        directions.is_frontal if views <= LATERAL_VIEWS else views <= FRONTAL_VIEWS and not directions.is_frontal
    )
    if views and is_contradicted:
        return Fact(name, title, CONTRADICTION, None, "", (said, *view.sources))
    return Fact(name, title, STATED, f"{directions.right}\\{directions.down}", stored, (said,))


def _may_turn(view: Fact, body_part: Fact) -> bool:
    """Frontal films of the chest, and those that do not say what they are: a hand is hung with the fingers up."""
    return {one.key for one in view.terms} <= FRONTAL_VIEWS and {one.key for one in body_part.terms} <= {"CHEST"}


def _is_biped(statements: ExamStatements) -> bool:
    return statements.anatomical_orientation_type.strip().upper() in ("", "BIPED")


def _intent_fact(statements: ExamStatements) -> Fact:
    of_class = _INTENT_OF_CLASS.get(statements.sop_class_uid)
    sources = [
        _enumerated("Presentation Intent Type", statements.presentation_intent, (FOR_PRESENTATION, FOR_PROCESSING)),
        None if of_class is None else Said("SOP Class", of_class, (_plain_term(of_class),)),
    ]
    return _either(Fact("intent", "presentation intent", NOT_STATED), sources, FOR_PROCESSING)


def _quality_control_fact(statements: ExamStatements) -> Fact:
    said = _enumerated("Quality Control Image", statements.quality_control_image, ("YES", "NO", "BOTH"))
    return _either(Fact("quality_control", "quality control image", NOT_STATED), [said], "YES")


def _either(absent: Fact, given: list[Said | None], decisive: str) -> Fact:
    """One source that says `decisive` decides, whatever the other says."""
    sources = tuple(said for said in given if said is not None)
    values = {one.key for said in sources for one in said.terms}
    if not sources:
        return absent
    if decisive in values:
        return Fact(absent.name, absent.title, STATED, decisive, decisive, sources)
    if len(values) > 1:
        return Fact(absent.name, absent.title, CONTRADICTION, None, "", sources)
    if not values or any(said.is_unknown for said in sources):
        return Fact(absent.name, absent.title, UNKNOWN_TERM, None, "", sources)
    [value] = values
    return Fact(absent.name, absent.title, STATED, value, value, sources)


def _enumerated(attribute: str, value: str, allowed: tuple[str, ...]) -> Said | None:
    found = value.strip().upper()
    if not found:
        return None
    return Said(
        attribute, found[:_MOST_CHARACTERS], (_plain_term(found),) if found in allowed else (), found not in allowed
    )


def _plain_term(value: str) -> Term:
    return Term("value", value, value)


def _device_fact(statements: ExamStatements) -> Fact:
    named = (("Manufacturer", statements.manufacturer), ("Manufacturer's Model Name", statements.model_name))
    sources = tuple(Said(attribute, value.strip()[:_MOST_CHARACTERS]) for attribute, value in named if value.strip())
    shown = " ".join(said.shown for said in sources)
    return Fact("device", "device", STATED if sources else NOT_STATED, shown or None, shown, sources)
