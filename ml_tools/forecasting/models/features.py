"""What networks read of windows: channels of the days before and ahead, and numbers of the product as a whole."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ml_tools.forecasting.demand.season import weekdays, year_positions
from ml_tools.forecasting.models.base import HISTORY_DAYS
from ml_tools.forecasting.models.windows import LEADS, Ints, Singles, Windows

RECENT_DAYS = (7, 14, 28, 60)
PAST_CHANNELS = 9
AHEAD_CHANNELS = 16
STATIC_NUMBERS = 3 + len(RECENT_DAYS)
MOST = 5.0  # spikes beyond count as this


@dataclass(frozen=True)
class Inputs:
    """`past` [n, PAST_CHANNELS, HISTORY_DAYS], `ahead` [n, AHEAD_CHANNELS, leads], `static` [n, STATIC_NUMBERS].

    `group` [n]: the category's row. `expected`, `truth` [n, leads]: units; `doubt` [n]: the level's relative variance.
    `base` [n, leads]: multiples of `expected` that another model forecasts, which a network may build on; else ones.
    """

    past: Tensor
    ahead: Tensor
    static: Tensor
    group: Tensor
    expected: Tensor
    truth: Tensor
    doubt: Tensor
    base: Tensor

    def __len__(self) -> int:
        return len(self.group)

    def to(self, device: torch.device) -> "Inputs":
        return Inputs(**{name: tensor.to(device) for name, tensor in vars(self).items()})


def inputs_of(windows: Windows) -> Inputs:
    """Tensors of windows, on the CPU; all finite but for unknown truths."""
    return Inputs(
        past=torch.from_numpy(past_channels(windows)),
        ahead=torch.from_numpy(ahead_channels(windows)),
        static=torch.from_numpy(static_numbers(windows)),
        group=torch.from_numpy(windows.group),
        expected=torch.from_numpy(windows.expected),
        truth=torch.from_numpy(windows.truth),
        doubt=torch.from_numpy(doubt(windows)),
        base=torch.ones(len(windows), windows.leads),
    )


def past_channels(windows: Windows) -> Singles:
    """[n, PAST_CHANNELS, HISTORY_DAYS]: deviations, as a share and in standard deviations of chance; raw scaled units;
    which days are known; the calendar; price and discount."""
    known, expected = windows.known, windows.expected_past
    units = np.where(known, windows.units, expected)
    raw = np.where(known, windows.units / np.maximum(windows.level[:, None], 1e-3), 1.0)
    year = year_angle(windows.first[:, None] + np.arange(-HISTORY_DAYS, 0))
    channels = [
        (units - expected) / expected,
        (units - expected) / np.sqrt(expected + 0.25),
        raw - 1.0,
        known - 0.5,
        np.sin(year),
        np.cos(year),
        windows.price * 4.0,
        windows.discount * 4.0,
        np.log(windows.pattern + 1e-3),
    ]
    return _stacked(channels)


def ahead_channels(windows: Windows) -> Singles:
    """[n, AHEAD_CHANNELS, leads]: weekday, time of the year, price, discount, pattern, and how far ahead."""
    lead = np.arange(windows.leads)
    days = windows.first[:, None] + lead
    weekday, year = weekday_of(days), year_angle(days)
    channels = [
        *(weekday == day for day in range(7)),
        *(wave(turns * year) for turns in (1, 2) for wave in (np.sin, np.cos)),
        windows.price_ahead * 4.0,
        windows.discount_ahead * 4.0,
        np.log(windows.pattern_ahead + 1e-3),
        np.broadcast_to(lead / LEADS, year.shape),
        np.broadcast_to(np.log1p(lead) / 4.0, year.shape),
    ]
    return _stacked(channels)


def static_numbers(windows: Windows) -> Singles:
    """[n, STATIC_NUMBERS]: the level, how sure it is, how many days are known, and how the newest days compare."""
    recent = [np.log(recent_multiple(windows, days)) * 4.0 for days in RECENT_DAYS]
    numbers = [np.log1p(windows.level) / 3.0, np.sqrt(doubt(windows)), windows.known.mean(axis=1) - 0.5, *recent]
    return np.asarray(np.clip(np.stack(numbers, axis=1), -MOST, MOST), dtype=np.float32)


def recent_multiple(windows: Windows, days: int, prior_units: float = 10.0) -> Singles:
    """[n]: units of the newest days over what the whole window leads to expect, drawn towards 1 where that is little.

    `prior_units` is how much."""
    known = windows.known[:, -days:]
    sold = np.where(known, windows.units[:, -days:], 0.0).sum(axis=1)
    due = np.where(known, windows.expected_past[:, -days:], 0.0).sum(axis=1)
    return np.asarray((sold + prior_units) / (due + prior_units), dtype=np.float32)


def doubt(windows: Windows) -> Singles:
    """[n]: relative variance of a level learnt from so many units, at most 1 (a gamma-Poisson posterior's)."""
    return np.asarray(1.0 / (1.0 + windows.sold), dtype=np.float32)


def _stacked(channels: list[NDArray[np.generic]]) -> Singles:
    stacked = np.stack([np.asarray(channel, dtype=np.float32) for channel in channels], axis=1)
    return np.clip(np.nan_to_num(stacked), -MOST, MOST)


def weekday_of(days: Ints) -> Ints:
    """Monday = 0, of days since 1970."""
    return weekdays(days.astype("datetime64[D]"))


def year_angle(days: Ints) -> NDArray[np.float64]:
    """The time of the year as an angle, of days since 1970."""
    return np.asarray(2 * np.pi * year_positions(days.astype("datetime64[D]")) / 366)
