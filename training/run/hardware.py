"""What the command line passes through to Lightning's Trainer, checked before anything is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch.strategies import DDPStrategy

from training.run.files import RunError

ACCELERATORS = ("auto", "cpu", "gpu", "cuda", "mps", "tpu")
# One rank evaluates while the others wait for the next fit.
LONGEST_WAIT = timedelta(hours=12)


@dataclass(frozen=True)
class Machine:
    """Hardware of one or several nodes. accelerator, devices, precision: as Trainer; nodes: --num-nodes."""

    accelerator: str = "auto"
    devices: str = "auto"
    precision: str = "auto"
    nodes: int = 1

    def resolved_precision(self) -> Any:
        """`auto`: bf16-mixed where the machine computes in it (CUDA, or a CPU with AVX512-BF16 or AMX), else 32."""
        if self.precision != "auto":
            return self.precision
        fast_cpu = bool(getattr(torch.backends.mkldnn, "is_available", lambda: False)()) and _cpu_has_bf16()
        return "bf16-mixed" if torch.cuda.is_available() or fast_cpu else "32-true"

    @property
    def devices_count(self) -> int:
        """Processes per node, as far as it is known before the trainer exists."""
        if self.devices == "auto":
            return max(torch.cuda.device_count(), 1) if self.accelerator in ("auto", "gpu", "cuda") else 1
        if "," in self.devices:
            return len([part for part in self.devices.split(",") if part.strip()])
        count = int(self.devices)
        return max(torch.cuda.device_count(), 1) if count == -1 else count

    def check(self) -> None:
        """Raises RunError for a device that this machine has not."""
        if self.accelerator not in ACCELERATORS:
            raise RunError(f"accelerator {self.accelerator!r} is not one of {', '.join(ACCELERATORS)}")
        if self.accelerator in ("gpu", "cuda") and not torch.cuda.is_available():
            raise RunError("accelerator 'gpu': torch sees no CUDA device on this machine; use --accelerator cpu")
        if self.accelerator == "mps" and not torch.backends.mps.is_available():
            raise RunError("accelerator 'mps': torch sees no Apple GPU on this machine; use --accelerator cpu")
        if self.nodes < 1:
            raise RunError(f"--num-nodes {self.nodes} is not 1 or more")
        if self.devices != "auto" and not self.devices.replace(",", "").lstrip("-").isdigit():
            raise RunError(f"devices {self.devices!r} is not auto, a count or a list such as 0,1")

    def trainer_settings(self) -> dict[str, Any]:
        """Keyword arguments of lightning.Trainer."""
        settings: dict[str, Any] = {
            "accelerator": self.accelerator, "devices": self.devices, "num_nodes": self.nodes,
            "precision": self.resolved_precision(),
        }  # fmt: skip
        if self.devices_count * self.nodes > 1:
            # A loss on maps, or a frozen part, leaves parameters without gradient in some steps.
            settings["strategy"] = DDPStrategy(find_unused_parameters=True, timeout=LONGEST_WAIT)
        return settings

    def evaluation_device(self) -> torch.device:
        """The one device that predictions, maps and metrics are computed on (methods.md trap 21)."""
        on_gpu = self.accelerator in ("auto", "gpu", "cuda") and torch.cuda.is_available()
        return torch.device("cuda" if on_gpu else "cpu")


def _cpu_has_bf16() -> bool:
    try:
        return "avx512_bf16" in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore")
    except OSError:
        return False
