"""Cycles materials of the goods: wood, metal, clay, paper, cloth, food. Lengths are in centimetres, as the models are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tools.bake.materials import Graph

Colour = tuple[float, float, float]  # linear light: red, green, blue
Stops = Sequence[tuple[float, Colour]]
Socket = Any  # Blender's own types carry no information for a type checker


def _place(graph: Graph) -> Socket:
    return graph.node("TexCoord").outputs["Object"]


def _noise(
    graph: Graph, scale: float, detail: float = 4.0, place: Socket | None = None, roughness: float = 0.6
) -> Socket:
    vector = _place(graph) if place is None else place
    return graph.node("TexNoise", {"Vector": vector, "Scale": scale, "Detail": detail, "Roughness": roughness}).outputs[
        "Fac"
    ]


def _tint(graph: Graph) -> Socket:
    return graph.node("Attribute", attribute_name="tint").outputs["Fac"]


def _ramp(graph: Graph, value: Socket, stops: Stops) -> Socket:
    return graph.ramp(value, [(place, (*colour, 1.0)) for place, colour in stops])


def _bump(graph: Graph, height: Socket, depth: float, strength: float = 1.0) -> Socket:
    return graph.node("Bump", {"Strength": strength, "Distance": depth, "Height": height}).outputs[0]


def _surface(graph: Graph, colour: Any, rough: Any, **inputs: Any) -> Any:
    base = colour if not isinstance(colour, tuple) else (*colour, 1.0)
    values = {"Base Color": base, "Roughness": rough}
    values.update({name.replace("_", " "): value for name, value in inputs.items()})
    return graph.finish(graph.node("BsdfPrincipled", values))


def plain(name: str, colour: Colour, rough: float = 0.4, **inputs: Any) -> Any:
    """One colour all over; ``inputs`` are the shader's, with underscores for spaces."""
    return _surface(Graph(name), colour, rough, **inputs)


def rough_coat(name: str, colour: Colour, rough: float, grain: float, depth: float, **inputs: Any) -> Any:
    """One colour over a fine uneven surface: ``grain`` lumps a centimetre, ``depth`` centimetres deep."""
    graph = Graph(name)
    return _surface(graph, colour, rough, Normal=_bump(graph, _noise(graph, grain, 3.0), depth), **inputs)


def pied(
    name: str, stops: Stops, rough: float, *, grain: float = 1.0, share: float = 0.35, depth: float = 0.0, **inputs: Any
) -> Any:
    """Colours by each piece's tint, varied within the piece by noise of so many lumps a centimetre."""
    graph = Graph(name)
    noise = _noise(graph, grain)
    value = graph.sum(graph.product(_tint(graph), 1 - share), graph.product(noise, share))
    if depth:
        inputs["Normal"] = _bump(graph, noise, depth)
    return _surface(graph, _ramp(graph, value, stops), rough, **inputs)


def wood(name: str, light: Colour, dark: Colour, *, along: str = "x", rough: float = 0.42, fine: float = 1.0) -> Any:
    """Planed wood: rings stretched along an axis, short dark rays, a fine grain."""
    graph = Graph(name)
    place = _place(graph)
    long, wide = 0.06 * fine, 1.0 * fine
    scale = {"x": (long, wide, wide), "y": (wide, long, wide), "z": (wide, wide, long)}[along]
    short = {"x": (2.2 * long, wide, wide), "y": (wide, 2.2 * long, wide), "z": (wide, wide, 2.2 * long)}[along]
    stretched = graph.stretched(place, scale)
    waves = _noise(graph, 1.1, 3.0, stretched)
    rings = graph.node("Math", {0: graph.product(waves, 9.0)}, operation="FRACT").outputs[0]
    rings = graph.mapped(rings, 0.0, 1.0, 0.0, 0.62)
    fibre = _noise(graph, 14.0, 4.0, stretched)
    rays = graph.mapped(_noise(graph, 22.0, 1.0, graph.stretched(place, short)), 0.60, 0.72, 0.0, 0.5)
    value = graph.sum(graph.product(rings, 0.55), graph.sum(graph.product(fibre, 0.35), rays))
    middle = tuple(0.5 * (a + b) for a, b in zip(light, dark, strict=True))
    colour = _ramp(graph, value, [(0.05, light), (0.5, middle), (0.95, dark)])  # type: ignore[list-item]
    return _surface(graph, colour, rough, Normal=_bump(graph, value, 0.01, 0.5))


