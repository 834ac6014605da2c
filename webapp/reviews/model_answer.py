"""What the model said that a review speaks of, and which verdicts its state leaves open.

A definite answer can be right or wrong; a refusal can be right or wrong, and the reader may read the image all the same; where
the model is undecided it said neither yes nor no. Without a finished result nothing was said, and there is nothing to answer.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from webapp.archive.models import Image
from webapp.predictions.models import Prediction
from webapp.reviews.failure_scheme import WITHDRAWN
from webapp.reviews.finding_terms import finding_terms
from webapp.reviews.review_body import ReviewBody, ReviewRefused
from webapp.work.models import Job

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
    """The result that was shown, or the newest of the bundle, and what it says of the finding; {} where a term is spoken of.

    Results of one bundle differ where the operating point was changed between them. Raises ReviewRefused (400) for a bundle
    without result, a result that is none of this image and bundle, an unknown finding, a verdict that the state of the finding
    does not leave open, and a term that the bundle has a finding for.
    """
    results = image.predictions.filter(finished_at__isnull=False).exclude(bundle_id="")
    of_bundle = results.filter(bundle_id=body.bundle)
    newest = of_bundle.first()
    if newest is None:
        known = sorted({result.bundle_id for result in results})
        raise ReviewRefused(
            "bundle_unknown",
            f"bundle {body.bundle!r} has no result for this image; those that have: {', '.join(known) or 'none'}",
            "bundle",
        )
    prediction = _shown(of_bundle, body.prediction) if body.prediction else newest
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


def _shown(of_bundle: QuerySet[Prediction], told: str) -> Prediction:
    try:
        found = of_bundle.filter(pk=UUID(told)).first()
    except ValueError:
        found = None
    if found is None or found.state != Job.State.SUCCEEDED:
        known = ", ".join(str(one.pk) for one in of_bundle if one.state == Job.State.SUCCEEDED)
        text = f"prediction {told!r} is no finished result of this bundle for this image; those that are: {known or 'none'}"
        raise ReviewRefused("prediction_unknown", text, "prediction")
    return found


def _require_no_finding(body: ReviewBody, findings: Mapping[str, Mapping[str, Any]]) -> None:
    """What the model has a finding for is answered there; what was said before may always be taken back."""
    own = finding_terms().terms[body.term].finding_of(findings.values())
    if own and body.verdict != WITHDRAWN:
        text = f"the model has a finding for term {body.term!r}: answer finding {own!r}"
        raise ReviewRefused("finding_of_bundle", text, "term")
