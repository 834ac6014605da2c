"""The gate: may this model be asked about this image? Each answer carries the value, what is allowed and a sentence.

A check that cannot be made (no age, no view) is unknown and lets the image pass with that remark; a check that fails
refuses it, and a refused image gets no number. architecture.md section 3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from inference.documents import GateCheckDocument, GateCode, GateDocument
from inference.manifest import GateRules

PASS: Final = "pass"  # noqa: S105
REFUSED: Final = "refused"
UNKNOWN: Final = "unknown"

_VIEW_NAMES = {"LL": "left lateral", "RL": "right lateral", "LAT": "lateral", "LATERAL": "lateral"}


@dataclass(frozen=True)
class GateQuestion:
    """What is asked about one image. None or an empty text: not stated in the file."""

    view: str | None = None
    age_years: float | None = None
    body_part: str | None = None
    modality: str | None = None


@dataclass(frozen=True)
class GateCheck:
    """One check. passed: True, False, or None when the value is not known. text: one plain sentence."""

    name: str
    value: str | float | None
    allowed: Any
    passed: bool | None
    text: str

    def document(self) -> GateCheckDocument:
        """As the API gives it."""
        return {
            "name": self.name,
            "value": self.value,
            "allowed": self.allowed,
            "passed": self.passed,
            "text": self.text,
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
    """All five checks for one image. embedding: float [D] of this image."""
    return GateVerdict(
        (
            check_modality(rules, question.modality),
            check_body_part(rules, question.body_part),
            check_view(rules, question.view),
            check_age(rules, question.age_years),
            check_likeness(rules, embedding),
        )
    )


def check_modality(rules: GateRules, modality: str | None) -> GateCheck:
    """Is it a projection radiograph of a kind the model knows?"""
    return _check_term("modality", "modality", modality, rules.modalities)


def check_body_part(rules: GateRules, body_part: str | None) -> GateCheck:
    """Is it the body part the model knows? Files often leave it out: an empty text may be among the allowed."""
    return _check_term("body_part", "body part", body_part, rules.body_parts)


def check_view(rules: GateRules, view: str | None) -> GateCheck:
    """Is it a view the model was trained on?"""
    return _check_term("view", "view", view, rules.views)


def check_age(rules: GateRules, age_years: float | None) -> GateCheck:
    """Is the patient's age inside the range the model was trained on? Bounds included."""
    low, high = rules.age_years
    allowed = [low, high]
    if age_years is None or not math.isfinite(age_years):
        text = f"The patient's age is not stated; the model knows ages {low:g} to {high:g}."
        return GateCheck("age_years", None, allowed, None, text)
    if low <= age_years <= high:
        return GateCheck("age_years", age_years, allowed, True, f"The age of {age_years:.3g} years is within range.")
    text = f"The patient is {age_years:.3g} years old; the model may be asked for ages {low:g} to {high:g}."
    return GateCheck("age_years", age_years, allowed, False, text)


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


def _check_term(name: str, title: str, value: str | None, allowed: Sequence[str]) -> GateCheck:
    found = (value or "").strip().upper()
    listed = ", ".join(term for term in allowed if term)
    if not found and "" not in allowed:
        text = f"The {title} is not stated; the model knows {listed}."
        return GateCheck(name, None, list(allowed), None, text)
    if found in {term.strip().upper() for term in allowed}:
        text = (
            f"The {title} {found} is among those allowed." if found else f"The {title} is not stated, which is allowed."
        )
        return GateCheck(name, found or None, list(allowed), True, text)
    shown = f"{found} ({_VIEW_NAMES[found]})" if name == "view" and found in _VIEW_NAMES else found[:64]
    text = f"The {title} is {shown}; the model may be asked for {listed}."
    return GateCheck(name, found[:64], list(allowed), False, text)
