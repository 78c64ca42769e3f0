"""Reads that go in rounds, so that readers who know nothing of each other share their statements.

A reader is a generator: it yields the querysets it wants next and is handed their rows; what it returns is its answer.
`read_in_rounds` takes many readers a step at a time, and what all of them want in a step is one statement: a page of
ten rooms costs what its longest reader costs. Called by itself, a reader decorated with `in_rounds` simply answers.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeAlias, TypeVar

from django.db.models import QuerySet

from residents.together import read_together

Told = ParamSpec("Told")
Answer = TypeVar("Answer")
Reads: TypeAlias = Generator[tuple[QuerySet, ...], list[list[Any]], Answer]


def read_in_rounds(readers: Sequence[Reads]) -> list[Any]:
    """The answer of each, in their order."""
    answers: list[Any] = [None] * len(readers)
    handed: dict[int, list[list[Any]] | None] = dict.fromkeys(range(len(readers)))
    while handed:
        wanted: dict[int, tuple[QuerySet, ...]] = {}
        for number, rows in handed.items():
            try:
                wanted[number] = readers[number].send(rows)  # type: ignore[arg-type]
            except StopIteration as end:
                answers[number] = end.value
        flat = iter(read_together(*(queryset for querysets in wanted.values() for queryset in querysets)))
        handed = {number: [next(flat) for _queryset in querysets] for number, querysets in wanted.items()}
    return answers


def in_rounds(reader: Callable[Told, Reads[Answer]]) -> InRounds[Told, Answer]:
    return InRounds(reader)


class InRounds(Generic[Told, Answer]):
    """`read(…)` answers; `yield from read.wants(…)` asks within another reader's rounds."""

    def __init__(self, wants: Callable[Told, Reads[Answer]]):
        wraps(wants)(self)
        self.wants = wants

    def __call__(self, *args: Told.args, **kwargs: Told.kwargs) -> Answer:
        return read_in_rounds([self.wants(*args, **kwargs)])[0]
