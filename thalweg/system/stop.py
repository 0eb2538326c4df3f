"""Being told to stop (Ctrl-C, SIGTERM, SIGHUP): heeded once, when it can be, and nothing is left behind.

The first signal becomes an exception that unwinds what was begun. Those that come while it unwinds are not heard: a
second Ctrl-C would cut off the cleaning up. Where an exception would be lost (in an import, whose callbacks
Python guards), was lost (in a destructor), or would crash (in what moderngl's C calls), it is raised a moment later.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
INTERRUPTED, TERMINATED = 130, 143
DEAF = 3.0  # seconds that unwinding may take; a signal after them is heard again
IMPORTING = 2.0  # seconds that an import may go on for
UNCHECKED = "_moderngl.py"  # its functions are called by moderngl's C, which does not look whether they failed
SOON = 0.001  # seconds until it is tried again there: before the next shader, which takes long, is begun
AGAIN = 0.02  # seconds until an exception that was lost, or would be, is raised again


class Terminated(BaseException):
    """SIGTERM or SIGHUP: unwinds like an interrupt, so that nothing half made is left."""


_asked: int | None = None  # the signal that came
_asked_at = _raised_at = -1e9
_waiting = False  # it is to be raised at the next alarm


@contextmanager
def heeding() -> Iterator[None]:
    """Inside, signals end what runs by KeyboardInterrupt or Terminated. Ones that this process ignores stay ignored.

    To be entered by the main thread; elsewhere, and inside itself, it changes nothing.
    """
    global _asked, _asked_at, _raised_at, _waiting
    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    before: dict[int, Any] = {}
    hook = sys.unraisablehook
    try:
        for number in numbers:
            if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler, _at_once):
                before[number] = signal.signal(number, _heed)
        if before and hasattr(signal, "setitimer"):
            before[signal.SIGALRM] = signal.signal(signal.SIGALRM, _heed)
            sys.unraisablehook = _hook(hook)
    except ValueError:  # not the main thread
        pass
    try:
        yield
    finally:
        if hasattr(signal, "setitimer") and signal.SIGALRM in before:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
        if before:
            sys.unraisablehook = hook
            _asked, _asked_at, _raised_at, _waiting = None, -1e9, -1e9, False


def asked() -> int | None:
    """The exit code of the signal that has come, or None. Whatever went wrong while it unwound is not the news."""
    return None if _asked is None else INTERRUPTED if _asked == signal.SIGINT else TERMINATED


def check() -> None:
    """Raise for a signal that has come, where its exception was swallowed by somebody."""
    if _asked is not None:
        _raise()


def leave(code: int) -> NoReturn:
    """End the process with that code; from here on no signal gets between."""
    for name in NAMES:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    sys.exit(code)


def at_once() -> None:
    """Until `heeding` is entered there is nothing to put in order: signals end the process where it stands."""
    for name in NAMES:
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _at_once)


def _at_once(number: int, frame: FrameType | None) -> None:
    if number == signal.SIGINT:
        os.write(2, b"interrupted\n")
    os._exit(INTERRUPTED if number == signal.SIGINT else TERMINATED)


def _heed(number: int, frame: FrameType | None) -> None:
    global _asked, _asked_at
    now, again = time.monotonic(), hasattr(signal, "SIGALRM") and number == signal.SIGALRM
    if again and not _waiting:  # somebody else's alarm, or one that came after all
        return
    if _asked is None:
        _asked, _asked_at = number, now
    if not again and now - _raised_at < DEAF:
        return
    if hasattr(signal, "setitimer") and (wait := _delicate(frame, now - _asked_at < IMPORTING)):
        _wait(wait)
        return
    _raise()


def _wait(seconds: float) -> None:
    global _waiting
    _waiting = True
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _raise() -> NoReturn:
    global _raised_at, _waiting
    _raised_at, _waiting = time.monotonic(), False
    raise KeyboardInterrupt if _asked == signal.SIGINT else Terminated(_asked)


def _delicate(frame: FrameType | None, imports: bool) -> float:
    """Seconds to wait where an exception must not come out of this frame, or of one that waits for it; else 0."""
    while frame is not None:
        place = frame.f_code.co_filename
        if place.endswith(UNCHECKED):
            return SOON
        if imports and place.startswith("<frozen importlib"):
            return AGAIN
        frame = frame.f_back
    return 0.0


def _hook(before: Callable[[sys.UnraisableHookArgs], Any]) -> Callable[[sys.UnraisableHookArgs], Any]:
    def unraisable(what: sys.UnraisableHookArgs) -> None:
        if _asked is not None and isinstance(what.exc_value, KeyboardInterrupt | Terminated):
            _wait(AGAIN)
        else:
            before(what)

    return unraisable
