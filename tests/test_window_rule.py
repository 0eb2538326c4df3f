"""The live window with a user's own rule, a sweep and the best of several values."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from window_help import FILM, WHOLE, far, frame, shows

from tools.window_driver import Display, Window, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"the live window is not tried: {missing()}")
RULE = """\
optimizers:
  - rule:
      beta: 0.9  # memory
      lr: 0.05
      update: |
        m = beta*m + grad(w)
        w = w - lr*m
  - sgd: {lr: {sweep: [0.01, 0.1]}}
  - nag: {lr: {best_of: {from: 0.01, to: 0.1, count: 3}}}
"""


def test_a_users_rule_beside_a_sweep_and_the_best_of_several(display: Display, tmp_path: Path) -> None:
    """Its number is tuned and written, other lines of the file stay; its text is edited, with a mistake first."""
    text = FILM[: FILM.index("optimizers:")] + RULE + FILM[FILM.index("camera:") :]
    (tmp_path / "film.yaml").write_text(text)
    window = Window(display, tmp_path / "film.yaml", tmp_path)
    window.config = tmp_path / "film.yaml"
    try:
        window.resize(*WHOLE)
        window.key("Right", "End")
        shows(window, 5.9)
        window.key("p", "bracketleft")  # its first number
        time.sleep(0.6)
        line, after = changed_line(window)
        beta = float(line.split("beta: ")[1].split()[0])
        assert line == f"      beta: {beta:g}  # memory" and beta < 0.9
        window.key("n", "bracketright")  # one of a sweep stays as it is
        window.key("n", "n", "bracketright")
        time.sleep(0.6)
        line, again = changed_line(window)
        assert line.startswith("  - nag: {lr: 0.") and "best_of" not in line
        window.key("p")
        shows(window, 5.9)
        tuned = frame(window.config, 5.9)
        window.config.write_text(again.replace("beta*m", "beat*m"))
        window.wait_for(lambda: "beat is not defined; did you mean beta?" in window.told.read_text(), 5, "not told")
        window.config.write_text(again.replace("w - lr*m", "w - 2*lr*m"))
        shows(window, 5.9)
        assert far(frame(window.config, 5.9), tuned) > 0.5  # or this would say nothing
    finally:
        window.close()


def changed_line(window: Window) -> tuple[str, str]:
    """The one line that `w` changes, and the file with it."""
    before = window.config.read_text()
    window.key("w")
    window.wait_for(lambda: window.config.read_text() != before, 5, "nothing was written")
    after = window.config.read_text()
    (line,) = [line for line, was in zip(after.splitlines(), before.splitlines(), strict=True) if line != was]
    return line, after
