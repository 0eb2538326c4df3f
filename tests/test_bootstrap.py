"""What `make` installs, decided on machines made of fakes: a PATH of small scripts that say what is there and note
what was asked of them. Nothing is installed and the network is not used."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOOLS = "sh cat cksum rm dirname uname env readlink awk tr sed grep mkdir chmod cp true".split()
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="for Debian and Ubuntu")

# A Python that answers the probe from the file `lacking`, makes a venv whose Python is itself, and notes what pip gets.
PYTHON = """#!/bin/sh
case "$1 $2" in
    "tools/probe.py version") [ ! -e "$MACHINE/old" ] || echo version ;;
    "tools/probe.py tested") case "$0" in */python3) [ ! -e "$MACHINE/newer" ] || echo tested ;; esac ;;
    tools/probe.py*) shift; for name; do ! grep -qx "$name" "$MACHINE/lacking" || echo "$name"; done ;;
    "-m venv") mkdir -p "$3/bin"; [ "$0" -ef "$3/bin/python" ] || cp "$0" "$3/bin/python"
        echo "VIRTUAL_ENV='$PWD/$3'" >"$3/bin/activate"
        echo "venv" >>"$MACHINE/log" ;;
    tools/movable.py*) echo "movable" >>"$MACHINE/log" ;;
    "-m pip") echo "pip $*" >>"$MACHINE/log"; [ ! -e "$MACHINE/broken" ] || exit 1
        case "$*" in *--editable*) ;; *) [ ! -e "$MACHINE/offline" ] ;; esac ;;
esac
"""
NOTE = """#!/bin/sh
echo "{name} $*" >>"$MACHINE/log"
{body}
"""
APT = '[ "$3" = update ] || case "$*" in *install*) [ -e "$MACHINE/useless" ] || : >"$MACHINE/lacking" ;; esac'
ALL = ("manimpango", "venv", "headers", "egl", "gl", "driver")


class Machine:
    """A checkout and a PATH of fakes. `lacking`: what the probe misses; `there`: the commands that exist."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bin, self.checkout = folder, folder / "bin", folder / "checkout"
        self.bin.mkdir()
        (self.checkout / "tools").mkdir(parents=True)
        for file in (
            "tools/bootstrap.sh",
            "tools/probe.py",
            "tools/movable.py",
            "requirements.lock",
            "pyproject.toml",
            "setup.py",
        ):
            shutil.copy(ROOT / file, self.checkout / file)
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool) or tool)
        self.fake("python3", PYTHON)
        self.note("apt-get", APT)
        self.lack()
        self.compiler()
        self.user(0)

    def fake(self, name: str, text: str) -> None:
        path = self.bin / name
        path.write_text(text)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def note(self, name: str, body: str = "") -> None:
        self.fake(name, NOTE.format(name=name, body=body))

    def lack(self, *names: str) -> None:
        (self.folder / "lacking").write_text("".join(f"{name}\n" for name in names))

    def compiler(self, cc: bool = True, pkg_config: bool = True, pango: bool = True) -> None:
        self.fake("cc", f"#!/bin/sh\ncat >/dev/null\nexit {0 if cc else 1}\n")
        self.fake("pkg-config", f"#!/bin/sh\nexit {0 if pango else 1}\n")
        if not pkg_config:
            (self.bin / "pkg-config").unlink()

    def user(self, number: int, sudo: bool | None = None) -> None:
        """sudo: None, there is none; False, it wants a password; True, it does as it is told."""
        self.fake("id", f"#!/bin/sh\necho {number}\n")
        if sudo is not None:
            self.note("sudo", 'shift; exec "$@"' if sudo else "exit 1")

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.bin), "MACHINE": str(self.folder), "HOME": str(self.folder), **more}
        return subprocess.run(
            [str(self.bin / "sh"), "tools/bootstrap.sh", *arguments],
            cwd=self.checkout,
            env=environment,
            capture_output=True,
            text=True,
        )

    def log(self, *programs: str) -> list[str]:
        """What was asked of these programs since the last look, in order."""
        path = self.folder / "log"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return [line for line in lines if line.split()[0] in programs]

    def installed(self) -> list[list[str]]:
        """The packages of each `apt-get install`."""
        calls = [line.split() for line in self.log("apt-get") if " install " in line]
        return [[word for word in call[call.index("install") + 1 :] if not word.startswith("-")] for call in calls]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_everything_there_asks_apt_for_nothing(machine: Machine) -> None:
    machine.user(1000)
    done = machine.run()
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert machine.log("apt-get", "sudo") == []


