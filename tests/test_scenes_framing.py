"""What is drawn stands in the free part of the picture; heights mean what they say."""

from __future__ import annotations

import numpy as np
import pytest

from tests.scenes_help import different, shot, staged
from thalweg.calculus import SURFACES, from_expression
from thalweg.geometry.display import PLATE, Display, HeightMap, choose_heights
from thalweg.geometry.framing import Rect, Scenery, Space, View, between, fit, project, rotation
from thalweg.mobjects.loss_surface import nice_step

SHAPES = {"16:9": "640x360", "9:16": "360x640", "1:1": "480x480"}


@pytest.fixture(scope="module", params=different("race"))
def name(request):
    return request.param


@pytest.fixture(scope="module", params=SHAPES)
def scene(request, name):
    made = staged(shot(name, {"resolution": SHAPES[request.param]}))
    made.aim.path.push = None  # which goes nearer on purpose
    yield made
    made.release()


def seen_at(scene, seconds, points):
    """Frame coordinates at a second, as manimgl's camera gives them."""
    scene.pose(seconds)
    scene.camera.refresh_uniforms()
    uniforms = scene.camera.uniforms
    view = np.array(uniforms["view"]).reshape(4, 4).T
    inside = points @ view[:3, :3].T + view[:3, 3]
    x, y, z = uniforms["frame_rescale_factors"]
    half = 4 * scene.board.page.width / scene.board.page.height, 4
    return inside[..., :2] * [x * half[0], abs(y) * half[1]] / (1 - inside[..., 2:] * z)


def bare(scene) -> list[Rect]:
    """The panels themselves: each place is taken with a gap around it."""
    gap = scene.board.corners.gap * 8 / scene.board.page.height
    return [Rect(r.left + gap, r.right - gap, r.bottom + gap, r.top - gap) for r in scene.board.taken]


def boxes_at(scene, seconds) -> list[Rect]:
    """The panels that are seen at a second, in frame units."""
    scene.pose(seconds)
    page, boxes = scene.board.page, {}
    for mobject in scene.board.mobjects:
        if mobject.panel == "arrivals":
            continue  # on the landscape
        for panel in mobject.told().get("panels", []):
            left, top, right, bottom = panel["box"]
            x0, y0, x1, y1 = boxes.get(panel["name"], (left, top, right, bottom))
            boxes[panel["name"]] = min(x0, left), min(y0, top), max(x1, right), max(y1, bottom)
    return [page.frame_rect(*box) for box in boxes.values()]


def within(seen, rect) -> np.ndarray:
    return ((seen > [rect.left, rect.bottom]) & (seen < [rect.right, rect.top])).all(axis=1)


def test_paths_and_balls_are_in_the_picture_and_behind_no_panel(scene):
    """At every second every iterate of the domain, every ball and the deepest hole."""
    display, page = scene.display, scene.board.page
    iterates = scene.motion.iterates.reshape(-1, 2)
    hole = [point[:2] for point in scene.shot.surface.minima[:1]]
    points = display.to_relief(np.concatenate([iterates[display.inside(iterates)], np.reshape(hole, (-1, 2))]))
    width, height, room = 4 * page.width / page.height, 4, 8 / page.height * 12 * page.unit
    for seconds in np.linspace(0, scene.duration, 9):
        moment = scene.motion.at(seconds)
        seen = seen_at(scene, seconds, np.concatenate([points, moment.center[display.inside(moment.points)]]))
        assert (np.abs(seen) < [width - room, height - room]).all(), "cut off"
        for rect in boxes_at(scene, seconds):
            assert not within(seen, rect).any(), "something lies behind a panel"


def test_of_the_landscape_only_far_corners_are_cut_off(scene):
    border, page = scene.display.to_relief(scene.display.grid(33)).reshape(-1, 3), scene.board.page
    for seconds in np.linspace(0, scene.duration, 9):
        seen = seen_at(scene, seconds, border)
        assert np.abs(seen[:, 1]).max() < 4, "above and below it is whole"
        assert (np.abs(seen[:, 0]) > 4 * page.width / page.height).mean() < 0.33
        assert sum(within(seen, rect).mean() for rect in boxes_at(scene, seconds)) < 0.06


