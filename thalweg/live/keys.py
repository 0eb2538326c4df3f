"""Which key does what: one table, from which the help is written. Names of acts are methods of `acts.Acts`."""

from __future__ import annotations

from typing import NamedTuple


class Binding(NamedTuple):
    """`keys`: what pyglet calls them, with 'shift+' or 'ctrl+' in front, or the character typed."""

    keys: tuple[str, ...]
    act: str
    words: tuple[float, ...] = ()
    repeats: bool = False


BINDINGS = (
    Binding(("SPACE",), "toggle"),
    Binding(("LEFT",), "step", (-1,), True),
    Binding(("RIGHT",), "step", (1,), True),
    Binding(("shift+LEFT",), "second", (-1,), True),
    Binding(("shift+RIGHT",), "second", (1,), True),
    Binding(("UP",), "faster", (1,)),
    Binding(("DOWN",), "faster", (-1,)),
    Binding(("HOME",), "ends", (0,)),
    Binding(("END",), "ends", (1,)),
    Binding(("PAGEUP",), "mark", (-1,)),
    Binding(("PAGEDOWN",), "mark", (1,)),
    Binding(("l",), "loop"),
    Binding(("ctrl+LEFT",), "orbit", (-3, 0), True),
    Binding(("ctrl+RIGHT",), "orbit", (3, 0), True),
    Binding(("ctrl+UP",), "orbit", (0, -3), True),
    Binding(("ctrl+DOWN",), "orbit", (0, 3), True),
    Binding(("ctrl+shift+LEFT",), "pan", (0.05, 0), True),
    Binding(("ctrl+shift+RIGHT",), "pan", (-0.05, 0), True),
    Binding(("ctrl+shift+UP",), "pan", (0, -0.05), True),
    Binding(("ctrl+shift+DOWN",), "pan", (0, 0.05), True),
    Binding(("+", "="), "zoom", (1,), True),
    Binding(("-", "_"), "zoom", (-1,), True),
    Binding((".",), "recentre"),
    Binding(("0",), "camera_back"),
    Binding(("p",), "panel_toggle"),
    Binding(("n",), "choose_next"),
    Binding(("TAB",), "knob", (1,), True),
    Binding(("shift+TAB",), "knob", (-1,), True),
    Binding(("]",), "nudge", (1,), True),
    Binding(("[",), "nudge", (-1,), True),
    Binding(("BACKSPACE",), "edits_back"),
    Binding(("w",), "write"),
    Binding(("s",), "still"),
    Binding(("c",), "copy_camera"),
    Binding(("r",), "render"),
    Binding(("f", "F11"), "full_screen"),
    Binding(("h",), "controls"),
    Binding(("?", "F1"), "help"),
    Binding(("q", "ctrl+Q"), "close_window"),
    Binding(("ESCAPE",), "escape"),
    *(Binding((str(number),), "show_hide", (number - 1,)) for number in range(1, 10)),
)

TABLE = {key: binding for binding in BINDINGS for key in binding.keys}

HELP = (
    ("Time", (
        ("space", "pause, play"),
        ("← →", "a step back, forward"),
        ("shift ← →", "a second"),
        ("↑ ↓", "faster, slower"),
        ("home end", "the first, the last moment"),
        ("page up down", "the next mark"),
        ("l", "loop"),
    )),
    ("Balls", (
        ("click", "drop all balls there"),
        ("drag a ball", "move its start"),
        ("1 … 9", "show, hide an optimizer"),
        ("p", "sliders"),
        ("n", "the next optimizer's"),
        ("tab  [ ]", "choose a slider, move it"),
        ("backspace", "back to the file's values"),
    )),
    ("Camera", (
        ("drag, ctrl ← → ↑ ↓", "orbit"),
        ("right drag, ctrl shift ←", "pan"),
        ("wheel, + −", "zoom"),
        ("double click, .", "recentre"),
        ("0", "the film's own camera"),
    )),
    ("Files", (
        ("w", "write changes into the YAML"),
        ("s", "save a still"),
        ("c", "copy the camera as YAML"),
        ("r", "render the film"),
        ("f  h", "full screen, hide controls"),
        ("?  q", "this list, close"),
    )),
)  # fmt: skip


def name_of(key: str, held: set[str]) -> str:
    """'ctrl+shift+LEFT' for a key with what is held."""
    return "".join(f"{word}+" for word in ("ctrl", "shift") if word in held) + key
