"""What every scene keeps to, whatever it shows: asked of each one in scenes/, and of each film of it in configs/.

Nothing here knows one scene by its name. Of a scene without a surface, balls or panels it is asked that it says so.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

import moderngl
import numpy as np
import pytest
from scipy.ndimage import binary_dilation, distance_transform_edt

from tests.scenes_help import different, shipped, staged
from tests.window_help import SIZE, WHOLE, far
from thalweg.colors import MINIMA, THEMES, ball_colors, rgb
from thalweg.film import SCENES
from thalweg.film.sections import PanelPlace
from thalweg.spec import find, load
from thalweg.stage.pictures import frame_pixels
from thalweg.stage.reel import Reel
from thalweg.stage.told import told
from tools.window_driver import Window, missing

SMALL, LARGE = {"resolution": "320x180", "fps": 10}, {"resolution": "854x480", "fps": 10}
SHORT = ["video.seconds=3"]
HIGH = SIZE[1] - 50  # of the window's picture: below, messages may stand for a while
PARTS = {
    "surface": "surface: {name: bowl_with_two_holes, domain: {x: [-2, 2.2], y: [-1.6, 2.6]}}\n",
    "optimizers": "start: [-0.64, 1.8]\nsteps: 40\noptimizers: [sgd: {lr: 0.1}, momentum: {lr: 0.05}]\n",
    "optimizer": "start: [-0.64, 1.8]\nsteps: 40\noptimizers: [momentum: {lr: 0.05}]\n",
}


class Subject(NamedTuple):
    """A film of a kind of scene: the name of a shipped config, or "" for one made of what the scene needs, with one of
    its options `switched` on.
    """

    kind: str
    config: str = ""
    switched: str = ""

    def __str__(self) -> str:
        return self.config or self.kind + self.switched

    def text(self) -> str:
        """The YAML that is made of what the scene says of itself."""
        options = SCENES[self.kind]
        needs = "".join(PARTS[need] for need in dict.fromkeys((*options.needs, *options.may)))
        more = f", {self.switched}: true" if self.switched else ""
        return f"title: Balls and words\nscene: {{kind: {self.kind}{more}}}\n{needs}"

    def path(self, folder: Path) -> Path:
        """Its file; one that is made is written into the folder."""
        if self.config:
            return find(self.config)
        made = folder / f"{self}.yaml"
        made.write_text(self.text(), encoding="utf-8")
        return made

    def staged(self, folder: Path, video: dict[str, Any], *overrides: str) -> Any:
        """Its scene, ready to draw."""
        return staged(load(self.path(folder), [*SHORT, *overrides], video).shot)


def makeable(kind: str) -> bool:
    """Whether a film of it can be made without knowing it: all that its options need has a default."""
    return all(each.default is not MISSING or each.default_factory is not MISSING for each in fields(SCENES[kind]))


MADE = [Subject(kind) if makeable(kind) else Subject(kind, shipped(kind)[0]) for kind in SCENES]
MORE = "fair"  # an option that draws what no other film does
SWITCHED = [Subject(k, switched=MORE) for k in SCENES if MORE in [each.name for each in fields(SCENES[k])]]
SUBJECTS = [
    *(each for each in MADE if not each.config),
    *SWITCHED,
    *(Subject(k, name) for k in SCENES for name in different(k)),
]


def raw(scene: Any, index: float | None = None) -> np.ndarray:
    """A frame's bytes as they come from the GPU, (height, width, 4); of the frame as it stands now without an index."""
    if index is None:
        scene.update_frame(0, force_draw=True)
    else:
        scene.draw_frame(index)
    width, height = scene.pixels
    return scene.read(np.empty((height, width, 4), "u1"))