def test_the_landscape_fills_the_picture(scene):
    """From side to side or from top to bottom, before the result is told as well as after."""
    border, page = scene.display.to_relief(scene.display.grid(33)).reshape(-1, 3), scene.board.page
    crowded = page.width == page.height and "loss_panel" in scene.board  # which takes a quarter of a square
    for seconds, least in ((scene.motion.timing.intro, 0.45 if crowded else 0.7), (scene.duration, 0.35)):
        size = np.ptp(seen_at(scene, seconds, border), axis=0)
        assert max(size[0] / (8 * page.width / page.height), size[1] / 8) > least


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ["boss_fight", "saddle"])
def test_where_it_is_decided_the_camera_comes_slowly_nearer(name, shape):
    """What is about that place is larger, and it nearer to the middle, without a jolt, and no ball is lost by that."""
    pace = "video.pace=dramatic"
    scene = staged(shot(name, {"resolution": SHAPES[shape]}, ["camera.orbit=0", "camera.opening=none", pace]))
    path, page, (begin, end) = scene.aim.path, scene.board.page, scene.motion.timing.decided
    push, place = path.push, scene.display.to_world(scene.motion.decisive.point)
    cross = place + 0.05 * np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]])

    def size_and_way(seconds):
        o, a, b = seen_at(scene, seconds, cross)
        return abs(np.linalg.det([a - o, b - o])) ** 0.5, np.linalg.norm(o - scene.aim.middle_of_room(seconds))

    path.push = None
    size, way = size_and_way(end)
    path.push = push
    nearer = size_and_way(end)
    assert 1.03 < nearer[0] / size < 1.15 and nearer[1] == pytest.approx(way * size / nearer[0], rel=0.01)
    times = np.arange(0, scene.duration - scene.motion.timing.hold - 1.3, 1 / 30)
    sizes = np.array([size_and_way(seconds)[0] for seconds in times])
    still = (times < begin - 0.7) | (times > end + 2)
    assert sizes[still] == pytest.approx(size, rel=1e-6), "before and after it stands as it would"
    assert np.abs(np.diff(sizes)).max() < 0.006 * size and np.abs(np.diff(sizes, 2)).max() < 0.0008 * size, "slowly"
    for seconds in np.linspace(begin - 0.5, end + 1.5, 11):
        seen = seen_at(scene, seconds, scene.motion.at(seconds).center)
        assert (np.abs(seen) < [4 * page.width / page.height, 4]).all(), "cut off"
        assert not any(within(seen, rect).any() for rect in boxes_at(scene, seconds)), "behind a panel"
    scene.release()


def test_the_camera_eases_up_when_the_result_comes():
    scene = staged(shot("boss_fight", {"resolution": "640x360"}, ["camera.orbit=0", "camera.opening=none"]))
    comes, scene.aim.path.push = scene.duration - scene.motion.timing.hold, None
    scales = np.array([scene.aim.at(seconds).scale for seconds in np.linspace(comes - 1.5, comes + 0.5, 241)])
    moving = np.flatnonzero(np.abs(np.diff(scales)) > 1e-9)
    assert scales[-1] > 1.05 * scales[0] and (np.diff(scales) >= -1e-12).all()
    assert 0.9 < (moving[-1] - moving[0]) / 120 <= 1.2 + 1e-9, "in 1.2 seconds"
    assert np.abs(np.diff(scales, 2)).max() < 0.003 * np.ptp(scales), "without a jolt"
    assert scene.aim.at(comes).scale == scene.aim.at(scene.duration).scale, "and stands when it is there"
    none = staged(shot("boss_fight", {"resolution": "640x360"}, ["camera.orbit=0", "style.caption=false"]))
    none.aim.path.push = None
    assert none.aim.at(none.duration / 2).scale == none.aim.at(none.duration).scale, "nothing comes: nothing moves"
    scene.release(), none.release()


def test_a_short_film_ends_where_its_result_has_room():
    scene = staged(shot("boss_fight", {"resolution": "640x360"}, ["video.seconds=1"]))
    last = (scene.frames - 1) / scene.fps
    assert scene.aim.path.eased(last) == 1 and scene.aim.path.eased(0.3) == 0
    scene.release()


def test_a_push_in_enlarges_about_its_place():
    scene = staged(shot("boss_fight", {"resolution": "640x360"}))
    place, beside = scene.display.to_world(np.array([[0.0, 0.0], [0.01, 0.0]]))
    middle = np.array(scene.aim.middle_of_room(5.0))
    was = seen_at(scene, 5.0, np.stack([place, beside]))
    for factor in (1.0, 1.0001, 1.5):
        scene.aim.path.push = lambda seconds, factor=factor: (factor, place)
        now = seen_at(scene, 5.0, np.stack([place, beside]))
        assert np.abs(now[0] - middle - (was[0] - middle) / factor).max() < 1e-3
        assert np.linalg.norm(now[1] - now[0]) == pytest.approx(factor * np.linalg.norm(was[1] - was[0]), rel=5e-3)
    scene.release()


