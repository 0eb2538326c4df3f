"""How far a film is, on standard error."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import Any

from thalweg.errors import one_line

PLAIN_EVERY = 10.0  # seconds between two lines where there is no terminal


class Progress:
    """Frames, frames/s and time left on standard error: a bar on a terminal, else a line now and then.

    The bar's thread starts with the first frame: until then processes may be forked.
    """

    def __init__(self, name: str) -> None:
        self.name, self.started, self.printed = one_line(name), time.monotonic(), time.monotonic()
        self.bar: Any = None
        self.pause = PLAIN_EVERY
        with suppress(ValueError):
            self.pause = float(os.environ.get("THALWEG_PROGRESS_SECONDS", ""))  # the live window wants it oftener
        self.before: int | None = None  # frames that were there already

    def __enter__(self) -> Progress:
        return self

    def _start(self, done: int) -> None:
        self.before = done if done > 1 else 0
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[words]}"))
            self.bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self.task = self.bar.add_task(self.name, total=None, words="")
            self.bar.start()

    def __exit__(self, *error: object) -> None:
        if self.bar:
            self.bar.stop()

    def __call__(self, done: int, total: int) -> None:
        if self.before is None:
            self._start(done)
        assert self.before is not None
        now = time.monotonic()
        rate = (done - self.before) / max(now - self.started, 1e-9)
        left = (total - done) / rate if rate else 0
        words = f"{done} of {total} frames, {rate:.1f} frames/s, {left:.0f} s left"
        if self.bar:
            self.bar.update(self.task, completed=done, total=total, words=words)
        elif now - self.printed >= self.pause:
            self.printed = now
            print(f"{self.name}: {words}", file=sys.stderr, flush=True)
