"""Projects and quarantine in /admin/. Quarantine is listed by code, name and hash; an admin may delete, nobody may open."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from webapp import audit
from webapp.accounts.hanging import PARTS, VIEWS
from webapp.accounts.hanging_form import HangingForm
from webapp.archive.models import Project, QuarantinedFile
from webapp.archive.quarantine import delete_quarantined


class WholePercent(forms.IntegerField):
    """0 to 100; the error names what was typed."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError:
            raise ValidationError(f"{str(value)[:20]!r} is not a whole number of percent from 0 to 100") from None


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):
    """The settings of a project; projects themselves are neither made nor deleted here."""

    list_display = ("name", "takes_for_processing", "look_first", "ai_on_priors", "sentinel_share")
    form = HangingForm
    fieldsets = (
        (None, {"fields": ("name", "slug", "takes_for_processing", "look_first", "ai_on_priors", "sentinel_share")}),
        (
            "How a case opens (hanging rules)",
            {
                "fields": [tuple(f"{view}_{part}" for part in PARTS) for view in VIEWS],
                "description": "Each person's own rules, and what is done with a case in the sitting, go before these. They open"
                " nothing that may not be shown: an earlier image comes only where earlier images are allowed.",
            },
        ),
    )
    readonly_fields = ("name", "slug")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "sentinel_share":
            kwargs |= {"form_class": WholePercent, "max_value": 100}
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form: HangingForm = context["adminform"].form
        for _, text in form.stored().remarks:
            messages.warning(request, f"{text}. Changing a rule here removes that.")
        return super().render_change_form(request, context, *args, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Project, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        audit.record(
            request.user,
            "project.settings",
            f"project:{obj.pk}",
            takes_for_processing=obj.takes_for_processing,
            look_first=obj.look_first,
            ai_on_priors=obj.ai_on_priors,
            sentinel_share=obj.sentinel_share,
            hanging=obj.hanging,
        )


@admin.register(QuarantinedFile)
class QuarantinedFileAdmin(admin.ModelAdmin):
    list_display = ("id", "code", "name", "sha256", "bytes", "source", "uploaded_by", "created_at")
    list_filter = ("code", "source")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: QuarantinedFile) -> None:
        delete_quarantined(obj, request.user)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for kept in queryset:
            delete_quarantined(kept, request.user)
