"""Change the protocol of a draft, and say what is still missing."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from reader_study import policy
from reader_study.models import Finding, Protocol, Study
from reader_study.protocol_body import DEFAULTS, Problem, completed, problems, shape_problems
from reader_study.refusal import StudyRefused, require
from webapp import audit
from webapp.accounts.models import User


def current_protocol(study: Study) -> Protocol:
    """The newest version: the draft one before opening, the frozen one after."""
    found: Protocol = study.protocols.order_by("-version")[0]
    return found


def findings_of(study: Study) -> list[Finding]:
    """The findings that ratings point to: those of the version that was frozen at the opening."""
    return list(Finding.objects.filter(protocol__study=study).order_by("order"))


def protocol_problems(study: Study) -> list[Problem]:
    """What keeps the study from opening, as far as the protocol goes."""
    return problems(completed(current_protocol(study).body), study.kind)


@transaction.atomic
def edit_protocol(user: User, study: Study, body: object, *, whole: bool = True) -> Protocol:
    """Stores the body (whole), or replaces the parts given. An incomplete body is stored; a misshapen one is refused."""
    require(policy.may_edit_draft(user, study))
    if not isinstance(body, Mapping):
        raise StudyRefused("bad_protocol", "the protocol is not a JSON object", "", 400)
    protocol = current_protocol(Study.objects.select_for_update().get(pk=study.pk))
    merged: dict[str, Any] = dict(body) if whole else {**protocol.body, **body}
    if found := shape_problems(merged):
        raise StudyRefused(
            "bad_protocol", found[0].text, found[0].field, 400, problems=[one.document() for one in found]
        )
    protocol.body = completed({name: merged.get(name, default) for name, default in DEFAULTS.items()})
    protocol.save(update_fields=["body"])
    audit.record(user, "study.edit_protocol", f"study:{study.pk}", purpose="reader study", parts=sorted(body))
    return protocol
