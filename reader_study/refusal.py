"""Why a service did not do what was asked: data for programs and a sentence for people."""

from typing import Any

from webapp.accounts.policy import Refusal


class StudyRefused(Exception):
    """http: 400 wrong content, 403 not allowed, 404 not there (for this person), 409 wrong state or conflict."""

    def __init__(self, code: str, text: str, field: str = "", http: int = 409, **more: Any) -> None:
        super().__init__(text)
        self.code, self.text, self.field, self.http, self.more = code, text, field, http, more

    def document(self) -> dict[str, Any]:
        """The body of the answer."""
        return {"code": self.code, "field": self.field, "text": self.text, **self.more}


def require(refusal: Refusal | None) -> None:
    """Raises StudyRefused for a refusal of reader_study.policy; strangers are told that nothing is there."""
    if refusal is not None:
        http = {"not_a_member": 404, "not_signed_in": 401, "wrong_state": 409}.get(refusal.code, 403)
        raise StudyRefused(refusal.code, refusal.text, http=http)
