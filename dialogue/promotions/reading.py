"""`promotions.yaml` of a room: what can be started, checked against the catalogue."""

from pathlib import Path

from pydantic import ValidationError

from dialogue.catalogue import Catalogue
from dialogue.contract import RoomProblem
from dialogue.promotions.plan import PromotionFile, PromotionPlan
from dialogue.room_problems import room_problems
from dialogue.yaml_places import dotted, read_yaml


def read_promotions(
    path: Path, catalogue: Catalogue, *, called: str = "promotions.yaml"
) -> tuple[tuple[PromotionPlan, ...], list[RoomProblem]]:
    """Read the plans and everything that is wrong with them; without a file there are none."""
    if not path.exists():
        return (), []
    try:
        file = read_yaml(path, called=called)
    except RoomProblem as problem:
        return (), [problem]
    problems = list(file.problems)
    try:
        plans = PromotionFile.model_validate(file.value).promotions
    except ValidationError as error:
        return (), [*problems, *room_problems(file, PromotionFile, error)]
    for number, plan in enumerate(plans):
        product = catalogue.get(plan.sku) if plan.sku else None
        if plan.sku and product is None:
            at = ("promotions", number, "sku")
            message = f"there is no product {plan.sku} in the catalogue"
            problems.append(RoomProblem(file.name, file.line(at), dotted(at), message))
        elif product is not None and plan.price is not None and plan.price >= product.price:
            at = ("promotions", number, "price")
            message = f"{plan.price} is not below the catalogue's price of {product.price}"
            problems.append(RoomProblem(file.name, file.line(at), dotted(at), message))
    return plans, problems
