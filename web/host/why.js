/** What the server refuses, in Chinese, by the code of the problem; whatever is not here is told in the server's own words. */
const CODES = {
  answering: "主持人正在回答这条留言。",
  decided: "这条留言已经处理过了。",
  no_such_comment: "本场没有这条留言。",
  same_comment: "不能把留言并入它自己。",
  not_pinned: "现在没有置顶。",
  not_blocked: "这位观众没有被屏蔽。",
  viewer_missing: "请写明是哪位观众。",
  begun: "", // what stands before it says all
  fixed: "这是活动的台词,跟着活动的时钟走;要取消请取消活动。",
  too_much: "排队要说的话太多,请先等一等或删掉几句。",
  text_empty: "没有可说的内容,请写一句话。",
  text_too_long: "内容太长,请分成两次说。",
  language: "主持人的声音读不了这种语言,请改用文字回答。",
  stopped: "直播已停止,请先恢复。",
  live: "真人正在台上,请先交还主持人。",
  no_rundown: "本直播间没有流程单,主持人只回答留言。",
  no_such_segment: "流程单里没有这一段。",
  nothing_to_pin: "这一段没有商品可以固定。",
  no_such_product: "商品目录里没有这件商品。",
  flash_price_running: "这件商品已经有限时价,请先结束它。",
  price_not_lower: "限时价必须低于现价。",
  no_such_promotion: "没有这个活动。",
  not_a_draw: "这个活动不是抽奖,没有可抽的。",
  promotion_running: "这个活动已经在进行。",
  promotion_over: "这个活动已经结束。",
  promotion_state: "活动现在的状态不能这样操作。",
  too_many: "操作太频繁,请稍等。",
  room_starting: "直播间正在启动,请稍等。",
  room_closing: "直播间正在关闭。",
  unauthorised: "登录已失效,请重新登录。",
  csrf: "请求不是从本页发出的,请刷新后再试。",
  reports_busy: "正在生成其他报告,请稍等。",
};

/** Rules on what may be said, by name. */
const RULES = {
  number: "事实里没有这个数字",
  unit: "事实里没有这个单位",
  superlative: "绝对化用语",
  medical: "医疗功效的说法",
  nutrition: "营养功效的说法",
  environment: "没有依据的环保说法",
  made_in_usa: "没有依据的产地说法",
  approved: "没有依据的认证说法",
  scarcity: "没有依据的紧缺说法",
  promise: "事实里没有的承诺",
  human: "冒充真人",
  bodily: "数字人没有的亲身体验",
  rival: "贬低同行",
  leak: "泄露内部信息",
  polarity: "与事实不符的肯定或否定",
  word: "事实里没有的说法",
  question: "反问观众",
  long: "太长",
  language: "语言混用",
};

/** Why the server refused: in its own words, or in Chinese where the page is Chinese and the reason is known here. */
export function why(problem, language) {
  const told = problem.detail || problem.message || "";
  if (language.code !== "zh") return told;
  if (problem.code === "claim") {
    const named = RULES[(problem.body?.rule ?? "").replaceAll("-", "_")];
    const quoted = (/: '(.+?)'/u.exec(told) ?? /: (.+?) is in no fact/u.exec(told))?.[1] ?? "";
    return named === undefined ? told : `不能这样说:${named}${quoted ? `(“${quoted}”)` : ""}。`;
  }
  return CODES[problem.code?.replaceAll("-", "_")] ?? told;
}
