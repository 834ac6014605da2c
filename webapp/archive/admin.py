"""Projects and quarantine in /admin/. Quarantine is listed by code, name and hash; an admin may delete, nobody may open."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from webapp import audit
from webapp.archive.models import Project, QuarantinedFile
from webapp.archive.quarantine import delete_quarantined


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):
    """The settings of a project; projects themselves are neither made nor deleted here."""

    list_display = ("name", "takes_for_processing")
    fields = ("name", "slug", "takes_for_processing")
    readonly_fields = ("name", "slug")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Project, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        audit.record(
            request.user, "project.settings", f"project:{obj.pk}", takes_for_processing=obj.takes_for_processing
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
