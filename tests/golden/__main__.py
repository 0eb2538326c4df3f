"""Draw all golden frames anew: python -m tests.golden [NAME...]. Look at them before they are kept."""

from __future__ import annotations

import sys

from PIL import Image

from tests.golden_help import KEPT, RENDERER, drawn, renderer
from tests.scenes_help import shipped

if RENDERER not in renderer():
    sys.exit(f"golden frames are drawn by {RENDERER}, here it is {renderer()}; on Linux try LIBGL_ALWAYS_SOFTWARE=1")
for name in sys.argv[1:] or shipped():
    path = KEPT / f"{name}.png"
    Image.fromarray(drawn(name)).save(path, optimize=True)
    print(path)
