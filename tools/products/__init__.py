"""Product pictures: each of a room's products as a small procedural model, photographed alike with Blender's Cycles."""