def test_panels_stand_in_the_picture_and_apart(scene):
    width, height = 4 * scene.board.page.width / scene.board.page.height, 4
    panels = bare(scene)
    for index, rect in enumerate(panels):
        assert -width <= rect.left and rect.right <= width and -height <= rect.bottom and rect.top <= height
        for other in panels[:index]:
            across = min(rect.right, other.right) - max(rect.left, other.left)
            down = min(rect.top, other.top) - max(rect.bottom, other.bottom)
            assert across <= 1e-9 or down <= 1e-9, "two panels overlap"


def test_our_projection_is_manimgls(scene):
    camera, points = scene.shot.camera, scene.display.to_world(scene.display.grid(5)).reshape(-1, 3)
    seconds, path = 0.5 * scene.duration, scene.aim.path
    view = path.framings[0].view
    ours = project(points, path.subject, camera.theta + camera.orbit * seconds, camera.phi, view)
    assert np.abs(ours - seen_at(scene, seconds, points)).max() < 2e-3


def test_the_title_opening_looks_straight_down():
    scene = staged(shot("boss_fight", {"resolution": "320x180"}, ["camera.opening=flat"]))
    points = scene.display.to_world(scene.display.grid(5))
    seen = seen_at(scene, 0.0, points.reshape(-1, 3)).reshape(5, 5, 2)
    assert (np.diff(seen[..., 0], axis=0) > 0).all() and (np.diff(seen[..., 1], axis=1) > 0).all()
    plain = staged(shot("boss_fight", {"resolution": "320x180"}))
    later = scene.motion.timing.intro
    same = seen_at(scene, later, points) - seen_at(plain, later, points)
    assert np.abs(same).max() < 1e-6, "after the opening nothing is different"
    scene.release(), plain.release()


def test_a_flat_opening_is_a_map_that_stands_for_a_second_and_a_half():
    """Without perspective: equal distances of the domain are equal on screen, at whatever height they lie."""
    scene = staged(shot("boss_fight", {"resolution": "640x360"}, ["camera.opening=flat"]))
    points = scene.display.to_world(scene.display.grid(9))
    seen = seen_at(scene, 0.0, points.reshape(-1, 3)).reshape(9, 9, 2)
    for axis in (0, 1):
        steps = np.diff(seen[..., axis], axis=axis)
        assert np.ptp(steps) < 0.01 * steps.mean()
    for seconds in (0.7, 1.49):
        assert np.abs(seen_at(scene, seconds, points.reshape(-1, 3)).reshape(9, 9, 2) - seen).max() < 1e-6, seconds
    moves = [
        seen_at(scene, seconds, points[0, :1]) for seconds in np.linspace(1.5, scene.motion.timing.intro + 0.2, 86)
    ]
    speed = np.linalg.norm(np.diff(np.concatenate(moves), axis=0), axis=1)
    assert speed[0] < 0.02 * speed.max() and speed[-1] < 0.05 * speed.max(), "it eases down"
    for seconds in (0.0, 1.9, 2.3):
        scene.draw_at(seconds)
        for point in ([-0.4, 0.3], [1.0, 1.4], [1.9, -1.2]):
            found = scene.point_at(*scene.sight().pixel(scene.world_at(np.array(point))))
            assert found == pytest.approx(point, abs=1e-3), "what is clicked on is what is seen"
    scene.release()


def test_zoom_and_centre_are_the_users():
    near, far = (
        staged(shot("boss_fight", {"resolution": "320x180"}, [f"camera.zoom={zoom}", "camera.center=[1, 1]"]))
        for zoom in (2, 1)
    )
    hole = near.display.to_world(np.array([[1.0, 1.0]]))
    half = near.duration / 2
    middle = near.aim.middle_of_room(half)
    assert np.abs(seen_at(near, half, hole)[0] - middle).max() < 1.2
    border = near.display.to_world(near.display.grid(9)).reshape(-1, 3)
    sizes = [np.ptp(seen_at(scene, half, border), axis=0)[0] for scene in (near, far)]
    assert sizes[0] > 1.6 * sizes[1]
    near.release(), far.release()


def test_a_number_is_the_vertical_exaggeration():
    surface = from_expression("0.4*x + 0*y")
    display = Display(surface, ((-3, 3), (-3, 3)), 2.0)
    a, b = display.to_world(np.array([[0.0, 0.0], [1.0, 0.0]]))
    assert (b[2] - a[2]) / (b[0] - a[0]) == pytest.approx(2.0 * 0.4)


