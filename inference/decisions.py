"""What is said about a finding: refused, positive, negative or uncertain, with the reason where there is one.

Order: the gate's refusal stands above all; then class-conditional split conformal decides between the two answers and
"uncertain" (methods.md section 12.4). Where one of the findings is the answer (task `single`), the image's set holds the
classes that are not ruled out; one member decides. The operating point stands beside it: it never makes a call, but a call that
it contradicts (positive below it, negative above it) is uncertain, so that word, number and point never say two things.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from inference.documents import DecisionCode
from inference.gate import REFUSED, GateVerdict
from inference.manifest import SINGLE, Conformal, Finding, Manifest

POSITIVE: Final = "positive"
NEGATIVE: Final = "negative"
UNCERTAIN: Final = "uncertain"


@dataclass(frozen=True)
class Decision:
    """reason: a sentence for refused and uncertain, else None."""

    decision: DecisionCode
    reason: str | None = None


def decide_all(probabilities: np.ndarray, contents: Manifest, gate: GateVerdict) -> list[Decision]:
    """The decisions on all findings of one image. probabilities: calibrated [K]."""
    if gate.verdict == REFUSED:
        return [Decision(REFUSED, gate.reason)] * len(contents.findings)
    values = [float(probability) for probability in probabilities]
    if contents.task == SINGLE:
        decisions = decide_by_class_set(values, contents.findings)
    else:
        decisions = [
            decide_by_conformal_set(p, own.conformal) for p, own in zip(values, contents.findings, strict=True)
        ]
    return [at_operating_point(*row) for row in zip(decisions, values, contents.findings, strict=True)]


def decide_by_class_set(probabilities: Sequence[float], findings: Sequence[Finding]) -> list[Decision]:
    """One class per image: its set holds the classes with p >= present_at_least.

    One member: that class is positive. More: they are uncertain. A class outside the set is negative, for it is ruled out.
    None: every class is uncertain. So the image has an answer exactly when its set has one member.
    """
    held = [p >= own.conformal.present_at_least for p, own in zip(probabilities, findings, strict=True)]
    confidence = f"{100 * (1 - findings[0].conformal.alpha):g} %"
    if not any(held):
        return [Decision(UNCERTAIN, f"At {confidence} confidence the scores fit no class.")] * len(findings)
    if sum(held) == 1:
        return [Decision(POSITIVE if inside else NEGATIVE) for inside in held]
    names = ", ".join(own.title for own, inside in zip(findings, held, strict=True) if inside)
    open_set = Decision(UNCERTAIN, f"At {confidence} confidence {sum(held)} classes cannot be told apart: {names}.")
    return [open_set if inside else Decision(NEGATIVE) for inside in held]


def at_operating_point(decision: Decision, probability: float, finding: Finding) -> Decision:
    """The decision, or uncertain where the probability lies on the other side of the finding's operating point."""
    is_above = is_above_operating_point(probability, finding)
    if decision.decision == (NEGATIVE if is_above else POSITIVE):
        ruled_out, side = ("presence", "above") if is_above else ("absence", "below")
        confidence = f"{100 * (1 - finding.conformal.alpha):g} %"
        return Decision(
            UNCERTAIN,
            f"At {confidence} confidence {ruled_out} is ruled out, but the score is {side} {_name(finding)}.",
        )
    return decision


def _name(finding: Finding) -> str:
    version = finding.operating_point.project_version
    return "the operating point" if version is None else f"the operating point of the project (version {version})"


def decide_by_conformal_set(probability: float, conformal: Conformal) -> Decision:
    """The set holds "present" if p >= present_at_least and "absent" if p <= absent_at_most; one member decides."""
    present = probability >= conformal.present_at_least
    absent = probability <= conformal.absent_at_most
    if present and not absent:
        return Decision(POSITIVE)
    if absent and not present:
        return Decision(NEGATIVE)
    confidence = f"{100 * (1 - conformal.alpha):g} %"
    if present:
        return Decision(UNCERTAIN, f"At {confidence} confidence neither presence nor absence can be ruled out.")
    return Decision(UNCERTAIN, f"At {confidence} confidence the score fits neither presence nor absence.")


def is_above_operating_point(probability: float, finding: Finding) -> bool:
    """Is the probability at or above the finding's threshold?"""
    return probability >= finding.operating_point.threshold