def steel(name: str, *, rough: float = 0.28, colour: Colour = (0.62, 0.61, 0.60), round_z: bool = True) -> Any:
    """Brushed stainless steel; the brush ran round the z axis, or along x."""
    graph = Graph(name)
    stretch = (0.6, 0.6, 60.0) if round_z else (0.3, 40.0, 40.0)
    lines = _noise(graph, 1.0, 3.0, graph.stretched(_place(graph), stretch))
    shade = graph.mapped(lines, 0.3, 0.7, rough - 0.06, rough + 0.08)
    return _surface(graph, colour, shade, Metallic=1.0, Normal=_bump(graph, lines, 0.0012, 0.4))


def iron(name: str) -> Any:
    """Cast iron seasoned with oil: black-brown, sandy, with a low sheen."""
    graph = Graph(name)
    sand = graph.sum(_noise(graph, 9.0, 3.0), graph.product(_noise(graph, 2.0, 2.0), 0.6))
    colour = _ramp(graph, _noise(graph, 0.35, 3.0), [(0.3, (0.010, 0.009, 0.009)), (0.7, (0.024, 0.020, 0.018))])
    rough = graph.mapped(_noise(graph, 0.5, 3.0), 0.3, 0.7, 0.34, 0.50)
    return _surface(graph, colour, rough, Normal=_bump(graph, sand, 0.030, 0.7), Specular_IOR_Level=0.7)


def porcelain(name: str, colour: Colour = (0.86, 0.855, 0.83)) -> Any:
    """White glazed porcelain."""
    return plain(
        name,
        colour,
        0.16,
        Subsurface_Weight=0.2,
        Subsurface_Radius=(1.0, 0.9, 0.75),
        Subsurface_Scale=0.25,
        Coat_Weight=0.35,
        Coat_Roughness=0.05,
    )


def clay(name: str) -> Any:
    """Unglazed purple clay: fine sand, pale specks, a dull polish."""
    graph = Graph(name)
    specks = graph.mapped(_noise(graph, 26.0, 1.0), 0.66, 0.74, 0.0, 0.55)
    base = _ramp(graph, _noise(graph, 0.5, 3.0), [(0.3, (0.105, 0.040, 0.026)), (0.7, (0.150, 0.060, 0.038))])
    colour = graph.mixed(specks, base, (0.34, 0.20, 0.13, 1.0))
    return _surface(graph, colour, 0.46, Normal=_bump(graph, _noise(graph, 16.0, 4.0), 0.010, 0.7))


def pulp(name: str, colour: Colour, grain: float = 5.0, depth: float = 0.035) -> Any:
    """Pressed paper pulp, or kraft paper with less depth."""
    graph = Graph(name)
    fibre = _noise(graph, grain, 6.0, None, 0.75)
    pale = tuple(min(1.0, c * 1.18) for c in colour)
    shown = _ramp(graph, fibre, [(0.25, tuple(c * 0.82 for c in colour)), (0.75, pale)])  # type: ignore[list-item]
    return _surface(graph, shown, 0.92, Normal=_bump(graph, fibre, depth), Specular_IOR_Level=0.15)


def weave(name: str, colour: Colour, threads: float = 5.0) -> Any:
    """Linen: two crossed sets of uneven threads, so many a centimetre, laid on in the cloth's own x and z."""
    graph = Graph(name)
    place = _place(graph)
    across = _noise(graph, threads, 2.0, graph.stretched(place, (0.06, 0.06, 1.0)))
    down = _noise(graph, threads, 2.0, graph.stretched(place, (1.0, 0.4, 0.06)))
    thread = graph.product(graph.sum(across, down), 0.5)
    pale = tuple(min(1.0, c * 1.3) for c in colour)
    shown = _ramp(graph, thread, [(0.32, tuple(c * 0.72 for c in colour)), (0.68, pale)])  # type: ignore[list-item]
    return _surface(graph, shown, 0.95, Normal=_bump(graph, thread, 0.09), Specular_IOR_Level=0.1, Sheen_Weight=0.15)


def felt(name: str, colour: Colour) -> Any:
    """Pressed wool felt."""
    graph = Graph(name)
    wool = _noise(graph, 11.0, 8.0, None, 0.8)
    pale = tuple(c * 1.35 for c in colour)
    shown = _ramp(graph, wool, [(0.3, tuple(c * 0.7 for c in colour)), (0.7, pale)])  # type: ignore[list-item]
    return _surface(graph, shown, 0.97, Normal=_bump(graph, wool, 0.06), Sheen_Weight=0.5, Specular_IOR_Level=0.1)


