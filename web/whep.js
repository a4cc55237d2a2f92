import { Problem, request } from "./problem.js";

/** Candidates are sent with the offer (no trickle): this long they may take to be found. */
const GATHERING_MS = 500;

/** One WHEP session (RFC 9725's sibling for playback): an offer that only receives, its answer, and its end. */
export class WhepSession {
  #endpoint;
  #resource = null;
  #closed = false;

  /** @param {{endpoint: string, iceServers: RTCIceServer[], onState: (state: RTCPeerConnectionState) => void}} options */
  constructor({ endpoint, iceServers, onState }) {
    this.#endpoint = endpoint;
    this.peer = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.stream = new MediaStream();
    this.peer.addEventListener("track", ({ track, receiver }) => {
      this.stream.addTrack(track);
      // a server that says goodbye ends DTLS: known at once here, seconds later by ICE
      receiver.transport?.addEventListener("statechange", () => {
        if (!this.#closed && receiver.transport.state === "closed") onState("closed");
      });
    });
    this.peer.addEventListener("connectionstatechange", () => {
      if (!this.#closed) onState(this.peer.connectionState);
    });
    // Firefox and older Safari tell of a lost network by the ICE state first
    this.peer.addEventListener("iceconnectionstatechange", () => {
      if (!this.#closed && ["disconnected", "failed"].includes(this.peer.iceConnectionState)) {
        onState(this.peer.iceConnectionState);
      }
    });
  }

  /** Where the server keeps this session, once it has answered. */
  get resource() {
    return this.#resource;
  }

  /** Offer, wait for the answer, apply it; throws a Problem. */
  async open() {
    const video = this.peer.addTransceiver("video", { direction: "recvonly" });
    this.peer.addTransceiver("audio", { direction: "recvonly" });
    preferH264(video);
    await this.peer.setLocalDescription(await this.peer.createOffer());
    await gathered(this.peer, GATHERING_MS);
    if (this.#closed) throw new Problem({ code: "left" });
    const response = await request(this.#endpoint, {
      method: "POST",
      headers: { "Content-Type": "application/sdp", Accept: "application/sdp" },
      body: this.peer.localDescription.sdp,
    });
    const location = response.headers.get("Location");
    this.#resource = location === null ? null : new URL(location, response.url).href;
    const sdp = await response.text();
    if (this.#closed) {
      this.#end();
      throw new Problem({ code: "left" });
    }
    try {
      await this.peer.setRemoteDescription({ type: "answer", sdp });
    } catch (error) {
      throw new Problem({ code: "bad-answer", status: response.status, detail: String(error.message ?? error) });
    }
  }

  /** Counters of what has arrived so far. */
  async counters() {
    const counted = { packets: 0, frames: 0, framesPerSecond: 0, audioEnergy: 0, width: 0, height: 0, codec: "", buffered: 0, emitted: 0 };
    const report = await this.peer.getStats();
    for (const entry of report.values()) {
      if (entry.type !== "inbound-rtp") continue;
      counted.packets += entry.packetsReceived ?? 0;
      if (entry.kind === "video") {
        counted.buffered = entry.jitterBufferDelay ?? 0;
        counted.emitted = entry.jitterBufferEmittedCount ?? 0;
        counted.frames = entry.framesDecoded ?? 0;
        counted.framesPerSecond = entry.framesPerSecond ?? 0;
        counted.width = entry.frameWidth ?? 0;
        counted.height = entry.frameHeight ?? 0;
        counted.codec = report.get(entry.codecId)?.mimeType ?? "";
      } else {
        counted.audioEnergy = entry.totalAudioEnergy ?? 0;
      }
    }
    return counted;
  }

  /** End it here and on the server; safe to call at any moment, also while the page is being left. */
  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.peer.close();
    this.#end();
  }

  #end() {
    if (this.#resource === null) return;
    const resource = this.#resource;
    this.#resource = null;
    // nothing can be done about a failure: the server notices a silent peer by itself
    fetch(resource, { method: "DELETE", keepalive: true, credentials: "same-origin" }).catch(() => undefined);
  }
}

/** The show is encoded once, in H.264: ask for it first, keep the rest as second choices. */
function preferH264(transceiver) {
  const codecs = RTCRtpReceiver.getCapabilities?.("video")?.codecs;
  if (codecs === undefined || transceiver.setCodecPreferences === undefined) return;
  const isH264 = (codec) => codec.mimeType.toLowerCase() === "video/h264";
  try {
    transceiver.setCodecPreferences([...codecs.filter(isH264), ...codecs.filter((codec) => !isH264(codec))]);
  } catch {
    // a browser that refuses its own list offers its own order; the server copes
  }
}

function gathered(peer, limitMs) {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(finish, limitMs);
    function check() {
      if (peer.iceGatheringState === "complete") finish();
    }
    function finish() {
      clearTimeout(timer);
      peer.removeEventListener("icegatheringstatechange", check);
      resolve();
    }
    peer.addEventListener("icegatheringstatechange", check);
  });
}
