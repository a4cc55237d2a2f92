"""Words that say nothing about a product: with these a weak model may word an answer without adding a claim to it."""


def word_set(text: str) -> frozenset[str]:
    """The words of a list that is easier to read as prose."""
    return frozenset(text.split())


PLAIN_WORDS = word_set(
    """
    use uses used work works fit fits weigh weighs measure measures run runs stay stays last lasts travel travels
    a about above according actually after again ago ah ahead all almost along already also altogether am an and
    another answer answered answers any anybody anyone anything anyway are around as ask asked asking asks at
    away back basically be because been before being below between both but by bye called calling calls can card
    chat check checked checks come comes coming comment cost costs could count counts did do does doing done
    down each either else even every everybody everyone everyone's everything exactly few figure figures find
    first folks for friend friends from gave get gets getting give gives glad go goes going good got great had
    happy has have having he he's hear heard hello her here here's hers hey hi him his hmm hold holds honest
    honestly how how's i i'll i'm i've if in indeed into is it it's its itself just kind know known knows label
    last least less let let's like listed little long look looking looks lot lots make makes many may maybe me
    mean means mention might mine more most much must my name near need needs new next nice note notes now
    number numbers of off oh ok okay on once one only onto or other others our ours out over own page part pay
    paying pays people per plain plainly please pleased point pretty price priced prices put question questions
    quite rather read ready really right roughly said same saw say saying says screen see seen sends sent she's
    sheet shop short should show shows simple simply since so some somebody someone something soon sort stands
    still straight such sure take takes talk team tell tells than thank thanks that that's the their theirs them
    then there there's these they they'll they're they've thing things think this those though through time to
    today's together told too true truth try two under until up us very viewer wait want wants warm warmly was
    way we we'll we're we've welcome well went were what what's whatever when where where's whether which while
    who who's whole whose why will wish with within without word words works would write writes written yes yet
    you you'll you're you've your yours
    """
)

NEGATIONS = word_set(
    """
    ain't aren't barely can't cannot couldn't didn't doesn't don't hadn't hardly hasn't haven't isn't neither
    never no nobody none nor not nothing shouldn't wasn't weren't without won't wouldn't
    """
)

WEIGHTY_WORDS = word_set(
    """
    allergen allergens allergic approved bonus certificate certified coupon coupons day days deadline discount
    discounted discounts ends exclusive expires free fresh friday frozen gift gifts gluten guarantee guaranteed
    guarantees halal hour hours imported kosher last-minute licensed limited minute minutes monday month months
    natural nontoxic official organic promise promised promises raw refund refunded refunds safe sale saturday
    sold sunday thursday today tomorrow tonight tuesday vegan voucher warranty wednesday week weeks year years
    yesterday
    """
)
"""These promise something or say when; they need a fact behind them, whoever words the answer."""
