"""Cycles materials of the figure: skin, eyes, teeth, tongue, cloth, and pictures cut out by their alpha."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from . import paint
from .host import Host

Socket = Any  # Blender's own types carry no information for a type checker


class Graph:
    """Builds one material's nodes; inputs take numbers, colours or the sockets of other nodes."""

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self._tree = self.material.node_tree
        self._tree.nodes.clear()

    def node(self, kind: str, inputs: Mapping[Any, Any] | None = None, **settings: Any) -> Any:
        """Add a node, set its properties, then its inputs by name or number."""
        node = self._tree.nodes.new(f"ShaderNode{kind}")
        for setting, value in settings.items():
            setattr(node, setting, value)
        for name, value in (inputs or {}).items():
            if isinstance(value, bpy.types.NodeSocket):
                self._tree.links.new(value, node.inputs[name])
            else:
                node.inputs[name].default_value = value
        return node

    def picture(self, file: Path, interpolation: str = "Cubic") -> Any:
        """A texture read from a file; outputs Color and Alpha."""
        return self.node("TexImage", image=bpy.data.images.load(str(file)), interpolation=interpolation)

    def toned(self, colour: Socket, value: float, saturation: float = 1.0) -> Socket:
        """A colour with its value and saturation scaled."""
        inputs = {"Color": colour, "Value": value, "Saturation": saturation}
        return self.node("HueSaturation", inputs).outputs[0]

    def mixed(self, share: Any, first: Any, second: Any) -> Socket:
        """``second`` over ``first`` by a share."""
        return self.node("Mix", {"Factor": share, 6: first, 7: second}, data_type="RGBA").outputs[2]

    def times(self, first: Any, second: Any) -> Socket:
        """Two colours multiplied."""
        inputs = {"Factor": 1.0, 6: first, 7: second}
        return self.node("Mix", inputs, data_type="RGBA", blend_type="MULTIPLY").outputs[2]

    def sum(self, first: Any, second: Any) -> Socket:
        """Two numbers added."""
        return self.node("Math", {0: first, 1: second}, operation="ADD").outputs[0]

    def product(self, first: Any, second: Any) -> Socket:
        """Two numbers multiplied."""
        return self.node("Math", {0: first, 1: second}, operation="MULTIPLY").outputs[0]

    def mapped(self, value: Any, low: float, high: float, to_low: float, to_high: float) -> Socket:
        """A number moved from one range to another, and kept inside it."""
        return self.node("MapRange", {0: value, 1: low, 2: high, 3: to_low, 4: to_high}).outputs[0]

    def ramp(self, value: Any, stops: Sequence[tuple[float, tuple[float, ...]]]) -> Socket:
        """A colour for a number, between stops (place, colour)."""
        node = self.node("ValToRGB", {0: value})
        elements = node.color_ramp.elements
        while len(elements) < len(stops):
            elements.new(0.5)
        for element, (place, colour) in zip(elements, stops, strict=True):
            element.position, element.color = place, colour
        return node.outputs[0]

    def stretched(self, place: Socket, scale: tuple[float, float, float]) -> Socket:
        """A place multiplied by a factor per axis."""
        return self.node("VectorMath", {0: place, 1: scale}, operation="MULTIPLY").outputs[0]

    def finish(self, shader: Any) -> Any:
        """Make a shader the material's surface and return the material."""
        self.node("OutputMaterial", {"Surface": shader.outputs[0]})
        return self.material


