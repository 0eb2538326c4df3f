"""Watches the YAML and the files it names, in a thread of its own, whatever way an editor writes them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from thalweg.film.shot import Shot
from thalweg.spec.named import named_files
from thalweg.spec.plugins import files_of_command

SETTLED = 30  # milliseconds without a change until it is told


class Watcher:
    """Calls `changed(paths)`, from its thread, soon after some of the files were written, replaced or removed."""

    def __init__(self, changed: Callable[[set[Path]], None]) -> None:
        self.changed = changed
        self.files: frozenset[Path] = frozenset()
        self.stopped = threading.Event()
        self.thread: threading.Thread | None = None

    def watch(self, files: Iterable[Path]) -> None:
        """From now on these files; links are followed, and watched themselves."""
        wanted = frozenset(place for file in files for place in (absolute(file), Path(os.path.realpath(file))))
        if wanted != self.files:
            self.stop()
            self.files, self.stopped = wanted, threading.Event()
            self.thread = threading.Thread(target=self._run, args=(wanted, self.stopped), daemon=True)
            self.thread.start()

    def _run(self, files: frozenset[Path], stopped: threading.Event) -> None:
        from watchfiles import watch

        while not stopped.is_set():
            folders = {str(file.parent) for file in files if file.parent.is_dir()}
            try:
                for changes in watch(
                    *folders, watch_filter=lambda _, path: Path(path) in files, debounce=200, step=SETTLED,
                    stop_event=stopped, recursive=False, rust_timeout=1000,
                ):  # fmt: skip
                    self.changed({Path(path) for _, path in changes})
            except (OSError, RuntimeError):  # a folder went away; it may come back
                stopped.wait(0.5)

    def stop(self) -> None:
        self.stopped.set()
        if self.thread is not None:
            self.thread.join(2)


def absolute(file: Path) -> Path:
    return Path(os.path.abspath(file))


def watched_files(shot: Shot) -> list[Path]:
    """The YAML, the data files and plugins that it names, and those of the command."""
    named = [file for file in named_files(shot) if file.suffix == ".py" or file.is_file()]
    return [Path(shot.path), *files_of_command(), *named]
