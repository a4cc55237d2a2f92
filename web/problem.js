/** What went wrong with a request: from problem+json (RFC 9457), from a plain status, or from no answer at all. */
export class Problem extends Error {
  /**
   * @param {{code: string, status?: number, detail?: string, retryAfter?: number, body?: object}} what `status` 0 means that no
   *   answer came; `retryAfter` is in seconds; `body` is the whole document, for members of its own.
   */
  constructor({ code, status = 0, detail = "", retryAfter = 0, body = {} }) {
    super(detail || `${code} (${status})`);
    this.name = "Problem";
    this.code = code;
    this.status = status;
    this.detail = detail;
    this.retryAfter = retryAfter;
    this.body = body;
  }
}

/** Turn an answer that is not "ok" into a Problem. */
async function readProblem(response) {
  let body = {};
  if ((response.headers.get("Content-Type") ?? "").includes("json")) {
    try {
      body = (await response.json()) ?? {};
    } catch {
      body = {};
    }
  }
  const named = typeof body.type === "string" ? body.type.split("/").pop() : "";
  const asked = Number(body.retry_after ?? response.headers.get("Retry-After"));
  return new Problem({
    code: named || `status-${response.status}`,
    status: response.status,
    detail: typeof body.detail === "string" ? body.detail : (body.title ?? ""),
    retryAfter: Number.isFinite(asked) ? Math.max(0, asked) : 0,
    body,
  });
}

/**
 * `fetch` that gives an "ok" response or throws a Problem.
 *
 * @param {number} seconds how long the answer may take before the request counts as failed.
 */
export async function request(url, options = {}, seconds = 10) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), seconds * 1000);
  options.signal?.addEventListener("abort", () => limit.abort(), { once: true });
  let response;
  try {
    response = await fetch(url, { cache: "no-store", credentials: "same-origin", ...options, signal: limit.signal });
  } catch {
    throw new Problem({ code: navigator.onLine === false ? "offline" : limit.signal.aborted ? "timeout" : "network" });
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok) throw await readProblem(response);
  return response;
}
