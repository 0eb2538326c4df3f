"""The live window on an X server of its own, with xdotool's hands on it and pictures of it: for tests and the soak."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SCREEN = (1500, 1000)
STRIP = 46  # height of the controls below the picture, in their own units


def missing() -> str:
    """Why the window cannot be driven here; empty where it can."""
    names = [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]
    return f"{' and '.join(names)} not installed" if names else ""


class Display:
    """An X server that nobody sees."""

    def __init__(self) -> None:
        read, write = os.pipe()
        size = f"{SCREEN[0]}x{SCREEN[1]}x24"
        self.server = subprocess.Popen(
            [
                "Xvfb",
                "-displayfd",
                str(write),
                "-screen",
                "0",
                size,
                "+extension",
                "GLX",
                "-noreset",
                "-nolisten",
                "tcp",
            ],
            pass_fds=[write],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as told:
            self.name = f":{told.readline().strip()}"

    def close(self) -> None:
        self.server.terminate()
        self.server.wait(10)


class Window:
    """`render.py CONFIG --preview` in a process of its own, in `folder`."""

    def __init__(self, display: Display, config: Path, folder: Path, *arguments: str) -> None:
        kept = {key: value for key, value in os.environ.items() if key not in ("WAYLAND_DISPLAY", "PYGLET_HEADLESS")}
        self.environment = {**kept, "DISPLAY": display.name}
        self.said, self.told = folder / "said.txt", folder / "told.txt"
        with self.said.open("w") as out, self.told.open("w") as err:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "render.py"), str(config), "--preview", *arguments],
                cwd=folder,
                env=self.environment,
                stdout=out,
                stderr=err,
                preexec_fn=unhold,
            )
        self.title = f"^{config.stem} - Thalweg$"
        self.number = ""
        try:
            self.wait_for(self.find, 60, "the window did not open")
        except BaseException:
            self.close()
            raise

    def find(self) -> bool:
        """Look for the window again: full screen is another one to X."""
        if self.process.poll() is not None:
            raise RuntimeError(f"it ended with {self.process.returncode}: {self.told.read_text()}")
        found = self._run("xdotool", "search", "--onlyvisible", "--name", self.title).stdout.split()
        self.number = found[-1] if found else ""
        return bool(found)

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=30)

    def hand(self, *words: object) -> None:
        """One xdotool command line."""
        self._run("xdotool", *map(str, words))

    def key(self, *names: str) -> None:
        self.hand("key", "--window", self.number, "--delay", 60, *names)

    def move(self, x: float, y: float) -> None:
        self.hand("mousemove", "--window", self.number, round(x), round(y))

    def click(self, x: float, y: float, button: int = 1) -> None:
        self.hand("mousemove", "--window", self.number, round(x), round(y), "click", button)

    def drag(self, start: tuple[float, float], end: tuple[float, float], button: int = 1) -> None:
        steps: list[object] = ["mousemove", "--window", self.number, *map(round, start), "mousedown", button]
        for share in (0.25, 0.5, 0.75, 1.0, 1.0):
            place = [round(a + share * (b - a)) for a, b in zip(start, end, strict=True)]
            steps += ["sleep", 0.06, "mousemove", "--window", self.number, *place]
        self.hand(*steps, "sleep", 0.06, "mouseup", button)

    def resize(self, width: int, height: int) -> None:
        self.hand("windowsize", "--sync", self.number, width, height)

    def size(self) -> tuple[int, int]:
        """(0, 0) for a window that has just made way for another."""
        words = self._run("xdotool", "getwindowgeometry", "--shell", self.number).stdout.split()
        told = dict(word.split("=", 1) for word in words)
        return int(told.get("WIDTH", 0)), int(told.get("HEIGHT", 0))

    def ask_to_close(self) -> None:
        """What a window manager does when its close button is pressed."""
        from ctypes import byref

        from pyglet.libs.x11 import xlib

        connection = xlib.XOpenDisplay(self.environment["DISPLAY"].encode())
        event = xlib.XEvent()
        message = event.xclient
        message.type, message.format, message.window = xlib.ClientMessage, 32, int(self.number)
        message.message_type = xlib.XInternAtom(connection, b"WM_PROTOCOLS", False)
        message.data.l[0] = xlib.XInternAtom(connection, b"WM_DELETE_WINDOW", False)
        xlib.XSendEvent(connection, int(self.number), False, 0, byref(event))
        xlib.XFlush(connection)
        xlib.XCloseDisplay(connection)

    def picture(self, size: tuple[int, int] = SCREEN) -> Any:
        """What the screen shows from its upper left corner, where the window is: (height, width, 3) uint8."""
        import numpy as np
        from PIL import ImageGrab

        grabbed = ImageGrab.grab(bbox=(0, 0, *size), xdisplay=self.environment["DISPLAY"])
        return np.asarray(grabbed.convert("RGB"))

    def memory(self) -> float:
        """Resident memory in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def cpu(self) -> float:
        """Seconds of processor time used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wait_for(self, holds: Any, seconds: float, what: str) -> None:
        """Until holds() is true; raises AssertionError, with what was told, after that many seconds."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"{what}; {self.told.read_text()}"
            time.sleep(0.03)

    def close(self) -> int:
        """Ends it, if it has not ended, and gives its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait(10)


def unhold() -> None:
    """A shell in the background hands down an ignored SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
