/** The viewer page: puts the parts together and lets them hear of one another. */
import { Captions } from "./captions.js";
import { Chat } from "./chat.js";
import { CommentLedger } from "./comments.js";
import { Composer } from "./composer.js";
import { EventFeed } from "./events.js";
import { Help } from "./help.js";
import { Language } from "./language.js";
import { kept, untilClosed } from "./memory.js";
import { Microphone } from "./microphone.js";
import { InStep } from "./instep.js";
import { Pinned } from "./pinned.js";
import { Product } from "./product.js";
import { iceServers, loadRoom, roomOf } from "./room.js";
import { Sound } from "./sound.js";
import { Status } from "./status.js";
import { Stream } from "./stream.js";
import { Truth } from "./truth.js";

const part = (id) => document.getElementById(id);
const room = roomOf(location.pathname);
const base = `/rooms/${encodeURIComponent(room)}`;

const language = new Language();
let info = null;
let viewers = null;
let stream = null;

const sound = new Sound({ video: part("video"), tap: part("sound-tap"), toggle: part("sound-toggle"), language });

const ledger = new CommentLedger({ own: JSON.parse(untilClosed.get("own") ?? "[]") });
const chat = new Chat({
  list: part("chat-list"),
  scroller: part("chat-scroller"),
  empty: part("chat-empty"),
  newer: part("chat-newer"),
  announcer: part("announcer-chat"),
  ledger,
  language,
});
const composer = new Composer({
  form: part("composer"),
  name: part("name"),
  text: part("comment"),
  send: part("send"),
  counter: part("counter"),
  hint: part("hint"),
  endpoint: `${base}/comments`,
  ledger,
  onChanged: ownChanged,
  language,
});
const microphone = new Microphone({
  button: part("talk"),
  panel: part("talk-panel"),
  words: part("talk-words"),
  clock: part("talk-clock"),
  meter: part("talk-meter"),
  cancelButton: part("talk-cancel"),
  endpoint: `${base}/speech`,
  composer,
  sound,
  onTaken: (id, text, viewer) => ownChanged([ledger.settle(ledger.pend(viewer, text, true), id)]),
  language,
});
const captions = new Captions({
  root: part("captions"),
  text: part("caption"),
  said: part("caption-said"),
  word: part("caption-word"),
  coming: part("caption-coming"),
  empty: part("captions-empty"),
  announcer: part("announcer-captions"),
  isAudible: () => sound.audible,
});
const product = new Product({
  root: part("product"),
  name: part("product-name"),
  other: part("product-other"),
  price: part("product-price"),
  was: part("product-was"),
  listPrice: part("product-list-price"),
  unit: part("product-unit"),
  picture: part("product-picture"),
  stock: part("product-stock"),
  link: part("product-link"),
  cart: part("product-cart"),
  cartWords: part("product-cart-words"),
  announcer: part("product-said"),
  base,
  viewer: () => composer.viewer,
  language,
});
const pinned = new Pinned({ root: part("pinned"), viewer: part("pinned-viewer"), text: part("pinned-text") });
const truth = new Truth({ badge: part("ai"), note: part("ai-note"), page: part("page"), language });
const inStep = new InStep();
const status = new Status({
  page: part("page"),
  badge: part("badge"),
  curtain: part("curtain"),
  title: part("curtain-title"),
  more: part("curtain-more"),
  retry: part("curtain-retry"),
  chatNote: part("chat-note"),
  announcer: part("announcer-status"),
  room,
  onRetry: retryNow,
  language,
});
const feed = new EventFeed({ url: `${base}/events`, onEvent, onState: feedState });
const help = new Help({ dialog: part("help"), opener: part("help-open"), text: part("comment"), sound });

function ownChanged(changed) {
  untilClosed.set("own", JSON.stringify(ledger.ownIds));
  chat.show(changed);
  chat.prune();
  if (changed.length > 0) chat.toNewest();
}

function onEvent(event) {
  chat.show(ledger.feed(event));
  captions.feedLater(event, stream?.delay ?? 0);
  pinned.feed(event);
  inStep.later(() => {
    product.feed(event);
    truth.feed(event);
  }, stream?.delay ?? 0);
  if (event.type === "room.held") status.held = event.held ? event.title || language.say("status_held") : "";
  if (event.type !== "room.state") return;
  viewers = event.viewers ?? viewers;
  status.feed({ room: event.state });
  drawRoom();
  // a room that has just become live takes viewers now
  if (event.state === "live" && stream?.now.state === "waiting") stream.retryNow();
}

