"""Open a study: everything that must hold is checked, then frozen in one transaction."""

from typing import Any

from django.db import transaction

from reader_study import clock, policy
from reader_study.allocation import (
    AllocationRefused,
    CaseSlot,
    Design,
    Placement,
    ReaderSlot,
    allocate,
    allocation_sha256,
)
from reader_study.chain import append_lock
from reader_study.hidden_examination import hide_beside_study
from reader_study.models import (
    Arm,
    Assignment,
    Case,
    Finding,
    Lock,
    Protocol,
    Question,
    Reader,
    ReadingSession,
    Study,
)
from reader_study.protocol_body import Problem, completed
from reader_study.protocol_model import ArmKind, names_model
from reader_study.refusal import StudyRefused, require
from reader_study.services.edit_protocol import current_protocol, protocol_problems
from reader_study.services.freeze_ai import freeze_ai, missing_outputs
from webapp import audit
from webapp.accounts.models import User
from webapp.reveal.canonical_json import sha256_of
from webapp.reveal.shown_image import shown_sha256


def readiness(study: Study) -> list[Problem]:
    """What keeps the study from opening; empty when it can."""
    found = protocol_problems(study)
    if not study.readers.filter(state=Reader.State.ACTIVE).exists():
        found.append(Problem("no_readers", "readers", "no readers: at least one is needed"))
    if not study.cases.filter(voided_at=None, role=Case.Role.SCORED).exists():
        found.append(Problem("no_cases", "cases", "no scored cases: at least one is needed"))
    if found:
        return found
    found += _training_truth(study)
    missing = missing_outputs(study, pinned_bundles(study))
    if missing:
        names = ", ".join(one.case for one in missing[:5]) + (" ..." if len(missing) > 5 else "")
        text = f"{len(missing)} results are missing: bundle {missing[0].bundle_id[:12]} has not answered {names}"
        found.append(Problem("no_ai_output", "arms", text))
    try:
        preview_allocation(study)
    except AllocationRefused as refusal:
        found.append(Problem("allocation", "design", str(refusal)))
    return found


def pinned_bundles(study: Study) -> list[str]:
    """Bundle ids of the aided and ai_alone arms."""
    arms = completed(current_protocol(study).body)["arms"]
    return sorted({row["bundle_id"] for row in arms if names_model(row["kind"])})


def design_of(body: dict[str, Any]) -> Design:
    """The design of a completed body. Raises AllocationRefused."""
    part = body["design"]
    arms = tuple(row["code"] for row in body["arms"] if row["kind"] != ArmKind.AI_ALONE)
    return Design(
        kind=part["kind"],
        arms=arms,
        blocks=part["blocks"],
        replicates=part["replicates"],
        anchor_cases=part["anchor_cases"],
        readers_per_case=part["readers_per_case"],
        training_attempts=body["training"]["attempts"],
    )


def case_slots(study: Study) -> list[CaseSlot]:
    """Cases as the allocation sees them; truth stays inside the service."""
    primary = _primary_finding(study)
    truths = {}
    for case in study.cases.filter(voided_at=None).prefetch_related("truths"):
        newest = max((t for t in case.truths.all() if t.finding == primary), key=lambda t: t.version, default=None)
        truths[case.pk] = newest.status if newest and newest.status else ""
    return [
        CaseSlot(
            case.code, case.patient_key, truths[case.pk], case.stratum, case.group, case.role == Case.Role.TRAINING
        )
        for case in study.cases.filter(voided_at=None)
    ]


def preview_allocation(study: Study) -> tuple[Placement, ...]:
    """What opening would store. Raises AllocationRefused."""
    body = completed(current_protocol(study).body)
    readers = [ReaderSlot(reader.code, reader.group) for reader in study.readers.filter(state=Reader.State.ACTIVE)]
    if study.kind == Study.Kind.FAILURE_MODE:
        from reader_study.services.collect_failures import allocate_coding

        failed = set(study.cases.filter(failure_items__isnull=False).values_list("code", flat=True))
        slots = [
            slot for slot in case_slots(study) if slot.code in failed
        ]  # cases of imported truth may have no failure
        return allocate_coding(readers, slots, body["failure"]["double_share"], study.seed)
    return allocate(design_of(body), readers, case_slots(study), study.seed)


