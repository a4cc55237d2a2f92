"""Questions about the founder, put as if to the founder: "is Joe married" means "are you married"."""

import re

_VERBS = {
    "is": "are",
    "was": "were",
    "has": "have",
    "does": "do",
    "did": "did",
    "will": "will",
    "can": "can",
    "do": "do",
}


class SecondPerson:
    """Turns the founder's name in a comment into "you", as the examples of such questions have it."""

    def __init__(self, name: str, name_zh: str) -> None:
        first = re.escape(name.split()[0]) if name else "(?!)"
        whole = rf"(?:{re.escape(name)}|{first}|the founder|the owner|the boss)" if name else "(?!)"
        self._called = re.compile(
            rf"^\W*(?:hey |hi |hello )?{first}\s*[,!:]\s*|[,]\s*{first}\s*(?=[?!.]*$)", re.IGNORECASE
        )
        self._asked = re.compile(rf"\b({'|'.join(_VERBS)})\s+{whole}\b(?!')", re.IGNORECASE)
        self._own = re.compile(rf"\b{whole}'?s\b", re.IGNORECASE)
        self._else = re.compile(rf"\b{whole}\b", re.IGNORECASE)
        names = [re.escape(part) for part in {name_zh, *name_zh.split("·")} if part]
        self._chinese = re.compile(
            "|".join([*sorted(names, key=len, reverse=True), "老板本人", "老板(?!娘)", "创始人", "主播"])
        )

    def in_second_person(self, text: str) -> str:
        """The comment, put to the founder."""
        text = self._called.sub("", text)
        text = self._asked.sub(lambda m: f"{_VERBS[m[1].casefold()]} you", text)
        text = self._own.sub("your", text)
        text = self._else.sub("you", text)
        return self._chinese.sub("你", text)
