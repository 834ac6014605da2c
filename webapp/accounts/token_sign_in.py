"""Sign-in by token: knox's, with letters that no token has refused like a wrong one."""

from typing import Any

from django.http import HttpRequest
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request


class PlainTokenAuthentication(TokenAuthentication):
    """Raises AuthenticationFailed for a token that is no UTF-8, on which knox fails: anybody can send one."""

    def authenticate(self, request: Request | HttpRequest) -> Any:
        try:
            return super().authenticate(request)
        except UnicodeDecodeError as problem:
            raise AuthenticationFailed("Invalid token.") from problem


class PlainTokenScheme(KnoxTokenScheme):
    """In /api/schema/ it is knox's."""

    target_class = "webapp.accounts.token_sign_in.PlainTokenAuthentication"
