"""The demo's change plan and reference set: of the phantoms, whose truth is how they were drawn. Proposed by `admin`, approved by
`manager`, as people would."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from inference.file_sha256 import file_sha256
from webapp.accounts.models import User
from webapp.archive.models import Project
from webapp.change_plans.default_body import default_body
from webapp.change_plans.models import ChangePlan, Decision, LabelOrigin, ReferenceSet
from webapp.change_plans.phantom_truth import drawn_truths
from webapp.change_plans.propose_plan import decide_plan, propose_plan
from webapp.change_plans.reference_sets import decide_reference_set, propose_reference_set
from webapp.predictions.bundle_store import findings_in_service
from webapp.refused import Refused

SEED = 11  # its draw leaves images with each finding to train on
SILENT_TRIAL = {"least_images": 20, "most_days": 28, "least_in_slice": 5}  # a demo gets few images
NOTE = "The demo's own: both persons are this installation's demo people."


def load_demo_plan(say: Callable[[str], None]) -> None:
    """Adds what is missing where the demo's two people, its model in service and its phantoms are there; a second run changes
    nothing, and an installation with a model of its own gets nothing that nobody asked for."""
    project = Project.default()
    people = {user.username: user for user in User.objects.filter(username__in=["admin", "manager"], is_active=True)}
    author, second = people.get("admin"), people.get("manager")
    if author is None or second is None or not _is_demo(project):
        return
    try:
        if not ChangePlan.objects.exists():
            body = {**default_body(project), "silent_trial": SILENT_TRIAL}
            plan = propose_plan(author, project, body, "Defaults for the demo model")
            decide_plan(second, plan, Decision.Outcome.APPROVED, NOTE)
            say(f"change plan {plan.code} is in force")
        if not ReferenceSet.objects.exists():
            made = propose_reference_set(author, project, demo_rule(project), "The demo's phantoms", sees_all=True)
            decide_reference_set(second, made, Decision.Outcome.APPROVED, NOTE)
            say(f"reference set {made.code} of {made.images.count()} phantoms is locked")  # type: ignore[attr-defined]
    except Refused as refused:
        say(f"no demo plan or reference set: {refused.text}")


def _is_demo(project: Project) -> bool:
    bundles = {file_sha256(path) for path in Path(settings.DEMO_DIR).glob("*.bundle")}
    return project.active_bundle in bundles and bool(drawn_truths(project))


def demo_rule(project: Project) -> dict[str, object]:
    """Some of the phantoms, by what is drawn in them; the others are left to train on."""
    return {
        "findings": list(findings_in_service(project)),
        "origins": [LabelOrigin.DRAWN.value],
        "seed": SEED,
        "images": 6,
        "positive_share": 0.33,
        "least_positives": 1,
        "least_negatives": 1,
    }
