"""How soon the first clause of a reply is audio."""

import time

from render.contract import Emotion
from tests.perception.fast_show import voice_of

CLAUSES = (
    "Lin asks: how much is the ribeye?",
    "Anna asks: is it frozen?",
    "Tom wants to know where the eggs come from.",
    "Ruth asks: does the pan work on induction?",
    "Omar asks: how fast do you ship?",
    "Mia asks: are you real?",
    "Ben asks: what is in the yogurt?",
    "Kim asks: how big is the rice cooker?",
    "Sam asks: can I return it?",
    "Eve asks: how do I store the berries?",
)
"""Read-backs: they are what is heard first."""


async def first_clause_ms(backend: str, rounds: int = 3) -> list[float]:
    """Milliseconds from the text to PCM, of every clause in every emotion in turn; none is said twice in the same way."""
    found = []
    async with voice_of(backend) as voice:
        language = "en" if "en" in voice.languages else "zh"
        await voice.speak("Welcome back.", language=language, emotion=Emotion.NEUTRAL, energy=0.5)
        for turn in range(rounds):
            for clause in CLAUSES:
                began = time.perf_counter()
                await voice.speak(clause, language=language, emotion=list(Emotion)[turn], energy=0.5)
                found.append((time.perf_counter() - began) * 1000)
    return found
