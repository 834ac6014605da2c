"""Where a person was going when something came in between: signing in, a display check."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def next_page(request: HttpRequest) -> str:
    """`next` of the request when it stays on this site, else empty: a link must not lead to another site through this one."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_safe else ""
