"""Makes the .venv that this runs in movable; called by bootstrap.sh after each installation into it.

Its programs look for the Python beside them, and `thalweg` is found from where .venv lies. So a clone that is moved or
copied runs at once, and runs its own code: nothing that is run holds the path of the place it was made at.
"""

import re
import sys
import sysconfig
from os.path import relpath
from pathlib import Path

# What pip writes at the top of a program: the path of Python, wrapped in a line of sh where that is long or has blanks.
PINNED = re.compile(rb"""\A#!(?:\S+/python[\d.]*|/bin/sh\n'''exec' .+/python[\d.]*"? "\$0" "\$@"\n' ''')\n""")
FREE = b"""#!/bin/sh\n'''exec' "$(dirname -- "$(realpath -- "$0")")/python" "$0" "$@"\n' '''\n"""


def free(programs: Path) -> None:
    """Programs in Python start the one that lies beside them; sh reads their second line, to Python it is a string."""
    for path in sorted(programs.iterdir()):
        if path.is_symlink() or not path.is_file():
            continue
        with path.open("rb") as file:
            is_script = file.read(2) == b"#!"
        if is_script and (text := path.read_bytes()) != (moved := PINNED.sub(lambda _: FREE, text)):
            path.write_bytes(moved)


def linked(environment: Path, modules: Path) -> None:
    """A folder in .venv with nothing but a link to the package, and a line that tells Python of it, both relative.

    They come before what pip wrote for --editable, which holds a path; an installed thalweg would come before them.
    """
    link = environment / "clone" / "thalweg"
    link.parent.mkdir(exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(Path("..", "..", "thalweg"))
    (modules / "clone_of_thalweg.pth").write_text(f"{relpath(link.parent, modules)}\n", encoding="utf-8")


if __name__ == "__main__":
    free(Path(sysconfig.get_path("scripts")))
    linked(Path(sys.prefix), Path(sysconfig.get_path("purelib")))
