"""Promotions in the running show: transitions become events, the board, and words that go ahead of all others."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from dialogue.catalogue import Catalogue, Product
from dialogue.clauses import lines_of
from dialogue.contract import Comment
from dialogue.phrasebook import Phrasebook
from dialogue.promotions.event_names import ENTERED, SEALED
from dialogue.promotions.machine import PromotionRefused, Promotions, PromotionState, Transition
from dialogue.promotions.notices import Notices
from dialogue.promotions.past import PastEvent, read_past
from dialogue.promotions.plan import PromotionKind, PromotionPlan
from render.contract import Emotion, Line, LineEnded, LineKind, ProductCard, Stage, VoiceError

_MOST_NOTICES: Final = 64
"""Lines waiting to be said; the oldest goes, and the operator is told."""
_NOTICE_WORDS: Final = 12
_ENTERED = ("You're in. Good luck!", "Noted, you take part.")
_ENTERED_ZH = ("参加成功，祝好运！", "收到，您已参加。")
_REFUSED_ZH = {
    "promotion-closed": "活动已经截止了。",
    "promotion-not-open": "还没开始，请稍等。",
    "entered-already": "您已经参加过了，一次就够。",
    "promotion-full": "参加的人太多，名额已满。",
}


class PromotionDesk:
    """Carries promotions out; used on the event loop's thread. `run` says the notices until it is cancelled."""

    def __init__(
        self,
        plans: Sequence[PromotionPlan],
        catalogue: Catalogue,
        book: Phrasebook,
        language: str,
        stage: Stage,
        *,
        card: Callable[[Product | None], ProductCard | None],
        emit: Callable[[str, Mapping[str, Any], bool], None],
        fault: Callable[[str, str], None],
        id_prefix: str = "",
        new_seed: Callable[[], bytes] | None = None,
        repriced: Callable[[str], None] = lambda sku: None,
        moved: Callable[[str], None] = lambda fact: None,
    ) -> None:
        """`emit` takes an event's type, its data, and whether viewers may see it.

        `repriced` hears of prices that change, `moved` the name of what is told of a promotion that has come into another state.
        """
        self._moved = moved
        self._repriced = repriced
        self.machine = Promotions(plans, new_seed=new_seed) if new_seed is not None else Promotions(plans)
        self._catalogue = catalogue
        self._book = book
        self._language = language
        self._notices = Notices(book, language)
        self._stage = stage
        self._card = card
        self._emit = emit
        self._fault = fault
        self._prefix = id_prefix
        self._lines: asyncio.Queue[Line] = asyncio.Queue(_MOST_NOTICES)
        self._count = 0
        self._board: str | None = None
        self._last_of_draw: dict[str, str] = {}
        """The Line that tells the last winner, and the draw that it belongs to."""

    def start(self, plan: PromotionPlan | str, *, by: str) -> None:
        """Announce; raises `PromotionRefused`, as do the others."""
        known = next((one for one in self.machine.plans if one.id == plan), None) if isinstance(plan, str) else plan
        if known is not None and known.kind is PromotionKind.FLASH_PRICE:
            self._refuse_wrong_price(known)
        self._carry_out(self.machine.start(plan, self._stage.now, by=by))

    def restore(self, events: Iterable[PastEvent]) -> None:
        """Take up what an earlier run of this show left unfinished, from its events in the order of the log.

        A draw keeps its seed and its entries. What should have closed meanwhile closes now.
        """
        for past in read_past(events, self._stage.now):
            if self.machine.state(past.plan.id) is not None:
                continue
            transition = self.machine.restore(past)
            if transition is not None:
                self._tell(transition)
                self._show(transition)
                self._price(transition)
        self.tick()
        for standing in self.machine.standing():
            if standing.state is PromotionState.DRAWN and standing.plan.id not in self._last_of_draw.values():
                self._carry_out(self.machine.award(standing.plan.id, self._stage.now, by="clock"))

    def act(self, ident: str, action: str, *, by: str, reason: str = "") -> None:
        """``open``, ``close``, ``draw`` or ``cancel`` a promotion."""
        now = self._stage.now
        match action:
            case "open":
                self._carry_out(self.machine.open(ident, now, by=by))
            case "close":
                self._carry_out(self.machine.close(ident, now, by=by))
            case "draw":
                self._carry_out(self.machine.draw(ident, now, by=by))
            case "cancel":
                self._carry_out(self.machine.cancel(ident, now, by=by, reason=reason))
            case _:
                raise PromotionRefused("no-such-action", 404, f"A promotion can't be told to {action}.")

    def tick(self) -> None:
        """Let the clock act."""
        self._carry_out(self.machine.tick(self._stage.now))

    def next_deadline(self) -> float | None:
        """When `tick` is due."""
        return self.machine.next_deadline()

    def enter(self, comment: Comment) -> str | None:
        """What a comment that enters a promotion is answered; None for one that does not."""
        ident = self.machine.wanted(comment.text, self._stage.now)
        if ident is None:
            return None
        zh = comment.language == "zh"
        try:
            transitions = self.machine.enter(ident, comment.viewer, self._stage.now)
        except PromotionRefused as refused:
            return _REFUSED_ZH.get(refused.code, str(refused)) if zh else str(refused)
        self._emit(ENTERED, {"promotion": ident, "viewer": comment.viewer}, False)
        self._carry_out(transitions)
        return self._book.choose("promotion/entered", _ENTERED_ZH if zh else _ENTERED)

    def line_ended(self, event: LineEnded) -> None:
        """Once the last winner has been told the draw is over."""
        ident = self._last_of_draw.pop(event.line.id, None)
        if ident is not None and self.machine.state(ident) is PromotionState.DRAWN:
            self._carry_out(self.machine.award(ident, self._stage.now, by="clock"))

    async def run(self) -> None:
        """Say what there is to say, ahead of everything else."""
        while True:
            line = await self._lines.get()
            try:
                await self._stage.say(line)
            except VoiceError as error:
                self._fault(error.code, f"The voice could not say '{line.text}': {error}")

    def _carry_out(self, transitions: Sequence[Transition]) -> None:
        for transition in transitions:
            self._forget(transition.plan.id)
            self._moved(_fact(transition.plan.id))
            if transition.state is PromotionState.ANNOUNCED:
                plan = transition.plan
                sealed = {"promotion": plan.id, "plan": plan.model_dump(mode="json")}
                self._emit(SEALED, sealed | {"seed": self.machine.seed(plan.id)}, False)
            self._tell(transition)
            self._price(transition)
            self._show(transition)
            self._say(transition)

    def _tell(self, transition: Transition) -> None:
        plan = transition.plan
        who = {"promotion": plan.id, "kind": plan.kind.value, "title": plan.title, "title_zh": plan.title_zh}
        data = dict(transition.data)
        entries = data.pop("entries", None)
        if entries is not None:
            data["entries"] = len(entries) if isinstance(entries, list) else entries
        if transition.state is PromotionState.ANNOUNCED:
            data |= {"enter_with": plan.enter_with, "terms": list(plan.terms), "terms_zh": list(plan.terms_zh)}
            data["prizes"] = [prize.model_dump() for prize in plan.prizes]
        if transition.state is PromotionState.OPEN and plan.kind is PromotionKind.COUPON:
            data |= {"code": plan.code, "saving": plan.saving}
        self._emit(f"promotion.{transition.state}", who | data, True)
        record = self.machine.record(plan.id)
        if transition.state is PromotionState.DRAWN and record is not None:
            whole = {name: getattr(record, name) for name in ("commitment", "seed", "entries", "prizes", "winners")}
            self._emit("promotion.record", {"promotion": plan.id, "by": transition.by, **whole}, False)

    def _price(self, transition: Transition) -> None:
        if transition.plan.kind is PromotionKind.FLASH_PRICE:
            self._repriced(transition.plan.sku)

    def _refuse_wrong_price(self, plan: PromotionPlan) -> None:
        product = self._catalogue.get(plan.sku)
        if product is None:
            raise PromotionRefused("no-such-product", 422, f"There is no product {plan.sku} in this room's catalogue.")
        if plan.price is None or plan.price >= product.price:
            message = f"{plan.price} is not below the catalogue's price of {product.price}."
            raise PromotionRefused("price-not-lower", 422, message)
        running = (one for one, _, _ in self.machine.running() if one.kind is PromotionKind.FLASH_PRICE)
        if any(one.sku == plan.sku and one.id != plan.id for one in running):
            raise PromotionRefused("flash-price-running", 409, f"{plan.sku} has a flash price already; close it first.")

    def _show(self, transition: Transition) -> None:
        plan = transition.plan
        until = transition.data.get("opens_at" if transition.state is PromotionState.ANNOUNCED else "closes_at")
        board = self._notices.board(plan, transition.state, until, self._product(plan))
        if board is not None:
            self._board = plan.id
            self._stage.show_board(board)
        elif self._board == plan.id:
            self._board = None
            self._stage.show_board(None)

    def _forget(self, ident: str) -> None:
        """Take back what was to be said of this promotion's last state and has not begun: it is no longer so."""
        mine = (_fact(ident),)
        gone = [line for line in self._stage.pending() if line.kind is LineKind.NOTICE and line.facts == mine]
        for line in gone:
            self._stage.drop(line.id)
        for _ in range(self._lines.qsize()):
            line = self._lines.get_nowait()
            if line.facts == mine:
                gone.append(line)
            else:
                self._lines.put_nowait(line)
        for line in gone:
            self._last_of_draw.pop(line.id, None)

    def _say(self, transition: Transition) -> None:
        product = self._product(transition.plan)
        notice = self._notices.said(transition, product)
        if notice is None:
            return
        until = None  # what was announced is no longer true once it is open, and so on
        if transition.state is PromotionState.ANNOUNCED:
            until = float(transition.data["opens_at"])
        elif transition.state is PromotionState.OPEN:
            until = float(transition.data["closes_at"])
        parts = lines_of(notice.text, most_words=_NOTICE_WORDS)
        self._count += 1
        reply = f"{self._prefix}n{self._count}"
        for number, part in enumerate(parts):
            line = Line(
                id=f"{reply}.{number}",
                text=part,
                language=self._language,
                kind=LineKind.NOTICE,
                emotion=notice.emotion,
                energy=0.8 if notice.emotion is Emotion.EXCITED else 0.5,
                product=self._card(product),
                facts=(_fact(transition.plan.id),),
                reply=reply,
                epoch=self._stage.epoch,
                urgent=True,
                valid_until=until,
            )
            if self._lines.full():
                lost = self._lines.get_nowait()
                self._fault("notice-lost", f"Too much to announce at once; this was not said: '{lost.text}'")
            self._lines.put_nowait(line)
        if transition.state is PromotionState.DRAWN:
            self._last_of_draw[f"{reply}.{len(parts) - 1}"] = transition.plan.id

    def _product(self, plan: PromotionPlan) -> Product | None:
        return self._catalogue.get(plan.sku) if plan.sku else None


def _fact(ident: str) -> str:
    return f"promotion/{ident}"