def difference(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How far pixels (height, width) are from each other, 0 ... 255."""
    return np.abs(one[..., :3].astype(int) - other[..., :3]).max(axis=-1)


def layers(scene: Any) -> list[Any]:
    """What draws itself and tells of it."""
    every = [part for mobject in scene.mobjects for part in mobject.get_family() if hasattr(part, "told")]
    return list(dict.fromkeys(every))


def without(scene: Any, parts: list[Any]) -> np.ndarray:
    """The frame drawn last, anew, without these layers."""
    for part in parts:
        part.draw = lambda gpu: None
    try:
        return raw(scene)
    finally:
        for part in parts:
            del part.draw


def inside(box: Any, size: tuple[int, int], more: float = 0) -> np.ndarray:
    """Mask (height, width) of the pixels that a box of told() touches, with so many around it."""
    left, top, right, bottom = box
    mask = np.zeros(size[::-1], bool)
    mask[max(int(np.floor(top - more)), 0) : max(int(np.ceil(bottom + more)), 0),
         max(int(np.floor(left - more)), 0) : max(int(np.ceil(right + more)), 0)] = True  # fmt: skip
    return mask


def some(scene: Any, count: int = 3) -> list[int]:
    """Frames of a film from its first to its last."""
    return sorted({round(share * (scene.frames - 1)) for share in np.linspace(0, 1, count)})


@pytest.fixture(scope="module", params=SUBJECTS, ids=str)
def subject(request: pytest.FixtureRequest) -> Subject:
    return request.param


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("film")


@pytest.fixture(scope="module")
def large(subject: Subject, folder: Path) -> Any:
    made = subject.staged(folder, LARGE)
    yield made
    made.release()


@pytest.fixture(scope="module")
def facts(large: Any) -> dict[int, dict[str, Any]]:
    return {index: told(large, index) for index in some(large)}


@pytest.fixture(scope="module", params=MADE, ids=str)
def made(request: pytest.FixtureRequest) -> Subject:
    """One film of each kind, where one says it all."""
    return request.param


# --- a function of time


def test_a_frame_alone_is_that_frame_in_sequence(subject: Subject, folder: Path) -> None:
    scene = subject.staged(folder, SMALL)
    whole = {index: raw(scene, index).copy() for index in some(scene, 19)}
    scene.release()
    fresh = subject.staged(folder, SMALL)
    for index in sorted(whole, reverse=True)[::3]:
        assert np.array_equal(raw(fresh, index), whole[index]), f"frame {index}"
    fresh.release()
    frames = list(whole.values())
    assert any((frame != frames[0]).any() for frame in frames), "something moves"
    for frame in frames:
        assert (frame[..., 3] == 255).all()
    assert len(np.unique(frames[-1].reshape(-1, 4), axis=0)) > 20, "something is seen"


def test_the_same_is_told_whatever_was_drawn_before(large: Any, facts: dict[int, dict]) -> None:
    for index in reversed(facts):
        again = told(large, index)
        assert again == facts[index]
        json.dumps(again, allow_nan=False)
    moments = [seconds for seconds, _ in large.marks]
    assert moments == sorted(moments) and all(0 <= each <= large.duration for each in moments)
    steps = [large.step_at(seconds) for seconds in np.linspace(0, large.duration, 50)]
    assert steps == [None] * 50 or np.all(np.diff(np.array(steps, float)) >= 0)


# --- what is told is what is drawn


def test_texts_are_where_they_are_told(large: Any, facts: dict[int, dict]) -> None:
    """Ink in every box; and what a layer draws that is nothing but texts and panels, it draws there."""
    size, words = large.pixels, 0
    for index in list(facts)[1:]:
        whole = raw(large, index).copy()
        for part in layers(large):
            said = part.told()
            if not said.get("texts"):
                continue
            changed = difference(without(large, [part]), whole) > 2
            around = np.zeros_like(changed)
            for text in said["texts"]:
                around |= inside(text["box"], size, 0.35 * text["size"] + 2)
                seen = inside(text["box"], size)
                assert changed[seen].any() or not seen.any() or text["strength"] < 0.05, text
                words += 1
            for panel in said.get("panels", []):
                around |= inside(panel["box"], size, 1)
            assert not (changed & ~around).any(), [text["text"] for text in said["texts"]]
    assert words or not any(frame["texts"] for frame in facts.values())


def test_panels_are_where_they_are_told(large: Any, facts: dict[int, dict]) -> None:
    index = max(facts)
    whole = raw(large, index).copy()
    for panel in facts[index]["panels"]:
        parts = [part for part in layers(large) if part.panel == panel["name"]]
        changed = difference(without(large, parts), whole) > 2
        assert changed.any() and not (changed & ~inside(panel["box"], large.pixels)).any(), panel["name"]


def test_numbers_are_among_the_texts(large: Any, facts: dict[int, dict]) -> None:
    for frame in facts.values():
        assert {number["text"] for number in frame["numbers"]} <= {text["text"] for text in frame["texts"]}


# --- balls


def alone(about: dict, balls: list[dict], panels: list[dict], size: tuple[int, int]) -> bool:
    """Whether a ball's disc is seen whole, with nothing near it that could be taken for it."""
    (x, y), radius = about["drawn"], about["radius"]
    reach = 2.2 * radius + 3
    apart = all(np.hypot(other["drawn"][0] - x, other["drawn"][1] - y) > reach + other["radius"]
                for other in balls if other is not about)  # fmt: skip
    covered = any(left < x + reach and x - reach < right and top < y + reach and y - reach < bottom
                  for left, top, right, bottom in (panel["box"] for panel in panels))  # fmt: skip
    within = reach < x < size[0] - reach and reach < y < size[1] - reach
    return about["visible"] > 0.99 and apart and within and not covered


def disc_of(about: dict, color: str, whole: np.ndarray, bare: np.ndarray) -> np.ndarray:
    """The pixels (n, 2) near a ball that have its colour, in a picture with it and not in one without."""
    (x, y), reach, wanted = about["drawn"], 2.2 * about["radius"] + 3, np.array(rgb(color)) * 255
    rows, columns = (slice(int(middle - reach), int(middle + reach) + 1) for middle in (y, x))
    picture = whole[rows, columns, :3].astype(float)
    length = np.maximum(np.linalg.norm(picture, axis=-1) * np.linalg.norm(wanted), 1)
    like = (picture @ wanted / length > np.cos(np.radians(12))) & (picture.max(axis=-1) > 0.35 * wanted.max())
    found = np.argwhere(like & (difference(whole[rows, columns], bare[rows, columns]) > 8))[:, ::-1]
    found = found + [columns.start + 0.5, rows.start + 0.5]
    return found[np.hypot(*(found - about["drawn"]).T) < reach]


def colors_of(scene: Any) -> dict[tuple[str, int], str]:
    """Of every ball; of those coloured by their destination that of the nearest minimum, counted from the deepest."""
    entries, found = scene.shot.experiment.entries if scene.shot.experiment else (), {}
    given = ball_colors([entry.color for entry in entries])
    for entry, color, run in zip(entries, given, scene.trajectories, strict=True):
        for ball, end in enumerate(run.positions[:, -1]):
            away = [np.hypot(*(end - each[:2])) for each in scene.shot.surface.minima]
            found[entry.label, ball] = MINIMA[int(np.argmin(away))] if entry.color == "destination" else color
    return found


def test_balls_are_where_they_are_told(subject: Subject, folder: Path) -> None:
    """In their colour: there, as large as that, and nowhere near. Their trails are left out where the scene can."""
    named = {each.name for each in fields(SCENES[subject.kind].style)}
    scene = subject.staged(
        folder, LARGE, *(f"style.{name}=false" for name in ("trail", "iterates", "clouds") if name in named)
    )
    size = scene.pixels
    entries = scene.shot.experiment.entries if scene.shot.experiment else ()
    colors = colors_of(scene)
    checked, balls, every = 0, [], set(range(len(entries)))
    for index in some(scene, 4)[1:]:
        scene.hide(every)
        assert not told(scene, index)["balls"]
        bare = raw(scene, index).copy()
        for entry in sorted(every)[:4]:
            scene.hide(every - {entry})
            frame = told(scene, index)
            balls, whole = frame["balls"], raw(scene, index).copy()
            for about in [about for about in balls if alone(about, balls, frame["panels"], size)][:2]:
                disc = disc_of(about, colors[about["label"], about["ball"]], whole, bare)
                assert 0.4 < len(disc) / (np.pi * about["radius"] ** 2) < 1.6, about
                assert np.linalg.norm(disc.mean(axis=0) - about["drawn"]) < 0.4 * about["radius"] + 0.7, about
                checked += 1
    scene.release()
    assert checked or not balls


def test_hidden_entries_are_not_there(large: Any, facts: dict[int, dict]) -> None:
    index, size = sorted(facts)[1], large.pixels
    frame, whole = facts[index], raw(large, sorted(facts)[1]).copy()
    labels = [entry.label for entry in large.shot.experiment.entries] if large.shot.experiment else ["nobody"]
    parts = ("balls", "dots", "trails", "ghosts", "ghost_trails")
    large.hide({0})
    hidden, picture = told(large, index), raw(large, index).copy()
    held = {(ball.entry, ball.ball) for ball in large.balls_at(frame["seconds"])}
    large.hide(set())
    assert np.array_equal(raw(large, index), whole), "all is back"
    for name in parts:
        assert hidden[name] == [about for about in frame[name] if about["label"] != labels[0]], name
    assert all(entry != 0 for entry, _ in held)
    mine = {name: [about for about in frame[name] if about["label"] == labels[0]] for name in parts}
    around, changed = np.zeros(size[::-1], bool), difference(picture, whole) > 2
    for about in (*mine["balls"], *mine["ghosts"]):
        (x, y), reach = about["drawn"], 2.6 * about["radius"] + 3  # with its shadow
        around |= inside((x - reach, y - reach, x + reach, y + reach), size)
        if alone(about, [*frame["balls"], *frame["ghosts"]], frame["panels"], size):
            assert changed[inside((x - 1, y - 1, x + 1, y + 1), size)].all(), "it is not seen any more"
    outlines = [line["pixels"] for line in frame["outlines"] if line["label"] == labels[0]]
    trails = [trail["pixels"] for name in ("trails", "ghost_trails") for trail in mine[name]]
    for x, y in along([*trails, *([dot["pixel"]] for dot in mine["dots"]),
                       *([arrow["from"], arrow["to"]] for arrow in frame["arrows"]), *outlines], size):  # fmt: skip
        around[y, x] = True
    around = distance_transform_edt(~around) < 0.012 * size[1] + 3
    for panel in frame["panels"]:
        around |= inside(panel["box"], size, 1)
    assert not (changed & ~around).any()
    assert changed.any() == bool(mine["balls"]), "what a hill hides shows through"


def along(lines: list[Any], size: tuple[int, int]) -> np.ndarray:
    """The pixels (n, 2) of the picture that polylines pass, densely."""
    passed = [np.zeros((0, 2))]
    for line in lines:
        points = np.array([point for point in line if None not in point], float).reshape(-1, 2)
        points = points[(np.abs(points) < 1e5).all(axis=1)]
        for start, end in zip(points[:-1], points[1:], strict=True):
            count = int(np.clip(np.abs(end - start).max(), 1, 4000)) + 1
            passed.append(start + (end - start) * np.linspace(0, 1, count)[:, None])
        passed.append(points)
    found = np.floor(np.concatenate(passed)).astype(int)
    return found[((found >= 0) & (found < size)).all(axis=1)]


# --- what is where


def test_pixels_lead_to_points_and_back(large: Any, facts: dict[int, dict]) -> None:
    width, height = large.pixels
    index = sorted(facts)[1]
    frame = facts[index]
    large.draw_frame(index)
    grid = [(x, y) for x in np.linspace(0.5, width - 0.5, 15) for y in np.linspace(0.5, height - 0.5, 9)]
    found = {pixel: point for pixel in grid if (point := large.point_at(*pixel)) is not None}
    assert large.shot.surface is not None or not found
    assert bool(found) or not frame["balls"], "where balls are, a surface is"
    matrix, last = np.array(frame["camera"]["matrix"]), np.array([0.0, 0.0, 0.0, 1.0])
    for pixel, point in found.items():
        assert large.shot.surface.domain[0][0] - 1e-9 <= point[0] <= large.shot.surface.domain[0][1] + 1e-9, pixel
        place = large.world_at(point)
        if place is not None:
            x, y, _, depth = matrix @ (np.array([*place, 0.0]) + last)
            seen = width / 2 * (1 + x / depth), height / 2 * (1 - y / depth)
            assert np.hypot(seen[0] - pixel[0], seen[1] - pixel[1]) < 0.5, (pixel, seen)
            assert np.allclose(large.point_below(place), point, atol=1e-6 * np.ptp(large.shot.surface.domain))
    bare = bare_ground(raw(large, index), large.background())
    assert all(large.point_at(*pixel) is None for pixel in bare), "beside the surface there is none"


def bare_ground(picture: np.ndarray, ground: str) -> list[tuple[float, float]]:
    """Pixels along the picture's edge that show the ground and nothing else, a few of them."""
    nothing = ~binary_dilation((np.abs(picture[..., :3] - np.array(rgb(ground)) * 255) > 2).any(axis=-1), iterations=2)
    nothing[3:-3, 3:-3] = False
    rows, columns = np.nonzero(nothing)
    return [(column + 0.5, row + 0.5) for row, column in zip(rows[::97], columns[::97], strict=True)]


def test_a_balls_pixel_leads_to_its_point(large: Any, facts: dict[int, dict]) -> None:
    checked, balls = 0, 0
    for index, frame in facts.items():
        large.draw_frame(index)
        for about in frame["balls"]:
            domain, point = np.array(large.shot.surface.domain), np.array(about["point"])
            inside_it = ((point >= domain[:, 0]) & (point <= domain[:, 1])).all()
            if about["visible"] < 0.99 or about["pixel"] is None or not inside_it:
                continue
            balls += 1
            assert about["loss"] == pytest.approx(float(large.shot.surface.value(point)), rel=1e-9, abs=1e-12)
            found = large.point_at(*about["pixel"])
            beside = [large.point_at(about["pixel"][0] + dx, about["pixel"][1] + dy)
                      for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1))]  # fmt: skip
            if found is None or any(each is None for each in beside):
                continue  # at the very edge
            pixel = max(np.linalg.norm(each - found) for each in beside)
            checked += np.linalg.norm(found - point) < 1.5 * pixel
    assert checked >= 0.8 * balls  # the ground below a few lies behind a ridge


