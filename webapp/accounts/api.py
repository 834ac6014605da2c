"""API: tokens for programs, and who am I. Tokens are stored hashed, expire (TOKEN_TTL) and can be revoked."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from knox.models import AuthToken
from knox.settings import knox_settings
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.models import User
from webapp.accounts.policy import Refusal, require_person
from webapp.accounts.sign_in_throttle import TOO_MANY, check_credentials


class CredentialsSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1024, trim_whitespace=False, style={"input_type": "password"})


class TokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField()
    expiry = serializers.DateTimeField()


class RefusalSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField()


class PersonSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "username", "first_name", "last_name", "role"]


class TokenView(APIView):
    """`POST /api/token/` {username, password} -> {token, expiry}, sent later as `Authorization: Token …`."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        request=CredentialsSerializer,
        responses={
            200: TokenSerializer,
            400: OpenApiResponse(description="a field is missing"),
            403: RefusalSerializer,
            429: RefusalSerializer,
        },
        auth=[],
    )
    def post(self, request: Request) -> Response:
        given = CredentialsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        result = check_credentials(request._request, **given.validated_data)
        if isinstance(result, Refusal):
            code = status.HTTP_429_TOO_MANY_REQUESTS if result == TOO_MANY else status.HTTP_403_FORBIDDEN
            return Response({"code": result.code, "text": result.text}, status=code)
        _make_room(result)
        record, token = AuthToken.objects.create(user=result)
        user_logged_in.send(sender=User, request=None, user=result)
        return Response({"token": token, "expiry": record.expiry})


class RevokeTokenView(APIView):
    """`POST /api/token/revoke/`: ends the token it is sent with; sent with a session, ends all tokens of the person."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        if isinstance(request.auth, AuthToken):
            request.auth.delete()
        else:
            AuthToken.objects.filter(user=request.user).delete()
        user_logged_out.send(sender=User, request=None, user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(APIView):
    @extend_schema(responses=PersonSerializer)
    def get(self, request: Request) -> Response:
        return Response(PersonSerializer(require_person(request.user)).data)


def _make_room(user: User) -> None:
    """Ends expired tokens, and the oldest ones beyond TOKEN_LIMIT_PER_USER - 1, so that one more may be given."""
    AuthToken.objects.filter(user=user, expiry__lt=timezone.now()).delete()
    keep = knox_settings.TOKEN_LIMIT_PER_USER - 1
    surplus = AuthToken.objects.filter(user=user).order_by("-created").values_list("pk", flat=True)[keep:]
    AuthToken.objects.filter(pk__in=list(surplus)).delete()
