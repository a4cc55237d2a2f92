"""What a person can do to the show: hold it, move it on, set its manner, stop it, take it over."""

from collections.abc import Callable
from typing import Final

from dialogue.floor import GoOn, GoTo, Rest, ToNext, ToPrevious, Unpin
from dialogue.steering.hands import Hands
from dialogue.steering.refusal import SteeringRefused
from dialogue.steering.reins import Takeover, TakeoverMode
from render.contract import Emotion, HoldingCard, LiveChanged, LiveMode

HOLDING_CARD: Final = HoldingCard(
    "Back in a moment · 马上回来", "The show is paused for a moment.\n直播稍停片刻，请稍候。"
)
_LIVE: Final = {
    TakeoverMode.NONE: LiveMode.NONE,
    TakeoverMode.TEXT: LiveMode.NONE,
    TakeoverMode.MICROPHONE: LiveMode.VOICE,
    TakeoverMode.CAMERA: LiveMode.CAMERA,
}
SHOW: Final = "show"


class ShowSteering:
    """Orders about the whole show; each returns the desk's revision and raises `SteeringRefused`.

    An order that changes nothing (to pause what is paused) is no error and is not entered.
    """

    def __init__(self, hands: Hands, look_at_epoch: Callable[[], None]) -> None:
        """`look_at_epoch` lets the host see at once that a new epoch has begun."""
        self._hands = hands
        self._reins = hands.reins
        self._look_at_epoch = look_at_epoch

    # ---- going and resting -------------------------------------------------------------------------------------

    def pause(self, by: str, *, seen: int | None = None) -> int:
        """The host ends its sentence (or the answer that it has begun) and then neither presents nor answers."""
        return self._set_paused(by, True, seen)

    def resume(self, by: str, *, seen: int | None = None) -> int:
        """It goes on where it was."""
        if self._reins.stopped:
            raise SteeringRefused("stopped", 409, "The show is stopped. Start it again first.")
        return self._set_paused(by, False, seen)

    def stop(self, by: str) -> int:
        """Silence at once and a card over everything; whatever was to be said is gone. Never refused."""
        if self._reins.stopped:
            return self._hands.journal.revision
        self._reins.stopped = self._reins.paused = True
        epoch = self._hands.lectern.interrupt()
        self._hands.lectern.hold(HOLDING_CARD)
        self._look_at_epoch()
        self._hands.tell_director(Rest(hand_over=True))
        self._tell_held(True)
        return self._hands.done(by, "stop", SHOW, {"stopped": False}, {"stopped": True, "epoch": epoch})

    def start(self, by: str, *, seen: int | None = None) -> int:
        """Back from STOP."""
        self._hands.require_unchanged(SHOW, by, seen)
        if not self._reins.stopped:
            return self._hands.journal.revision
        self._reins.stopped = self._reins.paused = False
        self._hands.lectern.hold(None)
        self._tell_held(False)
        self._lead()
        return self._hands.done(by, "start", SHOW, {"stopped": True}, {"stopped": False})

    # ---- the rundown -------------------------------------------------------------------------------------------

    def to_next(self, by: str, *, seen: int | None = None) -> int:
        """On to the next segment, after the sentence being heard."""
        return self._turn(by, "next", ToNext(), seen)

    def to_previous(self, by: str, *, seen: int | None = None) -> int:
        """Back to the segment before."""
        return self._turn(by, "previous", ToPrevious(), seen)

    def go_to(self, by: str, target: str, *, pin: bool = False, seen: int | None = None) -> int:
        """To a product (its sku) or a segment (its id); a pinned product stays on show until `unpin`."""
        rows = self._hands.director.presentation.presenter.progress(self._hands.clock()).segments
        row = next((r for r in rows if r.id == target), None) or next((r for r in rows if r.product == target), None)
        if row is None:
            raise SteeringRefused("no-such-segment", 404, f"No segment of the rundown is, or presents, {target}.")
        if pin and row.product is None:
            raise SteeringRefused(
                "nothing-to-pin", 422, f"The segment {target} presents no product that could be pinned."
            )
        return self._turn(by, "product", GoTo(row.product if pin and row.product else target, pin), seen)

    def unpin(self, by: str, *, seen: int | None = None) -> int:
        """The rundown goes on from the pinned product."""
        return self._turn(by, "unpin", Unpin(), seen)

    # ---- manner ------------------------------------------------------------------------------------------------

    def manner(self, by: str, emotion: Emotion | None, energy: float | None, *, seen: int | None = None) -> int:
        """How later Lines are said; None leaves it to the host."""
        self._hands.require_unchanged("manner", by, seen)
        before = _manner(self._reins.emotion, self._reins.energy)
        self._reins.emotion, self._reins.energy = emotion, energy
        return self._hands.done(by, "manner", "manner", before, _manner(emotion, energy))

    def approval(self, by: str, required: bool, *, seen: int | None = None) -> int:
        """Whether comments are answered aloud only once a person has approved them."""
        self._hands.require_unchanged("approval", by, seen)
        before, self._reins.approval = self._reins.approval, required
        if before == required:
            return self._hands.journal.revision
        return self._hands.done(by, "approval", "approval", {"required": before}, {"required": required})

    def mute(self, by: str, muted: bool, *, seen: int | None = None) -> int:
        """Whether viewers hear nothing; the show goes on."""
        self._hands.require_unchanged("mute", by, seen)
        before, self._reins.muted = self._reins.muted, muted
        self._hands.lectern.mute(muted)
        if before == muted:
            return self._hands.journal.revision
        return self._hands.done(by, "mute" if muted else "unmute", "mute", {"muted": before}, {"muted": muted})

    # ---- takeover ----------------------------------------------------------------------------------------------

    def take_over(self, by: str, mode: TakeoverMode, *, force: bool = False) -> int:
        """Lead the show in the host's place, or give back (`TakeoverMode.NONE`); another's takeover only with `force`."""
        before = self._reins.takeover
        if not force:
            self.require_not_taken(by)
        if before.mode is mode and (before.by == by or mode is TakeoverMode.NONE):
            return self._hands.journal.revision
        now = self._hands.clock()
        free = self._reins.free
        self._reins.takeover = Takeover(mode, by, now) if mode is not TakeoverMode.NONE else Takeover()
        self._hands.lectern.go_live(_LIVE[mode])
        if mode is TakeoverMode.NONE:
            self._lead()
        elif free or self._reins.live:
            self._hands.tell_director(Rest(hand_over=True))
        told = {"mode": before.mode.value, "by": before.by}
        return self._hands.done(by, "takeover", "takeover", told, {"mode": mode.value, "by": self._reins.takeover.by})

    def require_not_taken(self, by: str) -> None:
        """Raise `SteeringRefused` (409) while another person leads the show."""
        taken = self._reins.takeover
        if taken.by is not None and taken.by != by:
            ago = self._hands.clock() - (taken.since or 0.0)
            message = f"{taken.by} has taken the show over ({taken.mode.value}, {ago:.0f} s ago). Ask, or use force."
            raise SteeringRefused("taken", 409, message)

    def live_changed(self, event: LiveChanged) -> None:
        """The stage went back to the host by itself: the person's connection is lost, or never brought any sound."""
        before = self._reins.takeover
        gone = event.mode is LiveMode.NONE and self._reins.live
        if not gone or event.at <= (before.since or 0.0):  # else it tells of a takeover before this one
            return
        self._reins.takeover = Takeover()
        self._lead()
        after = {"mode": TakeoverMode.NONE.value, "by": None, "reason": "nothing came from the person any more"}
        told = {"mode": before.mode.value, "by": before.by}
        self._hands.done(before.by or "host", "takeover", "takeover", told, after)

    # ---- inside ------------------------------------------------------------------------------------------------

    def _set_paused(self, by: str, paused: bool, seen: int | None) -> int:
        self._hands.require_unchanged(SHOW, by, seen)
        if self._reins.paused == paused:
            return self._hands.journal.revision
        was_free = self._reins.free
        self._reins.paused = paused
        if not paused:
            self._lead()
        elif was_free:
            self._hands.tell_director(Rest())
        return self._hands.done(by, "pause" if paused else "resume", SHOW, {"paused": not paused}, {"paused": paused})

    def _lead(self) -> None:
        if self._reins.free:
            self._hands.tell_director(GoOn())

    def _turn(self, by: str, action: str, event: ToNext | ToPrevious | GoTo | Unpin, seen: int | None) -> int:
        self._hands.require_unchanged(SHOW, by, seen)
        show = self._hands.director.presentation
        if show.silent:
            raise SteeringRefused("no-rundown", 409, "This room has no rundown: its host only answers.")
        if isinstance(event, Unpin) and show.presenter.pinned is None:
            raise SteeringRefused("not-pinned", 409, "No product is pinned.")
        before = self._place()
        self._hands.tell_director(event)
        return self._hands.done(by, action, SHOW, before, self._place())

    def _place(self) -> dict[str, str | None]:
        presenter = self._hands.director.presentation.presenter
        rows = presenter.progress(self._hands.clock()).segments
        return {"segment": next((row.id for row in rows if row.state == "now"), None), "pinned": presenter.pinned}

    def _tell_held(self, held: bool) -> None:
        card = {"title": HOLDING_CARD.title, "text": HOLDING_CARD.text} if held else {"title": "", "text": ""}
        self._hands.emit("room.held", {"held": held, **card}, True)


def _manner(emotion: Emotion | None, energy: float | None) -> dict[str, str | float | None]:
    return {"emotion": emotion.value if emotion is not None else None, "energy": energy}
