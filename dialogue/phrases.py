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
        "The warranty: {low}.",
        "On warranty the note says {low}.",
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
        "Here's the number: {value}.",
        "On the card you see {value}{per}.",
        "{value}, that's {the}{per_comma}.",
        "Now the part that Mei decides. {value}{per}.",
        "You'd pay {value}. That's{per}.",
        "How much? {value}{per}.",
        "The price on the card is {value}{per}.",
        "That comes to {value}{per}.",
        "For {value} {it} {is} yours{per_comma}.",
    ),
    "price_only": (
        "{The} {is} {value}.",
        "So, the price: {value}.",
        "And what do{es} {it} cost? {value}.",
        "Here's the number: {value}.",
        "On the card you see {value}.",
        "{value}, that's what {it} cost{s}.",
        "How much? {value}.",
        "The price on the card is {value}.",
        "That comes to {value}.",
        "For {value} {it} {is} yours.",
        "The number that counts is {value}.",
        "Price tag: {value}.",
    ),
    "list_price": (
        "On the list that's {list}, so you save {saving}.",
        "The list price is {list}.",
        "That's {saving} off the list.",
        "It used to say {list} on the list.",
        "{saving} less than on the list.",
        "The list says {list}, the card says otherwise.",
        "Compared with the list you keep {saving}.",
    ),
    "origin": (
        "{It} come{s} from {value}.",
        "Where from? {value}.",
        "The place on the label is {value}.",
        "{value}, says the label.",
        "If you want to find it on the map: {value}.",
        "Home for {them} is {value}.",
        "{The} {has} travelled from {value}.",
    ),
    "net_content": (
        "You get {low}.",
        "What's inside: {low}.",
        "In numbers: {low}.",
        "That means {low}.",
        "Counted out: {low}.",
        "How much is in it? {Value}.",
        "Open it up, and there's {low}.",
    ),
    "stock": (
        "{value} left, by the way.",
        "There are {value} in stock as we speak.",
        "The stock list says {value}.",
        "I count {value}.",
        "{value} are packed and ready.",
        "How many? {value}, at this moment.",
    ),
    "size": (
        "{Value}.",
        "The tape measure says {low}.",
        "In case you want to clear a space: {low}.",
        "How big? {Value}.",
        "I have the measurements: {low}.",
        "So that it fits your shelf: {low}.",
    ),
    "storage": (
        "At home: {low}.",
        "And then? {Value}.",
        "The label on storing {them}: {low}.",
        "Simple: {low}.",
        "When the parcel is there: {low}.",
        "One line about storing: {low}.",
    ),
    "shelf_life": (
        "{It} keep{s} {low}.",
        "The label gives {them} {low}.",
        "How long? {Value}.",
        "You have time: {low}.",
        "No hurry: {low}.",
        "Count on {low}.",
    ),
    "shipping": (
        "Here's how {it} travel{s}: {low}.",
        "For the road: {low}.",
        "And the way to you? {Value}.",
        "{Value}. That's how {it} travel{s}.",
        "We send {them} like this: {low}.",
    ),
    "usage": (
        "Here's how: {low}.",
        "The short version: {low}.",
        "My note says: {low}.",
        "I have it written down: {low}.",
        "Remember this: {low}.",
        "In practice: {low}.",
        "And now the how. {Value}.",
    ),
    "care": (
        "Looking after {them}: {low}.",
        "Afterwards: {low}.",
        "For cleaning: {low}.",
        "The care label is short. {Value}.",
        "Treat {them} like this: {low}.",
        "What {it} want{s} from you: {low}.",
    ),
    "material": (
        "Made of what? {Value}.",
        "What {it} {is} made of: {low}.",
        "Knock on it: {low}.",
        "The label says {low}.",
        "Material: {low}.",
    ),
    "description": (
        "{Value}.",
        "In one sentence: {low}.",
        "Here's what I'd tell a friend: {low}.",
        "What {it} {is}: {low}.",
        "To put it plainly: {low}.",
        "My line on {them}: {low}.",
    ),
    "warranty": (
        "The warranty: {low}.",
        "On warranty the note says {low}.",
        "It's covered: {low}.",
        "{Value}, that's the warranty.",
        "And if it breaks? {Value}.",
    ),
    "power": (
        "{It} run{s} on {low}.",
        "On the plate it says {low}.",
        "From the socket: {low}.",
        "Power: {low}.",
    ),
    "ingredients": (
        "What's in there: {low}.",
        "The label reads: {low}.",
        "I'll read you the label. {Value}.",
        "Ingredients? {Value}.",
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
    "As for {the}.",
    "{The}, then.",
    "And {the}, since {it} {is} still on the card.",
    "I wasn't done with {the}.",
    "More on {the}.",
    "On with {the}.",
    "{The} {has} been waiting.",
)
BRIDGES_TALK = (
    "Where was I?",
    "So, where were we?",
    "Back to what I was saying.",
    "Right.",
    "I was saying.",
    "On we go.",
)
OPENERS = (
    "Next up: {the}.",
    "Let's look at {the}.",
    "Now for {the}.",
    "On the table now: {the}.",
    "The next card is {the}.",
    "Here come{s} {the}.",
    "Time for {the}.",
    "Let me show you {the}.",
    "What have we here? {The}.",
    "The table goes on with {the}.",
    "Moving on to {the}.",
)
RETURNERS = (
    "Once more for everybody who came late: {the}.",
    "We've had {them} before, but it's worth a second look: {the}.",
    "Back on the card: {the}.",
    "Again, because people ask: {the}.",
    "Another look at {the}.",
    "I'd like to come back to {the}.",
    "{The}, one more time.",
    "A second helping: {the}.",
    "For the late shift, {the} again.",
    "You may have missed {them}: {the}.",
    "Let me put {the} back on the table.",
    "People keep asking about {the}, so here {it} {is}.",
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
RECAPS = (
    "So, {the}: {price}{per}.",
    "To sum up: {the}, {price}{per}, and the card has the rest.",
    "If you take one number away, it's {price} for {the}.",
    "That's {the}, {price}{per}. I'll leave the card up.",
    "Before we move on: {the}, {price}{per}.",
    "For those who were making tea: {the}, {price}.",
)
INVITES = (
    "Anything you want to know about {the}? Type it, I'll look it up.",
    "If something about {the} isn't clear, ask me now.",
    "What would you like to know about {the}?",
    "Questions about {the} go in the chat, I'm reading along.",
    "Is there something I left out about {the}? Tell me.",
    "You can ask me about {the} while the card is up.",
    "Tell me what you'd use {them} for, I'm curious.",
    "I'll wait a second here, in case you have a question about {the}.",
)
INVITES_TALK = (
    "The chat is open, so write whenever you like.",
    "If you've just come in, say hello.",
    "I'm reading along, so ask away.",
    "Where are you watching from? Write it in the chat.",
    "Tell me what you'd like to see next.",
    "There's no wrong moment for a question here.",
)
DISCLOSURES = (
    "In case you've just come in: I'm an AI, {founder}'s digital double.",
    "A word about me: I'm an AI. {founder} is the human, and I speak for him here.",
    "Just so nobody wonders, you're talking to an AI. The label up there says the same.",
    "By the way, I'm {founder}'s digital double, an AI, and I answer from the shop's notes.",
    "You may have noticed the label on the screen. It's right, I'm an AI.",
    "For everybody new: the face is {founder}'s, the talking is done by an AI. That's me.",
)
CALLBACKS = (
    "By the way, {the} from earlier: {price}{per}.",
    "In case you missed {them}: {the}, {price}{per}.",
    "Somebody may have come in too late for {the}. That's {price}{per}.",
    "A look back while there's time: {the}, {price}.",
    "Still on the shelf from before: {the}, for {price}.",
    "Ask me about {the} too, we had {them} earlier. {price}{per}.",
)
WELCOMES_ALL = (
    "Welcome, {who}.",
    "Hello to {who}.",
    "Good to have you here, {who}.",
    "I see {who} coming in. Welcome.",
    "{who}, hello and welcome.",
    "Evening, {who}. Find yourself a seat.",
    "A wave to {who}.",
    "And welcome in, {who}.",
    "There you are, {who}. Hello.",
    "Hello, {who}. You haven't missed the good part.",
)
THANKS_ALL = (
    "Thank you, {who}.",
    "{who}, that's kind of you. Thanks.",
    "Thanks, {who}. That goes on the wall in the packing room.",
    "Kind words from {who}. Thank you.",
    "I read you, {who}, and thank you.",
    "That's good to read, {who}.",
    "{who}, thank you. I'll tell the team.",
)
EVERYBODY = (
    "everybody who has just come in",
    "all of you who have just come in",
    "the new faces",
    "everyone at the door",
)
ALL_OF_YOU = ("all of you", "everybody who wrote", "the whole chat")
