"""Names of published fields, such as `UsesAndDirections.HowToUse`, as a narrow column takes them."""

import re

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()
BREAK = SafeString("<wbr>")
PLACES = re.compile(r"(?<=[.])(?=\S)|(?<=[a-z])(?=[A-Z])")


@register.filter
def breakable(name: str) -> SafeString:
    """HTML that may break after a dot and before a capital, and is copied as the name itself."""
    return format_html_join(BREAK, "{}", ((part,) for part in PLACES.split(name)))