# --- style and size


def switches(kind: str) -> list[str]:
    """The panels that a scene's style can switch."""
    hints = get_type_hints(SCENES[kind].style)
    return [each.name for each in fields(SCENES[kind].style) if hints[each.name] in (PanelPlace, PanelPlace | None)]


def test_what_is_switched_off_is_gone(made: Subject, folder: Path) -> None:
    names = switches(made.kind)
    whole = made.staged(folder, SMALL, *(f"style.{name}=true" for name in names))
    shown = told(whole, whole.frames - 1)
    panels = {panel["name"] for panel in shown["panels"]}
    assert set(names) <= panels, "what can be switched on is shown"
    whole.release()
    for name in names:
        scene = made.staged(folder, SMALL, *(f"style.{other}={str(other != name).lower()}" for other in names))
        frame = told(scene, scene.frames - 1)
        assert name not in {panel["name"] for panel in frame["panels"]}
        assert not [text for text in frame["texts"] if text["panel"] == name]
        assert {panel["name"] for panel in frame["panels"]} == panels - {name}, "the others stay"
        scene.release()


@pytest.mark.parametrize("text_scale", [0.5, 2])
@pytest.mark.parametrize("size", ["854x480", "1080x1920"])
def test_texts_stay_in_the_picture(made: Subject, folder: Path, size: str, text_scale: float) -> None:
    scene = made.staged(folder, {"resolution": size, "fps": 10}, f"style.text_scale={text_scale}")
    width, height = scene.pixels
    for index in some(scene):
        scene.draw_frame(index)
        for text in scene.told().get("texts", []):  # those that lie beside the picture, too
            left, top, right, bottom = text["box"]
            assert 0 <= left < right <= width and 0 <= top < bottom <= height, text
    scene.release()


