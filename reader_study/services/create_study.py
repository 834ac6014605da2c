"""Make a study, or a copy of one; change its title while it is a draft."""

import secrets

from django.db import transaction
from django.utils.text import slugify

from reader_study import policy
from reader_study.models import Membership, Protocol, Study
from reader_study.protocol_body import FAILURE_DEFAULTS, completed
from reader_study.protocol_model import ArmKind
from reader_study.refusal import StudyRefused, require
from reader_study.sent_bodies import Seed, StudyChange, StudyKind, Title
from webapp import audit
from webapp.accounts.models import User
from webapp.sent_body import read_value

SEED_BITS = 40
FAILURE_ARM = {"code": "CODING", "kind": ArmKind.FAILURE_CODING.value, "label": "Coding"}


@transaction.atomic
def create_study(
    user: User, title: str, kind: str = "reading", seed: int | None = None, description: str = ""
) -> Study:
    """A draft with the default protocol; the person becomes its owner and manager. Raises StudyRefused."""
    require(policy.may_create_study(user))
    read_value(StudyKind, kind, "kind", StudyRefused)
    study = _new_study(user, title, kind, seed, description)
    body = completed(
        {"failure": FAILURE_DEFAULTS, "arms": [FAILURE_ARM], "design": {"kind": "sequential"}}
        if kind == Study.Kind.FAILURE_MODE
        else {}
    )
    Protocol.objects.create(study=study, body=body, created_by=user)
    return study


@transaction.atomic
def copy_study(user: User, source: Study, title: str) -> Study:
    """A new draft with the newest protocol of `source`: no cases, readers or readings."""
    require(policy.may_copy_study(user, source))
    study = _new_study(user, title, source.kind, None, source.description)
    study.copied_from = source
    study.save(update_fields=["copied_from"])
    body = completed(source.protocols.order_by("-version")[0].body)
    Protocol.objects.create(study=study, body=body, created_by=user)
    return study


def rename_study(user: User, study: Study, change: StudyChange) -> Study:
    """Title and description of a draft: those that were sent."""
    require(policy.may_edit_draft(user, study))
    for name in change.model_fields_set:
        setattr(study, name, getattr(change, name))
    study.save(update_fields=["title", "description"])
    audit.record(user, "study.rename", f"study:{study.pk}", purpose="reader study")
    return study


def _new_study(user: User, title: str, kind: str, seed: int | None, description: str) -> Study:
    title = read_value(Title, title, "title", StudyRefused)
    given = read_value(Seed, seed, "seed", StudyRefused)
    study = Study.objects.create(
        title=title,
        slug=f"{slugify(title)[:60] or 'study'}-{secrets.token_hex(4)}",
        kind=kind,
        description=str(description or ""),
        owner=user,
        seed=secrets.randbits(SEED_BITS) if given is None else given,
        created_by=user,
    )
    Membership.objects.create(study=study, user=user, role=Membership.Role.MANAGER, created_by=user)
    audit.record(user, "study.create", f"study:{study.pk}", purpose="reader study", kind=kind)
    return study