def test_the_kind_of_height_is_chosen_from_the_landscape():
    names = ("rosenbrock", "bowl_with_two_holes", "bowl")
    kinds = {name: Display(SURFACES[name](), SURFACES[name]().domain).heights.kind for name in names}
    assert kinds["rosenbrock"] == "log" and kinds["bowl_with_two_holes"] == kinds["bowl"] == "linear"
    forced = Display(SURFACES["bowl"](), SURFACES["bowl"]().domain, "log")
    assert forced.heights.kind == "log"


@pytest.mark.parametrize("name", sorted(SURFACES))
@pytest.mark.parametrize("setting", ["auto", "linear", "log"])
def test_every_surface_stands_on_the_plate(name, setting):
    surface = SURFACES[name]()
    display = Display(surface, surface.domain, setting)
    world = display.to_world(display.grid(161))
    assert world[..., 2].min() == pytest.approx(0, abs=1e-9) and 0.1 * PLATE < np.ptp(world[..., 2]) <= 0.35 * PLATE
    assert np.ptp(world[..., :2], axis=(0, 1)).max() == pytest.approx(PLATE)
    points = display.grid(9)
    assert np.abs(display.from_plate(world[::20, ::20, :2]) - points).max() < 1e-9


@pytest.mark.parametrize("kind", ["linear", "log"])
def test_the_slope_of_the_height_is_its_derivative(kind):
    heights = HeightMap(kind, -1.0, 0.7, 0.01)
    loss = np.linspace(-0.999, 50, 400)
    step = 1e-7
    differences = (heights(loss + step) - heights(loss - step)) / (2 * step)
    assert np.abs(heights.slope(loss) / differences - 1).max() < 1e-5
    assert (np.diff(heights(loss)) > 0).all(), "a higher loss is never drawn lower"


@pytest.mark.parametrize("losses", [np.zeros(5), np.full(9, 1e30), np.array([-1e-300, 1e-300]), np.array([0, 1e308])])
def test_odd_landscapes_get_finite_heights(losses):
    for setting in ("auto", "linear", "log", 2.0):
        heights = choose_heights(losses, setting, 1.0, 3.0)
        assert np.isfinite(heights(losses) if setting != 2.0 else heights.gain).all()


def test_a_long_domain_is_squeezed_not_stretched_to_a_thread():
    display = Display(from_expression("x + y"), ((0, 100), (0, 1)))
    assert display.half_size[0] == pytest.approx(PLATE / 2) and display.half_size[1] >= PLATE / 2 / 2.5 - 1e-9


def test_points_that_are_not_finite_are_placed_far_away():
    display = Display(from_expression("x**2 + y**2"), ((-3, 3), (-3, 3)))
    world = display.to_world(np.array([[np.inf, 0.0], [1e200, 1e200]]))
    assert np.isfinite(world).all() and np.isfinite(display.normal(np.array([[1e300, 0.0]]))).all()


PAGE, SAFE = Rect(-7.0, 7.0, -4.0, 4.0), Rect(-6.5, 6.5, -3.7, 3.7)


def fitted(matters, **panels) -> tuple[np.ndarray, np.ndarray]:
    """Where (angles, points, 2) what matters and a plate beneath it are seen."""
    ground = np.stack(np.meshgrid(np.linspace(-5, 5, 17), np.linspace(-5, 5, 17), [0.0]), axis=-1).reshape(-1, 3)
    angles, space = [(-35.0, 60.0), (-20.0, 60.0)], Space(PAGE, SAFE, **panels)
    view = fit(Scenery(matters, ground, ground[:1]), np.zeros(3), angles, space)
    core, plate = (np.stack([project(of, np.zeros(3), *angle, view) for angle in angles]) for of in (matters, ground))
    return core, plate


def test_a_fit_holds_what_matters_and_lets_go_of_far_corners():
    matters = np.random.default_rng(0).uniform([-2, -2, 0], [2, 1, 1], (400, 3))
    core, plate = fitted(matters)
    assert (core > [-6.5 - 0.02, -3.7 - 0.02]).all() and (core < [6.5 + 0.02, 3.7 + 0.02]).all()
    assert max(np.ptp(plate, axis=(0, 1)) / [14, 8]) > 0.9, "as large as there is room"
    panel = Rect(-7.0, -2.0, 0.0, 4.0)
    core, plate = fitted(matters, panels=(panel,), gap=0.1)
    behind = ((plate > [panel.left, panel.bottom]) & (plate < [panel.right, panel.top])).all(axis=-1).mean(axis=1)
    assert (behind <= 0.04).all()
    assert not ((core[..., 0] < panel.right + 0.1) & (core[..., 1] > panel.bottom - 0.1)).any()
    _, plate = fitted(matters, clear=(panel,), gap=0.1)
    assert not ((plate[..., 0] < panel.right + 0.1) & (plate[..., 1] > panel.bottom - 0.1)).any()


