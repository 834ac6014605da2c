"""What a rule that stops a model may watch, and what it may do. Who reads them, and acts: webapp/stop_rules."""

from dataclasses import dataclass

ACTIONS = {"tell": "tell", "hide": "hide scores", "roll_back": "roll back"}


@dataclass(frozen=True)
class StopSignal:
    """A limit is above `lowest` and at most `highest`. fires: when, in words."""

    key: str
    title: str
    fires: str
    unit: str
    default_limit: float
    highest: float
    default_least_n: int
    default_action: str
    lowest: float = 0.0


_ROWS = (
    StopSignal("sensitivity", "Sensitivity on unaided labels", "the upper limit of its interval is below the limit",
               "share of the positives", 0.7, 1.0, 50, "hide"),
    StopSignal("specificity", "Specificity on unaided labels", "the upper limit of its interval is below the limit",
               "share of the negatives", 0.6, 1.0, 50, "tell"),
    StopSignal("auc", "AUC on unaided labels", "the upper limit of its interval is below the limit", "AUC", 0.75, 1.0, 50,
               "hide", lowest=0.5),
    StopSignal("score_shift", "Shift of the scores", "the two-sided CUSUM of the weekly mean (k .5) is above the limit",
               "standard deviations", 5.0, 20.0, 100, "tell"),
    StopSignal("override_rate", "Calls that readers reversed", "their share is above the limit", "share of the calls", 0.3, 1.0,
               50, "tell"),
    StopSignal("refusal_rate", "Refused images", "their share is above the limit", "share of the images", 0.2, 1.0, 50, "tell"),
    StopSignal("silence", "No image at all", "no image has come for longer than the limit", "days", 1.0, 60.0, 1, "tell"),
)  # fmt: skip
STOP_SIGNALS = {row.key: row for row in _ROWS}
"""By key, in the order in which pages show them."""
