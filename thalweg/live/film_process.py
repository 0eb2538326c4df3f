"""Renders the film in a process of its own while the window goes on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

FRAMES = re.compile(r": (\d+) of (\d+) frames, ")


class FilmProcess:
    """One film at a time. `told()` is called, from another thread, when `share` or `ended` changed."""

    def __init__(self, told: Callable[[], None]) -> None:
        self.told = told
        self.process: subprocess.Popen[str] | None = None
        self.share: float | None = None  # of the frames that are done; None when no film is being made
        self.ended: list[tuple[bool, str]] = []  # (whether it was made, its path or why not)

    def start(self, command: Sequence[str]) -> None:
        environment = {**os.environ, "THALWEG_PROGRESS_SECONDS": "0.2"}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", env=environment
        )
        self.share = 0.0
        threading.Thread(target=self._follow, args=(self.process,), daemon=True).start()

    def _follow(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None and process.stderr is not None
        said = []
        for line in process.stderr:
            found = FRAMES.search(line)
            if found:
                self.share = int(found[1]) / max(int(found[2]), 1)
            else:
                said.append(line.strip())
            self.told()
        path = process.stdout.read().strip()
        code = process.wait()
        self.share = None
        self.ended.append((code == 0, path if code == 0 else (said or [f"it ended with code {code}"])[-1]))
        self.told()

    def stop(self) -> None:
        """Give up the film that is being made; its process removes what it has begun."""
        if self.process is not None and self.process.poll() is None:
            print("the film that was being rendered is given up", file=sys.stderr, flush=True)
            self.process.terminate()
            try:
                self.process.wait(3)
            except subprocess.TimeoutExpired:
                self.process.kill()
