"""The only code that boots manimgl: with or without a display, under our command, a test runner, or manimgl's own
command.

manimlib reads sys.argv and asks for a display when it is imported; both are settled here first. Where there is no
display, drawing goes through EGL. All offscreen scenes share one GL context: a new one for each would leak, and from
the 22nd on manimgl 1.7.2 would draw wrong pixels.
"""

from __future__ import annotations

import os
import sys
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from thalweg.stage.deferred import deferred
from thalweg.stage.errors import MachineError
from thalweg.system.folders import cache_root, settle_matplotlib, usable

if TYPE_CHECKING:
    import moderngl


def headless() -> bool:
    """Whether this process must do without a window system (Linux only: elsewhere there always is one)."""
    return sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@lru_cache(1)
def ensure() -> None:
    """Import manimlib once, quietly, without letting it read our command line; raises MachineError where it cannot."""
    if "manimlib" in sys.modules:  # manimgl's own command came first
        return
    settle_matplotlib()
    if not usable(cache_root()):
        os.environ.setdefault("MESA_SHADER_CACHE_DISABLE", "true")  # or software GL says that it could not keep them
    if "PATH" not in os.environ:  # as under `env -i`; what manimlib imports looks for programs
        os.environ["PATH"] = os.defpath
    if "pyglet" not in sys.modules:
        os.environ.setdefault("PYGLET_SHADOW_WINDOW", "0")  # or importing it would make a GL context and threads
        if headless():
            os.environ.setdefault("PYGLET_HEADLESS", "1")
    import OpenGL

    OpenGL.ERROR_CHECKING = False
    saved, sys.argv = sys.argv, ["manimgl"]
    try:
        with warnings.catch_warnings(), deferred():
            warnings.simplefilter("ignore")
            import manimlib  # noqa: F401
    except ImportError as error:
        raise MachineError(
            f"manimgl cannot be loaded ({error}); run 'make' again to install what is missing"
        ) from error
    finally:
        sys.argv = saved
    log_to_standard_error()


def log_to_standard_error() -> None:
    """manimlib has everybody's warnings printed to standard output, which is ours."""
    import logging

    from rich.console import Console
    from rich.logging import RichHandler

    for handler in logging.getLogger().handlers:
        if isinstance(handler, RichHandler):
            handler.console = Console(stderr=True)


_adopted: list[moderngl.Context] = []


def adopt(context: moderngl.Context) -> None:
    """All scenes of this process draw in `context`, that of a window; to be called before the first of them."""
    _adopted[:] = [context]


@lru_cache(1)
def shared_context() -> moderngl.Context:
    """The GL context of all offscreen scenes of this process."""
    if _adopted:
        return _adopted[0]
    import moderngl

    failures = []
    ways: list[dict[str, Any]] = [{"backend": "egl"}] if headless() else [{}, {"backend": "egl"}]
    for settings in ways:
        try:
            context = moderngl.create_context(standalone=True, require=330, **settings)
            break
        except Exception as error:
            failures.append(str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__)
    else:
        raise MachineError(
            f"no OpenGL 3.3 driver here ({'; '.join(failures)}); on Debian or Ubuntu: "
            "apt-get install libegl1 libgl1 libgl1-mesa-dri"
        )
    return context


def renderer() -> list[str]:
    """What draws here: the names of the renderer and of its version."""
    return [str(shared_context().info[name]) for name in ("GL_RENDERER", "GL_VERSION")]
