"""Steps of training: rates that rise and fall, for either of the two nets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

WARM = 0.1  # share of the steps in which a rate is reached; then it falls evenly to none
Batch = TypeVar("Batch")


def descend(
    rates: Sequence[tuple[Sequence[nn.Parameter], float]],
    batches: Sequence[Batch],
    loss_of: Callable[[Batch], Tensor],
) -> Iterator[float]:
    """Learn from one batch after the other (AdamW, Loshchilov and Hutter 2019), and yield the loss of each."""
    optimizer = torch.optim.AdamW([{"params": list(p)} for p, _ in rates], weight_decay=0.01)
    every = [p for parameters, _ in rates for p in parameters]
    for step, batch in enumerate(batches, 1):
        share = min(step / (WARM * len(batches)), 1 - (step - 1) / len(batches))
        for group, (_, rate) in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * share
        loss = loss_of(batch)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(every, 1.0)
        optimizer.step()
        yield loss.item()
