"""The photographer's table in Blender: one ground, one light, one camera, which grow with the thing that stands on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Euler, Vector

from .materials import plain
from .solids import Points, Solid

FILL = 0.80
"""Share of the picture's side that the product takes up, in the longer direction."""

_FIELD_DEG = 20.0
_GROUND = (0.76, 0.665, 0.555)
# place, what it points at, size, in half frames from the product's foot; watts at a half frame of 1 cm; colour
_LAMPS = (
    ((-2.1, -1.4, 2.7), (0, 0, 0), (2.6, 2.6), 62.0, (1.0, 0.955, 0.89)),
    ((2.7, -0.9, 1.5), (0, 0, 0), (1.2, 2.6), 16.0, (0.93, 0.965, 1.0)),
    ((0.9, 2.6, 2.4), (0, 0, 0), (3.2, 0.9), 24.0, (1.0, 0.97, 0.93)),
    ((-0.4, 1.2, 4.6), (0, 4.4, 0.6), (5.0, 1.2), 42.0, (1.0, 0.965, 0.92)),
)
_WORLD = 0.40
_SWEEP = [(-40.0, 0.0), (2.6, 0.0)] + [(2.6 + 5 * np.sin(a), 5 - 5 * np.cos(a)) for a in np.linspace(0.04, 1.45, 36)]


