"""Contact shadows: sheets that hug a LossSurface around the feet of balls. They cost only the pixels they cover."""

from __future__ import annotations

import numpy as np

from thalweg.mobjects._mesh import cells

MOST = 64
SHEET = 9  # vertices along a sheet's side


class Shadows:
    """What `gpu`, a Layer's wrapper, needs to draw up to MOST shadows on `surface`, a LossSurface."""

    def __init__(self, gpu, surface) -> None:
        self.gpu, self.surface = gpu, surface
        self.program = gpu.program("shadow")
        self.heights = gpu.texture(surface.relief_map.astype("f4"), "f4")
        corners = np.stack(np.meshgrid(*2 * [np.linspace(0, 1, SHEET)], indexing="ij"), axis=-1)
        self.feet = gpu.own(gpu.ctx.buffer(reserve=MOST * 20))
        self.sheets = gpu.vao(
            self.program,
            [(gpu.buffer(corners), "2f", "corner"), (self.feet, "4f 1f/i", "foot", "share")],
            cells(np.ones((SHEET - 1, SHEET - 1), bool)),
        )

    def draw(self, feet: np.ndarray, darkness: float) -> None:
        """`feet` (n, 4): contact points and radii of the balls, display units. Depth must be tested, not written."""
        if not len(feet):
            return
        half = self.surface.display.half_size
        rows = np.column_stack([feet[:MOST], shares(feet[:MOST])])
        self.feet.write(np.ascontiguousarray(rows, "f4").tobytes())
        self.heights.use(1)
        self.gpu.set(self.program, plate=self.surface.plate, edge=(*-half, *half), heights=1, darkness=float(darkness))
        self.sheets.render(instances=min(len(feet), MOST))


def shares(feet: np.ndarray) -> np.ndarray:
    """Of each foot (n, 4) the share of its shadow that is drawn: of balls at one place all together cast one."""
    apart = np.linalg.norm(feet[:, None, :3] - feet[:, :3], axis=-1)
    return 1 / np.clip(1 - apart / (2 * feet[:, 3]), 0, 1).sum(axis=1)
