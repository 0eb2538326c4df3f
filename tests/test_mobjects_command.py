"""docs/my_landscape.py, run as a user runs it: by manimgl's own command, with manimgl's own writer and camera."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="no xvfb-run here, and manimgl's command wants a display")
def test_the_example_is_drawn_by_manimgls_command(root, tmp_path):
    command = ["xvfb-run", "-a", str(Path(sys.executable).parent / "manimgl"), str(root / "docs" / "my_landscape.py")]
    options = ["MyLandscape", "-s", "-w", "-r", "427x240", "--video_dir", str(tmp_path)]
    kept = {key: value for key, value in os.environ.items() if key not in ("PYGLET_HEADLESS", "WAYLAND_DISPLAY")}
    done = subprocess.run([*command, *options], cwd=tmp_path, env=kept, capture_output=True, text=True, timeout=180)
    picture = tmp_path / "MyLandscape.png"
    assert done.returncode == 0 and picture.exists(), done.stdout + done.stderr
    pixels = np.asarray(Image.open(picture).convert("RGB")).astype(int)
    assert pixels.shape == (240, 427, 3)
    red, green, blue = np.moveaxis(pixels, -1, 0)
    assert ((blue > red + 20) & (blue > 40)).mean() > 0.15, "the landscape"
    assert ((red > 180) & (green > 110) & (blue < 120)).sum() > 60, "the trail, the ball, the circle"
    assert (pixels.min(axis=-1) > 200).sum() > 150, "the title"
    assert ((blue > 200) & (red > 120) & (red < 235)).sum() > 150, "the sphere"
