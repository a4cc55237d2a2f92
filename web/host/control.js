/** The control room: puts the parts together and lets them hear of one another. */
import { Language } from "../language.js";
import { kept } from "../memory.js";
import { request } from "../problem.js";
import { iceServers } from "../room.js";
import { ActionsPanel } from "./actions.js";
import { Air } from "./air.js";
import { Alarms } from "./alarms.js";
import { Commands } from "./commands.js";
import { Consent } from "./consent.js";
import { DeskFeed } from "./desk.js";
import { Devices } from "./devices.js";
import { write } from "./element.js";
import { FaultsPanel } from "./faults.js";
import { Keys } from "./keys.js";
import { MachinePanel } from "./machine.js";
import { Notices } from "./notices.js";
import { Programme } from "./programme.js";
import { PromotionsPanel } from "./promotions.js";
import { RecentPanel } from "./recent.js";
import { RundownPanel } from "./rundown.js";
import { SayForm } from "./sayform.js";
import { Session } from "./session.js";
import { ShowPanel } from "./showpanel.js";
import { SignIn } from "./signin.js";
import { StateBar, stateOf } from "./state.js";
import { Tabs } from "./tabs.js";
import { Takeover } from "./takeover.js";
import { TicketsPanel } from "./tickets.js";
import { WaitingPanel } from "./waiting.js";
import { WakeLock } from "./wakelock.js";
import { HOST_WORDS } from "./words.js";

const part = (id) => document.getElementById(id);
const room = decodeURIComponent(location.pathname.split("/")[2] ?? "");
const base = `/rooms/${encodeURIComponent(room)}`;

const language = new Language(HOST_WORDS);
const session = new Session();
let info = null;

const feed = new DeskFeed({ url: `${base}/control/stream`, onDesk: draw, onState: feedState });
const commands = new Commands({ base, revision: () => feed.desk?.revision, onSignedOut: () => signedOut("sign_in_expired") });
const notices = new Notices({ list: part("notices"), language });
const shared = { commands, notices, language };

const bar = new StateBar({ badge: part("badge"), chips: part("chips"), time: part("time"), last: part("last-action"), announcer: part("announcer"), language });
const alarms = new Alarms({ list: part("alarms"), toggle: part("notify"), language });
const programme = new Programme({
  root: part("programme"),
  video: part("video"),
  note: part("programme-note"),
  listen: part("listen"),
  figures: part("programme-figures"),
  meter: { root: part("meter"), bar: part("meter-bar"), peak: part("meter-peak"), words: part("meter-words") },
  desk: () => (feed.state === "live" ? feed.desk : null),
  language,
});
const say = new SayForm({ form: part("say"), field: part("say-text"), emotion: part("say-emotion"), send: part("say-send"), ...shared });
const show = new ShowPanel({
  buttons: Object.fromEntries(["stop", "pause", "mute", "previous", "pin", "next", "approval"].map((name) => [name, part(`show-${name}`)])),
  emotion: part("emotion"),
  energy: part("energy"),
  energyOwn: part("energy-own"),
  energyWords: part("energy-words"),
  product: part("go-product"),
  ...shared,
});
const takeover = new Takeover({
  buttons: { text: part("take-text"), microphone: part("take-microphone"), camera: part("take-camera") },
  banner: part("takeover"),
  words: part("takeover-words"),
  back: part("give-back"),
  iceServers: () => iceServers(info?.ice_servers),
  devices: new Devices({ fields: { microphone: part("device-microphone"), camera: part("device-camera") }, language }),
  say,
  programme,
  session,
  ...shared,
});
const air = new Air({ saying: part("saying"), kind: part("saying-kind"), about: part("saying-about"), list: part("coming"), empty: part("coming-empty"), ...shared });
const rundown = new RundownPanel({ list: part("segments"), round: part("round"), ...shared });
const promotions = new PromotionsPanel({ list: part("promotions"), empty: part("promotions-empty"), tab: part("tab-promotions"), strip: part("promotion-strip"), session, ...shared });
const waiting = new WaitingPanel({
  list: part("waiting"),
  empty: part("waiting-empty"),
  count: part("waiting-count"),
  holdNote: part("order-held"),
  words: part("filter-words"),
  languages: part("filter-language"),
  states: part("filter-state"),
  ...shared,
});
const recent = new RecentPanel({ list: part("recent"), empty: part("recent-empty"), words: part("filter-words"), ...shared });
const actions = new ActionsPanel({ list: part("actions"), empty: part("actions-empty"), blocked: part("blocked"), session, ...shared });
const tickets = new TicketsPanel({ list: part("tickets"), empty: part("tickets-empty"), tab: part("tab-tickets"), ...shared });
const faults = new FaultsPanel({ list: part("faults"), empty: part("faults-empty"), tab: part("tab-faults"), language });
const machine = new MachinePanel({
  list: part("figures"),
  latency: { root: part("latency-rows"), number: part("latency-number"), note: part("latency-note") },
  language,
});
const consent = new Consent({ line: part("face"), dialogList: part("face-list"), language });
const signIn = new SignIn({
  root: part("sign-in"),
  form: part("sign-in-form"),
  token: part("token"),
  name: part("host-name"),
  send: part("sign-in-send"),
  wrong: part("sign-in-wrong"),
  session,
  onIn: begin,
  language,
});
const screen = new WakeLock();
new Tabs(part("plan-tabs"));
new Tabs(part("past-tabs"));

