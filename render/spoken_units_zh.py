"""Units, currencies and classifiers as Chinese says them."""

from typing import Final

UNITS_ZH: Final[dict[str, str]] = {
    **{
        "mg": "毫克",
        "g": "克",
        "G": "克",
        "kg": "公斤",
        "KG": "公斤",
        "Kg": "公斤",
        "t": "吨",
        "lb": "磅",
        "oz": "盎司",
    },
    **{"ml": "毫升", "mL": "毫升", "ML": "毫升", "Ml": "毫升", "cl": "厘升", "L": "升", "l": "升"},
    **{"mm": "毫米", "cm": "厘米", "CM": "厘米", "m": "米", "km": "公里", "KM": "公里", "inch": "英寸", "ft": "英尺"},
    **{"m2": "平方米", "cm2": "平方厘米", "m3": "立方米", "km/h": "公里每小时", "m/s": "米每秒"},
    **{"W": "瓦", "kW": "千瓦", "KW": "千瓦", "kWh": "度电", "V": "伏", "A": "安", "mAh": "毫安时", "MAH": "毫安时"},
    **{"Hz": "赫兹", "kHz": "千赫", "GHz": "吉赫", "dB": "分贝", "db": "分贝", "px": "像素", "Pa": "帕", "kPa": "千帕"},
    **{"kcal": "千卡", "Kcal": "千卡", "kJ": "千焦", "KJ": "千焦", "J": "焦"},
    **{"ms": "毫秒", "s": "秒", "min": "分钟", "mins": "分钟", "h": "小时", "hr": "小时"},
    **{"pc": "件", "pcs": "件", "PCS": "件", "°C": "摄氏度", "°c": "摄氏度", "°F": "华氏度", "°": "度"},
}
"""Written unit, its case as written, to what is said. ``5G`` and ``2K`` of devices are no units: see the rules."""

MASS_OR_VOLUME: Final = frozenset(
    {"mg", "g", "kg", "KG", "Kg", "t", "lb", "oz", "ml", "mL", "ML", "Ml", "cl", "L", "l"}
)
"""What one piece of a pack holds, in ``10×150 g``."""

DEGREES: Final = frozenset({"°C", "°c", "°F", "°", "A", "V"})
"""Units before which 2 stays 二."""

CURRENCIES_ZH: Final[dict[str, str]] = {
    **{"¥": "元", "CN¥": "元", "RMB": "元", "CNY": "元", "rmb": "元", "$": "美元", "US$": "美元", "USD": "美元"},
    **{
        "HK$": "港币",
        "HKD": "港币",
        "€": "欧元",
        "EUR": "欧元",
        "£": "英镑",
        "GBP": "英镑",
        "JPY": "日元",
        "JP¥": "日元",
    },
}
"""Written before or behind an amount."""

ORDINAL_NOUNS: Final = "月号日楼折期级届等班路代维星线环胎两"
"""Before these 2 is 二: it names, or the pair is fixed (二两). 两 itself is the old ounce."""

ZH_WORDS: Final = {
    "&": "和",
    "+": "加",
    "=": "等于",
    "@": "艾特",
    "≈": "约",
    "~": "约",
    "≤": "不超过",
    "≥": "不少于",
    "<": "小于",
    ">": "大于",
    "×": "乘",
    "÷": "除以",
    "°": "度",
    "%": "百分号",
}
"""Signs that stand alone."""
