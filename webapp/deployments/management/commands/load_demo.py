"""`manage.py load_demo`: the demo bundle and phantoms, when there are none yet."""

from typing import Any

from django.core.management.base import BaseCommand

from webapp.deployments.demo import load_demo


class Command(BaseCommand):
    help = "Load the committed demo bundle and phantoms into a new installation. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        load_demo(say=self.stdout.write)
