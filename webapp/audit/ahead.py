"""What a page fetches ahead of its reader: it is checked like any read, and recorded as what it is, not as a reading."""

from django.http import HttpRequest

HEADER = "X-Sightline-Ahead"  # the reading page sends 1 with what it fetches for a case that is not open


def ahead(verb: str) -> str:
    """The verb of what was fetched ahead."""
    return f"{verb}.ahead"


def is_ahead(request: HttpRequest) -> bool:
    """Whether the request says that nobody is shown what it asks for yet. Anybody can say so: nothing may be won by it."""
    return request.headers.get(HEADER) == "1"


def seen_or_fetched(request: HttpRequest, verb: str) -> str:
    """The verb of the access event: `verb`, or `verb` followed by `.ahead` for what nobody has been shown yet."""
    return ahead(verb) if is_ahead(request) else verb