def test_every_theme(made: Subject, folder: Path) -> None:
    """The ground is the theme's, and every text stands out from what is around it."""
    frames = []
    for name, theme in THEMES.items():
        scene = made.staged(folder, LARGE, f"style.theme={name}")
        index = scene.frames - 1
        frame, picture = told(scene, index), raw(scene, index).copy()
        colors, counts = np.unique(picture.reshape(-1, 4)[:, :3], axis=0, return_counts=True)
        assert np.abs(colors[counts.argmax()] - np.array(rgb(theme.background)) * 255).max() <= 1
        light = picture[..., :3] @ np.array([0.2126, 0.7152, 0.0722])
        for text in frame["texts"]:
            box = inside(text["box"], scene.pixels, 2)
            assert np.ptp(light[box]) > 40 * text["strength"], text
        frames.append(picture)
        scene.release()
    assert (difference(*frames[:2]) > 60).mean() > 0.2


def test_transparent_frames_have_alpha(made: Subject, folder: Path) -> None:
    """Laid over the ground they are the film's frames, but for words and panels, which are to be read over anything."""
    opaque, clear = (made.staged(folder, SMALL, f"video.transparent={word}") for word in ("false", "true"))
    index = opaque.frames - 1
    whole, picture = frame_pixels(opaque, index), frame_pixels(clear, index)
    alpha = picture[..., 3:] / 255
    assert alpha.min() == 0 and alpha.max() == 1 and (whole[..., 3] == 255).all()
    laid = alpha * picture[..., :3] + (1 - alpha) * np.array(rgb(opaque.background())) * 255
    frame, bare = told(opaque, index), np.ones(whole.shape[:2], bool)
    for part in (*frame["panels"], *frame["texts"]):
        bare &= ~inside(part["box"], opaque.pixels, 3)
    assert (np.abs(laid - whole[..., :3]).max(axis=-1) < 6)[bare].mean() > 0.99
    opaque.release(), clear.release()


