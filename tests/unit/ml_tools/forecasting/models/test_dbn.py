"""What makes the deep belief network one: machines that learn to reproduce, and a fine-tuning that follows."""

import numpy as np
import pytest
import torch

from ml_tools.forecasting.models.dbn import DBN, BeliefNetwork, BoltzmannMachine, PreTraining
from ml_tools.forecasting.models.features import inputs_of
from ml_tools.forecasting.models.network import Recipe, seeded, train
from ml_tools.forecasting.models.windows import Base, Sampling, training_windows
from ml_tools.forecasting.patterns.factors import Factors
from tests.unit.ml_tools.forecasting.models.contract import planted


@pytest.fixture(autouse=True)
def same_draws():
    with seeded(0):
        yield


def two_kinds(count=400, size=20, noise=0.3):
    """Vectors around one of two opposite patterns."""
    draw = np.random.default_rng(0)
    pattern = np.where(np.arange(size) % 2 == 0, 1.0, -1.0)
    return torch.tensor(
        draw.choice([-1, 1], count)[:, None] * pattern + noise * draw.normal(size=(count, size)), dtype=torch.float32
    )


@pytest.mark.parametrize("gaussian", [True, False])
def test_contrastive_divergence_lowers_the_reconstruction_error(gaussian):
    visible = two_kinds()
    if not gaussian:
        visible = (visible > 0).float()
    machine = BoltzmannMachine(20, 6, gaussian=gaussian)
    errors = machine.teach(visible, PreTraining(epochs=30, batch=40, rate=0.05))
    assert errors[-1] < 0.4 * errors[0]


def test_hidden_units_tell_the_two_kinds_apart():
    visible = two_kinds()
    machine = BoltzmannMachine(20, 6, gaussian=True)
    machine.teach(visible, PreTraining(epochs=30, batch=40, rate=0.05))
    hidden = machine(visible).detach()
    first = visible[:, 0] > 0
    assert (hidden[first].mean(dim=0) - hidden[~first].mean(dim=0)).abs().max() > 0.8


def windows_missing_a_quarter():
    """Windows whose truth is a quarter more than the factors forecast, which the days before show, too."""
    panel = planted()
    base = Base.learnt(panel, Factors.learnt(panel))
    teaching, held = training_windows(panel, base, Sampling(most=1500, origins=40))
    for windows in (teaching, held):
        windows.truth[:] = 1.25 * windows.expected
    return inputs_of(teaching), inputs_of(held)


def test_each_machine_of_the_stack_learns_and_fine_tuning_follows():
    teaching, held = windows_missing_a_quarter()
    network = BeliefNetwork((24, 12))
    for errors in network.pre_train(teaching, PreTraining(epochs=3)):
        assert errors[-1] < errors[0]
    before = [machine.weight.detach().clone() for machine in network.machines]
    losses = train(network, teaching, held, Recipe(epochs=4, batch=128, rate=0.02), lambda _: None, "DBN")
    assert min(losses) < losses[0] - 0.01
    assert all(not torch.equal(old, machine.weight) for old, machine in zip(before, network.machines, strict=True))
    assert network(held).mean().item() == pytest.approx(1.25, abs=0.1)


def test_fitting_tells_how_the_machines_learn():
    told = []
    panel = planted(days=200)
    DBN((8, 4), PreTraining(epochs=1), Recipe(epochs=1)).fit(panel, Factors.learnt(panel), told.append)
    assert [line.split()[1] for line in told] == ["machine", "machine", "epoch"]