def test_root_updates_then_installs_all_that_is_missing(machine: Machine) -> None:
    machine.lack(*ALL)
    machine.compiler(cc=False, pkg_config=False)
    done = machine.run()
    assert done.returncode == 0, done.stderr
    asked = machine.log("apt-get")
    assert len(asked) == 2
    assert asked[0].endswith(" update")
    assert set(asked[1].split()) >= {
        "-y",
        "python3-venv",
        "python3-dev",
        "build-essential",
        "pkg-config",
        "libpango1.0-dev",
        "libegl1",
        "libgl1",
        "libgl1-mesa-dri",
    }


@pytest.mark.parametrize(
    ("lacking", "package"),
    [("egl", "libegl1"), ("gl", "libgl1"), ("venv", "python3-venv"), ("driver", "libgl1-mesa-dri")],
)
def test_only_what_is_missing_is_installed(machine: Machine, lacking: str, package: str) -> None:
    machine.lack(lacking)
    done = machine.run()
    assert done.returncode == 0, done.stderr
    assert machine.installed() == [[package]]


@pytest.mark.parametrize(("absent", "package"), [("cc", "build-essential"), ("pango", "libpango1.0-dev")])
def test_each_part_of_the_compiler_is_asked_for_alone(machine: Machine, absent: str, package: str) -> None:
    machine.lack("manimpango")
    machine.compiler(**{absent: False})
    machine.note("apt-get", APT + f"\nprintf '#!/bin/sh\\n' >'{machine.bin}/cc'")
    machine.run()
    assert machine.installed() == [[package]]


def test_no_compiler_is_wanted_where_manimpango_is_there(machine: Machine) -> None:
    machine.compiler(cc=False, pkg_config=False)
    machine.lack("headers", "egl")
    assert machine.run().returncode == 0
    assert machine.installed() == [["libegl1"]]


def test_sudo_is_used_where_it_asks_nothing(machine: Machine) -> None:
    machine.lack("egl")
    machine.user(1000, sudo=True)
    done = machine.run()
    assert done.returncode == 0, done.stderr
    asked = machine.log("apt-get", "sudo")
    assert any(line.startswith("sudo -n env DEBIAN_FRONTEND=noninteractive apt-get") for line in asked)
    assert [line.split()[-1] for line in asked if line.startswith("apt-get")] == ["update", "libegl1"]


@pytest.mark.parametrize("sudo", [None, False])
def test_without_rights_one_line_says_what_to_type(machine: Machine, sudo: bool | None) -> None:
    machine.lack("venv", "gl", "driver")
    machine.user(1000, sudo=sudo)
    done = machine.run()
    assert done.returncode == 2
    prefix = "" if sudo is None else "sudo "
    assert done.stderr.splitlines()[0].endswith(
        f"type: {prefix}apt-get update && {prefix}apt-get install -y python3-venv libgl1 libgl1-mesa-dri"
    )
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert machine.log("apt-get", "pip", "venv") == []


def test_packages_that_do_not_help_are_said(machine: Machine) -> None:
    machine.lack("egl")
    (machine.folder / "useless").touch()
    done = machine.run()
    assert done.returncode == 2
    assert "still missing: libegl1" in done.stderr.splitlines()[-1]


def test_no_python_is_one_line(machine: Machine) -> None:
    (machine.folder / "old").touch()
    done = machine.run()
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "3.11 or later" in done.stderr


@pytest.mark.parametrize("other", [False, True])
def test_a_newer_python_is_called_untested_and_taken_where_no_tested_one_is(machine: Machine, other: bool) -> None:
    (machine.folder / "newer").touch()
    if other:
        machine.fake("python3.13", PYTHON)
    done = machine.run()
    assert done.returncode == 0, done.stderr
    assert ("untested" in done.stderr) == (not other)
    assert ("with python3.13" in done.stderr) == other
    assert machine.run().stderr == ""  # said when .venv is made, not each time


