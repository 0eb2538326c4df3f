"""Opens the live window where there is a display, and says in one line where there is none."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from thalweg.stage import boot
from thalweg.stage.errors import MachineError

if TYPE_CHECKING:
    from thalweg.stage.live_window import Listener, LiveWindow

NO_DISPLAY = "--preview: there is no display here to open a window on; render a film instead: -o x.mp4"


def check_display() -> Any:
    """The screen there is. Raises MachineError, in one line, where there is none."""
    if boot.headless() or os.environ.get("PYGLET_HEADLESS") == "1":
        raise MachineError(NO_DISPLAY)
    try:
        boot.ensure()
        import pyglet

        return pyglet.display.get_display().get_default_screen()
    except Exception as error:
        if type(error).__name__ == "NoSuchDisplayException" or "display" in str(error).lower():
            raise MachineError(NO_DISPLAY) from error
        raise


def open_window(title: str, size: tuple[int, int], listener: Listener) -> LiveWindow:
    """A LiveWindow, whose GL context all scenes then draw in. Raises MachineError without a display or a driver."""
    screen = check_display()
    from thalweg.stage.live_window import LiveWindow

    shrink = min(1.0, 0.98 * screen.width / size[0], 0.98 * screen.height / size[1])
    try:
        window = LiveWindow(title, (round(size[0] * shrink), round(size[1] * shrink)), listener)
    except Exception as error:  # drivers and window systems fail in ways of their own
        why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise MachineError(f"--preview: no window with OpenGL 3.3 here ({why}); render a film: -o x.mp4") from error
    boot.adopt(window.ctx)
    return window


_kept: list[object] = []  # callbacks that would be collected while Xlib holds them


def on_lost_display(clean_up: Callable[[], None]) -> None:
    """On X11, when the display goes away or kills our connection, end quietly, not by Xlib's exit.

    `clean_up` must touch neither the window nor anything on the GPU: they are gone.
    """
    try:
        from pyglet.libs.x11 import xlib
    except ImportError:
        return

    def lost(display: object) -> int:
        clean_up()
        os._exit(0)  # Xlib would exit with 1 as soon as this returned

    _kept[:] = [xlib.XIOErrorHandler(lost)]
    xlib.XSetIOErrorHandler(_kept[0])
