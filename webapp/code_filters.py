"""Filters of lists by codes in an address, on django-filter: nothing of a patient ever stands there.

One declaration in a `CodeFilters` is the check of a value with its sentence, the condition on rows, the choice on a page and
the parameter in `/api/schema/`. Pages, API and exports that list the same thing share its class.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Self, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django_filters import CharFilter, FilterSet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.openapi import AutoSchema
from rest_framework.request import Request
from rest_framework.views import APIView

Pairs = Iterable[tuple[str, str]]
TEXT = re.compile(r"[^\x00-\x1f\x7f]+")
SHOWN = 40  # characters of a wrong value in its sentence


class FilterRefused(ValueError):
    """A filter that a list does not have, or a value that it does not take; `name` is the filter's."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


class CodeField(forms.ChoiceField):
    """One of the codes, or a value of the `shape`; nothing given is `default`."""

    def __init__(self, *, shape: re.Pattern[str] | None, default: str, **options: Any) -> None:
        super().__init__(**options)
        self.shape, self.default = shape, default

    def clean(self, value: str | None) -> str:
        if not value:
            return self.default
        if self.shape is None:
            codes = [str(code) for code, _ in cast(Pairs, self.choices)]
            if value not in codes:
                raise ValidationError(f"{value[:SHOWN]!r} is not one of {', '.join(codes)}")
        elif not self.shape.fullmatch(value):
            raise ValidationError(f"{value[:SHOWN]!r} is not a code of the form {self.shape.pattern}")
        return value


class CodeFilter(CharFilter):
    """One filter of a list.

    field_name, lookup_expr: the column and how it is compared, where `condition` (value -> Q) is not given.
    choices: (code, title) of what may be asked for, or a function that gives them. shape: values outside are taken too, when
    they have this form. default: what no value stands for. Subclasses find who asks, and of what, in `self.parent.person`
    and `self.parent.queryset`.
    """

    field_class = CodeField

    def __init__(
        self,
        field_name: str | None = None,
        lookup_expr: str | None = None,
        *,
        label: str,
        choices: Pairs | Callable[[], Pairs] = (),
        condition: Callable[[str], Q] | None = None,
        shape: re.Pattern[str] | None = None,
        default: str = "",
        **options: Any,
    ) -> None:
        pairs = choices if callable(choices) else list(choices)
        # The schema lists the choices as all that is allowed; with a shape they are not: a function keeps them out.
        offered = (lambda: pairs) if shape is not None and not callable(pairs) else pairs
        super().__init__(field_name, lookup_expr, label=label, choices=offered, shape=shape, default=default, **options)
        self.default, self._condition = default, condition

    def condition(self, value: str) -> Q:
        """What the code lets through."""
        if self._condition is not None:
            return self._condition(value)
        return Q(**{f"{self.field_name}__{self.lookup_expr}": value})

    def options(self) -> Pairs:
        """(code, title) that a page offers; here the choices."""
        return [(str(code), str(title)) for code, title in self.field.choices]

    def title(self, code: str) -> str:
        """A chosen code that is not among the options."""
        return code.replace("_", " ")


@dataclass(frozen=True)
class Choice:
    """A filter as a page draws it. empty: the words for no filter; without them one of the options always holds."""

    name: str
    label: str
    empty: str
    value: str
    options: list[tuple[str, str]]
    is_set: bool


class CodeFilters(FilterSet):
    """The filters of one listed thing. `person` is who asks; with a request, who sent it."""

    beside: ClassVar[tuple[str, ...] | None] = None  # names that may stand beside the filters; None: any

    def __init__(
        self,
        data: Any = None,
        queryset: QuerySet[Any] | None = None,
        *,
        request: Request | None = None,
        prefix: str | None = None,
        person: Any = None,
    ) -> None:
        super().__init__(data, queryset, request=request, prefix=prefix)
        self.person = person if request is None else request.user

    def checked(self) -> Self:
        """Itself. Raises FilterRefused for the first wrong value and, where `beside` says what is known, for an unknown name."""
        if self.beside is not None:
            for name in self.data:
                if name not in self.filters and name not in self.beside:
                    raise FilterRefused(name, f"filter {name!r} is not one of {', '.join(sorted(self.filters))}")
        for name, errors in self.form.errors.as_data().items():
            raise FilterRefused(name, f"{name} {errors[0].message}")
        return self

    @property
    def values(self) -> dict[str, str]:
        """The checked value of every filter, its default where none was given."""
        self.checked()
        found: dict[str, str] = self.form.cleaned_data
        return found

    @property
    def codes(self) -> dict[str, str]:
        """The values that are not the default, as address parameters."""
        return {name: value for name, value in self.values.items() if value != self.filters[name].default}

    def condition(self) -> Q:
        """What all of them let through together."""
        wanted = Q()
        for name, value in self.values.items():
            if value:
                wanted &= self.filters[name].condition(value)
        return wanted

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(self.condition())

    def choices(self) -> list[Choice]:
        """The filters as drop-downs of a page, in the order of their declaration."""
        drawn = []
        for name, value in self.values.items():
            one = self.filters[name]
            options = list(one.options())
            if value and value not in dict(options):
                options.append((value, one.title(value)))
            empty = "" if one.default else f"any {name}"
            drawn.append(Choice(name, one.label, empty, value, options, value != one.default))
        return drawn


class CodeFilterBackend(DjangoFilterBackend):
    """The filters of an API view (`filterset_class`). Raises FilterRefused: the view's own body says what was wrong."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        return self.get_filterset(request, queryset, view).checked().qs  # type: ignore[no-any-return]


class FilteredSchema(AutoSchema):
    """Names the filters of an export as well as those of a list: drf-spectacular looks for them at lists alone."""

    def get_filter_backends(self) -> list[Any]:
        return getattr(self.view, "filter_backends", []) if self.method == "GET" else []