def test_a_named_python_may_lie_in_a_folder_with_blanks(machine: Machine) -> None:
    folder = machine.folder / "ein Übungs ordner"
    folder.mkdir()
    shutil.copy(machine.bin / "python3", folder / "python3.12")
    done = machine.run(PYTHON=str(folder / "python3.12"))
    assert done.returncode == 0, done.stderr
    assert f"Making .venv with {folder}/python3.12" in done.stderr


def test_test_packages_may_fail_and_are_tried_once(machine: Machine) -> None:
    machine.note("apt-get", "exit 100")
    first = machine.run("--test")
    assert first.returncode == 0
    assert machine.installed() == [["xvfb", "xauth", "xdotool"]]
    again = machine.run("--test")
    assert again.returncode == 0
    assert "skipped" in again.stderr
    assert machine.log("apt-get", "pip", "venv") == []


def test_second_run_installs_nothing_and_says_nothing(machine: Machine) -> None:
    machine.run()
    assert [line.split()[0] for line in machine.log("pip", "venv")] == ["venv", "pip", "pip"]
    second = machine.run()
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert machine.log("pip", "venv", "apt-get") == []


def test_a_changed_lock_is_installed_into_the_same_venv(machine: Machine) -> None:
    machine.run()
    machine.log()
    with (machine.checkout / "requirements.lock").open("a") as lock:
        lock.write("# one more\n")
    machine.run()
    assert [line.split()[0] for line in machine.log("pip", "venv")] == ["pip", "pip"]


def test_a_failed_installation_is_begun_anew(machine: Machine) -> None:
    (machine.folder / "offline").touch()
    failed = machine.run()
    assert failed.returncode == 2
    assert "requirements.lock" in failed.stderr.splitlines()[-1]
    (machine.folder / "offline").unlink()
    machine.log()
    assert machine.run().returncode == 0
    assert [line.split()[0] for line in machine.log("pip", "venv")] == ["venv", "pip", "pip"]


@pytest.mark.parametrize("move", [shutil.move, shutil.copytree])
def test_in_a_moved_or_copied_checkout_the_venv_moves_in(machine: Machine, move: Callable[..., object]) -> None:
    machine.run()
    machine.log()
    move(machine.checkout, machine.folder / "an other place")
    machine.checkout = machine.folder / "an other place"
    (machine.folder / "offline").write_text("for whom asks for more than this folder")
    done = machine.run()
    assert done.returncode == 0, done.stderr
    pip, movable, made = machine.log("pip", "movable", "venv")
    assert (pip.split()[-2:], movable, made) == (["--editable", "."], "movable", "venv")
    assert "--no-build-isolation --no-deps" in pip
    assert machine.run().stderr == ""
    assert machine.log("pip", "venv") == []


def test_a_venv_that_cannot_move_in_is_told_with_its_cure(machine: Machine) -> None:
    machine.run()
    machine.checkout = machine.checkout.rename(machine.folder / "elsewhere")
    (machine.folder / "broken").touch()
    failed = machine.run()
    assert failed.returncode == 2
    assert "remove it and run the same command again" in failed.stderr.splitlines()[-1]
    (machine.folder / "broken").unlink()
    shutil.rmtree(machine.checkout / ".venv")
    assert machine.run().returncode == 0


def test_a_link_to_the_venv_of_another_checkout_stays_as_it_is(machine: Machine) -> None:
    machine.run()
    machine.log()
    first, machine.checkout = machine.checkout, machine.folder / "second"
    shutil.copytree(first, machine.checkout, ignore=shutil.ignore_patterns(".venv"))
    (machine.checkout / ".venv").symlink_to(first / ".venv")
    assert machine.run().stderr == ""
    assert machine.log("pip", "venv", "movable") == []


def test_no_registry_and_no_path_is_written_down() -> None:
    for file in ("requirements.lock", "pyproject.toml", "Makefile", "tools/bootstrap.sh", ".ci/run"):
        text = (ROOT / file).read_text(encoding="utf-8")
        assert not any(word in text for word in ("index-url", "find-links", "--hash", "file:", "/simple"))


def test_the_lock_pins_every_name(root: Path) -> None:
    lines = (root / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line.split(";")[0] for line in lines if line and not line.startswith("#")]
    assert len(pins) > 20
    assert [pin for pin in pins if pin.count("==") != 1 or "*" in pin] == []


def test_the_real_probe_knows_this_python() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "probe.py"), "version", "venv", "nonsense"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["nonsense"]
