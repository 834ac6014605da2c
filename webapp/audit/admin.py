"""Audit events in /admin/: to read, nothing else."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from webapp.audit.models import AccessEvent


@admin.register(AccessEvent)
class AccessEventAdmin(admin.ModelAdmin):
    list_display = ("sequence", "at", "actor_name", "verb", "target", "purpose")
    list_filter = ("verb", "purpose")
    search_fields = ("target", "actor_name")
    ordering = ("-sequence",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
