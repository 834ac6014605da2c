"""`{% list_key_line %}`: the line below a list that says its keys, for its script too; `{% list_key "list-search" %}`: one."""

import json
from typing import Any

from django import template

from webapp.accounts.list_keys import list_keys

register = template.Library()


def _keys(context: template.Context) -> Any:
    return list_keys(getattr(context["request"].user, "own_keys", None))


@register.inclusion_tag("accounts/list_key_line.html", takes_context=True)
def list_key_line(context: template.Context) -> dict[str, Any]:
    rows = [row for row in _keys(context) if row.id != "list-search" or "search" in context]
    return {
        "rows": [row for row in rows if row.keys],
        "actions": json.dumps({key: row.id for row in rows for key in row.keys}),
    }


@register.simple_tag(takes_context=True)
def list_key(context: template.Context, action: str) -> str:
    """How the key of one action is shown; empty for none."""
    return next(row.shown for row in _keys(context) if row.id == action)
