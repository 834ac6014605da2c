"""The site's settings with the slow engine (slow_engine/), for worker processes that tests kill."""

from webapp.settings import *  # noqa: F403
from webapp.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.jobs_under_fire.slow_engine.apps.SlowEngineConfig"]
