"""What the model said that a review speaks of, and which verdicts its state leaves open.

A definite answer can be right or wrong; a refusal can be right or wrong, and the reader may read the image all the same; where
the model is undecided it said neither yes nor no. Without a finished result nothing was said, and there is nothing to answer.
"""

from collections.abc import Mapping
from typing import Any

from webapp.archive.models import Image
from webapp.predictions.models import Prediction
from webapp.reviews.failure_scheme import WITHDRAWN
from webapp.reviews.finding_terms import finding_terms
from webapp.reviews.review_body import ReviewBody, ReviewRefused

ANSWERED, UNDECIDED, REFUSED = "answered", "undecided", "refused"
OPEN_VERDICTS = {
    ANSWERED: ("agree", "false_positive", "false_negative", "wrong_place", "cannot_judge"),
    UNDECIDED: ("present", "absent", "cannot_judge"),
    REFUSED: ("refusal_right", "refusal_wrong", "present", "absent", "cannot_judge"),
}
_WORDS = {
    ANSWERED: ("model_answered", "the model answered {finding!r} in this image"),
    UNDECIDED: ("model_undecided", "the model is undecided on {finding!r} in this image"),
    REFUSED: ("no_model_answer", "the model refused {finding!r} in this image"),
}


def state_of(finding: Mapping[str, Any]) -> str:
    """ANSWERED, UNDECIDED or REFUSED, of a finding as the result has it."""
    if finding.get("probability") is None or finding.get("decision") == "refused":
        return REFUSED
    return UNDECIDED if finding.get("decision") == "uncertain" else ANSWERED


def model_answer(image: Image, body: ReviewBody) -> tuple[Prediction, dict[str, Any]]:
    """The newest result of the bundle for this image, and what it says of the finding; {} where a term is spoken of.

    Raises ReviewRefused (400) for a bundle without result, an unknown finding, a verdict that the state of the finding does not
    leave open, and a term that the bundle has a finding for.
    """
    results = image.predictions.filter(finished_at__isnull=False).exclude(bundle_id="")
    prediction = results.filter(bundle_id=body.bundle).first()
    if prediction is None:
        known = sorted({result.bundle_id for result in results})
        raise ReviewRefused(
            "bundle_unknown",
            f"bundle {body.bundle!r} has no result for this image; those that have: {', '.join(known) or 'none'}",
            "bundle",
        )
    findings = {finding["key"]: finding for finding in prediction.document.get("findings", [])}
    if body.term:
        _require_no_finding(body, findings)
        return prediction, {}
    if body.finding not in findings:
        raise ReviewRefused(
            "finding_unknown", f"finding {body.finding!r} is not one of {', '.join(findings)}", "finding"
        )
    finding: dict[str, Any] = findings[body.finding]
    state = state_of(finding)
    if body.verdict != WITHDRAWN and body.verdict.code not in OPEN_VERDICTS[state]:
        code, words = _WORDS[state]
        said = f"{words.format(finding=body.finding)}: verdict {body.verdict.code!r} is not one of"
        raise ReviewRefused(code, f"{said} {', '.join(OPEN_VERDICTS[state])}", "verdict")
    return prediction, finding


def _require_no_finding(body: ReviewBody, findings: Mapping[str, Mapping[str, Any]]) -> None:
    """What the model has a finding for is answered there; what was said before may always be taken back."""
    own = finding_terms().terms[body.term].finding_of(findings.values())
    if own and body.verdict != WITHDRAWN:
        text = f"the model has a finding for term {body.term!r}: answer finding {own!r}"
        raise ReviewRefused("finding_of_bundle", text, "term")