def skin(host: Host, textures: Path, creases: Any, tones: Any) -> Any:
    """Skin with subsurface light, pores, creases, and dark roots where the mesh's ``scalp`` attribute says hair grows.

    ``creases`` and ``tones``: pictures of the maps in ``paint.py``, laid on by the attribute ``front``. The depth of each
    crease is the value node of its name; ``Studio.show`` sets them.
    """
    graph = Graph("skin")
    place = graph.node("Attribute", attribute_name="place").outputs["Vector"]
    front = graph.node("Attribute", attribute_name="front").outputs["Vector"]
    face = graph.node("TexImage", {"Vector": front}, image=tones, interpolation="Cubic", extension="EXTEND")
    lines = graph.node("TexImage", {"Vector": front}, image=creases, interpolation="Cubic", extension="EXTEND")
    first = graph.picture(textures / f"{host.skin.texture}.png")
    second = graph.picture(textures / f"{host.skin.second}.png")
    mixed = graph.mixed(host.skin.second_share, first.outputs[0], second.outputs[0])
    toned = graph.toned(mixed, host.skin.value, host.skin.saturation)
    toned = graph.times(toned, (*host.skin.tint, 1.0))
    toned = graph.times(toned, face.outputs[0])
    fine = graph.node("TexNoise", {"Vector": place, "Scale": 26.0, "Detail": 5.0, "Roughness": 0.7}).outputs[0]
    speckle = graph.ramp(fine, ((0.30, (0.90, 0.83, 0.80, 1)), (0.50, (1, 1, 1, 1)), (0.72, (1.04, 1.03, 1.02, 1))))
    coloured = graph.times(toned, speckle)

    split = graph.node("SeparateColor", {0: lines.outputs[0]})
    depth: Socket = 0.0
    for name, channel in zip(paint.CREASES, (*split.outputs, lines.outputs["Alpha"]), strict=True):
        strength = graph.node("Value", name=name, label=name).outputs[0]
        depth = graph.sum(depth, graph.product(strength, channel))
    in_crease = graph.mapped(depth, 0.0, 1.0, 0.0, 0.30)
    coloured = graph.mixed(in_crease, coloured, graph.times(coloured, (0.62, 0.42, 0.36, 1)))
    roots = graph.node("Attribute", attribute_name="scalp").outputs["Fac"]
    shade = graph.product(roots, host.hair.roots)
    coloured = graph.mixed(shade, coloured, (0.022, 0.016, 0.013, 1))

    # Pores: pits of two sizes, deeper on nose and cheeks, over a fine net of lines.
    pits = graph.node("TexVoronoi", {"Vector": place, "Scale": 46.0, "Randomness": 1.0}).outputs["Distance"]
    small = graph.node("TexVoronoi", {"Vector": place, "Scale": 88.0}).outputs["Distance"]
    pits = graph.mapped(pits, 0.05, 0.42, 0.0, 1.0)
    grain = graph.node("TexNoise", {"Vector": place, "Scale": 34.0, "Detail": 8.0, "Roughness": 0.65}).outputs[0]
    detail = graph.node("RGBToBW", {0: first.outputs[0]}).outputs[0]
    relief = graph.sum(graph.product(pits, 0.55), graph.product(small, 0.45))
    relief = graph.sum(relief, graph.product(grain, 0.9))
    relief = graph.sum(relief, graph.product(detail, 0.8))
    skin_bump = graph.node("Bump", {"Strength": 0.34, "Distance": 0.011, "Height": relief}).outputs[0]
    deep = graph.product(depth, -1.0)
    bump = graph.node("Bump", {"Strength": 0.8, "Distance": 0.045, "Height": deep, "Normal": skin_bump}).outputs[0]
    rough = graph.mapped(grain, 0.25, 0.75, 0.40, 0.62)
    wet = face.outputs["Alpha"]
    rough = graph.node("Mix", {"Factor": wet, 2: rough, 3: 0.24}, data_type="FLOAT").outputs[0]
    return graph.finish(
        graph.node(
            "BsdfPrincipled",
            {
                "Base Color": coloured,
                "Roughness": rough,
                "Normal": bump,
                "Specular IOR Level": 0.42,
                "Subsurface Weight": 0.75,
                "Subsurface Radius": (1.0, 0.34, 0.18),
                "Subsurface Scale": 0.026,
            },
        )
    )


def eyes(host: Host, textures: Path) -> Any:
    """Opaque ball under a clear shell; the texture's alpha says which is which."""
    graph = Graph("eyes")
    picture = graph.picture(textures / f"{host.eyes}.png")
    _ring(picture.image)
    colour = graph.toned(picture.outputs[0], host.eyes_value, host.eyes_saturation)
    colour = graph.times(colour, (1.0, 0.93, 0.86, 1.0))
    light = graph.node("RGBToBW", {0: colour}).outputs[0]
    white = graph.mapped(light, 0.25, 0.5, 0.0, 1.0)
    ball = graph.node(
        "BsdfPrincipled",
        {
            "Base Color": colour,
            "Roughness": 0.42,
            "Specular IOR Level": graph.product(white, 0.3),
            "Coat Weight": graph.product(white, 0.5),
            "Coat Roughness": 0.06,
            "Subsurface Weight": graph.product(white, 0.3),
            "Subsurface Radius": (1.0, 0.5, 0.4),
            "Subsurface Scale": 0.02,
        },
    )
    clear = graph.node("BsdfTransparent")
    gloss = graph.node("BsdfGlossy", {"Roughness": 0.025})
    edge = graph.node("Fresnel", {"IOR": 1.40}).outputs[0]
    shell = graph.node("MixShader", {0: edge, 1: clear.outputs[0], 2: gloss.outputs[0]})
    return graph.finish(graph.node("MixShader", {0: picture.outputs["Alpha"], 1: shell.outputs[0], 2: ball.outputs[0]}))


# Centres and radius of the two irises in the eyes' textures, as shares of its side (v upwards).
_IRISES, _IRIS_RADIUS = ((0.289, 0.289), (0.705, 0.703)), 0.115


