import { Backoff } from "./backoff.js";
import { request } from "./problem.js";

/** The room that the page's address names: `/rooms/{room}`. */
export function roomOf(path) {
  const found = /^\/rooms\/([^/]+)/u.exec(path);
  return found === null ? "" : decodeURIComponent(found[1]);
}

/** Ask for `/info` until it comes; `onProblem(problem, waitSeconds)` hears of each failure. Gives null for an unknown room. */
export async function loadRoom(base, onProblem, wake) {
  const backoff = new Backoff();
  for (;;) {
    try {
      return await (await request(`${base}/info`)).json();
    } catch (problem) {
      if (problem.status === 404) {
        onProblem(problem, 0);
        return null;
      }
      const pause = backoff.next(problem.retryAfter ?? 0);
      onProblem(problem, pause);
      await Promise.race([new Promise((resolve) => setTimeout(resolve, pause * 1000)), wake()]);
    }
  }
}

/** As `RTCPeerConnection` wants them: absent instead of null. */
export function iceServers(listed = []) {
  return listed.map((server) => Object.fromEntries(Object.entries(server).filter(([, value]) => value !== null && value !== undefined)));
}
