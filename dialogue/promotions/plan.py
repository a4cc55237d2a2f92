"""A promotion as its author writes it in `promotions.yaml`, or as the dashboard sends it."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Ident = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Term = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120)]


class PromotionKind(StrEnum):
    """What sort of promotion it is."""

    DRAW = "draw"
    """Viewers enter while it is open; the winners are drawn afterwards."""
    RED_ENVELOPE = "red_envelope"
    """A number of shares, taken by whoever enters first."""
    COUPON = "coupon"
    """A code that holds while it is open."""
    FLASH_PRICE = "flash_price"
    """A product at another price while it is open."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Prize(_Part):
    """What can be won, and how often."""

    name: Short
    """One of them: ``cast-iron pan``."""
    names: str = Field("", max_length=60)
    """Several of them, where that is not the name with an s."""
    name_zh: str = Field("", max_length=60)
    count: int = Field(1, ge=1, le=10_000)


class PromotionPlan(_Part):
    """Everything that viewers must be able to read before it opens."""

    id: Ident
    kind: PromotionKind
    title: Short
    title_zh: str = Field("", max_length=60)
    announce_seconds: float = Field(20.0, ge=0, le=3600)
    """Between the announcement, when the rules are on the board, and the opening."""
    open_seconds: float = Field(180.0, ge=5, le=86_400)
    prizes: tuple[Prize, ...] = ()
    """Draws and red envelopes; of an envelope, each prize is a share."""
    enter_with: str = Field("", max_length=20)
    """The word to write in the chat; empty where nothing has to be entered."""
    terms: tuple[Term, ...] = Field((), max_length=6)
    terms_zh: tuple[Term, ...] = Field((), max_length=6)
    code: str = Field("", max_length=30)
    """Coupons."""
    saving: Short | None = None
    """Coupons: what it takes off, as it is to be said: ``20 yuan off orders from 100 yuan``."""
    saving_zh: str = Field("", max_length=60)
    sku: str = ""
    """Flash prices."""
    price: Decimal | None = Field(None, gt=0)
    """Flash prices, in the product's currency."""

    @model_validator(mode="after")
    def _whole(self) -> "PromotionPlan":
        match self.kind:
            case PromotionKind.DRAW | PromotionKind.RED_ENVELOPE:
                if not self.prizes:
                    raise ValueError("needs prizes: say what can be won and how many of each")
                if not self.enter_with:
                    raise ValueError("needs enter_with: the word that viewers write to take part")
            case PromotionKind.COUPON:
                if not self.code or self.saving is None:
                    raise ValueError("needs code and saving: what viewers type, and what it takes off")
            case PromotionKind.FLASH_PRICE:
                if not self.sku or self.price is None:
                    raise ValueError("needs sku and price: which product, and what it costs meanwhile")
        return self

    @property
    def takes_entries(self) -> bool:
        """Whether viewers take part by entering."""
        return self.kind in (PromotionKind.DRAW, PromotionKind.RED_ENVELOPE)

    @property
    def prize_count(self) -> int:
        """How many winners there can be."""
        return sum(prize.count for prize in self.prizes)


class PromotionFile(_Part):
    """``promotions.yaml``."""

    version: Literal[1] = 1
    promotions: tuple[PromotionPlan, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> "PromotionFile":
        idents = [plan.id for plan in self.promotions]
        double = next((ident for ident in idents if idents.count(ident) > 1), None)
        if double is not None:
            raise ValueError(f"two promotions are called {double}")
        return self
