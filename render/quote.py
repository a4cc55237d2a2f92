"""The comment that is being read, as it stands on the picture."""

from render.typography import Canvas, Colour, Patch, font, shortened, wrap

READING = "Reading · 正在读"
_INK: Colour = (255, 255, 255)
_SOFT: Colour = (206, 212, 222)
_ACCENT: Colour = (255, 200, 87)
_PANEL: Colour = (14, 17, 22)
_OPACITY = 0.82


def quote_patch(viewer: str, text: str, width: int, most_height: int, unit: float) -> Patch:
    """Who writes and what, in as many lines as `most_height` px allow; what is left out ends in an ellipsis."""

    def px(units: float) -> int:
        return max(1, round(units * unit))

    pad = px(22)
    head, who, what = font(px(20), 500), font(px(23), 700), font(px(28), 400)
    room = width - 2 * pad
    most = max(1, (most_height - px(56)) // px(37))
    lines = shortened(text, wrap(text, what, room), most, what, room)
    canvas = Canvas(width, px(46) + len(lines) * px(37) + px(12))
    canvas.panel(_PANEL, _OPACITY, px(14))
    canvas.panel(_ACCENT, 1.0, px(2), (0, px(16), px(5), canvas.height - px(16)))
    x = canvas.text(pad, px(34), READING, head, _SOFT) + px(12)
    left = round(width - pad - x)
    name = shortened(viewer, wrap(viewer, who, left), 1, who, left)
    canvas.text(x, px(34), "".join(name), who, _ACCENT)
    for row, line in enumerate(lines):
        canvas.text(pad, px(74) + row * px(37), line, what, _INK)
    return canvas.patch()
