"""The fit loop: order of cases, resume, the best epoch, files of the run folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.training.synthetic_cases import square_cases
from training.augmentations.settings import RadiographTable
from training.experiment import FitSettings
from training.fit import EpochSampler, FitPlan, Hardware, fit_net
from training.models.two_head_net import ModelSettings, TwoHeadNet, build_net
from training.models.wildcat import WildcatSettings

CPU = Hardware("cpu", "1", "32-true")
SETTINGS = FitSettings(epochs=3, batch=16, learning_rate=5e-3, map_weight=0.3)


def fitted(folder: Path, settings: FitSettings, resume: bool = False) -> TwoHeadNet:
    torch.manual_seed(0)
    net = build_net(ModelSettings(width=4, mlp=(8,), wildcat=WildcatSettings(kmax=1, kmin=1)), 3)
    cases = square_cases(64)
    return fit_net(net, cases, square_cases(20, 1), FitPlan(settings, RadiographTable(), 64), folder, CPU, resume)


def test_an_epoch_holds_all_real_cases_and_some_phantoms() -> None:
    is_phantom = np.array([False] * 5 + [True] * 20)
    sampler = EpochSampler(is_phantom, 4, seed=0)
    first = list(sampler)
    assert len(first) == len(sampler) == 9
    assert set(range(5)) <= set(first)
    sampler.set_epoch(1)
    assert sorted(sampler) != sorted(first)
    sampler.set_epoch(0)
    assert list(sampler) == first


def test_training_lowers_the_loss_and_leaves_its_records(tmp_path: Path) -> None:
    net = fitted(tmp_path, SETTINGS)
    lines = (tmp_path / "metrics.csv").read_text(encoding="utf-8").splitlines()
    column = lines[0].split(",").index("train_loss")
    losses = [float(line.split(",")[column]) for line in lines[1:] if line.split(",")[column]]
    assert len(losses) == 3
    assert losses[-1] < losses[0]
    assert {path.name for path in tmp_path.iterdir()} >= {"metrics.csv", "versions.json", "checkpoints"}
    assert not net.training


@pytest.mark.filterwarnings("ignore")
def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(tmp_path: Path) -> None:
    # patience large: both runs see all epochs. The schedule is that of the whole run, so the first part is cut by hand.
    whole = fitted(tmp_path / "whole", replace(SETTINGS, epochs=2))
    halted = tmp_path / "halted"
    with pytest.raises(KeyboardInterrupt):
        _halt_after_first_epoch(halted, replace(SETTINGS, epochs=2))
    resumed = fitted(halted, replace(SETTINGS, epochs=2), resume=True)
    for name, value in whole.state_dict().items():
        assert torch.allclose(value.float(), resumed.state_dict()[name].float(), atol=1e-5), name


def _halt_after_first_epoch(folder: Path, settings: FitSettings) -> None:
    from training import fit

    class Halting(fit.FitModule):
        def on_train_epoch_start(self) -> None:
            if self.current_epoch == 1:
                raise KeyboardInterrupt

    original = fit.FitModule
    fit.FitModule = Halting  # type: ignore[misc]
    try:
        fitted(folder, settings)
    except SystemExit as stopped:  # Lightning may turn the interrupt into an exit
        raise KeyboardInterrupt from stopped
    finally:
        fit.FitModule = original  # type: ignore[misc]
