"""What a verdict on the model's answer says of the finding itself. Pure.

agree -> what the model decided; false_positive and absent -> 0; false_negative, wrong_place, present and missed_other -> 1;
cannot_judge -> -1; what is said of a refusal alone -> nothing.
"""

PRESENT, ABSENT, UNCERTAIN = 1, 0, -1
BY_DECISION = {"positive": PRESENT, "negative": ABSENT, "uncertain": UNCERTAIN}
BY_VERDICT = {
    "false_positive": ABSENT, "false_negative": PRESENT, "wrong_place": PRESENT, "cannot_judge": UNCERTAIN,
    "present": PRESENT, "absent": ABSENT, "missed_other": PRESENT, "refusal_right": None, "refusal_wrong": None,
}  # fmt: skip


def verdict_label(verdict: str, decision: str) -> int | None:
    """decision: of the model. None: right or wrong of a refusal says nothing of the image."""
    return BY_DECISION.get(decision) if verdict == "agree" else BY_VERDICT[verdict]
