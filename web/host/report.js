/** The reports: the list of a room's shows, and what happened in one of them. */
import { Language } from "../language.js";
import { request } from "../problem.js";
import { write } from "./element.js";
import { drawReport } from "./reportview.js";
import { REPORT_WORDS } from "./reportwords.js";
import { Session } from "./session.js";
import { drawShows } from "./showlist.js";
import { SignIn } from "./signin.js";
import { why } from "./why.js";
import { HOST_WORDS } from "./words.js";

const part = (id) => document.getElementById(id);
const [room = "", , show = ""] = location.pathname.split("/").slice(2).map(decodeURIComponent);
const base = `/rooms/${encodeURIComponent(room)}`;
const home = `/host/${encodeURIComponent(room)}`;

const language = new Language({ en: { ...HOST_WORDS.en, ...REPORT_WORDS.en }, zh: { ...HOST_WORDS.zh, ...REPORT_WORDS.zh } });
const session = new Session();
const signIn = new SignIn({
  root: part("sign-in"),
  form: part("sign-in-form"),
  token: part("token"),
  name: part("host-name"),
  send: part("sign-in-send"),
  wrong: part("sign-in-wrong"),
  session,
  onIn: load,
  language,
});
/** What was loaded; null before, and after signing out. */
let data = null;

async function load() {
  signIn.hide();
  part("report").hidden = false;
  write(part("note"), language.say("report_making"));
  try {
    // making the report of a long show takes the server some seconds
    data = await (await request(show === "" ? `${base}/shows` : `${base}/shows/${encodeURIComponent(show)}`, {}, 90)).json();
    write(part("note"), "");
  } catch (problem) {
    if (problem.status === 401) return signedOut("sign_in_expired");
    write(part("note"), problem.status === 0 ? language.say("sign_in_unreachable") : why(problem, language));
    if (problem.status === 0 || problem.status === 503) setTimeout(load, Math.max(3, problem.retryAfter) * 1000);
    return;
  }
  draw();
}

function draw() {
  language.fill(document);
  part("to-control").href = home;
  part("to-shows").href = `${home}/shows`;
  part("to-shows").hidden = show === "";
  const title = show === "" ? language.say("shows_title", { room }) : language.say("report_title", { room, time: data === null ? "" : localTime(data.show.started) });
  write(part("title"), title);
  document.title = title;
  if (data === null) return;
  part("content").replaceChildren(...(show === "" ? drawShows(data.shows, { home, language, localTime }) : drawReport(data, { base: `${base}/shows/${encodeURIComponent(show)}`, language })));
}

function localTime(iso) {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return time.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
}

function signedOut(why) {
  data = null;
  part("content").replaceChildren();
  part("report").hidden = true;
  signIn.show(why);
}

part("sign-out").addEventListener("click", async () => {
  try {
    await session.end();
    signedOut("");
  } catch (problem) {
    write(part("note"), why(problem, language));
  }
});
part("language-switch").addEventListener("click", () => language.switchOver());
language.follow(draw);

async function resume() {
  try {
    if ((await session.resume()) === null) signIn.show();
    else await load();
  } catch {
    part("sign-in").hidden = false;
    write(part("sign-in-wrong"), language.say("sign_in_unreachable"));
    setTimeout(resume, 2000);
  }
}
resume();
