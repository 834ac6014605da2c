"""The gate: may this model be asked about this image? Each answer carries the value, what is allowed and a sentence.

A source that names something the model does not read refuses the image, whatever other sources say, and a refused image
gets no number. Sources that contradict each other, terms that are not known and facts that are not stated make a check
unknown: the image passes with that remark. architecture.md section 3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from inference.documents import FactState, GateCheckDocument, GateCode, GateDocument
from inference.exam import NOT_STATED, STATED, UNKNOWN_TERM, ExamFacts, ExamStatements, Fact, Said, read_exam
from inference.exam.age import age_text
from inference.exam.terms import BODY_PART, VIEW, Term, plain, read_text
from inference.manifest import GateRules

PASS: Final = "pass"  # noqa: S105
REFUSED: Final = "refused"
UNKNOWN: Final = "unknown"

_YOUNGEST_ADULT = 18.0


@dataclass(frozen=True)
class GateQuestion:
    """What is asked about one image. takes_for_processing: the project's setting for detectors' raw images."""

    exam: ExamFacts
    modality: str | None = None
    takes_for_processing: bool = False


NOTHING_SAID: Final = GateQuestion(read_exam(ExamStatements()))


@dataclass(frozen=True)
class GateCheck:
    """One check. passed: True, False, or None when the value is not known. text: one plain sentence."""

    name: str
    value: str | float | None
    allowed: Any
    passed: bool | None
    text: str
    state: FactState | None = None  # of the fact that was asked

    def document(self) -> GateCheckDocument:
        """As the API gives it."""
        return {
            "name": self.name,
            "value": self.value,
            "allowed": self.allowed,
            "passed": self.passed,
            "text": self.text,
            "state": self.state,
        }


@dataclass(frozen=True)
class GateVerdict:
    """refused if any check fails, else unknown if any could not be made, else pass."""

    checks: tuple[GateCheck, ...]

    @property
    def verdict(self) -> GateCode:
        """pass, refused or unknown."""
        answers = [check.passed for check in self.checks]
        if False in answers:
            return REFUSED
        return UNKNOWN if None in answers else PASS

    @property
    def reason(self) -> str | None:
        """Sentences of the failed checks, or None."""
        return " ".join(check.text for check in self.checks if check.passed is False) or None

    def document(self) -> GateDocument:
        """As the API gives it."""
        return {"verdict": self.verdict, "checks": [check.document() for check in self.checks]}


def judge(rules: GateRules, question: GateQuestion, embedding: np.ndarray) -> GateVerdict:
    """All checks for one image. embedding: float [D] of this image."""
    exam = question.exam
    checks = (
        check_modality(rules, question.modality),
        check_term(exam.body_part, BODY_PART, rules.body_parts),
        check_term(exam.view, VIEW, rules.views),
        check_age(exam.age, rules.age_years),
        check_intent(exam.intent, question.takes_for_processing),
        check_quality_control(exam.quality_control),
        check_orientation(exam),
        check_likeness(rules, embedding),
    )
    return GateVerdict(tuple(check for check in checks if check is not None))


def check_modality(rules: GateRules, modality: str | None) -> GateCheck:
    """Is it a projection radiograph of a kind the model knows?"""
    found, allowed = (modality or "").strip().upper(), list(rules.modalities)
    listed = ", ".join(allowed)
    if not found:
        return GateCheck("modality", None, allowed, None, f"The modality is not stated; the model knows {listed}.")
    if found in {name.strip().upper() for name in allowed}:
        return GateCheck("modality", found, allowed, True, f"The modality {found} is among those allowed.")
    text = f"The modality is {found[:64]}; the model may be asked for {listed}."
    return GateCheck("modality", found[:64], allowed, False, text)


def check_term(fact: Fact, kind: str, allowed: Sequence[str]) -> GateCheck:
    """Is it a body part, or a view, that the model was trained on? An empty text among `allowed`: it may be left out."""
    rules = _AllowedTerms(kind, allowed)
    sources = [rules.as_known(said) for said in fact.sources]
    other = next((said for said in sources if rules.names_other(said)), None)
    check = _Answer(fact, list(allowed), f"; the model may be asked for {rules.listed}.")
    if other is not None:
        return check.refused(other.text, next(one.key for one in other.terms if rules.refuses(one)))
    if fact.state == NOT_STATED:
        return check.not_stated(is_allowed="" in allowed)
    # A text outside the table that the manifest names itself, where no source is unknown to the manifest too.
    is_named = fact.state == UNKNOWN_TERM and not any(said.is_unknown for said in sources)
    is_open = any(rules.leaves_open(one) for one in fact.terms)
    if (fact.state == STATED or is_named) and not is_open:
        return check.passed(str(fact.value or plain(sources[0].shown)))
    return check.unclear()


def check_age(fact: Fact, allowed: tuple[float, float]) -> GateCheck:
    """Is the patient's age inside the range the model was trained on, by every source? Bounds included."""
    low, high = allowed
    check = _Answer(fact, [low, high], f"; the model may be asked for ages {low:g} to {high:g}.", "age_years")
    for said in fact.sources:
        if said.years is not None and not low <= said.years <= high:
            text = f"The patient is {age_text(said.years)} old by {said.attribute}"
            return check.refused(text, said.years)
        if said.terms and low >= _YOUNGEST_ADULT:
            return check.refused(said.text, None)
    if fact.state == NOT_STATED:
        text = f"The patient's age is not stated; the model knows ages {low:g} to {high:g}."
        return GateCheck("age_years", None, [low, high], None, text, NOT_STATED)
    if fact.state != STATED or not isinstance(fact.value, float):
        return check.unclear()
    text = f"The age of {age_text(fact.value)} is within range."
    return GateCheck("age_years", fact.value, [low, high], True, text, STATED)


