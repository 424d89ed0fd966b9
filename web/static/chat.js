// The chat widget: a panel on every page. chat-link.js talks to the gateway, chat-parts.js draws the answers.

import { Link, upload } from "./chat-link.js";
import { answer, el, icon, picture } from "./chat-parts.js";

const OPEN_KEY = "shopclerk-chat-open";
const LONGEST_TEXT = 2000;
const PICTURES = ["image/jpeg", "image/png", "image/webp"];
const GREETINGS = {
  guest: "Hello! Ask me about any product, your size, delivery or returns.",
  shopper: "Hello again! Ask me about any product, or where your order is.",
  marketer: "Hello! Ask me for forecasts, best sellers, revenue or stock that will run out.",
  agent: "Hello! Ask me about any product, as customers do.",
};
const SUGGESTIONS = {
  guest: ["What would you recommend for me?", "Show me phones under 300 dollars", "How does delivery work?"],
  shopper: ["Where is my order?", "What would you recommend for me?", "Show me bags under 100 dollars"],
  marketer: ["Forecast next 45 days for Note20", "Revenue of last month", "How is the recommender test doing?"],
  agent: ["What can you do?", "What are your best sellers?"],
};
const ABOUT_PRODUCT = ["Why should I buy it?", "What goes with it?", "What looks like this?"];

class Chat {
  constructor(root) {
    this.role = root.dataset.role;
    this.productId = root.dataset.productId ?? null;
    this.productName = root.dataset.productName ?? null;
    this.sprite = root.dataset.icons;
    this.shown = new Map(); // client_id -> the list items of a turn
    this.file = null;
    this.started = false;
    this.pending = 0;
    this.link = new Link({ hasSession: "session" in root.dataset, onTurn: (turn) => this.addFromElsewhere(turn), onState: (state) => this.showState(state) });
    this.build(root);
    if (sessionStorage.getItem(OPEN_KEY) === "yes") this.open({ focus: false });
  }

  // ---- the panel

  build(root) {
    this.launcher = el("button", { type: "button", className: "chat-launcher", "aria-expanded": "false", "aria-controls": "chat-panel", onclick: () => this.open() },
      icon("chat", this.sprite), el("span", {}, "Ask the clerk"));
    this.log = el("ol", { className: "chat-log", role: "log", "aria-live": "polite", "aria-label": "Conversation", tabindex: "0" });
    this.status = el("p", { className: "chat-status" }, "Knows every product");
    this.typing = el("p", { className: "chat-typing", role: "status", hidden: true }, el("span", { className: "sr-only" }, "The clerk is typing"), el("i"), el("i"), el("i"));
    this.panel = el("section", { id: "chat-panel", className: "chat-panel", "aria-label": "Chat with the clerk", hidden: true, onkeydown: (event) => event.key === "Escape" && this.close() },
      el("header", { className: "chat-head" }, icon("logo", this.sprite), el("div", {}, el("h2", {}, "The clerk"), this.status),
        el("button", { type: "button", className: "chat-icon-button", "aria-label": "Close the chat", onclick: () => this.close() }, icon("close", this.sprite))),
      this.log, this.typing, this.buildForm());
    this.acceptDrops();
    root.append(this.launcher, this.panel);
  }