class PhotoSet:
    """An empty table; put solids on it, frame them, render. Only one may be in use at a time: Blender has one scene."""

    def __init__(self, size_px: int, samples: int, threads: int) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self._scene = bpy.context.scene
        self._root = bpy.data.objects.new("product", None)
        self._scene.collection.objects.link(self._root)
        self._points: list[Points] = []
        self._set_render(size_px, samples, threads)

    def put(
        self,
        solid: Solid,
        material: Any,
        at: Sequence[float] = (0, 0, 0),
        turn: Sequence[float] = (0, 0, 0),
        *,
        thick: float = 0.0,
        weighted: bool = True,
    ) -> None:
        """Stand a solid on the table, turned about its own x, y, z (degrees) and then moved.

        Materials see the solid's own coordinates, before it is turned. ``thick`` makes a sheet so thick.
        """
        mesh = bpy.data.meshes.new("part")
        mesh.from_pydata(solid.points.tolist(), [], solid.faces)
        mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
        if solid.tint is not None:
            tint = mesh.attributes.new("tint", "FLOAT", "POINT")
            tint.data.foreach_set("value", solid.tint.astype(np.float32))
        mesh.materials.append(material)
        mesh.update()
        part = bpy.data.objects.new("part", mesh)
        self._scene.collection.objects.link(part)
        part.parent = self._root
        part.location = tuple(at)
        part.rotation_euler = Euler(np.radians(turn), "XYZ")
        if thick:
            solidify = part.modifiers.new("thick", "SOLIDIFY")
            solidify.thickness, solidify.offset = thick, 0.0
        if weighted:
            part.modifiers.new("normals", "WEIGHTED_NORMAL").keep_sharp = True
        self._points.append(solid.moved(at, turn).points)

    def turn(self, degrees: float) -> None:
        """Turn all that stands on the table about the middle."""
        self._root.rotation_euler = Euler((0, 0, np.radians(degrees)), "XYZ")

    def frame(self, elevation: float, turns: Sequence[float]) -> None:
        """Aim the camera from so many degrees above, so that the product fills the picture at every turn; set the light."""
        points = np.vstack(self._points)
        seen = []
        for degrees in turns:
            c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
            seen.append(points @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]).T)
        cloud = np.vstack(seen)
        e = np.radians(elevation)
        back = np.array([0, -np.cos(e), np.sin(e)])
        right, up = np.array([1.0, 0, 0]), np.array([0, np.sin(e), np.cos(e)])
        half = np.tan(np.radians(_FIELD_DEG / 2))
        target = (cloud.min(0) + cloud.max(0)) / 2
        away = 4 * float(np.ptp(cloud, axis=0).max())
        for _ in range(12):
            ray = cloud - (target + back * away)
            depth = -(ray @ back)
            x, y = ray @ right / (depth * half), ray @ up / (depth * half)
            extent = max(np.ptp(x), np.ptp(y)) / 2
            target = target + half * away * ((x.min() + x.max()) / 2 * right + (y.min() + y.max()) / 2 * up)
            away *= extent / FILL
        self._place_camera(target + back * away, back, away)
        self._light(np.array([target[0], target[1], 0.0]), half * away)

    def render(self, file: Path) -> None:
        """Render to a .png."""
        self._scene.render.filepath = str(file)
        bpy.ops.render.render(write_still=True)

    def _place_camera(self, at: Points, back: Points, away: float) -> None:
        lens = bpy.data.cameras.new("camera")
        lens.angle = np.radians(_FIELD_DEG)
        lens.clip_start, lens.clip_end = away * 0.05, away * 50
        camera = bpy.data.objects.new("camera", lens)
        camera.location = tuple(at)
        camera.rotation_euler = Vector(tuple(back)).to_track_quat("Z", "Y").to_euler()
        self._scene.collection.objects.link(camera)
        self._scene.camera = camera

    def _light(self, middle: Points, unit: float) -> None:
        for place, aim, size, watts, colour in _LAMPS:
            lamp = bpy.data.lights.new("lamp", "AREA")
            lamp.shape, lamp.size, lamp.size_y = "RECTANGLE", size[0] * unit, size[1] * unit
            lamp.energy, lamp.color = watts * unit**2, colour
            stand = bpy.data.objects.new("lamp", lamp)
            stand.location = tuple(middle + np.array(place) * unit)
            stand.rotation_euler = Vector(tuple(np.array(place) - np.array(aim))).to_track_quat("Z", "Y").to_euler()
            self._scene.collection.objects.link(stand)
        mesh = bpy.data.meshes.new("ground")
        sweep = unit * np.array(_SWEEP)
        rows = [(x, y, z) for y, z in sweep for x in (-40 * unit, 40 * unit)]
        mesh.from_pydata(rows, [], [(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(len(sweep) - 1)])
        mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
        mesh.materials.append(plain("ground", _GROUND, 0.8, Specular_IOR_Level=0.15))
        ground = bpy.data.objects.new("ground", mesh)
        ground.location = (float(middle[0]), float(middle[1]), -0.002 * unit)
        self._scene.collection.objects.link(ground)
        world = bpy.data.worlds.new("room")
        self._scene.world = world
        world.use_nodes = True
        nodes, links = world.node_tree.nodes, world.node_tree.links
        place = nodes.new("ShaderNodeTexCoord")
        split = nodes.new("ShaderNodeSeparateXYZ")
        ramp = nodes.new("ShaderNodeValToRGB")
        links.new(place.outputs["Generated"], split.inputs[0])
        links.new(split.outputs[2], ramp.inputs[0])
        ramp.color_ramp.elements[0].position, ramp.color_ramp.elements[0].color = 0.0, (0.55, 0.50, 0.45, 1)
        ramp.color_ramp.elements[1].position, ramp.color_ramp.elements[1].color = 0.75, (1.0, 0.98, 0.95, 1)
        background = nodes["Background"]
        background.inputs["Strength"].default_value = _WORLD
        links.new(ramp.outputs[0], background.inputs["Color"])

    def _set_render(self, size_px: int, samples: int, threads: int) -> None:
        scene = self._scene
        scene.render.engine = "CYCLES"
        scene.cycles.device = "CPU"
        scene.cycles.samples = samples
        scene.cycles.seed = 7
        scene.cycles.use_adaptive_sampling = False
        scene.cycles.use_denoising = True
        scene.cycles.denoiser = "OPENIMAGEDENOISE"
        scene.cycles.max_bounces = 5
        scene.cycles.diffuse_bounces, scene.cycles.glossy_bounces = 2, 3
        scene.cycles.transparent_max_bounces = 12
        scene.cycles.caustics_reflective = scene.cycles.caustics_refractive = False
        scene.cycles.sample_clamp_indirect = 4.0
        scene.render.threads_mode, scene.render.threads = "FIXED", threads
        scene.render.resolution_x = scene.render.resolution_y = size_px
        scene.render.resolution_percentage = 100
        scene.render.image_settings.file_format = "PNG"
        scene.render.image_settings.color_mode = "RGB"
        scene.view_settings.view_transform = "AgX"
        scene.view_settings.look = "AgX - Medium High Contrast"
        scene.view_settings.exposure = 0.45
