"""Forms: a person's own settings, and signing in."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.safestring import SafeString

from webapp.accounts.hanging import PARTS, VIEWS
from webapp.accounts.hanging_form import HangingForm
from webapp.accounts.models import User
from webapp.accounts.policy import Refusal
from webapp.accounts.sign_in_throttle import check_credentials


class SettingsForm(HangingForm):
    """What a person decides about the pages they see."""

    whose = "your hanging rules"

    class Meta:
        model = User
        fields = ("look_first", "theme")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["theme"].required = False

    def clean_theme(self) -> str:
        """What is not sent stays."""
        return str(self.cleaned_data["theme"] or self.initial["theme"])

    def save(self, commit: bool = True) -> Any:
        """Writes what the form is about, and leaves the rest of the row to whoever writes that."""
        person = super().save(commit=False)
        if commit:
            person.save(update_fields=[*self.row_fields(), "hanging"])
        return person

    def shown_with(self) -> list[SafeString]:
        """What the fields that the page writes by hand were shown with."""
        return [self[name].as_hidden(only_initial=True) for name in self.row_fields()]

    def unsaid(self, part: str) -> str:
        return "as the project says"

    def rule_parts(self) -> list[str]:
        """Titles of the columns of the rules."""
        return [title for title, _ in PARTS.values()]

    def rule_rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """A row for each view: its title, and its fields in the order of the columns."""
        return [(title, [self[f"{view}_{part}"] for part in PARTS]) for view, title in VIEWS.items()]

    def rule_remarks(self) -> list[str]:
        return [text for _, text in self.stored().remarks]


class SignInForm(forms.Form):
    """Name and password; `user` or `refusal` is set once the form has been validated."""

    username = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        max_length=1024, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(data)
        self.request = request
        self.user: User | None = None
        self.refusal: Refusal | None = None

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        if self.errors:
            return fields
        result = check_credentials(self.request, fields["username"], fields["password"])
        if isinstance(result, Refusal):
            self.refusal = result
            raise forms.ValidationError(result.text, code=result.code)
        self.user = result
        return fields
