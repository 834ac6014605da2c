"""What a reading means for a rule."""

from webapp.change_plans.plan_body import StopRule
from webapp.change_plans.stop_signals import STOP_SIGNALS
from webapp.stop_rules.models import Evaluation
from webapp.watching.signals import SignalReading

State = Evaluation.State
BELOW = ("sensitivity", "specificity", "auc")
"""Beyond their limit where the upper end of the interval is below it; the others where the value is above it."""


def reading_words(rule: StopRule, value: float, n: int) -> str:
    """What was read, for people."""
    signal = STOP_SIGNALS[rule.signal]
    return f"{signal.title} is {value:.3g} ({signal.unit}, n {n}); the limit is {rule.limit:g}."


def judged(rule: StopRule, reading: SignalReading) -> State:
    """Whether the reading is beyond the rule's limit. Too few cases, or no value, is neither."""
    if reading.value is None:
        return State.NO_VALUE
    if reading.n < rule.least_n:
        return State.TOO_FEW
    if rule.signal in BELOW:
        if reading.interval is None:
            return State.NO_VALUE
        is_beyond = reading.interval[1] < rule.limit
    else:
        is_beyond = reading.value > rule.limit
    return State.BEYOND if is_beyond else State.WITHIN
