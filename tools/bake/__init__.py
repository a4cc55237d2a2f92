"""Bake an avatar pack: render a host from CC0 figure data with Blender's Cycles, once, on a CPU."""
