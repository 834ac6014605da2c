"""What a page fetches ahead of its reader: it is checked like any read, and recorded as what it is, not as a reading."""

from django.http import HttpRequest

HEADER = "X-Sightline-Ahead"  # the reading page sends 1 with what it fetches for a case that is not open


def seen_or_fetched(request: HttpRequest, verb: str) -> str:
    """The verb of the access event: `verb`, or `verb` followed by `.ahead` for what nobody has been shown yet."""
    return f"{verb}.ahead" if request.headers.get(HEADER) == "1" else verb
