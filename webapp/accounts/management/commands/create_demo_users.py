"""`manage.py create_demo_users`: the people of a demo installation."""

from typing import Any

from django.core.management.base import BaseCommand

from webapp.accounts.demo_users import DEMO_USERS, create_demo_users


class Command(BaseCommand):
    help = "Make the demo people (or bring their roles and password up to date) and print how to sign in."

    def handle(self, *args: Any, **options: Any) -> None:
        password = create_demo_users()
        names = ", ".join(person.username for person in DEMO_USERS)
        self.stdout.write(f"demo users: {names}\npassword: {password}")
