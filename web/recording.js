/** What servers of this kind take, the best first: Opus in WebM (Chromium, Firefox), in Ogg, AAC in MP4 (Safari). */
const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4", "audio/webm", "audio/ogg"];

/** A recording that can't be made; `code` names the sentence that tells why. */
export class RecordingRefused extends Error {
  constructor(code) {
    super(code);
    this.name = "RecordingRefused";
    this.code = code;
  }
}

/** One recording from the microphone: `open()`, then `finish()` or `cancel()`; the microphone is released with either. */
export class Recording {
  #stream = null;
  #recorder = null;
  #chunks = [];
  #context = null;
  #samples = null;
  #analyser = null;
  #startedAt = 0;
  #cancelled = false;

  /** Seconds recorded so far. */
  get seconds() {
    return this.#startedAt === 0 ? 0 : (performance.now() - this.#startedAt) / 1000;
  }

  /** Ask for the microphone and begin; throws RecordingRefused. */
  async open() {
    if (!window.isSecureContext || navigator.mediaDevices?.getUserMedia === undefined) throw new RecordingRefused("talk_insecure");
    const type = window.MediaRecorder === undefined ? undefined : TYPES.find((one) => MediaRecorder.isTypeSupported(one));
    if (type === undefined) throw new RecordingRefused("talk_unsupported");
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
    } catch (error) {
      throw new RecordingRefused(refusal(error));
    }
    if (this.#cancelled) return this.#release();
    this.#recorder = new MediaRecorder(this.#stream, { mimeType: type, audioBitsPerSecond: 32_000 });
    this.#recorder.addEventListener("dataavailable", (event) => event.data.size > 0 && this.#chunks.push(event.data));
    this.#listen();
    this.#recorder.start();
    this.#startedAt = performance.now();
  }

  /** Loudness now, 0 (silence) to 1. */
  get level() {
    if (this.#analyser === null) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let energy = 0;
    for (const sample of this.#samples) energy += sample * sample;
    const decibels = 10 * Math.log10(energy / this.#samples.length + 1e-9);
    return Math.min(1, Math.max(0, (decibels + 60) / 50));
  }

  /** End it and give what was recorded, with its bare media type; null when it had not begun. */
  async finish() {
    const recorder = this.#recorder;
    if (recorder === null || recorder.state === "inactive") {
      this.cancel();
      return null;
    }
    const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
    recorder.stop();
    await stopped;
    const type = (recorder.mimeType || this.#chunks[0]?.type || "audio/webm").split(";")[0];
    this.#release();
    return new Blob(this.#chunks, { type });
  }

  cancel() {
    this.#cancelled = true;
    if (this.#recorder !== null && this.#recorder.state !== "inactive") this.#recorder.stop();
    this.#release();
  }

  /** Without a meter a recording is still good: Web Audio may be turned off. */
  #listen() {
    if (window.AudioContext === undefined) return;
    this.#context = new AudioContext();
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = 1024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#context.createMediaStreamSource(this.#stream).connect(this.#analyser);
  }

  #release() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#analyser = null;
    this.#context?.close();
    this.#context = null;
  }
}

function refusal(error) {
  switch (error?.name) {
    case "NotAllowedError":
    case "SecurityError":
      return "talk_denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "talk_missing";
    default:
      return "talk_busy";
  }
}