def glass(name: str, tone: Colour = (0.97, 0.985, 0.98), shine: float = 1.0) -> Any:
    """Thin clear walls: straight through, but for the shine that grows towards grazing sight. Cheap and without noise."""
    graph = Graph(name)
    through = graph.node("BsdfTransparent", {"Color": (*tone, 1.0)})
    shiny = graph.node("BsdfGlossy", {"Roughness": 0.04, "Color": (1, 1, 1, 1)})
    edge = graph.node("LayerWeight", {"Blend": 0.32}).outputs["Fresnel"]
    share = graph.mapped(edge, 0.0, 1.0, 0.035 * shine, 0.85 * min(1.0, shine))
    return graph.finish(graph.node("MixShader", {0: share, 1: through.outputs[0], 2: shiny.outputs[0]}))


def meat(name: str) -> Any:
    """Raw beef: red muscle, a white net of fat, and fat where the tint says so (0 none, 1 all)."""
    graph = Graph(name)
    place = _place(graph)
    wobble = graph.node("TexNoise", {"Vector": place, "Scale": 0.8, "Detail": 5.0, "Roughness": 0.65}).outputs["Color"]
    moved = graph.node("VectorMath", {0: graph.stretched(wobble, (2.4, 2.4, 2.4)), 1: place}, operation="ADD").outputs[
        0
    ]
    flat = graph.stretched(moved, (1.0, 1.0, 0.35))
    net = graph.node("TexVoronoi", {"Vector": flat, "Scale": 0.36}, feature="DISTANCE_TO_EDGE").outputs["Distance"]
    fine = graph.node("TexVoronoi", {"Vector": flat, "Scale": 1.05}, feature="DISTANCE_TO_EDGE").outputs["Distance"]
    patches = graph.mapped(_noise(graph, 0.45, 3.0), 0.38, 0.64, 0.0, 1.0)
    thick = graph.mapped(net, 0.012, 0.060, 1.0, 0.0)
    thin = graph.product(graph.mapped(fine, 0.005, 0.042, 0.8, 0.0), patches)
    lines = graph.node("Math", {0: thick, 1: thin}, operation="MAXIMUM").outputs[0]
    lines = graph.product(lines, graph.mapped(_noise(graph, 1.1, 3.0), 0.42, 0.60, 0.05, 1.0))
    rim = graph.mapped(graph.sum(_tint(graph), graph.product(_noise(graph, 0.9, 4.0), 0.35)), 0.62, 0.74, 0.0, 1.0)
    fat = graph.node("Math", {0: lines, 1: rim}, operation="MAXIMUM").outputs[0]
    red = _ramp(
        graph,
        _noise(graph, 1.5, 6.0),
        [(0.25, (0.27, 0.012, 0.014)), (0.55, (0.45, 0.028, 0.028)), (0.8, (0.56, 0.058, 0.050))],
    )
    white = _ramp(graph, _noise(graph, 2.0, 3.0), [(0.3, (0.80, 0.58, 0.46)), (0.7, (0.90, 0.76, 0.64))])
    colour = graph.mixed(fat, red, white)
    height = graph.sum(graph.product(fat, 0.6), graph.product(_noise(graph, 4.0, 5.0), 0.7))
    return _surface(
        graph,
        colour,
        0.36,
        Normal=_bump(graph, height, 0.05, 0.8),
        Subsurface_Weight=0.35,
        Subsurface_Radius=(1.0, 0.35, 0.25),
        Subsurface_Scale=0.12,
    )


def berry(name: str) -> Any:
    """A blueberry's skin: blue-black under a bloom that is rubbed off in places; tint 1 is the dark crown."""
    graph = Graph(name)
    bloom = graph.mapped(_noise(graph, 1.3, 5.0), 0.32, 0.66, 0.0, 1.0)
    skin = _ramp(
        graph, bloom, [(0.0, (0.016, 0.020, 0.060)), (0.5, (0.060, 0.085, 0.210)), (1.0, (0.150, 0.190, 0.370))]
    )
    crown = graph.mapped(_tint(graph), 0.4, 0.9, 0.0, 1.0)
    colour = graph.mixed(crown, skin, (0.018, 0.014, 0.022, 1.0))
    rough = graph.mapped(bloom, 0.0, 1.0, 0.34, 0.62)
    return _surface(graph, colour, rough, Normal=_bump(graph, _noise(graph, 6.0, 3.0), 0.01, 0.5))