def open_study(user: User, study: Study) -> Study:
    """Freezes protocol, image hashes, AI outputs and allocation. Raises StudyRefused with all problems."""
    require(policy.may_open_study(user, study))
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study.pk)
        require(policy.may_open_study(user, study))
        if found := readiness(study):
            raise StudyRefused("not_ready", found[0].text, found[0].field, problems=[one.document() for one in found])
        now = clock.now()
        placements = preview_allocation(study)
        protocol = _freeze_protocol(study, user)
        for case in study.cases.filter(voided_at=None).select_related("image"):
            case.image_sha256 = shown_sha256(case.image)
            case.save(update_fields=["image_sha256"])
        freeze_ai(study, pinned_bundles(study), user)
        study.allocation_sha256 = allocation_sha256(placements)
        store_placements(study, placements, user)
        study.state, study.opened_at = Study.State.OPEN, now
        study.save(update_fields=["state", "opened_at", "allocation_sha256"])
        hide_beside_study(study)
        append_lock(study, Lock.Kind.PROTOCOL, protocol.pk, protocol.sha256, user, now)
        audit.record(user, "study.open", f"study:{study.pk}", purpose="reader study", protocol=protocol.sha256)
    return study


def store_placements(study: Study, placements: tuple[Placement, ...], user: User) -> None:
    """Sessions and assignments of the placements."""
    readers = {reader.code: reader for reader in study.readers.all()}
    cases = {case.code: case for case in study.cases.filter(voided_at=None)}
    arms = {arm.code: arm for arm in study.arms.all()}
    sessions: dict[tuple[str, int], ReadingSession] = {}
    rows = []
    for one in placements:
        key = (one.reader, one.ordinal)
        if key not in sessions:
            own = [other for other in placements if (other.reader, other.ordinal) == key]
            plan = list(dict.fromkeys(other.arm for other in sorted(own, key=lambda other: other.position)))
            sessions[key] = ReadingSession.objects.create(
                reader=readers[one.reader],
                ordinal=one.ordinal,
                block=one.block if one.is_training else one.block.split(".")[-1],
                is_training=one.is_training,
                arm_plan=plan,
                created_by=user,
            )
        rows.append(
            Assignment(
                session=sessions[key],
                reader=readers[one.reader],
                case=cases[one.case],
                arm=arms[one.arm],
                position=one.position,
                replicate=one.replicate,
                created_by=user,
            )
        )
    Assignment.objects.bulk_create(rows)


def _freeze_protocol(study: Study, user: User) -> Protocol:
    protocol = current_protocol(study)
    protocol.body = completed(protocol.body)
    protocol.sha256, protocol.frozen_at = sha256_of(protocol.body), clock.now()
    protocol.save(update_fields=["body", "sha256", "frozen_at"])
    for order, row in enumerate(protocol.body["findings"]):
        Finding.objects.create(protocol=protocol, order=order, created_by=user, **row)
    for order, row in enumerate(protocol.body["questions"]):
        Question.objects.create(
            protocol=protocol, order=order, created_by=user, **{k: v for k, v in row.items() if v is not None}
        )
    for order, row in enumerate(protocol.body["arms"]):
        Arm.objects.create(study=study, order=order, created_by=user, **row)
    return protocol


def _primary_finding(study: Study) -> str:
    body = current_protocol(study).body
    named = (body.get("statistics") or {}).get("primary_finding")
    return named or next((row["code"] for row in body.get("findings", []) if row.get("primary")), "")


def _training_truth(study: Study) -> list[Problem]:
    """Feedback and the pass rule need the truth of every training case."""
    codes = [row["code"] for row in completed(current_protocol(study).body)["findings"]]
    lacking = [
        case.code
        for case in study.cases.filter(voided_at=None, role=Case.Role.TRAINING)
        if not any(case.truths.filter(finding=code).exclude(status="").exists() for code in codes)
    ]
    if not lacking:
        return []
    return [Problem("no_training_truth", "cases", f"training case {lacking[0]} has no truth: import it first")]
