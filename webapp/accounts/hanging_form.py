"""Hanging rules as fields of a form: of a person on /settings/, of a project in /admin/."""

from typing import Any, ClassVar, Final

from django import forms

from webapp.accounts.hanging import AS_BUILT, PARTS, VIEWS, ReadRules, codes_of, read_rules, stored_rules

RULE_FIELDS: Final[dict[str, tuple[str, str]]] = {f"{view}_{part}": (view, part) for view in VIEWS for part in PARTS}
"""view and part by name of the field"""


def _field(view: str, part: str) -> forms.ChoiceField:
    title, codes = PARTS[part][0], codes_of(view, part)
    label = f"{VIEWS[view][0].upper()}{VIEWS[view][1:]}: {title}"
    return forms.ChoiceField(
        label=label,
        choices=[("", ""), *codes.items()],
        required=False,
        show_hidden_initial=True,
        error_messages={"invalid_choice": f"{label}: %(value)s is not one of {', '.join(codes.values())}"},
        widget=forms.Select(attrs={"aria-label": label}),
    )


class HangingForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form of a row with a column `hanging`. What of it this version cannot read stays as long as no rule is changed.

    Every field goes along as the form was shown: of two tabs, each changes only what was changed in it.
    """

    whose: ClassVar[str] = "the hanging rules"

    any_beside = _field("any", "beside")
    any_preset = _field("any", "preset")
    any_linked = _field("any", "linked")
    frontal_beside = _field("frontal", "beside")
    frontal_preset = _field("frontal", "preset")
    frontal_linked = _field("frontal", "linked")
    lateral_beside = _field("lateral", "beside")
    lateral_preset = _field("lateral", "preset")
    lateral_linked = _field("lateral", "linked")
    other_beside = _field("other", "beside")
    other_preset = _field("other", "preset")
    other_linked = _field("other", "linked")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.row_fields():
            self.fields[name].show_hidden_initial = True
        rules = self.stored().rules
        for name, (view, part) in RULE_FIELDS.items():
            unsaid = self.unsaid(part) if view == "any" else "as for any view"
            self.fields[name].choices = [("", unsaid), *codes_of(view, part).items()]  # type: ignore[attr-defined]
            self.initial[name] = rules.get(view, {}).get(part, "")

    def unsaid(self, part: str) -> str:
        """What holds where the rule for any view leaves a part unsaid."""
        return f"as built: {PARTS[part][1][AS_BUILT[part]]}"

    def row_fields(self) -> list[str]:
        """Names of the fields that are columns of the row."""
        return [name for name in self._meta.fields or () if name in self.fields and name not in RULE_FIELDS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in self.row_fields():
            is_told = self.add_initial_prefix(name) in self.data  # programs send what they want, and no more
            if is_told and name in cleaned and name not in self.changed_data:
                cleaned[name] = getattr(self.instance, name)
        return cleaned

    def stored(self) -> ReadRules:
        return read_rules(self.instance.hanging, self.whose)

    def save(self, commit: bool = True) -> Any:
        changed = [name for name in self.changed_data if name in RULE_FIELDS]
        if changed:
            rules = self.stored().rules
            for name in changed:
                view, part = RULE_FIELDS[name]
                rules.setdefault(view, {})[part] = self.cleaned_data[name]
            self.instance.hanging = stored_rules(rules)
        return super().save(commit)
