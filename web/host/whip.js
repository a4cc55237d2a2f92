import { Problem } from "../problem.js";
import { TRUST } from "./session.js";

const GATHERING_MS = 500;

/** A host's own microphone or camera on its way to the show (WHIP, RFC 9725): an offer that only sends, its answer, and its end. */
export class WhipSession {
  #commands;
  #stream;
  #peer = null;
  #resource = null;
  #onLost;
  #closed = false;

  /** @param {{commands: import("./commands.js").Commands, iceServers: RTCIceServer[], stream: MediaStream, onLost: () => void}} options */
  constructor({ commands, iceServers, stream, onLost }) {
    this.#commands = commands;
    this.#stream = stream;
    this.#onLost = onLost;
    this.iceServers = iceServers;
  }

  /** Offer, wait for the answer, apply it; throws a Problem. */
  async open() {
    const peer = new RTCPeerConnection({ iceServers: this.iceServers, bundlePolicy: "max-bundle" });
    this.#peer = peer;
    peer.addEventListener("connectionstatechange", () => {
      if (!this.#closed && ["failed", "closed"].includes(peer.connectionState)) this.#onLost();
    });
    for (const track of this.#stream.getTracks()) {
      peer.addTransceiver(track, { direction: "sendonly", streams: [this.#stream] });
      track.addEventListener("ended", () => !this.#closed && this.#onLost(), { once: true });
    }
    await peer.setLocalDescription(await peer.createOffer());
    await gathered(peer);
    const answer = await this.#commands.send("POST", "/control/whip", peer.localDescription.sdp, "application/sdp");
    this.#resource = answer.location === null ? null : new URL(answer.location, answer.url).href;
    if (this.#closed) return void (await this.#end());
    try {
      await peer.setRemoteDescription({ type: "answer", sdp: answer.text });
    } catch (error) {
      throw new Problem({ code: "bad-answer", status: 201, detail: String(error.message ?? error) });
    }
  }

  /** End it here and on the server; the device's light goes out. Safe at any moment, also while the page is being left. */
  async close() {
    if (this.#closed) return;
    this.#closed = true;
    for (const track of this.#stream.getTracks()) track.stop();
    this.#peer?.close();
    await this.#end();
  }

  async #end() {
    if (this.#resource === null) return;
    const resource = this.#resource;
    this.#resource = null;
    // the server notices a silent peer by itself
    await fetch(resource, { method: "DELETE", headers: TRUST, keepalive: true, credentials: "same-origin" }).catch(() => undefined);
  }
}

function gathered(peer) {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GATHERING_MS);
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      resolve();
    });
  });
}
