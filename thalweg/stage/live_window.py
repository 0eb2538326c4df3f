"""LiveWindow: pyglet's window as moderngl-window wraps it. Import it after `boot.ensure()`: pyglet asks for a display.

What happens goes to one listener, in pixels of the framebuffer with the origin at the upper left.
"""

from __future__ import annotations

from ctypes import byref
from typing import Any, Protocol

import pyglet
from moderngl_window.context.pyglet.window import Window as PygletWindow
from pyglet.window import key, mouse

BUTTONS = {mouse.LEFT: "left", mouse.MIDDLE: "middle", mouse.RIGHT: "right"}
HELD = {"shift": key.MOD_SHIFT, "ctrl": key.MOD_CTRL | key.MOD_COMMAND, "alt": key.MOD_ALT}


class Listener(Protocol):
    """What happens in the window. Buttons are left, middle, right; `held` holds shift, ctrl, alt."""

    def key(self, name: str, held: set[str]) -> None: ...

    def key_up(self, name: str) -> None: ...

    def text(self, typed: str) -> None: ...

    def motion(self, x: float, y: float) -> None: ...

    def drag(self, x: float, y: float) -> None: ...

    def press(self, x: float, y: float, button: str, held: set[str]) -> None: ...

    def release(self, x: float, y: float, button: str) -> None: ...

    def scroll(self, x: float, y: float, amount: float) -> None: ...

    def leave(self) -> None: ...

    def resized(self) -> None: ...


class LiveWindow(PygletWindow):
    def __init__(self, title: str, size: tuple[int, int], listener: Listener) -> None:
        self.listener: Listener | None = None
        super().__init__(title=title, size=size, gl_version=(3, 3), resizable=True, vsync=False, samples=0)
        self.ended = False
        self.listener = listener
        self._window.event(self.on_mouse_leave)
        self._window.event(self.on_deactivate)
        self._window.set_minimum_size(160, 120)
        self.loop = pyglet.app.platform_event_loop
        self.loop.start()

    @property
    def pixels(self) -> tuple[int, int]:
        return max(self._buffer_width, 1), max(self._buffer_height, 1)

    @property
    def ratio(self) -> float:
        """Pixels for one unit of the window system."""
        return self._buffer_width / max(self._width, 1)

    @property
    def text_ratio(self) -> float:
        """How much larger than on an ordinary screen text must be."""
        return max(self.ratio, getattr(self._window, "dpi", 96) / 96 if self.ratio == 1 else 1.0, 1.0)

    def wait(self, seconds: float) -> None:
        """Handle what has come, after at most that long."""
        self.loop.step(max(seconds, 0.0))
        self._window.dispatch_events()  # what the step took in waits for this

    def wake(self) -> None:
        """End a wait; callable from any thread."""
        self.loop.notify()

    def show_drawn(self) -> None:
        self._window.flip()  # not swap_buffers: it would handle events in the middle of drawing

    def alive(self) -> bool:
        return not self.ended and exists(self._window)

    def copy(self, text: str) -> None:
        self._window.set_clipboard_text(text)

    def toggle_full_screen(self) -> None:
        self.fullscreen = not self.fullscreen
        getattr(self._window, "pressed_keys", set()).clear()  # X told their release to the window that is gone

    def destroy(self) -> None:
        self.listener = None
        self._window.pop_handlers()  # they hold weak references, which complain when the interpreter ends
        self.loop.stop()
        self._window.close()

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return x * self.ratio, (self._height - 1 - y) * self.ratio

    def _tell(self, what: str, *words: object) -> None:
        if self.listener is not None:
            getattr(self.listener, what)(*words)

    # what pyglet says
    def on_key_press(self, symbol: int, modifiers: int) -> Any:
        self._tell("key", key._key_names.get(symbol, ""), words_of(modifiers))
        return pyglet.event.EVENT_HANDLED  # else pyglet would close the window at Escape

    def on_key_release(self, symbol: int, modifiers: int) -> None:
        self._tell("key_up", key._key_names.get(symbol, ""))

    def on_text(self, text: str) -> None:
        self._tell("text", text)

    def on_mouse_motion(self, x: int, y: int, dx: int, dy: int) -> None:
        self._tell("motion", *self._at(x, y))

    def on_mouse_drag(self, x: int, y: int, dx: int, dy: int, buttons: int, modifiers: int) -> None:
        self._tell("drag", *self._at(x, y))

    def on_mouse_press(self, x: int, y: int, button: int, modifiers: int) -> None:
        self._tell("press", *self._at(x, y), BUTTONS.get(button, ""), words_of(modifiers))

    def on_mouse_release(self, x: int, y: int, button: int, modifiers: int) -> None:
        self._tell("release", *self._at(x, y), BUTTONS.get(button, ""))

    def on_mouse_scroll(self, x: int, y: int, x_offset: float, y_offset: float) -> None:
        self._tell("scroll", *self._at(x, y), y_offset)

    def on_mouse_leave(self, x: int, y: int) -> None:
        self._tell("leave")

    def on_deactivate(self) -> None:
        self._tell("key_up", "")  # another window has the keyboard now: nothing is held here

    def on_resize(self, width: int, height: int) -> None:
        super().on_resize(width, height)
        self._tell("resized")

    def on_show(self) -> None:
        self._tell("resized")

    def on_close(self) -> None:
        self.ended = True


def words_of(modifiers: int) -> set[str]:
    return {word for word, bits in HELD.items() if modifiers & bits}


def exists(window: Any) -> bool:
    """Whether the window is still there: on X11 another program may have destroyed it without a word to us."""
    if not hasattr(window, "_x_display"):
        return True
    from pyglet.libs.x11 import xlib

    about = xlib.XWindowAttributes()
    return bool(xlib.XGetWindowAttributes(window._x_display, window._window, byref(about)))
