"""A manager proposes an operating point for a finding of a project; a second person approves it. Every step is kept."""

from datetime import datetime

from django.db import transaction

from inference.manifest import OperatingPoint
from measures.operating_curve import CurvePoint
from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_approve_point, may_propose_point
from webapp.archive.models import Project
from webapp.operating_points.bundle_curve import measured_curve, own_point, with_point
from webapp.operating_points.curve_document import share_document
from webapp.operating_points.models import PointDecision, PointProposal
from webapp.predictions.bundle_store import findings_in_service
from webapp.refused import Refused

Outcome = PointDecision.Outcome
REASON_CHARACTERS = 500
OWN = "own"  # the point that the bundle comes with
DONE_TO = {Outcome.APPROVED: "approved", Outcome.DECLINED: "declined", Outcome.WITHDRAWN: "withdrawn"}


class ProposalRefused(Refused):
    """Nothing is proposed, or decided."""


def approved_point(project: Project, bundle_id: str, finding: str) -> PointProposal | None:
    """The proposal that was approved last for this finding of this bundle; None where the bundle's own point stands. Points of
    another bundle do not count: they were measured on another scale."""
    rows = PointProposal.objects.filter(project=project, bundle_id=bundle_id, finding=finding)
    return rows.filter(decision__outcome=Outcome.APPROVED).order_by("-decision__created_at").first()


def approved_points(project: Project, bundle_id: str, moment: datetime | None = None) -> dict[str, OperatingPoint]:
    """What results of this bundle in this project are given at from now on, in place of its own points, by finding key; or were
    given at a moment that has passed."""
    rows = PointProposal.objects.filter(project=project, bundle_id=bundle_id, decision__outcome=Outcome.APPROVED)
    if moment is not None:
        rows = rows.filter(decision__created_at__lte=moment)
    return {
        row.finding: OperatingPoint("approved", row.threshold, row.sensitivity, row.specificity, row.version)
        for row in rows.order_by("decision__created_at")
    }


@transaction.atomic
def propose(user: User, project: Project, finding: str, threshold: str, reason: str) -> PointProposal:
    """Proposes the measured point that is nearest to the typed threshold, for the model in service.

    Raises ProposalRefused (400, 403, 409) naming the value and what is allowed.
    """
    ProposalRefused.require(may_propose_point(user))
    project = _locked(project)
    titles = findings_in_service(project)
    if finding not in titles:
        raise _wrong(
            "finding", f"finding {finding[:64]!r} is not one of {', '.join(titles) or 'none: no model is in service'}"
        )
    said = reason.strip()
    if not 0 < len(said) <= REASON_CHARACTERS:
        raise _wrong("reason", f"give a reason of 1 to {REASON_CHARACTERS} characters; this one has {len(said)}")
    point = _measured_point(project.active_bundle, finding, threshold)
    before = approved_point(project, project.active_bundle, finding)
    own = own_point(project.active_bundle, finding)
    now = before.threshold if before else own.threshold if own else 0.0
    if point.threshold == now:
        raise _wrong("threshold", f"{titles[finding]} has its point at {now:g} already")
    last = PointProposal.objects.filter(project=project).first()
    row = PointProposal.objects.create(
        project=project, version=last.version + 1 if last else 1, bundle_id=project.active_bundle, finding=finding,
        threshold=point.threshold, threshold_before=now, replaces=before.version if before else 0,
        sensitivity=share_document(point.sensitivity), specificity=share_document(point.specificity), reason=said, created_by=user,
    )  # fmt: skip
    audit.record(
        user, "operating_point.propose", f"project:{project.pk}", version=row.version, bundle=row.bundle_id, finding=finding,
        threshold=row.threshold, before=now, reason=said,
    )  # fmt: skip
    return row


@transaction.atomic
def decide(user: User, proposal: PointProposal, outcome: str, note: str = "") -> PointDecision:
    """Approves or declines another person's proposal, or withdraws one's own.

    Raises ProposalRefused: 400 for another outcome; 403 for who may not; 409 for a proposal that was decided meanwhile, of a model
    that is not in service any more, or that was made beside another point than the one in force now.
    """
    if outcome not in Outcome.values:
        raise _wrong("outcome", f"outcome {outcome[:20]!r} is not one of {', '.join(Outcome.values)}")
    project = _locked(proposal.project)
    is_own = proposal.created_by == user
    if outcome == Outcome.WITHDRAWN:
        ProposalRefused.require(may_propose_point(user))
        if not is_own:
            raise ProposalRefused("not_own", "Only who proposed a point may withdraw it; decline it instead.", http=403)
    else:
        ProposalRefused.require(may_approve_point(user, proposal))
    earlier = PointDecision.objects.filter(proposal=proposal).select_related("created_by").first()
    if earlier:
        raise _decided(proposal, earlier)
    if outcome == Outcome.APPROVED:
        _require_current(project, proposal)
    if len(note) > REASON_CHARACTERS:
        raise _wrong("note", f"the note has {len(note)} characters; allowed: up to {REASON_CHARACTERS}")
    decision = PointDecision.objects.create(proposal=proposal, outcome=outcome, note=note.strip(), created_by=user)
    audit.record(
        user, f"operating_point.{outcome}", f"project:{project.pk}", version=proposal.version, bundle=proposal.bundle_id,
        finding=proposal.finding, threshold=proposal.threshold, note=note.strip(),
    )  # fmt: skip
    return decision


def _require_current(project: Project, proposal: PointProposal) -> None:
    if project.active_bundle != proposal.bundle_id:
        raise ProposalRefused(
            "other_bundle",
            f"Version {proposal.version} was proposed for another model than the one in service: propose it anew.",
        )
    before = approved_point(project, proposal.bundle_id, proposal.finding)
    if (before.version if before else 0) != proposal.replaces:
        raise ProposalRefused(
            "other_point", f"Another point was approved since version {proposal.version} was proposed: propose it anew."
        )


def _measured_point(bundle_id: str, finding: str, text: str) -> CurvePoint:
    """The measured point nearest to what was typed, the bundle's own among them; for `own`, that one."""
    own = own_point(bundle_id, finding)
    if text.strip().lower() == OWN and own is not None:
        return own
    try:
        typed = float(text.strip().replace(",", "."))
    except ValueError:
        typed = -1.0
    if not 0 <= typed <= 1:
        raise _wrong("threshold", f"threshold {text[:20]!r} is neither a number from 0 to 1 nor {OWN!r}")
    curve = measured_curve(bundle_id, finding)
    if not curve.points:
        raise ProposalRefused("not_measured", curve.notes[0])
    points = curve.points if own is None else with_point(curve.points, own)[0]
    nearest = min(points, key=lambda point: abs(point.threshold - typed))
    if 0 in (nearest.sensitivity.value, nearest.specificity.value) or nearest.threshold >= 1:
        what = "nothing that has the finding" if nearest.sensitivity.value == 0 else "everything"
        raise _wrong("threshold", f"at threshold {typed:g} the measured point flags {what}")
    return nearest


def _locked(project: Project) -> Project:
    """One change of a project's model or point at a time, until the transaction ends."""
    return Project.objects.select_for_update().get(pk=project.pk)


def _decided(proposal: PointProposal, earlier: PointDecision) -> ProposalRefused:
    who = earlier.created_by.username if earlier.created_by else "somebody"
    return ProposalRefused(
        "decided", f"Version {proposal.version} was {DONE_TO[Outcome(earlier.outcome)]} by {who} already."
    )


def _wrong(field: str, text: str) -> ProposalRefused:
    return ProposalRefused("not_allowed", text, field, http=400)