function feedState(state, problem) {
  status.chatDown = state === "waiting";
  status.feed(problem?.status === 404 ? { stream: { state: "missing", reason: "", detail: "", retryAt: 0 } } : {});
}

function drawRoom() {
  const host = info?.host?.name ?? "";
  language.fill(document, { host: host || "Talkback" });
  part("viewers").hidden = !viewers;
  if (viewers) {
    const words = language.say("viewers", { count: language.number(viewers) });
    part("viewers-count").textContent = words;
    part("viewers").title = words;
  }
  if (info === null) return;
  part("host-name").textContent = host;
  part("host-role").textContent = language.pick(info.host?.role);
  part("room-title").textContent = language.pick(info.title);
  document.title = language.say("page_title", { host });
}

let wakeUp = () => undefined;
const wake = () => new Promise((resolve) => (wakeUp = resolve));

function retryNow() {
  wakeUp();
  stream?.retryNow();
  feed.retryNow();
}

async function begin() {
  info = await loadRoom(base, roomProblem, wake);
  if (info === null) return;
  chat.hostName = info.host?.name ?? "";
  composer.limits = info.limits ?? {};
  if (info.limits?.speech_seconds) microphone.mostSeconds = info.limits.speech_seconds;
  status.feed({ room: info.state ?? "" });
  drawRoom();
  const { width = 720, height = 1280 } = info.video ?? {};
  part("picture").style.setProperty("--picture-ratio", String(width / height));
  stream = new Stream({
    endpoint: `${base}/whep`,
    iceServers: iceServers(info.ice_servers),
    show: (media) => sound.play(media),
    onChange: (now) => status.feed({ stream: now }),
  });
  followFrames(part("video"));
  feed.start();
  stream.start();
}

function roomProblem(problem, pause) {
  const state = problem.status === 404 ? "missing" : "waiting";
  status.feed({ stream: { state, reason: problem.code, detail: problem.detail, retryAt: performance.now() / 1000 + pause } });
}

/** Let the stream know of shown frames at once, where the browser tells of them. */
function followFrames(video) {
  video.addEventListener("playing", () => stream.frameShown());
  if (video.requestVideoFrameCallback === undefined) return;
  const shown = () => {
    stream.frameShown();
    video.requestVideoFrameCallback(shown);
  };
  video.requestVideoFrameCallback(shown);
}

language.follow(() => {
  drawRoom();
  chat.redraw();
});
part("language-switch").addEventListener("click", () => language.switchOver());

function showChat(shown) {
  part("page").classList.toggle("page--chatless", !shown);
  part("chat-toggle").setAttribute("aria-pressed", String(shown));
  part("chat-toggle").dataset.label = shown ? "chat_hide" : "chat_show";
  kept.set("chat", shown ? "shown" : "hidden");
  drawRoom();
}
part("chat-toggle").addEventListener("click", () => showChat(part("page").classList.contains("page--chatless")));
showChat(kept.get("chat") !== "hidden");

window.addEventListener("online", () => {
  status.feed({ online: true });
  retryNow();
});
window.addEventListener("offline", () => status.feed({ online: false }));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  sound.resume();
  retryNow();
});
window.addEventListener("pagehide", () => {
  microphone.cancel();
  stream?.stop();
  feed.stop();
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted || stream === null) return; // only a page that comes back from the browser's cache was stopped
  stream.start();
  feed.start();
});

/** What the page knows, for tests and for the curious; read only. */
Object.defineProperty(window, "talkback", {
  value: Object.freeze({
    get room() {
      return room;
    },
    get state() {
      return status.now.state;
    },
    get connection() {
      return stream?.now.state ?? "idle";
    },
    get reason() {
      return stream?.now.reason ?? "";
    },
    get session() {
      return stream?.resource ?? null;
    },
    get stats() {
      return Object.freeze({ ...stream?.stats });
    },
    get events() {
      return Object.freeze({ state: feed.state, lastId: feed.lastId });
    },
    get comments() {
      return ledger.all.map(({ id, viewer, text, state, own, reply, reason }) => Object.freeze({ id, viewer, text, state, own, reply, reason }));
    },
    get caption() {
      return Object.freeze(captions.now);
    },
    get microphone() {
      return microphone.state;
    },
    get help() {
      return help.open;
    },
  }),
});

begin();
