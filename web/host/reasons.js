/** Names of the ranking's parts as the server tells them, and the text for each. */
const TEXTS = {
  kind: "reason_kind",
  intent: "reason_intent",
  "on show": "reason_on_show",
  "asked by several": "reason_several",
  waiting: "reason_waiting",
  newcomer: "reason_newcomer",
  "answered just now": "reason_just_answered",
  "had answers": "reason_had_answers",
  "to the host": "reason_addressed",
  "answered already": "reason_repeated",
  "has an answer": "reason_answerable",
  "smaller language": "reason_smaller_language",
};

/** Why a comment stands where it does, the weightiest reason first: "a question, waits 12 s, asked by 3; …". */
export function reasons(comment, now, language) {
  const parts = [...(comment.parts ?? [])].sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  const values = { seconds: Math.max(0, Math.round(now - comment.at)), count: 1 + (comment.also?.length ?? 0) };
  return parts.map(([name, points]) => ({
    text: name in TEXTS ? language.say(reasonKey(name, points), values) : name.replaceAll("_", " "),
    points,
  }));
}

/** Some parts read otherwise when they take points away, and a kind is named by its worth. */
function reasonKey(name, points) {
  if (name === "kind") return points >= 5 ? "reason_question" : points >= 2 ? "reason_greeting" : "reason_talk";
  if (name === "intent") return points < 0 ? "reason_intent_less" : "reason_intent";
  return TEXTS[name];
}

/** The whole sum, for the tooltip. */
export function sum(comment, told) {
  const signed = (points) => `${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(1)}`;
  return told.map(({ text, points }) => `${signed(points)} ${text}`).join("\n") + `\n= ${Number(comment.score ?? 0).toFixed(1)}`;
}
