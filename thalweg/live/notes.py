"""Words over the picture: short messages that fade, the problems of the file until they are mended, the keys."""

from __future__ import annotations

from thalweg.colors import Theme
from thalweg.live.bar import Place
from thalweg.live.keys import HELP
from thalweg.live.paint import Paint
from thalweg.typeset.text import wrap

STAY, FADE = 3.2, 0.4  # seconds
BAD = "#FF5A4F"
MOST_PROBLEMS = 8


class Notes:
    def __init__(self) -> None:
        self.problems: list[str] = []
        self.words, self.until = "", 0.0
        self.help = False

    def say(self, words: str, now: float, stay: float = STAY) -> None:
        self.words, self.until = words, now + stay

    def changes_at(self, now: float) -> float | None:
        """Seconds until the picture of the notes changes; None when it rests."""
        if not self.words:
            return None
        left = self.until - now
        return max(left - FADE, 0.0) or 0.03

    def draw(self, paint: Paint, width: float, height: float, theme: Theme, now: float, free: Place) -> None:
        """`free`: the Place at whose lower edge messages may stand."""
        if self.words and now >= self.until:
            self.words = ""
        if self.problems:
            self._problems(paint, width, theme)
        if self.words:
            self._message(paint, free, theme, min((self.until - now) / FADE, 1.0))
        if self.help:
            self._help(paint, width, height, theme)

    def _message(self, paint: Paint, free: Place, theme: Theme, opacity: float) -> None:
        u, size = paint.unit, 15 * paint.unit
        lines = wrapped(self.words, size, min(free.width - 60 * u, 900 * u))
        wide = max(paint.width(line, size) for line in lines) + 32 * u
        high = 22 * u * len(lines) + 14 * u
        middle, top = free.left + free.width / 2, free.top + free.height - high - 16 * u
        left = middle - wide / 2
        paint.box(left, top + 3 * u, wide, high, "#000000", 0.35 * opacity, 14 * u, 10 * u)
        paint.box(left, top, wide, high, theme.panel, opacity, 12 * u)
        for index, line in enumerate(lines):
            paint.text(line, middle, top + (23 + 22 * index) * u, size, theme.text, opacity, align="middle")

    def _problems(self, paint: Paint, width: float, theme: Theme) -> None:
        u, size = paint.unit, 15 * paint.unit
        lines: list[tuple[str, bool]] = []
        room = max(min(width - 80 * u, 1100 * u), 60 * u)
        for problem in self.problems[:MOST_PROBLEMS]:
            made = wrapped(problem, size, room)
            lines += [(line, index == 0) for index, line in enumerate(made)]
        more = len(self.problems) - MOST_PROBLEMS
        if more > 0:
            lines.append((f"and {more} more; the terminal shows them", False))
        wide = max(paint.width(line, size) for line, _ in lines) + 46 * u
        high = 23 * u * len(lines) + 20 * u
        left, top = (width - wide) / 2, 18 * u
        paint.card(left, top, wide, high, theme)
        paint.box(left + 10 * u, top + 12 * u, 4 * u, high - 24 * u, BAD, 1, 2 * u)
        for index, (line, first) in enumerate(lines):
            color = theme.text if first else theme.dim
            paint.text(line, left + 26 * u, top + (26 + 23 * index) * u, size, color)

    def _help(self, paint: Paint, width: float, height: float, theme: Theme) -> None:
        """Groups of keys in two columns, or in one, as large as there is room."""
        columns = 2 if width > 1.1 * height else 1
        stacks = [HELP[::2], HELP[1::2]] if columns == 2 else [HELP]
        rows = max(sum(len(keys) + 2 for _, keys in stack) for stack in stacks)
        u = min(paint.unit, height / (rows * 24 + 40), width / (columns * 400 + 50))
        size, step, wide = 14 * u, 24 * u, 400 * u
        high = rows * step + 16 * u
        left, top = (width - columns * wide - 30 * u) / 2, (height - high) / 2
        paint.card(left, top, columns * wide + 30 * u, high, theme)
        for column, stack in enumerate(stacks):
            x, y = left + 26 * u + column * wide, top + 34 * u
            for title, keys in stack:
                paint.text(title, x, y, 15 * u, theme.text, bold=True)
                for key, words in keys:
                    y += step
                    paint.text(key, x, y, size, theme.text)
                    paint.text(words, x + 182 * u, y, size, theme.dim)
                y += 2 * step


def wrapped(words: str, size: float, room: float) -> list[str]:
    """Lines that fit; a word that is too long for one is cut anywhere."""
    made: list[str] = []
    for line in wrap(words.replace("$", "\\$"), size, room):
        line = line.replace("\\$", "$")
        most = max(int(room / (0.62 * size)), 8)
        while len(line) > 1.6 * most and " " not in line[: int(1.6 * most)]:
            made.append(line[:most])
            line = line[most:]
        made.append(line)
    return made or [""]
