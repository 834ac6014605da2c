"""People, their site roles, and the failed sign-ins that the throttle counts."""

from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models


class PeopleManager(UserManager["User"]):
    """Makes `createsuperuser` give the admin role, from which the rights of /admin/ follow."""

    def create_superuser(  # type: ignore[override]
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        fields["role"] = User.Role.ADMIN
        return super().create_superuser(username, email, password, **fields)


class User(AbstractUser):
    """A person. Roles inside a reader study are memberships of that study, not this field."""

    class Role(models.TextChoices):
        RADIOLOGIST = "radiologist", "Radiologist"
        MANAGER = "manager", "Manager"
        ADMIN = "admin", "Admin"

    role = models.CharField(max_length=16, choices=Role.choices, default=Role.RADIOLOGIST)

    look_first = models.BooleanField(
        "what the model says is shown after my own answer, or when I ask for it", default=False
    )

    class Theme(models.TextChoices):
        DARK = "dark", "Dark"
        LIGHT = "light", "Light"
        SYSTEM = "system", "As the system of this computer says"

    theme = models.CharField("look of lists and forms", max_length=8, choices=Theme.choices, default=Theme.DARK)

    own_keys = models.JSONField("keys and mouse buttons of my own", default=dict, blank=True)
    """empty: the usual ones. Else the body of `PUT /api/me/keys/`"""

    hanging = models.JSONField("hanging rules of my own", default=dict, blank=True)
    """as webapp.accounts.hanging.stored_rules makes it; empty: as the project says"""

    objects = PeopleManager()  # type: ignore[misc]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Stores the person; entry to /admin/ follows from the role alone, so that the two can never disagree."""
        self.is_staff = self.is_superuser = self.role == self.Role.ADMIN
        super().save(*args, **kwargs)


class SignInFailure(models.Model):
    """One refused password. `account_key` is a hash: what was typed as a name may be a password typed too early."""

    account_key = models.CharField(max_length=64)
    address = models.GenericIPAddressField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["account_key", "address", "at"], name="sign_in_by_account"),
            models.Index(fields=["address", "at"], name="sign_in_by_address"),
        ]
