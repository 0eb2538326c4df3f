"""What manimlib imports and a film never calls is loaded when it is used, and then is the real thing."""

import subprocess
import sys

import pytest

from tests.scenes_help import FILM, film, shot

SCRIPT = """
import sys
from thalweg.stage import boot
boot.ensure()
late = ("IPython", "matplotlib.pyplot", "scipy.optimize", "scipy.integrate", "pkg_resources")
print([name for name in sys.modules if name.startswith(late)])
import matplotlib, manimlib
print(hasattr(matplotlib, "pyplot"))
print(len(manimlib.get_colormap_list("viridis", 3)))                         # takes pyplot or its colour maps
from manimlib.mobject.svg.string_mobject import linear_sum_assignment
print([int(index) for index in linear_sum_assignment([[4, 1], [2, 8]])[1]])    # a stand-in does the real work
from scipy.optimize import linear_sum_assignment as real
print(real.__module__.startswith("scipy"), bool(manimlib.__version__))
import IPython.terminal.embed
print(isinstance(IPython.terminal.embed.InteractiveShellEmbed, type))
"""


def test_unused_modules_wait_until_they_are_called_and_then_work():
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == ["[]", "False", "3", "[1, 0]", "True True", "True"]


def test_manimgls_command_tells_a_missing_driver_in_one_line(tmp_path, monkeypatch, capsys):
    from thalweg.scenes.race.scene import Race

    from thalweg.stage import boot, film_scene
    from thalweg.stage.errors import MachineError

    def nothing_there():
        raise MachineError("no OpenGL 3.3 driver here")

    monkeypatch.setattr(boot, "shared_context", nothing_there)
    monkeypatch.setattr(film_scene, "film_from_environment", lambda *_: film(FILM, folder=tmp_path))
    with pytest.raises(SystemExit) as ended:
        Race()
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == "no OpenGL 3.3 driver here"
    with pytest.raises(MachineError):
        Race(shot(FILM, folder=tmp_path), [])