  buildForm() {
    this.input = el("textarea", { id: "chat-input", rows: 1, maxLength: LONGEST_TEXT, placeholder: "Ask anything…", autocomplete: "off",
      onkeydown: (event) => this.submitOnEnter(event), oninput: () => this.grow(), onpaste: (event) => this.takeFile(event.clipboardData?.files, event) });
    this.picker = el("input", { type: "file", accept: PICTURES.join(","), className: "sr-only", tabIndex: -1, "aria-hidden": "true", onchange: () => this.takeFile(this.picker.files) });
    this.preview = el("div", { className: "chat-preview", hidden: true });
    this.hint = el("p", { className: "chat-hint", role: "alert", hidden: true });
    return el("form", { className: "chat-form", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
      this.preview, this.hint, this.picker,
      el("button", { type: "button", className: "chat-icon-button", "aria-label": "Send a picture", onclick: () => this.picker.click() }, icon("picture", this.sprite)),
      el("label", { className: "sr-only", for: "chat-input" }, "Your message"), this.input,
      el("button", { type: "submit", className: "chat-icon-button chat-send", "aria-label": "Send" }, icon("send", this.sprite)));
  }

  async open({ focus = true } = {}) {
    this.panel.hidden = false;
    this.launcher.hidden = true;
    this.launcher.setAttribute("aria-expanded", "true");
    document.documentElement.classList.add("chat-is-open");
    sessionStorage.setItem(OPEN_KEY, "yes");
    if (focus) this.input.focus();
    if (!this.started) await this.start();
    this.scrollDown();
  }

  close() {
    this.panel.hidden = true;
    this.launcher.hidden = false;
    this.launcher.setAttribute("aria-expanded", "false");
    document.documentElement.classList.remove("chat-is-open");
    sessionStorage.removeItem(OPEN_KEY);
    this.launcher.focus();
  }

  async start() {
    this.started = true;
    this.log.setAttribute("aria-busy", "true"); // the past is not read out
    this.greet();
    try {
      for (const turn of await this.link.start()) this.addPast(turn);
    } catch (error) {
      this.started = false;
      this.showHint(`${error.message} Close the chat and open it again in a moment.`);
    }
    this.log.removeAttribute("aria-busy");
    this.scrollDown();
  }

  greet() {
    if (this.log.childElementCount) return;
    const about = this.productName ? `You are looking at ${this.productName}. ` : "";
    const chips = (this.productId ? ABOUT_PRODUCT : SUGGESTIONS[this.role] ?? []).map((words) =>
      el("button", { type: "button", className: "chat-choice", onclick: () => this.ask({ text: words }) }, words));
    this.suggestions = el("div", { className: "chat-choices", role: "group", "aria-label": "Suggestions" }, ...chips);
    this.log.append(el("li", { className: "chat-answer" }, el("p", { className: "chat-bubble" }, about + (GREETINGS[this.role] ?? GREETINGS.guest)), this.suggestions));
  }

  showState(state) {
    this.status.textContent = state === "online" ? "Knows every product" : "Reconnecting…";
    this.panel.dataset.state = state;
  }

  showHint(words) {
    this.hint.textContent = words;
    this.hint.hidden = !words;
  }

  // ---- asking

  submitOnEnter(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  submit() {
    const text = this.input.value.trim();
    const file = this.file;
    if (!text && !file) return;
    this.input.value = "";
    this.grow();
    this.dropFile();
    this.ask({ ...(text && { text }) }, { file });
  }

  /** Show the message and send it; `title` is what a choice reads like. */
  ask(content, { file = null, title = null } = {}) {
    this.showHint("");
    const message = { client_id: crypto.randomUUID?.() ?? `m-${Date.now()}-${Math.random().toString(36).slice(2)}`, ...content };
    if (this.productId) message.page_product_id = this.productId;
    const image = file ? URL.createObjectURL(file) : null;
    const turn = this.addQuestion(message.client_id, { text: content.text ?? title, image });
    this.deliver(message, file, turn);
  }

  async deliver(message, file, turn) {
    this.wait(+1);
    turn.question.dataset.state = "sending";
    turn.note.replaceChildren();
    try {
      if (file && !message.image_id) message.image_id = await upload(file);
      const answered = await this.link.send(message);
      turn.question.dataset.state = "sent";
      this.showAnswer(turn, answered, () => this.deliver(message, file, turn));
    } catch (error) {
      turn.question.dataset.state = "failed";
      const again = el("button", { type: "button", className: "link", onclick: () => this.deliver(message, file, turn) }, "Try again");
      turn.note.replaceChildren(`Not sent. ${error.message} `, ...(error.retryable === false ? [] : [again]));
    }
    this.wait(-1);
  }

  wait(step) {
    this.pending += step;
    this.typing.hidden = this.pending === 0;
  }

  // ---- showing

  addQuestion(clientId, { text, image }) {
    const note = el("p", { className: "chat-note", role: "status" });
    const question = el("li", { className: "chat-question" }, el("span", { className: "sr-only" }, "You: "),
      image ? picture(image, "Your picture") : null, text ? el("p", { className: "chat-bubble" }, text) : null, note);
    const turn = { question, note, reply: null };
    this.shown.set(clientId, turn);
    this.log.append(question);
    this.retireChoices();
    this.scrollDown();
    return turn;
  }

  /** The answer below its question; an apology is replaced when the same message is answered after all. */
  showAnswer(turn, { messages, failed }, retry = null) {
    const parts = answer(messages, { sprite: this.sprite, choose: (choice) => this.ask({ choice: choice.id }, { title: choice.title }) });
    const again = failed && retry ? el("button", { type: "button", className: "chat-choice", onclick: retry }, "Try again") : null;
    const reply = el("li", { className: "chat-answer" }, el("span", { className: "sr-only" }, "The clerk: "), ...parts, again);
    if (turn.reply) turn.reply.replaceWith(reply);
    else turn.question.after(reply);
    turn.reply = reply;
    this.scrollTo(turn.question);
  }

  addPast({ client_id, request, messages, failed }) {
    if (this.shown.has(client_id)) return;
    const image = request.image_id ? `/api/chat/images/${encodeURIComponent(request.image_id)}` : null;
    const turn = this.addQuestion(client_id, { text: request.text ?? request.title, image });
    const { title, ...content } = request;
    if (messages.length) this.showAnswer(turn, { messages, failed }, () => this.deliver({ client_id, ...content }, null, turn));
  }

  /** A turn of this conversation that another window asked, or that was answered while we were away. */
  async addFromElsewhere({ client_id, seq, messages, failed }) {
    const turn = this.shown.get(client_id);
    if (turn) {
      turn.question.dataset.state = "sent";
      turn.note.replaceChildren();
      this.showAnswer(turn, { messages, failed });
      return;
    }
    for (const past of await this.link.turnsFrom(seq).catch(() => [])) this.addPast(past);
  }

  /** Once something new is said, what was offered before is no longer a question. */
  retireChoices() {
    for (const button of this.log.querySelectorAll(".chat-choices button")) button.disabled = true;
  }

  scrollDown() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  /** A long answer begins at its question, not at its end. */
  scrollTo(item) {
    this.log.scrollTop = Math.min(this.log.scrollHeight, item.offsetTop - this.log.offsetTop - 12);
  }

  grow() {
    this.input.rows = Math.min(4, Math.max(1, this.input.value.split("\n").length, Math.ceil(this.input.value.length / 34)));
  }

  // ---- pictures

  takeFile(files, event = null) {
    const file = [...(files ?? [])].find((one) => one.type.startsWith("image/"));
    if (!file) return;
    event?.preventDefault();
    this.dropFile();
    if (!PICTURES.includes(file.type)) return this.showHint("Please send a JPEG, PNG or WebP picture.");
    this.showHint("");
    this.file = file;
    const src = URL.createObjectURL(file);
    this.preview.replaceChildren(el("img", { src, alt: "The picture to send", onload: () => URL.revokeObjectURL(src) }),
      el("button", { type: "button", className: "chat-icon-button", "aria-label": "Do not send this picture", onclick: () => this.dropFile() }, icon("close", this.sprite)));
    this.preview.hidden = false;
    this.input.focus();
  }

  dropFile() {
    this.file = null;
    this.picker.value = "";
    this.preview.hidden = true;
    this.preview.replaceChildren();
  }

  acceptDrops() {
    const over = (yes) => (event) => { event.preventDefault(); this.panel.classList.toggle("chat-drop", yes); };
    this.panel.addEventListener("dragover", over(true));
    this.panel.addEventListener("dragleave", over(false));
    this.panel.addEventListener("drop", (event) => { over(false)(event); this.takeFile(event.dataTransfer?.files); });
  }
}

const chat = new Chat(document.getElementById("chat"));
for (const button of document.querySelectorAll("[data-open-chat]")) button.addEventListener("click", () => chat.open());
for (const element of document.querySelectorAll(".needs-js")) element.hidden = false;
