"""Things that are due later, by name."""

from __future__ import annotations

import time
from typing import Literal

Name = Literal["settle", "resize", "again", "click"]


class Alarms:
    """One moment for each name; setting it anew moves it."""

    def __init__(self) -> None:
        self._at: dict[Name, float] = {}

    def set(self, name: Name, seconds: float) -> None:
        """Due so long from now."""
        self._at[name] = time.perf_counter() + seconds

    def cancel(self, name: Name) -> None:
        """Not due any more."""
        self._at.pop(name, None)

    def due(self, name: Name, now: float) -> bool:
        """Whether it is due; it is told once."""
        if name not in self._at or now < self._at[name]:
            return False
        del self._at[name]
        return True

    def moments(self) -> list[float]:
        """When something is due."""
        return list(self._at.values())
