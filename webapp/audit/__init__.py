"""Audit: `record(actor, verb, target, **details)`. Never patient data: ids, codes, hashes and sizes only."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from webapp.audit.models import AccessEvent


def record(actor: Any, verb: str, target: str, *, purpose: str = "clinical review", **details: Any) -> "AccessEvent":
    """Adds one event to the chain and returns it; see webapp.audit.chain.append."""
    from webapp.audit.chain import append  # models cannot be imported before the apps are ready

    return append(actor, verb, target, purpose, details)