def test_what_matters_everywhere_is_held_everywhere():
    matters = np.array([[x, y, 0.0] for x in (-5, 5) for y in (-5, 5)])
    core, _ = fitted(matters)
    assert (np.abs(core) < [6.5 + 0.02, 3.7 + 0.02]).all()


def test_the_axes_of_the_camera():
    assert np.allclose(rotation(0, 0), np.eye(3))
    axes = rotation(-35, 60)
    assert np.allclose(axes.T @ axes, np.eye(3)) and np.linalg.det(axes) == pytest.approx(1)
    assert axes[2, 1] > 0 and axes[2, 2] == pytest.approx(np.cos(np.radians(60)))


def test_between_two_views():
    a, b = View(1.0, 0.0, 2.0), View(4.0, 1.0, 0.0)
    assert between(a, b, 0.0) == pytest.approx(a) and between(a, b, 1.0) == pytest.approx(b)
    assert between(a, b, 0.5) == pytest.approx((2.0, 0.5, 1.0, a.lens))


@pytest.mark.parametrize("least", [0.011, 0.5, 1.0, 2.01, 7, 31, 4e-7])
def test_nice_steps_are_short_numbers_not_too_small(least):
    step = nice_step(least)
    assert least * (1 - 1e-9) <= step <= 2.5 * least
    assert float(f"{step:.2g}") == pytest.approx(step)


def levels(text: str, side: float, met: np.ndarray | None = None) -> tuple[Display, np.ndarray]:
    """The display of a formula over +-side, and where 100 x 100 heights stand between floor (0) and ceiling (1)."""
    domain = ((-side, side), (-side, side))
    display = Display(from_expression(text, None, domain), domain, met=met)
    height = display.to_relief(display.grid(100))[..., 2]
    return display, (height - display.floor) / (display.ceiling - display.floor)


def test_a_logarithm_spans_what_it_must():
    """log(exp(r^2)) is r^2: the heights are a paraboloid's, but for the lowest 3 % that the unit rounds off."""
    display, level = levels("exp(x**2 + y**2)", 10)
    assert display.heights.kind == "log" and display.cut is None
    paraboloid = (display.grid(100) ** 2).sum(axis=-1) / 200
    assert np.abs(level - paraboloid).max() < 0.03
    display, level = levels("exp(x**2 + y**2)", 30)  # beyond a float's range towards the corners: a hole
    assert np.isfinite([display.floor, display.ceiling]).all() and np.median(level) > 0.2
    display, level = levels("1e300*(x**2 + y**2)", 3)
    assert np.abs(level - (display.grid(100) ** 2).sum(axis=-1) / 18).max() < 1e-9


def test_a_few_extremes_are_cut_off_and_what_the_paths_meet_is_not():
    needle = "900*exp(-500*((x - 0.3)**2 + (y + 1.2)**2)) + x**2 + y**2"
    display, level = levels(needle, 3)
    assert display.heights.kind == "linear" and 18 < display.cut < 40
    assert np.median(level) > 0.2, "the bowl is seen"
    assert levels("x**2 + y**2", 3)[0].cut is None
    high, _ = levels(needle, 3, met=np.array([30.0, 2.0]))
    assert high.cut > 30
    assert levels(needle, 3, met=np.array([800.0]))[0].cut < 40, "a ball on the needle is one of the few"
    assert Display(from_expression(needle), ((-3, 3), (-3, 3)), "linear").cut is None, "what is asked for is drawn"


def test_ripples_finer_than_the_mesh_are_smoothed_and_balls_keep_to_what_is_drawn():
    display, _ = levels("sin(70*x)*sin(90*y) + x**2/400", 30)
    assert display.smoothed
    points = np.random.default_rng(0).uniform(-29, 29, (500, 2))
    drawn = display.surface.value(points)
    assert np.abs(drawn - points[:, 0] ** 2 / 400).max() < 0.35, "their mean is seen"
    assert np.array_equal(display.to_world(points)[:, 2], display.heights(drawn))
    assert not levels("10*sin(3*x)*sin(3*y) + x**2", 3)[0].smoothed
    assert not levels("abs(x) + abs(y - 1)", 3)[0].smoothed
