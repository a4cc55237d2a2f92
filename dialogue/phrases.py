"""The sentences that the host can say about a fact, in English: authored, with slots for the values.

Slots: ``{the}`` the product with its article, ``{it} {them} {is} {has} {s}`` agreeing with it, ``{value}`` what must be said literally,
``{low}`` the same beginning small, ``{per}`` what a price is for.
"""

ANSWERS: dict[str, tuple[str, ...]] = {
    "price": (
        "{The} {is} {value}{per}.",
        "{value}{per}, that's what {the} cost{s}.",
        "{It} cost{s} {value}{per}.",
        "That's {value}{per}.",
        "For {the} it's {value}{per}.",
        "The card says {value}{per}, and the card is right.",
        "{value}. That's the price{per}.",
        "You pay {value}{per}.",
    ),
    "list_price": (
        "The list price is {list}, so you save {saving}.",
        "On the list {it} {stands} at {list}.",
        "That's {saving} under the list price of {list}.",
    ),
    "stock": (
        "There are {value} left.",
        "I count {value} in stock.",
        "Yes, {value} in stock right now.",
        "The stock list says {value}.",
        "We still have {value}.",
        "{value} are on the shelf.",
    ),
    "stock_none": (
        "{The} {is} sold out, I'm sorry.",
        "Sold out, I'm afraid.",
        "I have to disappoint you, {the} {is} sold out.",
    ),
    "origin": (
        "{The} come{s} from {value}.",
        "{It} come{s} from {value}.",
        "{value}, that's where {the} come{s} from.",
        "From {value}.",
        "The label says {value}.",
        "{It} {is} from {value}.",
    ),
    "net_content": (
        "You get {low}.",
        "{Value}. That's what's in it.",
        "It says so on the pack: {low}.",
        "What you get is {low}.",
        "That's {low}.",
    ),
    "size": (
        "{Value}.",
        "The tape measure says {low}.",
        "Here are the measurements: {low}.",
        "{Value}, that's the size.",
        "I have the size here: {low}.",
    ),
    "storage": (
        "{Value}.",
        "Simple: {low}.",
        "Here's what the label says: {low}.",
        "That's easy. {Value}.",
        "The note on the pack is clear: {low}.",
    ),
    "shelf_life": (
        "{It} keep{s} {low}.",
        "{Value}. That's how long {it} keep{s}.",
        "The label gives {them} {low}.",
        "Count on {low}.",
        "You have time: {low}.",
    ),
    "shipping": (
        "{Value}. That's how {it} travel{s}.",
        "Here's how {it} travel{s}: {low}.",
        "This is how we send {them}: {low}.",
        "For the road: {low}.",
    ),
    "usage": (
        "{Value}.",
        "Here's how: {low}.",
        "The short version: {low}.",
        "My note says: {low}.",
        "I have it written down: {low}.",
    ),
    "care": (
        "{Value}.",
        "Looking after {them} is simple: {low}.",
        "Here's the trick: {low}.",
        "The care label is short. {Value}.",
        "For cleaning: {low}.",
    ),
    "material": (
        "{Value}.",
        "What {it} {is} made of: {low}.",
        "I have it here: {low}.",
        "The label says {low}.",
    ),
    "ingredients": (
        "{Value}.",
        "What's in there: {low}.",
        "The label reads: {low}.",
        "I'll read you the label. {Value}.",
    ),
    "power": (
        "{Value}.",
        "{It} run{s} on {low}.",
        "On the plate it says {low}.",
        "It's rated at {low}.",
    ),
    "warranty": (
        "The warranty is {low}.",
        "You get {low} of warranty.",
        "{Value}, that's the warranty.",
        "It's covered: {low}.",
    ),
    "description": (
        "{Value}.",
        "In one sentence: {low}.",
        "Here's what I'd tell a friend: {low}.",
        "{The}: {low}.",
        "What {it} {is}: {low}.",
    ),
    "": (
        "{Label}: {low}.",
        "On {label}, my notes say {low}.",
        "I looked up {label}: {low}.",
        "The note on {label} says: {low}.",
    ),
}
"""By field; the empty key serves a column that nobody has written sentences for."""

