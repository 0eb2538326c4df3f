"""The live window at any size, at rest, and at its end."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scenes_help import environment
from window_help import FILM, WHOLE, shows

from tools.window_driver import Display, Window, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"the live window is not tried: {missing()}")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def paused(display, tmp_path_factory):
    """A window that stands at the film's beginning."""
    folder = tmp_path_factory.mktemp("paused")
    (folder / "paused.yaml").write_text(FILM)
    made = Window(display, folder / "paused.yaml", folder)
    made.config = folder / "paused.yaml"
    made.resize(*WHOLE)
    made.key("Right", "Home")  # a step pauses
    shows(made, 0.0)
    yield made
    made.close()


@pytest.mark.parametrize("size", [(361, 640), (901, 403)])
def test_it_is_right_at_any_size(paused: Window, size: tuple[int, int]) -> None:
    paused.key("h")  # the controls away: the picture has the whole window
    paused.resize(*size)
    try:
        shows(paused, 0.0, size=size)
        assert paused.picture(size).shape == (size[1], size[0], 3)
    finally:
        paused.resize(*WHOLE)
        paused.key("h")


CARD = """\
title: A card
scene: {kind: title, lines: [nothing rolls here]}
video: {resolution: 640x360, fps: 10, seconds: 6}
"""


def test_a_scene_where_nothing_rolls_is_shown_and_what_hands_do_there_is_harmless(display, tmp_path: Path) -> None:
    config = tmp_path / "card.yaml"
    config.write_text(CARD)
    window = Window(display, config, tmp_path)
    try:
        window.resize(*WHOLE)
        window.key("Right", "Home", "p", "n", "Tab", "bracketright", "1", "period", "plus", "ctrl+Left", "c", "w")
        window.click(300, 200)
        window.click(300, 200, button=4)
        window.drag((300, 200), (350, 220))
        window.drag((300, 200), (350, 220), button=3)
        window.key("End")
        time.sleep(0.6)  # a click would drop balls by now
        shows(window, 5.9, config)
        config.write_text(FILM)  # the same window goes on with balls
        window.key("Home")
        shows(window, 0.0, config)
        window.key("ctrl+Left", "p", "bracketright", "w")
        window.wait_for(lambda: config.read_text() != FILM, 5, "nothing was written")
        assert window.process.poll() is None
        assert "Traceback" not in window.told.read_text()
    finally:
        window.close()


def test_it_rests_when_nothing_moves(paused: Window) -> None:
    time.sleep(3.5)  # messages fade
    before = paused.cpu()
    time.sleep(2)
    assert (paused.cpu() - before) / 2 < 0.03


def end_by_signal(window: Window) -> None:
    window.process.send_signal(signal.SIGINT)


def end_by_three_signals(window: Window) -> None:
    for _ in range(3):
        end_by_signal(window)
        time.sleep(0.05)


ENDS = {
    "q": lambda window: window.key("q"),
    "ctrl-c": end_by_signal,
    "ctrl-c thrice": end_by_three_signals,
    "close": lambda window: window.ask_to_close(),
    "destroy": lambda window: window.hand("windowclose", window.number),
    "kill": lambda window: window.hand("windowkill", window.number),
}


@pytest.mark.parametrize("way", ENDS)
def test_it_ends_cleanly(display: Display, tmp_path: Path, way: str) -> None:
    config = tmp_path / f"ends-by-{way}.yaml"
    config.write_text(FILM)
    window = Window(display, config, tmp_path)
    try:
        time.sleep(0.3)
        ENDS[way](window)
        window.wait_for(lambda: window.process.poll() is not None, 10, "it does not end")
        assert window.process.returncode == (130 if "ctrl-c" in way else 0)
        assert "Traceback" not in window.told.read_text()
    finally:
        window.close()


def test_without_a_display_one_line_says_so(tmp_path: Path) -> None:
    shutil.copy(ROOT / "configs" / "zigzag.yaml", tmp_path)
    for more in ({}, {"DISPLAY": ":987"}):
        kept = {key: value for key, value in environment(**more).items() if key != "PYGLET_HEADLESS"}
        done = subprocess.run(
            [sys.executable, ROOT / "render.py", "zigzag.yaml", "-p"],
            cwd=tmp_path,
            env=kept,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.splitlines() == [
            "--preview: there is no display here to open a window on; render a film instead: -o x.mp4"
        ]
