"""What the host says where no fact answers: to the unhappy, the rude, the curious; and when it has to say a thing again.

``{viewer}`` is how the viewer is called, ``{founder}`` the founder's first name. Authored, so that a weak model has nothing to invent.
"""

from typing import Final

from dialogue.asking import Intent

ENGLISH: Final[dict[Intent, tuple[str, ...]]] = {
    Intent.COMPLAINT: (
        "I'm sorry about that, {viewer}. I've passed it on, and a person from the team will look at it.",
        "That's not how it should be, {viewer}. The team has your comment now.",
        "I'm glad you say so, {viewer}. I can't put it right from here, so it goes to the people who can.",
        "Thanks for telling me straight, {viewer}. It's with the team.",
        "I hear you, {viewer}, and I'm sorry. Somebody from the team gets this.",
        "That's annoying, {viewer}. I've written it down for the team, with your name on it.",
    ),
    Intent.HOSTILE: (
        "Let's keep it friendly. If something went wrong with an order, tell me what, and the team will see it.",
        "I'd rather help than argue. Tell me what I can look up.",
        "Hard words. If there's a question in there, I'll take it.",
    ),
    Intent.OFFTOPIC: (
        "You've got me there, {viewer}. All I know is this shop.",
        "That's off my shelf, {viewer}. My notes stop at the shop door.",
        "No idea, {viewer}, honestly. Ask me about anything on the table.",
        "That's beyond me, {viewer}. I know what we sell, and little else.",
        "I can't help with that one, {viewer}. I only have notes on what we sell.",
        "I'd only be guessing, {viewer}, so I'll leave that one to you.",
    ),
    Intent.FOUNDER: (
        "{founder} hasn't told me that, {viewer}. I'll pass the question on.",
        "I don't know that about {founder}, and I won't make it up. The question goes to the team.",
        "That's not in what {founder} gave me to tell. I've noted it for the team.",
    ),
    Intent.PROMOTION: (
        "Nothing is running at the moment, {viewer}. When something opens I'll say so, and the rules go on the board.",
        "No draw and no coupon right now. You'll hear it from me when one starts.",
        "Not at the moment, {viewer}. The board will show the rules before anything opens.",
        "There's none open now. I announce them before they start, so you won't miss it.",
    ),
    Intent.MEDICAL: (
        "I don't say anything about health, {viewer}. That's one for a doctor, not for a shop.",
        "No promises of that kind from me. I can tell you what's in it and how it's used.",
        "That's a question for a doctor, {viewer}. I stick to what's on the label.",
    ),
}
CHINESE: Final[dict[Intent, tuple[str, ...]]] = {
    Intent.COMPLAINT: (
        "{viewer}，抱歉让你有这样的感受，我已经转给同事了，会有人跟进。",
        "{viewer}，不好意思，这个情况我记下来了，马上交给同事处理。",
        "谢谢{viewer}直说，我这边解决不了，已经转给能解决的人。",
        "听到了，{viewer}，实在抱歉，这条留言已经交给团队。",
        "{viewer}，确实让人着急，我已经请同事来看了。",
    ),
    Intent.HOSTILE: (
        "咱们好好说，要是订单有问题，告诉我是哪里，我转给同事。",
        "我更想帮上忙，您想了解哪一款？",
        "别生气，有问题您问，我来查。",
    ),
    Intent.OFFTOPIC: (
        "这个可难住我了，{viewer}，我只懂店里的东西。",
        "{viewer}，这个我真不知道，桌上的商品您随便问。",
        "这就超出我的资料了，{viewer}，我只会讲店里的事。",
        "{viewer}，这个我不敢瞎说，咱们还是聊聊商品吧。",
    ),
    Intent.FOUNDER: (
        "这个{founder}没跟我讲过，我帮您问问。",
        "{founder}的资料里没写这一条，我不编，已经记下来了。",
        "{viewer}，这个我不清楚，转给同事去问{founder}。",
    ),
    Intent.PROMOTION: (
        "现在没有正在进行的活动，{viewer}，开始之前我会先说，规则会放在屏幕上。",
        "{viewer}，这会儿没有抽奖和优惠券，有的话我会提前告诉大家。",
        "目前没有活动，开始前规则会先上屏，不会让您错过。",
    ),
    Intent.MEDICAL: (
        "功效方面我不能说，{viewer}，身体上的事请问医生。",
        "这个我不能承诺，我只能告诉您成分和用法。",
        "健康方面的问题请咨询医生，我只讲标签上写的。",
    ),
}
AGAIN: Final = (
    "I'll gladly say it again.",
    "Here it is again, {viewer}.",
    "As I said earlier, {viewer}.",
    "Same words as before, because they still hold.",
    "You're not the only ones to ask, so here it is.",
    "{viewer}, it's as I said before.",
    "Let me repeat that for {viewer}.",
    "The short answer hasn't changed.",
    "Again, for those who just came in.",
    "I've told somebody else the same, {viewer}.",
)
AGAIN_ZH: Final = (
    "再说一遍。",
    "{viewer}，刚才也有朋友问过。",
    "给{viewer}再讲一次。",
    "刚进来的朋友也听一下。",
    "还是刚才那句。",
    "{viewer}，我再报一次。",
    "问这个的朋友不少，再说一次。",
    "{viewer}，跟刚才说的一样。",
)
SORRY_AGAIN: Final = (
    "Sorry, {viewer}.",
    "You've found another gap, {viewer}.",
    "I've looked, {viewer}.",
    "Hm, {viewer}.",
    "Here I have to pass, {viewer}.",
    "I went through the notes.",
    "I wish I knew, {viewer}.",
    "No luck, {viewer}.",
)
"""Before words for what is not known, where they were said of something else before."""
SORRY_AGAIN_ZH: Final = (
    "不好意思，{viewer}。",
    "{viewer}，我翻了一下。",
    "{viewer}，抱歉。",
    "这题我也答不上来。",
    "{viewer}，我查了。",
)
SOMEBODY: Final = "friend"
"""What a viewer is called whose name can't be spoken."""
SOMEBODY_ZH: Final = "这位朋友"
