"""Pure: how long a house takes with so many lifts, in which batches, and which houses go down together."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

OVER = 1.25  # a batch may be a quarter too large rather than cut a floor in two


def start_times(seconds: Sequence[int], free_in: Sequence[int]) -> list[int]:
    """Each ride on whichever lift is free first, in the order given: when each is called, in seconds from now.

    `free_in` tells for each lift in how many seconds it is free; without a lift nobody is called.
    """
    if not free_in:
        return []
    lifts = list(free_in)
    heapq.heapify(lifts)
    starts = []
    for length in seconds:
        start = lifts[0]
        starts.append(start)
        heapq.heapreplace(lifts, start + length)
    return starts


def whole_time(seconds: Sequence[int], lift_count: int) -> int:
    """Until the last lift is safe again."""
    starts = start_times(seconds, [0] * lift_count)
    return max((start + length for start, length in zip(starts, seconds, strict=False)), default=0)


@dataclass(frozen=True)
class Batch:
    """Households told together to get ready."""

    number: int
    first: int  # index in the queue
    count: int
    top: int
    bottom: int


def cut_batches(floors: Sequence[int], size: int) -> list[Batch]:
    """The queue's floors, in its order, in batches of about `size` that leave floors whole where they can."""
    groups: list[list[int]] = []
    batch: list[int] = []
    for floor in _runs(floors):
        rest = floor
        while rest:
            if batch and len(batch) + len(rest) > size * OVER:
                groups.append(batch)
                batch = []
            room = size if len(rest) > size * OVER else len(rest)
            batch, rest = batch + rest[:room], rest[room:]
            if len(batch) >= size:
                groups.append(batch)
                batch = []
    groups += [batch] if batch else []
    batches, first = [], 0
    for number, group in enumerate(groups, start=1):
        batches.append(Batch(number, first, len(group), max(group), min(group)))
        first += len(group)
    return batches


def _runs(floors: Iterable[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for floor in floors:
        if runs and runs[-1][0] == floor:
            runs[-1].append(floor)
        else:
            runs.append([floor])
    return runs


def wave_of(index: int, skip: int) -> int:
    """Of buildings standing in a row, one of every `skip` goes down with the first: 1 3 5, then 2 4 6."""
    return index % skip


def wave_starts(durations: Sequence[Sequence[int]], gap: int) -> list[int]:
    """When each wave may begin, in seconds from the first: when the slowest house before it is done, and a pause."""
    starts, at = [], 0
    for wave in durations:
        starts.append(at)
        if wave:
            at += max(wave) + gap
    return starts
