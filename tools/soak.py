"""Ten minutes (or as many as given) of random keys, clicks, drags, sizes and saves on the live window.

Says every half minute how much memory the window holds; ends with 1, and the actions that led there, when the window
ends, leaks more than 50 MB or gets stuck. Memory goes up and down by what the allocator keeps of other sizes and films,
so a leak is told by medians. Run by `make soak`; a seed given second repeats the same actions.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools.window_driver import ROOT, SCREEN, Display, Window, missing

LEAK, WARM, LOOKS = 50.0, 60.0, 4  # MB; seconds until memory counts; looks at it that a median is taken of
KEYS = [
    "space",
    "Left",
    "Right",
    "shift+Left",
    "shift+Right",
    "Up",
    "Down",
    "Home",
    "End",
    "Prior",
    "Next",
    "l",
    "p",
    "n",
    "Tab",
    "bracketleft",
    "bracketright",
    "BackSpace",
    "w",
    "w",
    "c",
    "s",
    "h",
    "question",
    "0",
    "plus",
    "minus",
    "period",
    "ctrl+Left",
    "ctrl+Up",
    "ctrl+shift+Left",
    "1",
    "2",
    "5",
    "f",
]
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
        self.size, self.full = (640, 400), False

    def place(self) -> tuple[float, float]:
        return self.chance.uniform(0, self.size[0]), self.chance.uniform(0, self.size[1])

    def act(self) -> None:
        name = self.chance.choices(["key", "click", "drag", "resize", "save", "break"], [12, 4, 4, 1, 1, 1])[0]
        made: Callable[[], Any] = getattr(self, f"_{name}")
        self.recent.append(f"{name}: {made()}")
        time.sleep(self.chance.uniform(0, 0.15))

    def _key(self) -> str:
        key = self.chance.choice(KEYS)
        self.full_screen() if key == "f" else self.window.key(key)
        return key

    def full_screen(self) -> None:
        """In or out; the key's release goes to a window that is no more, and would leave it held."""
        self.window.key("f")
        self.window.hand("keyup", "f")
        self.full = not self.full
        self.window.wait_for(self._follows, 15, "full screen does not follow its key")

    def _follows(self) -> bool:
        """The old window may still be found while it goes: then it has no size."""
        size = self.window.size() if self.window.find() else (0, 0)
        return size != (0, 0) and (size == SCREEN) is self.full

    def _click(self) -> tuple[float, float]:
        place = self.place()
        self.window.click(*place, button=self.chance.choice([1, 1, 1, 3, 4, 5]))
        return place

    def _drag(self) -> tuple[float, ...]:
        start, end = self.place(), self.place()
        self.window.drag(start, end, button=self.chance.choice([1, 1, 3]))
        return *start, *end

    def _resize(self) -> tuple[int, int]:
        self.resize(self.chance.randint(200, SCREEN[0] - 1), self.chance.randint(160, SCREEN[1] - 1))
        return self.size

    def resize(self, width: int, height: int) -> None:
        if self.full:  # such a window has its size from the screen, and no window manager would change it
            self.full_screen()
        self.size = (width, height)
        self.window.hand("windowsize", self.window.number, width, height)

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
        self.resize(640, 400)
        if self.stuck():
            raise RuntimeError("the picture is stuck")
        return self.window.memory()

    def stuck(self) -> bool:
        """Whether the picture stays although a mended file is saved and the time is changed, for half a minute."""
        self.config.write_text(self.texts[0])
        time.sleep(1)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            seen: set[bytes] = set()
            for keys in (["Home"], ["End"], ["shift+Left"]):
                self.window.key(*keys)
                time.sleep(0.3)
                seen.add(self.window.picture().tobytes())
            if len(seen) > 1:
                return False
            self.window.key("question")  # the list of keys may have covered all that changes
        return True


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
    began, told, count = time.monotonic(), 0.0, 0
    held: list[float] = []
    while (passed := time.monotonic() - began) < seconds:
        soak.act()
        count += 1
        if passed - told >= 30:
            told, memory = passed, soak.memory()
            held += [memory] if passed > min(WARM, seconds / 4) else []
            print(f"{passed:4.0f} s: {count} actions, {memory:.0f} MB", flush=True)
    held.append(soak.memory())
    grown = statistics.median(held[-LOOKS:]) - statistics.median(held[:LOOKS])
    print(f"{count} actions, seed {seed}: memory grew by {grown:.0f} MB")
    if grown > LEAK:
        raise RuntimeError(f"memory grew by {grown:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 10, int(sys.argv[2]) if len(sys.argv) > 2 else 1))