// ---- the desk ------------------------------------------------------------------------------------------------

function draw(desk) {
  for (const view of [bar, alarms, show, takeover, say, air, rundown, promotions, waiting, recent, actions, tickets, faults, machine]) view.draw(desk);
  part("desk").dataset.show = stateOf(desk);
}

function feedState(state, problem) {
  part("desk").dataset.feed = state;
  if (state === "signed-out") return signedOut("sign_in_expired");
  if (state === "missing") notices.warn(problem?.detail || language.say("no_such_room"));
  if (state === "live") write(part("announcer-stale"), "");
  drawStale();
}

/** Says how old the page is; called often, because the age grows while nothing arrives. */
function drawStale() {
  const { state, age, problem } = feed;
  const old = state === "stale";
  part("stale").hidden = !old && !(state === "connecting" && problem !== null);
  if (!part("stale").hidden) {
    const key = old ? "stale" : "unreachable";
    write(part("stale-words"), language.say(key, { count: Math.floor(age ?? 0) }));
    write(part("announcer-stale"), language.say(old ? "stale_said" : "unreachable"));
  }
}
setInterval(drawStale, 500);

// ---- signing in and out ------------------------------------------------------------------------------------------

function begin() {
  signIn.hide();
  part("desk").hidden = false;
  part("who").textContent = session.name;
  feed.start();
  screen.hold(true);
  consent.load(base);
  loadInfo();
}

async function loadInfo() {
  if (!signedIn()) return;
  try {
    info = await (await request(`${base}/info`)).json();
  } catch (problem) {
    if (problem.status === 404) notices.warn(language.say("no_such_room"));
    else setTimeout(loadInfo, 2000);
    return;
  }
  fill();
  programme.stop();
  programme.start(base, info);
  loadProducts();
}

async function loadProducts() {
  try {
    show.products = (await (await request(`${base}/products`)).json()).products ?? [];
  } catch (problem) {
    show.products = [];
    if (problem.status === 503) setTimeout(loadProducts, 3000); // the room is still starting
  }
}

/** Nothing of the show stays on the screen of somebody who isn't signed in. */
function signedOut(why) {
  if (!part("sign-in").hidden) return;
  session.name = "";
  takeover.leave();
  programme.stop();
  feed.stop();
  feed.forget();
  screen.hold(false);
  alarms.clear();
  actions.clear();
  notices.clear();
  part("desk").hidden = true;
  document.title = "Talkback";
  signIn.show(why);
}

