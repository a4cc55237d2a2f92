"""Cycles materials of the figure: skin, eyes, teeth, tongue, cloth, and pictures cut out by their alpha."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy

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

    def finish(self, shader: Any) -> Any:
        """Make a shader the material's surface and return the material."""
        self.node("OutputMaterial", {"Surface": shader.outputs[0]})
        return self.material


def skin(host: Host, textures: Path) -> Any:
    """Skin with subsurface light, pores, and dark roots where the mesh's ``scalp`` attribute (0..1) says hair grows."""
    graph = Graph("skin")
    first = graph.picture(textures / f"{host.skin.texture}.png")
    second = graph.picture(textures / f"{host.skin.second}.png")
    mixed = graph.node(
        "Mix",
        {"Factor": host.skin.second_share, 6: first.outputs[0], 7: second.outputs[0]},
        data_type="RGBA",
    ).outputs[2]
    toned = graph.toned(mixed, host.skin.value, host.skin.saturation)
    place = graph.node("TexCoord").outputs["Object"]
    blotches = graph.node("TexNoise", {"Vector": place, "Scale": 9.0, "Detail": 6.0}).outputs[0]
    ramp = graph.node("ValToRGB", {0: blotches})
    for element, position, colour in zip(
        ramp.color_ramp.elements, (0.35, 0.62), ((0.95, 0.87, 0.83, 1), (1, 1, 1, 1)), strict=True
    ):
        element.position, element.color = position, colour
    blotched = graph.node(
        "Mix", {"Factor": 0.6, 6: toned, 7: ramp.outputs[0]}, data_type="RGBA", blend_type="MULTIPLY"
    ).outputs[2]
    roots = graph.node("Attribute", attribute_name="scalp").outputs["Fac"]
    shade = graph.node("Math", {0: roots, 1: 0.75}, operation="MULTIPLY").outputs[0]
    dark = (0.030, 0.021, 0.016, 1)
    coloured = graph.node("Mix", {"Factor": shade, 6: blotched, 7: dark}, data_type="RGBA").outputs[2]
    pores = graph.node("TexVoronoi", {"Vector": place, "Scale": 95.0}).outputs["Distance"]
    grain = graph.node("TexNoise", {"Vector": place, "Scale": 38.0, "Detail": 8.0}).outputs[0]
    detail = graph.node("RGBToBW", {0: first.outputs[0]}).outputs[0]
    relief = graph.node("Math", {0: pores, 1: grain}, operation="ADD").outputs[0]
    relief = graph.node("Math", {0: detail, 1: 3.0, 2: relief}, operation="MULTIPLY_ADD").outputs[0]
    bump = graph.node("Bump", {"Strength": 0.22, "Distance": 0.012, "Height": relief}).outputs[0]
    rough = graph.node("MapRange", {0: grain, 3: 0.42, 4: 0.60}).outputs[0]
    return graph.finish(
        graph.node(
            "BsdfPrincipled",
            {
                "Base Color": coloured,
                "Roughness": rough,
                "Normal": bump,
                "Specular IOR Level": 0.40,
                "Subsurface Weight": 0.85,
                "Subsurface Radius": (1.0, 0.35, 0.2),
                "Subsurface Scale": 0.045,
            },
        )
    )


def eyes(host: Host, textures: Path) -> Any:
    """Opaque ball under a clear shell; the texture's alpha says which is which."""
    graph = Graph("eyes")
    picture = graph.picture(textures / f"{host.eyes}.png")
    colour = graph.toned(picture.outputs[0], host.eyes_value, 0.9)
    ball = graph.node(
        "BsdfPrincipled",
        {
            "Base Color": colour,
            "Roughness": 0.3,
            "Coat Weight": 0.35,
            "Coat Roughness": 0.04,
            "Subsurface Weight": 0.1,
            "Subsurface Scale": 0.02,
        },
    )
    clear = graph.node("BsdfTransparent")
    gloss = graph.node("BsdfGlossy", {"Roughness": 0.03})
    edge = graph.node("Fresnel", {"IOR": 1.28}).outputs[0]
    shell = graph.node("MixShader", {0: edge, 1: clear.outputs[0], 2: gloss.outputs[0]})
    return graph.finish(graph.node("MixShader", {0: picture.outputs["Alpha"], 1: shell.outputs[0], 2: ball.outputs[0]}))


def textured(
    name: str, file: Path, *, value: float, roughness: float, subsurface: float = 0.0, saturation: float = 1.0
) -> Any:
    """A plain surface with a picture on it (teeth, tongue)."""
    graph = Graph(name)
    colour = graph.toned(graph.picture(file).outputs[0], value, saturation)
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


def cloth(host: Host, file: Path) -> Any:
    """Matt woven cloth."""
    graph = Graph("clothes")
    colour = graph.toned(graph.picture(file).outputs[0], host.clothes_value, host.clothes_saturation)
    tint = (*host.clothes_tint, 1.0)
    colour = graph.node("Mix", {"Factor": 1.0, 6: colour, 7: tint}, data_type="RGBA", blend_type="MULTIPLY").outputs[2]
    place = graph.node("TexCoord").outputs["Object"]
    weave = graph.node("TexNoise", {"Vector": place, "Scale": 120.0}).outputs[0]
    bump = graph.node("Bump", {"Strength": 0.25, "Distance": 0.01, "Height": weave}).outputs[0]
    inputs = {"Base Color": colour, "Roughness": 0.85, "Sheen Weight": 0.2, "Normal": bump}
    return graph.finish(graph.node("BsdfPrincipled", inputs))


def hair(host: Host) -> Any:
    """Strand hair, each strand a little different, some of them grey."""
    graph = Graph("hair")
    chance = graph.node("HairInfo").outputs["Random"]
    ramp = graph.node("ValToRGB", {0: chance})
    low, high = ramp.color_ramp.elements
    light = max(0.0, host.hair.melanin - 0.5)
    low.position, low.color = max(0.0, host.hair.grey - 0.02), (light, light, light, 1)
    high.position, high.color = host.hair.grey + 0.02, (host.hair.melanin,) * 3 + (1,)
    inputs = {
        "Melanin": ramp.outputs[0],
        "Melanin Redness": host.hair.redness,
        "Roughness": 0.36,
        "Radial Roughness": 0.5,
        "Random Color": 0.25,
        "Random Roughness": 0.3,
    }
    return graph.finish(graph.node("BsdfHairPrincipled", inputs, parametrization="MELANIN"))
