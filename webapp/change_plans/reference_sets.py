"""Reference sets: an admin proposes one by a rule, a second person locks it. Its images, labels and hash do not change afterwards,
and its patients never train."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import transaction

from reader_study.patient_key import patient_key
from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import Person, may_propose_change_plan
from webapp.archive.frame.frames import cache_path
from webapp.archive.frame.sealed_file import read_sealed
from webapp.archive.models import Image, Project
from webapp.change_plans.kept_patients import kept_for_reference as kept_for_reference  # reference_labels asks here
from webapp.change_plans.models import (
    ChangePlan,
    Decision,
    ReferenceDecision,
    ReferenceImage,
    ReferenceLook,
    ReferenceSet,
)
from webapp.change_plans.plan_body import APPROVERS
from webapp.change_plans.propose_plan import plan_in_force, require_whole
from webapp.change_plans.reference_draw import Candidate, Chosen, TooFew, draw
from webapp.change_plans.reference_rule import ReferenceRule
from webapp.change_plans.shared_patients import is_of, looks_at, require_looks_left, used_patients
from webapp.change_plans.subgroups import SUBGROUPS
from webapp.change_plans.two_persons import (
    Kind,
    PlanRefused,
    decide,
    given_reason,
    in_force,
    locked,
    record,
    refuse,
    require_hash,
    versions,
    wrong,
)
from webapp.change_plans.usable_labels import LabelledImage, usable_labels
from webapp.change_plans.verify_set import ChangedImage, changed_labels, changed_rows, verify
from webapp.change_plans.who_approves import require_second
from webapp.predictions.bundle_store import findings_in_service
from webapp.reveal.canonical_json import sha256_of
from webapp.sent_body import read_sent
from webapp.training_set.select_cases import images_under_way

WHY_CHARACTERS = 200


def reference_set_in_force(project: Project) -> ReferenceSet | None:
    """The locked set that candidates of the project are measured on now; None where none was locked."""
    found: ReferenceSet | None = in_force(ReferenceSet, project)
    return found


def propose_reference_set(
    user: User, project: Project, rule: object, reason: str, *, sees_all: bool = False
) -> ReferenceSet:
    """Draws the images by the rule, as `ReferenceRule` reads it. sees_all: of the machine's own command line, for the demo.

    Raises PlanRefused or Refused (400, 403, 409) naming the value and what is allowed.
    """
    PlanRefused.require(may_propose_change_plan(user))
    said = given_reason(reason)
    read = read_sent(ReferenceRule, rule, within="rule")
    require_second("this set", roles_of_set(project, None), user)
    _require_findings(project, read)
    replaced = reference_set_in_force(project)
    rows = _drawn_rows(None if sees_all else user, project, read)
    _require_both_classes(rows, read)
    with transaction.atomic():
        project = locked(project)
        _require_findings(project, read)
        _require_current(project, replaced, rows)
        return _kept(user, project, read, said, rows)


def _kept(user: User, project: Project, rule: ReferenceRule, reason: str, rows: list[ReferenceImage]) -> ReferenceSet:
    content, numbers = rule.model_dump(mode="json"), versions(ReferenceSet, project)
    made = ReferenceSet(project=project, rule=content, reason=reason, created_by=user, **numbers)
    made.sha256 = set_sha256(made, rows)
    made.save()
    for row in rows:
        row.reference_set, row.created_by = made, user
    ReferenceImage.objects.bulk_create(rows)
    record(user, SET, "propose", made, reason=reason, images=len(rows))
    return made


def _require_current(project: Project, replaced: ReferenceSet | None, rows: list[ReferenceImage]) -> None:
    """What was drawn before the lock is still what would be drawn."""
    if reference_set_in_force(project) != replaced:
        refuse("other_in_force", "Another set was locked while this one was drawn: propose it anew.")
    now = dict(Image.objects.filter(project=project).values_list("pk", "stored_sha256"))
    away = set(images_under_way())
    for row in rows:
        if now.get(row.image_id) != row.stored_sha256 or row.image_id in away:  # type: ignore[attr-defined]
            refuse("changed", f"Image {row.image.code} changed while the set was drawn: propose it anew.")


def decide_reference_set(
    user: User, made: ReferenceSet, outcome: str, note: str = "", confirmed: int | None = None
) -> ReferenceDecision:
    """confirmed: how many changed labels who locks it was shown. Raises PlanRefused as `two_persons.decide`; 409 where another
    number of labels has changed since the proposal."""

    counted: list[int] = []

    def read(row: ReferenceSet) -> None:
        _require_unchanged(row)
        counted.append(len(changed_labels(row, user)))

    def require(person: User, project: Project, row: ReferenceSet) -> None:
        _require_lockable(person, project, row)
        _require_confirmed(row, counted[-1], confirmed or 0)
        if confirmed:
            record(person, SET, "labels_confirmed", row, labels=confirmed)

    decision: ReferenceDecision = decide(replace(SET, read=read, require=require), user, made, outcome, note)
    return decision


def _require_confirmed(made: ReferenceSet, count: int, confirmed: int) -> None:
    """Labels would be others today, and who locks the set has said that they know."""
    if count != confirmed:
        one = "1 label" if count == 1 else f"{count} labels"
        said = f", and {confirmed} were confirmed" if confirmed else ""
        refuse(
            "labels_changed",
            f"{one} of {made.code} would be another today than when it was proposed{said}: confirm their number"
            " (changed_labels) to lock it as it was proposed, or decline it and draw anew.",
        )


def roles_of_set(project: Project, made: ReferenceSet | None) -> tuple[str, ...]:
    plan: ChangePlan | None = in_force(ChangePlan, project)
    return tuple(plan.body_model().approvers if plan else APPROVERS)


def set_sha256(made: ReferenceSet, rows: Iterable[ReferenceImage]) -> str:
    """Hex SHA-256 of the canonical JSON of {project, version, rule, images}, images by id."""
    images = sorted((image_document(row) for row in rows), key=lambda one: str(one["image"]))
    return sha256_of({"project": made.project.slug, "version": made.version, "rule": made.rule, "images": images})


def image_document(row: ReferenceImage) -> dict[str, Any]:
    """One image as the hash is taken over it and the export shows it."""
    names = ("stored_sha256", "pixel_sha256", "is_positive", "stratum", "probability", "draw_probability", "labels")
    return {"image": str(row.image_id), **{name: getattr(row, name) for name in names}}  # type: ignore[attr-defined]


def require_usable(made: ReferenceSet) -> None:
    """Raises PlanRefused where candidates cannot be measured on the set: not locked, retired, an image, a label or the rule of it
    has changed, or the plan in force has."""
    current = reference_set_in_force(made.project)
    if made.decided is None or made.decided.outcome != Decision.Outcome.APPROVED:
        refuse("not_locked", f"{made.code} is not locked: nothing is measured on it.")
    if current != made:
        refuse("retired", f"{made.code} is retired: {current.code if current else 'none'} is the reference set now.")
    plan = plan_in_force(made.project)
    if plan is not None:
        require_whole(plan)
    _require_unchanged(made)


@transaction.atomic
def count_look(made: ReferenceSet, user: User | None, why: str, key: str) -> ReferenceLook:
    """Keeps that a candidate was measured on the set; the number goes on from sets that share patients with it. key: of the
    measurement; a second call with it counts nothing."""
    locked(made.project)
    earlier = ReferenceLook.objects.filter(reference_set=made, key=key).first()
    if earlier:
        return earlier
    number = looks_at(made) + 1
    look = ReferenceLook(reference_set=made, number=number, key=key, why=why[:WHY_CHARACTERS], created_by=user)
    look.save()
    audit.record(
        user, "reference_set.look", f"project:{made.project_id}", version=made.version, number=look.number, why=look.why
    )  # type: ignore[attr-defined]
    return look


def _drawn_rows(user: Person | None, project: Project, rule: ReferenceRule) -> list[ReferenceImage]:
    labelled = usable_labels(user, project, rule.findings, rule.origins).values()
    first, used = rule.findings[0], used_patients(project)
    candidates = [
        Candidate(
            one,
            one.image.sop_instance_uid,
            patient_key(one.image),
            one.labels[first].value == 1,
            _stratum(one.image, rule),
        )
        for one in labelled
        if first in one.labels and not is_of(one.image, used)
    ]
    if not candidates:
        origins = ", ".join(rule.origins)
        left = f"; left out: {len(used)} patients looked at as often as the plan allows" if used else ""
        raise wrong(
            "rule", f"the set would be empty: no image that may be used has a label of {first} from {origins}{left}"
        )
    try:
        return [_row(one) for one in draw(candidates, rule)]
    except TooFew as few:
        raise wrong("rule", str(few)) from None


def _stratum(image: Image, rule: ReferenceRule) -> str:
    return "|".join(SUBGROUPS[name].value(image) for name in rule.strata)[:64]


def _row(chosen: Chosen[LabelledImage]) -> ReferenceImage:
    own = chosen.candidate.own
    kept = read_sealed(cache_path(own.image, "linear.json"))
    return ReferenceImage(
        image=own.image,
        stored_sha256=own.image.stored_sha256,
        pixel_sha256=str(kept[0].get("pixel_sha256", "")) if kept else "",
        is_positive=chosen.candidate.is_positive,
        stratum=chosen.candidate.stratum,
        probability=chosen.probability,
        draw_probability=own.draw_probability,
        labels=[label.document() for label in own.labels.values()],
    )


def _require_findings(project: Project, rule: ReferenceRule) -> None:
    known = findings_in_service(project)
    unknown = next((one for one in rule.findings if one not in known), None)
    if unknown is not None:
        has = ", ".join(known) or "none: no model is in service"
        raise wrong("rule.findings", f"finding {unknown[:64]!r} is not one of the model in service: {has}")


def _require_both_classes(rows: list[ReferenceImage], rule: ReferenceRule) -> None:
    for finding in rule.findings:
        values = [label["value"] for row in rows for label in row.labels if label["finding"] == finding]
        counts = {"positives": values.count(1), "negatives": values.count(0)}
        for name, least in (("positives", rule.least_positives), ("negatives", rule.least_negatives)):
            if not counts[name]:
                raise wrong(
                    "rule", f"the set would have no {name} of {finding}: with one class alone nothing can be measured"
                )
            if counts[name] < least:
                raise wrong(
                    "rule",
                    f"the set would have {counts[name]} {name} of {finding}, and the rule asks for {least} at least",
                )


def _require_unchanged(made: ReferenceSet) -> None:
    _require_none(made, verify(made))


def require_whole_set(made: ReferenceSet) -> None:
    """Raises PlanRefused where rule, images or labels do not give the set's hash any more."""
    require_hash(made, made.code, set_sha256(made, made.images.all()))  # type: ignore[attr-defined]


def _require_none(made: ReferenceSet, changed: list[ChangedImage]) -> None:
    require_whole_set(made)
    if changed:
        first = changed[0]
        more = f", and {len(changed) - 1} more" if len(changed) > 1 else ""
        refuse("changed", f"{made.code}: image {first.code} {first.why}{more}. Propose a new set.")


def _require_lockable(user: User, project: Project, made: ReferenceSet) -> None:
    _require_none(made, changed_rows(made))
    require_looks_left(made)


SET = Kind(
    "reference set", "reference_set", ReferenceSet, ReferenceDecision, "reference_set", "locked", roles_of_set,
    _require_lockable, _require_unchanged,
)  # fmt: skip
