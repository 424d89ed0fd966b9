// The way to the gateway: a session, the history, a socket that comes back by itself, and plain POST without one.

const ANSWER_MS = 16_000; // the gateway answers within 12 s, in words at least
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 20_000;
const SIGNED_OUT = 4401;
const MAX_SIDE = 1600;
const SMALL_ENOUGH = 1_500_000;

/** An error of the gateway's envelope: `message` may be shown to people. */
export class ChatError extends Error {
  constructor(message, { code = "unavailable", retryable = true } = {}) {
    super(message);
    this.code = code;
    this.retryable = retryable;
  }
}

async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new ChatError("There is no connection right now.");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new ChatError(body.error?.message ?? "That did not work.", body.error ?? {});
  return body;
}

let sessionToCome = null; // a session that was asked for: whoever needs one waits for it, and nobody gets a second

function newSession() {
  sessionToCome ??= request("/api/session", { method: "POST" }).finally(() => { sessionToCome = null; });
  return sessionToCome;
}

/** Like `request`; a visitor without a session, or with an old one, gets a new one first. */
async function withSession(path, options) {
  await sessionToCome;
  try {
    return await request(path, options);
  } catch (error) {
    if (error.code !== "unauthenticated") throw error;
    await newSession();
    return request(path, options);
  }
}

/** A photo small enough to send at once; phones take larger ones than anybody needs to recognise a dress. */
async function shrunk(file) {
  if (file.size <= SMALL_ENOUGH) return file;
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.88));
}

/** Upload a picture; returns its id. Raises ChatError, also when the file is no picture. */
export async function upload(file) {
  const form = new FormData();
  const small = await shrunk(file).catch(() => { throw new ChatError("This file could not be read as a picture.", { retryable: false }); });
  form.append("image", small, "picture");
  return (await withSession("/api/chat/images", { method: "POST", body: form })).image_id;
}

export class Link {
  #socket = null;
  #waiting = new Map(); // client_id -> {message, resolve, reject, timer}
  #attempt = 0;
  #lastSeq = 0;
  #hasSession;
  #onTurn;
  #onState;

  /** `onTurn(turn)` gets turns that nobody here waits for; `onState("online" | "offline")`. */
  constructor({ hasSession, onTurn, onState }) {
    this.#hasSession = hasSession;
    this.#onTurn = onTurn;
    this.#onState = onState;
  }

  /** The conversation so far; the socket opens behind it. */
  async start() {
    if (!this.#hasSession) await newSession();
    this.#hasSession = true;
    const { turns } = await withSession("/api/chat/history");
    for (const turn of turns) this.#seen(turn.seq);
    this.#connect();
    addEventListener("online", () => this.#reconnectNow());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#reconnectNow());
    return turns;
  }

  /** Turns after a number, with what was asked. */
  async turnsFrom(seq) {
    return (await request(`/api/chat/history?after=${Math.max(0, seq - 1)}`)).turns;
  }

  /** The turn that answers a message. Sent again with the same client_id, nothing happens twice. */
  send(message) {
    return this.#isOpen() ? this.#sendBySocket(message) : this.#post(message);
  }

  #isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #sendBySocket(message) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(message.client_id, "reject", new ChatError("No answer came.")), ANSWER_MS);
      this.#waiting.set(message.client_id, { message, resolve, reject, timer });
      this.#socket.send(JSON.stringify({ type: "message", ...message }));
    });
  }

  async #post(message) {
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(message) };
    const turn = await withSession("/api/chat", { ...options, signal: AbortSignal.timeout(ANSWER_MS) });
    this.#seen(turn.seq);
    return turn;
  }

  #connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/api/chat/ws`);
    this.#socket = socket;
    socket.addEventListener("open", () => this.#opened(socket));
    socket.addEventListener("message", (event) => this.#receive(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => this.#closed(socket, event.code));
  }

  #opened(socket) {
    this.#attempt = 0;
    this.#onState("online");
    socket.send(JSON.stringify({ type: "resume", after: this.#lastSeq }));
  }

  /** Messages under way go by POST, with their ids: whichever way they arrive, they are answered once. */
  #closed(socket, code) {
    if (socket !== this.#socket) return;
    this.#onState("offline");
    for (const [id, { message }] of this.#waiting) {
      this.#post(message).then((turn) => this.#settle(id, "resolve", turn), (error) => this.#settle(id, "reject", error));
    }
    const pause = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempt++) * (0.7 + 0.6 * Math.random());
    setTimeout(() => this.#again(socket, code), pause);
  }

  async #again(socket, code) {
    if (socket !== this.#socket) return;
    if (code === SIGNED_OUT) await newSession().catch(() => null);
    this.#connect();
  }

  #reconnectNow() {
    if (this.#socket?.readyState === WebSocket.CLOSED) this.#again(this.#socket, 0);
  }

  #receive(frame) {
    if (frame.type === "turn") {
      const waiting = this.#waiting.has(frame.client_id);
      const fresh = this.#seen(frame.seq);
      if (waiting) this.#settle(frame.client_id, "resolve", frame);
      else if (fresh) this.#onTurn(frame);
    } else if (frame.type === "error" && frame.client_id) {
      this.#settle(frame.client_id, "reject", new ChatError(frame.error.message, frame.error));
    }
  }

  #seen(seq) {
    const fresh = seq > this.#lastSeq;
    if (fresh) this.#lastSeq = seq;
    return fresh;
  }

  #settle(id, outcome, value) {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(id);
    waiting[outcome](value);
  }
}
