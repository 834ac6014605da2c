"""Quarantine in /admin/: listed by code and hash; an admin may delete, nobody may open."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from webapp.archive.models import QuarantinedFile
from webapp.archive.quarantine import delete_quarantined


@admin.register(QuarantinedFile)
class QuarantinedFileAdmin(admin.ModelAdmin):
    list_display = ("id", "code", "sha256", "bytes", "source", "uploaded_by", "created_at")
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
