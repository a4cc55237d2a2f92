"""The landmarks of MediaPipe's face mesh that outline lips, eyes, brows and face. Left and right are sides of the picture."""

from typing import Final

UPPER_INNER_LIP: Final = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LOWER_INNER_LIP: Final = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
UPPER_OUTER_LIP: Final = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LOWER_OUTER_LIP: Final = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
UPPER_LIP_RINGS: Final = (
    (76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306),
    (62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292),
)
LOWER_LIP_RINGS: Final = (
    (76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306),
    (62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292),
)
"""Lines between the outer and the inner edge of a lip. All from left to right, corners included."""
BELOW_LIP: Final = ((57, 43, 106, 182, 83, 18, 313, 406, 335, 273, 287),)
ABOVE_LIP: Final = ((57, 186, 92, 165, 167, 164, 393, 391, 322, 410, 287),)
"""The skin next to the lips, likewise."""

UPPER_LIP: Final = frozenset(
    point for line in (UPPER_INNER_LIP, UPPER_OUTER_LIP, *UPPER_LIP_RINGS) for point in line[1:-1]
)
LOWER_LIP: Final = frozenset(
    point for line in (LOWER_INNER_LIP, LOWER_OUTER_LIP, *LOWER_LIP_RINGS) for point in line[1:-1]
)
"""All points of either lip but those of the corners."""

LEFT_EYE_UPPER: Final = (33, 246, 161, 160, 159, 158, 157, 173, 133)
LEFT_EYE_LOWER: Final = (33, 7, 163, 144, 145, 153, 154, 155, 133)
RIGHT_EYE_UPPER: Final = (362, 398, 384, 385, 386, 387, 388, 466, 263)
RIGHT_EYE_LOWER: Final = (362, 382, 381, 380, 374, 373, 390, 249, 263)
"""The edges of the lids from left to right, corners included."""

LEFT_IRIS: Final = (468, 469, 470, 471, 472)
RIGHT_IRIS: Final = (473, 474, 475, 476, 477)
"""The centre first."""

LEFT_BROW_LOWER: Final = (46, 53, 52, 65, 55)
RIGHT_BROW_LOWER: Final = (285, 295, 282, 283, 276)

FACE_OVAL: Final = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
FOREHEAD_TOP: Final = 10
CHIN: Final = 152
NOSE_TIP: Final = 1

LEFT_CHEEK: Final = (50, 101, 205, 118)
RIGHT_CHEEK: Final = (280, 330, 425, 347)
FOREHEAD: Final = (9, 108, 151, 337)
