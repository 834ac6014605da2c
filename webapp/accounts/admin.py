"""The people page: /admin/. The role decides everything, so staff and superuser flags are not shown."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from knox.models import AuthToken

from webapp.accounts.models import User

admin.site.site_header = "Sightline · people — research use only, not for diagnosis"
admin.site.site_title = "Sightline"
admin.site.index_title = "People and records"
admin.site.unregister(Group)
admin.site.unregister(AuthToken)  # made by POST /api/token/ for oneself, never for another person


@admin.register(User)
class PersonAdmin(UserAdmin):
    list_display = ("username", "first_name", "last_name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Role", {"fields": ("role", "is_active")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "role", "usable_password", "password1", "password2")}),
    )
    filter_horizontal = ()

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody is deleted: their reviews and audit trail stay attributed. Untick `active` instead."""
        return False
