import itertools
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig


class SlowEngineConfig(AppConfig):
    name = "tests.jobs_under_fire.slow_engine"
    label = "slow_engine"

    def ready(self) -> None:
        from inference import engine as running
        from inference.engine import Engine
        from webapp.predictions import infer

        seconds = float(os.environ["FIRE_SECONDS"])
        gate = Path(os.environ["FIRE_GATE"]) if "FIRE_GATE" in os.environ else None
        explain, run_watched, runs = Engine.explain, running.run_watched, itertools.count()
        killer = os.environ.get("FIRE_KILLER", "")

        def slow_run(session: Any, images: Any, watch: Any, limit_seconds: float) -> Any:
            with watch.in_hand:
                if killer and session.get_modelmeta().custom_metadata_map["sightline.version"] == killer:
                    os._exit(9)
                time.sleep(seconds * len(images))
            return run_watched(session, images, watch, limit_seconds)

        def gated(engine: Engine, items: Sequence[Any], *watch: Any) -> list[Any]:
            if next(runs) > 0:  # the first run of a process passes
                while gate is not None and not gate.exists():
                    time.sleep(0.05)
            return explain(engine, items, *watch)

        running.run_watched = slow_run
        Engine.explain = gated  # type: ignore[method-assign]
        poison, explain_together = os.environ.get("FIRE_POISON", ""), infer.explain_together

        def poisoned(items: Sequence[Any]) -> list[Any]:
            if poison in [item.claim.job.id.hex for item in items]:
                os._exit(9)
            return explain_together(items)

        infer.explain_together = poisoned
