"""Ten minutes (or as many as given) of random keys, clicks, drags, sizes and saves on the live window.

Says every half minute how much memory the window holds; ends with 1, and the actions that led there, when the window
ends, leaks more than 50 MB or gets stuck. Run by `make soak`; a seed given second repeats the same actions.
"""
from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools.window_driver import ROOT, SCREEN, Display, Window, missing

LEAK, WARM = 50.0, 60.0   # MB; seconds until memory is first measured
KEYS = ["space", "Left", "Right", "shift+Left", "shift+Right", "Up", "Down", "Home", "End", "Prior", "Next", "l", "p",
        "n", "Tab", "bracketleft", "bracketright", "BackSpace", "w", "w", "c", "s", "h", "question", "0", "plus",
        "minus", "period", "ctrl+Left", "ctrl+Up", "ctrl+shift+Left", "1", "2", "5", "f"]
BROKEN = ["steps: -1\n", "surface: [\n", "", "optimizers: {sgd: 1}\n"]


class Soak:
    """One window and what is done to it; `recent` are the last actions, for the report."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.config, self.chance = folder / "soak.yaml", random.Random(seed)
        self.texts = [path.read_text() for path in sorted((ROOT / "configs").glob("*.yaml"))]
        self.config.write_text(self.texts[0])
        self.display = Display()
        self.window = Window(self.display, self.config, folder, "--resolution", "640x360")
        self.recent: deque[str] = deque(maxlen=30)
        self.size = (640, 400)

    def place(self) -> tuple[float, float]:
        return self.chance.uniform(0, self.size[0]), self.chance.uniform(0, self.size[1])

    def act(self) -> None:
        name = self.chance.choices(["key", "click", "drag", "resize", "save", "break"], [12, 4, 4, 1, 1, 1])[0]
        made: Callable[[], Any] = getattr(self, f"_{name}")
        self.recent.append(f"{name}: {made()}")
        time.sleep(self.chance.uniform(0, 0.15))

    def _key(self) -> str:
        key = self.chance.choice(KEYS)
        if key == "f":
            self.window.key(key)
            self.window.wait_for(self.window.find, 10, "no window after full screen")
        else:
            self.window.key(key)
        return key

    def _click(self) -> tuple[float, float]:
        place = self.place()
        self.window.click(*place, button=self.chance.choice([1, 1, 1, 3, 4, 5]))
        return place

    def _drag(self) -> tuple[float, ...]:
        start, end = self.place(), self.place()
        self.window.drag(start, end, button=self.chance.choice([1, 1, 3]))
        return *start, *end

    def _resize(self) -> tuple[int, int]:
        self.size = (self.chance.randint(200, SCREEN[0]), self.chance.randint(160, SCREEN[1]))
        self.window.hand("windowsize", self.window.number, *self.size)
        return self.size

    def _save(self) -> str:
        text = self.chance.choice(self.texts)
        self.config.write_text(text)
        return text[:40]

    def _break(self) -> str:
        text = self.chance.choice([*BROKEN, self.config.read_text()[:80]])
        self.config.write_text(text)
        return text

    def memory(self) -> float:
        """Resident MB, always with the same film at the same size. Raises RuntimeError when the picture is stuck."""
        self.window.find()
        self.size = (640, 400)
        self.window.hand("windowsize", self.window.number, *self.size)
        if self.stuck():
            raise RuntimeError("the picture is stuck")
        return self.window.memory()

    def stuck(self) -> bool:
        """Whether the picture stays although a mended file is saved and the time is changed, for half a minute."""
        self.config.write_text(self.texts[0])
        time.sleep(1)
        end = time.monotonic() + 30
        seen: set[bytes] = set()
        while len(seen) < 2 and time.monotonic() < end:
            for keys in (["Home"], ["End"], ["shift+Left"]):
                self.window.key(*keys)
                time.sleep(0.3)
                seen.add(self.window.picture().tobytes())
        return len(seen) < 2


def main(minutes: float, seed: int) -> int:
    if missing():
        print(f"no soak: {missing()}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(Path(folder), seed)
        try:
            return run(soak, minutes * 60, seed)
        except (AssertionError, RuntimeError) as error:
            print(*soak.recent, f"seed {seed}: {error}", sep="\n", file=sys.stderr)
            return 1
        finally:
            soak.window.close()
            soak.display.close()


def run(soak: Soak, seconds: float, seed: int) -> int:
    began, told, first, count = time.monotonic(), 0.0, 0.0, 0
    while (passed := time.monotonic() - began) < seconds:
        soak.act()
        count += 1
        if passed - told >= 30:
            told, memory = passed, soak.memory()
            first = first or (memory if passed > min(WARM, seconds / 4) else 0.0)
            print(f"{passed:4.0f} s: {count} actions, {memory:.0f} MB", flush=True)
    grown = soak.memory() - first
    print(f"{count} actions, seed {seed}: memory grew by {grown:.0f} MB")
    if grown > LEAK:
        raise RuntimeError(f"memory grew by {grown:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 10, int(sys.argv[2]) if len(sys.argv) > 2 else 1))