def _ring(image: Any) -> None:
    """Darken the ring where iris meets white, and brighten the lower iris as light through the cornea does."""
    width, height = image.size
    pixels = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(pixels)
    texture = pixels.reshape(height, width, 4)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x + 0.5) / width, (y + 0.5) / height
    for u, v in _IRISES:
        radius = np.hypot(x - u, y - v) / _IRIS_RADIUS
        ring = np.exp(-(((radius - 0.97) / 0.11) ** 2))[..., None]
        texture[..., :3] *= 1 - 0.75 * ring
    image.pixels.foreach_set(texture.ravel())
    image.update()


def textured(
    name: str,
    file: Path,
    *,
    value: float,
    roughness: float,
    subsurface: float = 0.0,
    saturation: float = 1.0,
    tint: Sequence[float] = (1.0, 1.0, 1.0),
) -> Any:
    """A plain surface with a picture on it (teeth, tongue)."""
    graph = Graph(name)
    colour = graph.times(graph.toned(graph.picture(file).outputs[0], value, saturation), (*tint, 1.0))
    inputs = {
        "Base Color": colour,
        "Roughness": roughness,
        "Subsurface Weight": subsurface,
        "Subsurface Scale": 0.03,
    }
    return graph.finish(graph.node("BsdfPrincipled", inputs))


def cutout(name: str, file: Path, *, value: float, saturation: float, opacity: float = 1.0) -> Any:
    """A picture on a card, see-through where its alpha says so (brows, lashes)."""
    graph = Graph(name)
    picture = graph.picture(file, "Linear")
    alpha = graph.node("Math", {0: picture.outputs["Alpha"], 1: opacity}, operation="MULTIPLY", use_clamp=True)
    inputs = {
        "Base Color": graph.toned(picture.outputs[0], value, saturation),
        "Alpha": alpha.outputs[0],
        "Roughness": 0.6,
        "Specular IOR Level": 0.25,
    }
    return graph.finish(graph.node("BsdfPrincipled", inputs))


def cloth(host: Host, folder: Path) -> Any:
    """Woven cloth: threads both ways, slubs, a little sheen; the garment's own folds where it has a normal map."""
    graph = Graph("clothes")
    wear = host.clothes
    shade = graph.picture(folder / f"{wear.piece}_{wear.picture}.png")
    colour = graph.toned(shade.outputs[0], wear.value, wear.saturation)
    colour = graph.times(colour, (*wear.tint, 1.0))
    place = graph.node("Attribute", attribute_name="place").outputs["Vector"]
    warp = graph.node("TexNoise", {"Vector": graph.stretched(place, (150, 22, 22)), "Scale": 1.0}).outputs[0]
    weft = graph.node("TexNoise", {"Vector": graph.stretched(place, (22, 22, 150)), "Scale": 1.0}).outputs[0]
    weave = graph.sum(warp, weft)
    slub = graph.ramp(weave, ((0.70, (0.80, 0.80, 0.80, 1)), (1.0, (1, 1, 1, 1))))
    colour = graph.mixed(wear.weave, colour, graph.times(colour, slub))
    crumple = graph.node("TexNoise", {"Vector": place, "Scale": 2.3, "Detail": 3.0}).outputs[0]
    folds = graph.node("Bump", {"Strength": 0.35, "Distance": 0.12, "Height": crumple}).outputs[0]
    if (map_file := folder / f"{wear.piece}_normal.png").exists():
        picture = graph.picture(map_file)
        picture.image.colorspace_settings.name = "Non-Color"
        folds = graph.node("NormalMap", {"Strength": 1.0, "Color": picture.outputs[0]}).outputs[0]
    bump = graph.node("Bump", {"Strength": wear.weave, "Distance": 0.014, "Height": weave, "Normal": folds}).outputs[0]
    inputs = {"Base Color": colour, "Roughness": 0.82, "Sheen Weight": 0.25, "Sheen Roughness": 0.4, "Normal": bump}
    return graph.finish(graph.node("BsdfPrincipled", inputs))


def hair(name: str, *, melanin: float, redness: float, grey: float, roughness: float = 0.34) -> Any:
    """Strand hair, each strand a little different, some of them grey."""
    graph = Graph(name)
    chance = graph.node("HairInfo").outputs["Random"]
    light = max(0.0, melanin - 0.5)
    stops = ((max(0.0, grey - 0.02), (light, light, light, 1)), (grey + 0.02, (melanin, melanin, melanin, 1)))
    inputs = {
        "Melanin": graph.ramp(chance, stops),
        "Melanin Redness": redness,
        "Roughness": roughness,
        "Radial Roughness": 0.5,
        "Random Color": 0.25,
        "Random Roughness": 0.3,
    }
    return graph.finish(graph.node("BsdfHairPrincipled", inputs, parametrization="MELANIN"))