PITCH: dict[str, tuple[str, ...]] = {
    "price": (
        "{The} {is} {value}{per}.",
        "So, the price: {value}{per}.",
        "And what do{es} {it} cost? {value}{per}.",
        "Here's the number: {value}{per}.",
        "On the card you see {value}{per}.",
    ),
    "list_price": (
        "On the list that's {list}, so you save {saving}.",
        "The list price is {list}.",
    ),
    "origin": (
        "{It} come{s} from {value}.",
        "Where from? {value}.",
        "The place on the label is {value}.",
        "{value}, says the label.",
    ),
    "net_content": (
        "You get {low}.",
        "What's inside: {low}.",
        "In numbers: {low}.",
        "That means {low}.",
    ),
    "stock": (
        "{value} left, by the way.",
        "There are {value} in stock as we speak.",
        "The stock list says {value}.",
    ),
}
"""Where presenting asks for other sentences than answering."""

PRICE_OF_WHAT = ("That's{per}.", "That's the price{per}.", "And that's{per}.")
UNKNOWN = (
    "That one isn't in my notes, and I won't guess. I'm passing it to the team.",
    "I don't know that, and I'd rather say so. The team gets your question.",
    "My notes are silent on that. I'll put it to the team.",
    "Good that you ask, because I have nothing on it. It goes to the team.",
    "I can't answer that from my notes. I've written it down for the team.",
    "Honestly? I don't know. I've noted your question for the team.",
)
UNKNOWN_OF_PRODUCT = (
    "My notes on {the} don't say. I won't guess, so the team gets your question.",
    "That isn't in my notes on {the}. I've written it down for the team.",
    "For {the} I don't have that, and I'd rather not guess. I'm asking the team.",
    "I looked, and the sheet for {the} doesn't say. The team will have to tell us.",
)
WHICH_PRODUCT = (
    "Which one do you mean? Give me the name, and I'll look it up.",
    "Happy to look it up. Which product is it about?",
    "Tell me which product, and I have it for you.",
)
GREETINGS = (
    "Hello {viewer}, good to have you here.",
    "Hi {viewer}, welcome in.",
    "{viewer}, hello! Pull up a chair.",
    "Welcome, {viewer}. Ask me anything you like.",
    "Good to see you in the chat, {viewer}.",
    "Hey {viewer}, you're just in time.",
)
WELCOME_THANKS = (
    "Thank you, {viewer}. That's kind.",
    "Thanks, {viewer}. I'll pass it on to the team.",
    "{viewer}, thank you. Comments like that keep the lantern lit.",
    "That's good to read, {viewer}. Thank you.",
    "Much obliged, {viewer}.",
)
BRIDGES = (
    "Now, back to {the}.",
    "So, {the}.",
    "Where was I? Right, {the}.",
    "Back to {the} for a moment.",
    "Let me pick up {the} again.",
    "Right, we were looking at {the}.",
)
BRIDGES_TALK = ("Where was I?", "So, where were we?", "Back to what I was saying.", "Right.")
OPENERS = (
    "Next up: {the}.",
    "Let's look at {the}.",
    "Now for {the}.",
    "On the table now: {the}.",
    "The next card is {the}.",
    "Here come{s} {the}.",
    "Time for {the}.",
    "Let me show you {the}.",
)
RETURNERS = (
    "Once more for everybody who came late: {the}.",
    "We've had {them} before, but it's worth a second look: {the}.",
    "Back on the card: {the}.",
    "Again, because people ask: {the}.",
    "Another look at {the}.",
)
READBACK_QUESTION = (
    "{viewer} asks: {comment}",
    "{viewer} wants to know: {comment}",
    "{viewer} is asking: {comment}",
    "From {viewer}: {comment}",
    "Here's {viewer}: {comment}",
)
READBACK_STATEMENT = ("{viewer} writes: {comment}", "{viewer} says: {comment}", "From {viewer}: {comment}")
READBACK_WITHHELD = ("A word from {viewer}.", "{viewer} wrote to me.", "I see you there, {viewer}.")
CHAT = (
    "Thanks for writing in, {viewer}. If you've a question about the goods, I'm all ears.",
    "Noted, {viewer}. Ask me anything about what's on the table.",
    "I read you, {viewer}. Keep them coming.",
    "That goes in the guest book, {viewer}.",
)
