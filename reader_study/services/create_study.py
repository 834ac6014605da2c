"""Make a study, or a copy of one; change its title while it is a draft."""

import secrets
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from reader_study import policy
from reader_study.models import Membership, Protocol, Study
from reader_study.protocol_body import FAILURE_DEFAULTS, completed
from reader_study.refusal import StudyRefused, require
from webapp import audit
from webapp.accounts.models import User

TITLE_CHARACTERS = 200
SEED_BITS = 40
FAILURE_ARM = {"code": "CODING", "kind": "failure_coding", "label": "Coding"}


@transaction.atomic
def create_study(
    user: User, title: str, kind: str = "reading", seed: int | None = None, description: str = ""
) -> Study:
    """A draft with the default protocol; the person becomes its owner and manager. Raises StudyRefused."""
    require(policy.may_create_study(user))
    if kind not in Study.Kind.values:
        raise StudyRefused("not_allowed", f"kind {kind!r} is not one of {', '.join(Study.Kind.values)}", "kind", 400)
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


def rename_study(user: User, study: Study, changes: dict[str, Any]) -> Study:
    """Title and description of a draft."""
    require(policy.may_edit_draft(user, study))
    if unknown := sorted(set(changes) - {"title", "description"}):
        raise StudyRefused("unknown_field", f"{unknown[0]!r} is not one of title, description", unknown[0], 400)
    if "title" in changes:
        study.title = _checked_title(changes["title"])
    if "description" in changes:
        study.description = str(changes["description"])
    study.save(update_fields=["title", "description"])
    audit.record(user, "study.rename", f"study:{study.pk}", purpose="reader study")
    return study


def _new_study(user: User, title: str, kind: str, seed: int | None, description: str) -> Study:
    title = _checked_title(title)
    if seed is None:
        seed = secrets.randbits(SEED_BITS)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**62:
        raise StudyRefused("not_allowed", f"seed {seed!r} is not a whole number from 0", "seed", 400)
    study = Study.objects.create(
        title=title,
        slug=f"{slugify(title)[:60] or 'study'}-{secrets.token_hex(4)}",
        kind=kind,
        description=str(description or ""),
        owner=user,
        seed=seed,
        created_by=user,
    )
    Membership.objects.create(study=study, user=user, role=Membership.Role.MANAGER, created_by=user)
    audit.record(user, "study.create", f"study:{study.pk}", purpose="reader study", kind=kind)
    return study


def _checked_title(title: object) -> str:
    if not isinstance(title, str) or not 1 <= len(title.strip()) <= TITLE_CHARACTERS or "\x00" in title:
        text = f"title {str(title)[:40]!r} is not a text of 1 to {TITLE_CHARACTERS} characters"
        raise StudyRefused("not_allowed", text, "title", 400)
    return title.strip()
