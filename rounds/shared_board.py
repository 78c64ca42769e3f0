"""The board's moving part, drawn once for all who look at the same: an evening has many watchers and one round.

Kept in each process's memory for a few seconds. Under one key nobody can see more than another: it holds what moved
(the pulse), the language, the building chosen, each building that may be seen, and whether the reader keeps the round.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

MOST = 64
LASTS = 15.0  # seconds: what is drawn and not in the pulse (a room's name) is never older than that


class Drawn:
    """Texts by key. Of several who ask for the same at once, one draws and the others wait for it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._texts: OrderedDict[Hashable, tuple[float, str]] = OrderedDict()
        self._turns: dict[Hashable, Lock] = {}

    def get(self, key: Hashable, draw: Callable[[], str]) -> str:
        with self._lock:
            if (text := self._fresh(key)) is not None:
                return text
            turn = self._turns.setdefault(key, Lock())
        with turn:
            with self._lock:
                if (text := self._fresh(key)) is not None:
                    return text
            began = time.monotonic()  # as old as what it was read from
            try:
                text = draw()
            finally:
                with self._lock:
                    self._turns.pop(key, None)
            with self._lock:
                self._texts[key] = (began, text)
                while len(self._texts) > MOST:
                    self._texts.popitem(last=False)
            return text

    def _fresh(self, key: Hashable) -> str | None:
        began, text = self._texts.get(key, (0.0, None))
        return text if text is not None and time.monotonic() - began < LASTS else None

    def forget(self) -> None:
        with self._lock:
            self._texts.clear()


drawn = Drawn()
