"""The live window: pyglet on moderngl, any size and aspect, high-DPI screens, full screen; it draws nothing itself.

What happens in it goes to one listener, in pixels of the framebuffer with the origin at the upper left.
"""

from __future__ import annotations

import os

from scenes.stage import boot
from scenes.stage.errors import MachineError

NO_DISPLAY = "--preview: there is no display here to open a window on; render a film instead: -o x.mp4"


def check_display():
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


def open_window(title: str, size: tuple[int, int], listener):
    """A LiveWindow, whose GL context all scenes then draw in. Raises MachineError without a display or a driver."""
    screen = check_display()
    shrink = min(1.0, 0.98 * screen.width / size[0], 0.98 * screen.height / size[1])
    try:
        window = window_class()(title, (round(size[0] * shrink), round(size[1] * shrink)), listener)
    except Exception as error:  # drivers and window systems fail in ways of their own
        why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise MachineError(f"--preview: no window with OpenGL 3.3 here ({why}); render a film: -o x.mp4") from error
    boot.adopt(window.ctx)
    return window


def window_class():
    """LiveWindow, made late: its base class asks for a display when it is imported."""
    import pyglet
    from moderngl_window.context.pyglet.window import Window as PygletWindow
    from pyglet.window import key, mouse

    class LiveWindow(PygletWindow):
        def __init__(self, title: str, size: tuple[int, int], listener) -> None:
            self.listener = None
            super().__init__(title=title, size=size, gl_version=(3, 3), resizable=True, vsync=False, samples=0)
            self.ended, self.buttons = False, {mouse.LEFT: "left", mouse.MIDDLE: "middle", mouse.RIGHT: "right"}
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

        def destroy(self) -> None:
            self.listener = None
            self._window.pop_handlers()  # they hold weak references, which complain when the interpreter ends
            self.loop.stop()
            self._window.close()

        def _at(self, x: float, y: float) -> tuple[float, float]:
            return x * self.ratio, (self._height - 1 - y) * self.ratio

        def _tell(self, what: str, *words) -> None:
            if self.listener is not None:
                getattr(self.listener, what)(*words)

        # what pyglet says
        def on_key_press(self, symbol, modifiers):
            self._tell("key", key._key_names.get(symbol, ""), words_of(modifiers))
            return pyglet.event.EVENT_HANDLED  # else pyglet would close the window at Escape

        def on_key_release(self, symbol, modifiers):
            self._tell("key_up", key._key_names.get(symbol, ""))

        def on_text(self, text):
            self._tell("text", text)

        def on_mouse_motion(self, x, y, dx, dy):
            self._tell("motion", *self._at(x, y))

        def on_mouse_drag(self, x, y, dx, dy, buttons, modifiers):
            self._tell("drag", *self._at(x, y))

        def on_mouse_press(self, x, y, button, modifiers):
            self._tell("press", *self._at(x, y), self.buttons.get(button, ""), words_of(modifiers))

        def on_mouse_release(self, x, y, button, modifiers):
            self._tell("release", *self._at(x, y), self.buttons.get(button, ""))

        def on_mouse_scroll(self, x, y, x_offset, y_offset):
            self._tell("scroll", *self._at(x, y), y_offset)

        def on_mouse_leave(self, x, y):
            self._tell("leave")

        def on_deactivate(self):
            self._tell("key_up", "")  # another window has the keyboard now: nothing is held here

        def on_resize(self, width, height):
            super().on_resize(width, height)
            self._tell("resized")

        def on_show(self):
            self._tell("resized")

        def on_close(self):
            self.ended = True

    def words_of(modifiers: int) -> set[str]:
        names = {"shift": key.MOD_SHIFT, "ctrl": key.MOD_CTRL | key.MOD_COMMAND, "alt": key.MOD_ALT}
        return {word for word, bits in names.items() if modifiers & bits}

    return LiveWindow


def exists(window) -> bool:
    """Whether the window is still there: on X11 another program may have destroyed it without a word to us."""
    if not hasattr(window, "_x_display"):
        return True
    from ctypes import byref

    from pyglet.libs.x11 import xlib

    about = xlib.XWindowAttributes()
    return bool(xlib.XGetWindowAttributes(window._x_display, window._window, byref(about)))


def on_lost_display(clean_up) -> None:
    """On X11, when the display goes away or kills our connection, end quietly, not by Xlib's exit.

    `clean_up` must touch neither the window nor anything on the GPU: they are gone.
    """
    try:
        from pyglet.libs.x11 import xlib
    except ImportError:
        return

    def lost(display) -> int:
        clean_up()
        os._exit(0)  # Xlib would exit with 1 as soon as this returned

    on_lost_display.kept = xlib.XIOErrorHandler(lost)  # or it would be collected while Xlib holds it
    xlib.XSetIOErrorHandler(on_lost_display.kept)
