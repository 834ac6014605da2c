"""What is said about a finding: refused, positive, negative or uncertain, with the reason where there is one.

Order: the gate's refusal stands above all; then class-conditional split conformal decides between the two answers and
"uncertain" (methods.md section 12.4). The operating point is reported beside it and never changes the decision.
"""

from __future__ import annotations

from dataclasses import dataclass

from inference.gate import REFUSED, GateVerdict
from inference.manifest import Conformal, Finding

POSITIVE, NEGATIVE, UNCERTAIN = "positive", "negative", "uncertain"
DECISIONS = (POSITIVE, NEGATIVE, UNCERTAIN, REFUSED)


@dataclass(frozen=True)
class Decision:
    """decision: one of DECISIONS. reason: a sentence for refused and uncertain, else None."""

    decision: str
    reason: str | None = None


def decide(probability: float, finding: Finding, gate: GateVerdict) -> Decision:
    """The decision on one finding. probability: calibrated."""
    if gate.verdict == REFUSED:
        return Decision(REFUSED, gate.reason)
    return decide_by_conformal_set(probability, finding.conformal)


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