def check_intent(fact: Fact, takes_for_processing: bool) -> GateCheck | None:
    """Is the image meant to be looked at? A detector's raw image is not, unless the project takes it.

    None where the file does not say: most kinds of file have no such attribute.
    """
    allowed = ["FOR PRESENTATION", *(["FOR PROCESSING"] if takes_for_processing else [])]
    check = _Answer(fact, allowed, "; the model may be asked for images FOR PRESENTATION.", "presentation_intent")
    if fact.value == "FOR PROCESSING" and not takes_for_processing:
        said = next(said for said in fact.sources if any(one.key == fact.value for one in said.terms))
        return check.refused(said.text, fact.value)
    return check.passed_unless_unclear()


def check_quality_control(fact: Fact) -> GateCheck | None:
    """Is it a patient's image? Test images of a device say so. None where the file does not say."""
    check = _Answer(fact, ["NO"], "; the model may be asked for images of patients.", "quality_control")
    if fact.value == "YES":
        return check.refused(fact.sources[0].text, fact.value)
    if fact.value == "BOTH":
        return check.unclear()
    return check.passed_unless_unclear()


def check_orientation(exam: ExamFacts) -> GateCheck:
    """Does the file say where left is? Files often leave it out; what it says must not contradict the view."""
    fact = exam.orientation
    if fact.state == NOT_STATED:
        return GateCheck("orientation", None, [], True, "The side is not stated.", NOT_STATED)
    if fact.state != STATED:
        return GateCheck("orientation", None, [], None, f"The side is not stated: {fact.text}.", fact.state)
    end = "." if exam.turn.is_identity else "; the model was shown the image turned to L\\F."
    return GateCheck("orientation", fact.value, [], True, f"{fact.text}{end}", STATED)


def check_likeness(rules: GateRules, embedding: np.ndarray) -> GateCheck:
    """Does the image look like those the model was calibrated on? Mahalanobis distance of the embedding."""
    distance = mahalanobis(embedding, rules.mean, rules.precision)
    shown = f"distance {distance:.3g}, limit {rules.threshold:.3g}"
    if distance <= rules.threshold:
        text = f"The image resembles those the model was calibrated on ({shown})."
        return GateCheck("likeness", distance, rules.threshold, True, text)
    text = f"The image is unlike those the model was calibrated on ({shown})."
    return GateCheck("likeness", distance, rules.threshold, False, text)


def mahalanobis(embedding: np.ndarray, mean: np.ndarray, precision: np.ndarray) -> float:
    """sqrt((e - mean)' precision (e - mean)). embedding, mean: [D]; precision: [D, D]."""
    offset = np.asarray(embedding, np.float64) - mean
    # A precision matrix rounded to float32 can give a square just below zero.
    return math.sqrt(max(0.0, float(offset @ precision @ offset)))


@dataclass(frozen=True)
class _AllowedTerms:
    """The words of a manifest as meanings. A word that is not in the table is compared as it is written."""

    kind: str
    allowed: Sequence[str]

    @property
    def listed(self) -> str:
        return ", ".join(word for word in self.allowed if word)

    @property
    def keys(self) -> set[str]:
        terms = [one for word in self.allowed for one in read_text(word, self.kind).of(self.kind)]
        return {key for one in terms for key in (one.key, *one.narrower)}

    def as_known(self, said: Said) -> Said:
        """A text that the manifest names itself is known, whatever the table says."""
        is_named = plain(said.shown) in {plain(word) for word in self.allowed if word}
        return Said(said.attribute, said.shown, said.terms) if is_named and said.is_unknown else said

    def refuses(self, one: Term) -> bool:
        return one.key not in self.keys and not one.narrower & self.keys

    def leaves_open(self, one: Term) -> bool:
        """Frontal, for a model that knows PA alone."""
        return one.key not in self.keys and not one.narrower <= self.keys

    def names_other(self, said: Said) -> bool:
        return any(self.refuses(one) for one in said.terms)


@dataclass(frozen=True)
class _Answer:
    """The check of one fact. wanted: the end of the sentence of a refusal."""

    fact: Fact
    allowed: list[Any]
    wanted: str
    name: str = ""

    @property
    def _name(self) -> str:
        return self.name or self.fact.name

    def refused(self, text: str, value: str | float | None) -> GateCheck:
        return GateCheck(self._name, value, self.allowed, False, f"{text}{self.wanted}", self.fact.state)

    def unclear(self) -> GateCheck:
        text = f"The {self.fact.title} could not be checked: {self.fact.text}{self.wanted}"
        return GateCheck(self._name, None, self.allowed, None, text, self.fact.state)

    def not_stated(self, is_allowed: bool) -> GateCheck:
        listed = ", ".join(str(word) for word in self.allowed if word)
        end = ", which is allowed." if is_allowed else f"; the model knows {listed}."
        text = f"The {self.fact.title} is not stated{end}"
        return GateCheck(self._name, None, self.allowed, True if is_allowed else None, text, NOT_STATED)

    def passed(self, value: str) -> GateCheck:
        text = f"The {self.fact.title} {value} is among those allowed."
        return GateCheck(self._name, value, self.allowed, True, text, self.fact.state)

    def passed_unless_unclear(self) -> GateCheck | None:
        if self.fact.state == NOT_STATED:
            return None
        return self.passed(str(self.fact.value)) if self.fact.state == STATED else self.unclear()
