"""Why a service did not do what was asked: data for programs and a sentence for people."""

from typing import Any

from typing_extensions import TypedDict

from webapp.accounts.policy import Refusal

HTTP = {"not_a_member": 404, "not_signed_in": 401, "wrong_state": 409}  # of a policy's refusals; 403 for all others


class RefusalBody(TypedDict):
    """Why something is not done: a code for programs, a sentence for people."""

    code: str
    text: str


class RefusedBody(RefusalBody):
    """field: what of the body or the address it is about; empty when it is no field."""

    field: str


class Refused(Exception):
    """http: 400 wrong content, 401 not signed in, 403 not allowed, 404 not there (for this person), 409 wrong state or conflict."""

    def __init__(self, code: str, text: str, field: str = "", http: int = 409, **more: Any) -> None:
        super().__init__(text)
        self.code, self.text, self.field, self.http, self.more = code, text, field, http, more

    @classmethod
    def require(cls, refusal: Refusal | None) -> None:
        """Raises for a policy's refusal; strangers are told that nothing is there."""
        if refusal is not None:
            raise cls(refusal.code, refusal.text, http=HTTP.get(refusal.code, 403))

    def document(self) -> dict[str, Any]:
        """The body of the answer."""
        return {"code": self.code, "field": self.field, "text": self.text, **self.more}
