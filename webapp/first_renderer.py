"""Content negotiation of views that answer with bytes, text or a picture."""

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request


class FirstRenderer(DefaultContentNegotiation):
    """Takes the first renderer whatever `Accept` and `?format=` say: the view gives bytes, only its faults are JSON.

    The REST framework would answer 406 to `Accept: image/png` and 404 to `?format=png`, as it has no such renderer.
    """

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