part("sign-out").addEventListener("click", async () => {
  try {
    await session.end();
  } catch (problem) {
    notices.problem(problem);
    return;
  }
  signedOut("");
});

// ---- keyboard ---------------------------------------------------------------------------------------------------

const signedIn = () => !part("desk").hidden;
const dialogOpen = () => document.querySelector("dialog[open]") !== null;
const keys = new Keys({ stop: () => signedIn() && show.do("halt"), blocked: () => !signedIn() || dialogOpen() });
keys
  .bind("/", () => say.focus())
  .bind("f", () => part("filter-words").focus())
  .bind("p", () => show.do("pause"))
  .bind("m", () => show.do("mute"))
  .bind("g", () => feed.desk?.state.stopped && show.do("stop"))
  .bind("n", () => show.do("next"))
  .bind("Shift+n", () => show.do("previous"))
  .bind("o", () => show.do("pin"))
  .bind("t", () => takeover.turn("text"))
  .bind("v", () => takeover.turn("microphone"))
  .bind("c", () => takeover.turn("camera"))
  .bind("b", () => takeover.giveBack())
  .bind("l", () => programme.turn(part("video").muted))
  .bind("j", () => waiting.move(1), { repeats: true })
  .bind("k", () => waiting.move(-1), { repeats: true })
  .bind("a", () => waiting.do("answer"))
  .bind("y", () => waiting.do("approve"))
  .bind("h", () => waiting.do("hold"))
  .bind("x", () => waiting.do("skip"))
  .bind("e", () => waiting.do("open"))
  .bind("w", () => waiting.do("write"))
  .bind("i", () => waiting.do("pin"))
  .bind("?", () => part("help").showModal());
keys.letters = kept.get("letters") !== "off";
part("letters").checked = keys.letters;
part("letters").addEventListener("change", () => {
  keys.letters = part("letters").checked;
  kept.set("letters", keys.letters ? "on" : "off");
});
for (const name of ["help", "face-dialog"]) {
  part(name).addEventListener("click", (event) => event.target === part(name) && part(name).close()); // beside the text
}
part("help-open").addEventListener("click", () => part("help").showModal());
part("face-open").addEventListener("click", () => part("face-dialog").showModal());

// ---- language, and the page's own life ---------------------------------------------------------------------------------

function fill() {
  language.fill(document, { room });
  const title = language.pick(info?.title) || room;
  write(part("room-title"), title);
  bar.title = title;
  part("shows-link").href = `/host/${encodeURIComponent(room)}/shows`;
  part("viewer-link").href = base;
}

language.follow(() => {
  fill();
  if (info !== null) loadProducts();
  if (feed.desk !== null) draw(feed.desk);
  drawStale();
});
part("language-switch").addEventListener("click", () => language.switchOver());

window.addEventListener("online", () => {
  feed.retryNow();
  programme.retryNow();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  feed.retryNow();
  programme.retryNow();
});
window.addEventListener("pagehide", () => {
  takeover.leave();
  programme.stop();
  feed.stop();
});
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

/** What the page knows, for tests; read only. */
Object.defineProperty(window, "controlRoom", {
  value: Object.freeze({
    get feed() {
      return feed.state;
    },
    get age() {
      return feed.age;
    },
    get revision() {
      return feed.desk?.revision ?? null;
    },
    get programme() {
      return programme.state;
    },
    get stats() {
      return Object.freeze({ ...programme.stats });
    },
    get level() {
      return programme.meter.level;
    },
    get selected() {
      return waiting.selected;
    },
  }),
});

async function resume() {
  try {
    if ((await session.resume()) === null) signIn.show();
    else begin();
  } catch {
    write(part("sign-in-wrong"), language.say("sign_in_unreachable"));
    part("sign-in").hidden = false;
    setTimeout(resume, 2000);
  }
}
resume();