# --- the films


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_film_loads_rolls_and_draws(name: str) -> None:
    film = load(find(name), [], {"resolution": "160x90", "fps": 5})
    rolled = film.roll()
    for part, trajectories in zip(film.shots, rolled, strict=True):
        entries = part.experiment.entries if part.experiment else ()
        assert [len(each.loss) for each in trajectories] == [len(entry.starts) for entry in entries]
        assert all(np.isfinite(each.loss[:, 0]).all() for each in trajectories)
    reel = Reel(film, rolled)
    picture = reel.draw(reel.frames // 2, np.zeros((90, 160, 4), "u1"))
    assert len(np.unique(picture.reshape(-1, 4), axis=0)) > 20 and (picture[..., 3] == 255).all()
    reel.release()


# --- the machine


@pytest.mark.skipif(bool(missing()), reason=f"the live window is not tried: {missing()}")
def test_the_window_shows_its_frames(made: Subject, folder: Path, display: Any) -> None:
    """Opened, at its beginning and its end, with its first entry hidden and shown again, and closed."""
    scene = made.staged(folder, {"resolution": f"{SIZE[0]}x{SIZE[1]}", "fps": 10})
    first, last = (raw(scene, index)[..., :3].copy() for index in (0, scene.frames - 1))
    scene.release()
    changes = [word for each in (*SHORT, "video.fps=10") for word in ("--set", each)]
    window = Window(display, made.path(folder), folder, *changes)
    try:
        window.resize(*WHOLE)
        for keys, frame in ((("Right", "Home"), first), (("End",), last), (("1", "1"), last)):
            window.key(*keys)
            shown = lambda frame=frame: far(window.picture(SIZE)[:HIGH], frame[:HIGH]) < 0.1  # noqa: E731
            window.wait_for(shown, 10, f"after {keys} it shows another picture")
        window.ask_to_close()
        assert window.process.wait(10) == 0 and not window.told.read_text()
    finally:
        window.close()


def test_release_frees_all_that_was_made(made: Subject, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made.staged(folder, SMALL).release()  # what is kept for every scene is made once
    things: list[Any] = []

    def noting(make: Any) -> Any:
        def noted(*arguments: Any, **options: Any) -> Any:
            things.append(make(*arguments, **options))
            return things[-1]

        return noted

    for name in ("buffer", "texture", "depth_texture", "program", "vertex_array", "framebuffer", "renderbuffer",
                 "depth_renderbuffer"):  # fmt: skip
        monkeypatch.setattr(moderngl.Context, name, noting(getattr(moderngl.Context, name)))
    scene = made.staged(folder, SMALL)
    raw(scene, 0)
    scene.hide({0})
    told(scene, scene.frames - 1)
    scene.release()
    alive = [thing for thing in things if type(thing.mglo).__name__ != "InvalidObject"]
    assert len(things) > 3 and not alive
