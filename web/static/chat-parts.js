// Turns message parts into elements. Data only ever becomes text nodes and checked addresses, never markup.

/** An element with properties and children; strings become text. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name === "className" ? "class" : name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name, sprite) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

/** The address when it stays on this site or is https; null for everything else. */
export function safeLink(address) {
  try {
    const url = new URL(String(address), location.origin);
    const ours = url.origin === location.origin && /^https?:$/.test(url.protocol);
    return ours || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

/** Pictures come from this site only. */
export function safePicture(address) {
  const link = safeLink(address);
  return link && new URL(link).origin === location.origin ? link : null;
}

export function money(value, currency) {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).format(value);
  } catch {
    return `${value} ${currency}`;
  }
}

function link(address, properties, ...children) {
  const href = safeLink(address);
  if (!href) return el("span", properties, ...children);
  const away = new URL(href).origin !== location.origin;
  return el("a", { ...properties, href, target: away ? "_blank" : null, rel: away ? "noopener noreferrer" : null }, ...children);
}

function productCard(product) {
  const picture = safePicture(product.image ?? "/static/no-picture.svg");
  return el("li", {},
    link(product.url, { className: "chat-card" },
      picture ? el("img", { src: picture, alt: "", width: 512, height: 512, loading: "lazy" }) : null,
      el("span", { className: "chat-card-name" }, String(product.name)),
      el("span", { className: "chat-card-price" }, money(product.price, product.currency)),
      product.why ? el("span", { className: "chat-card-why" }, String(product.why)) : null));
}

function cell(value) {
  const number = typeof value === "number";
  const text = value === null || value === undefined ? "–" : number ? value.toLocaleString("en") : String(value);
  return el("td", { className: number ? "number" : null }, text);
}

function table(part) {
  const head = el("tr", {}, ...part.columns.map((name) => el("th", { scope: "col" }, String(name))));
  const rows = part.rows.map((row) => el("tr", {}, ...row.map(cell)));
  const label = `Table: ${part.columns.join(", ")}`;
  return el("div", { className: "chat-table", tabindex: "0", role: "region", "aria-label": label },
    el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows)));
}

/** A picture that opens in full when it is clicked. */
export function picture(address, alt) {
  const src = safePicture(address) ?? (String(address).startsWith("blob:") ? address : null);
  if (!src) return el("p", {}, String(alt));
  const small = el("img", { src, alt: String(alt) });
  return el("button", { type: "button", className: "chat-picture", "aria-label": `${alt}. Show it large`, onclick: () => enlarge(src, alt) }, small);
}

function enlarge(src, alt) {
  const dialog = el("dialog", { className: "chat-lightbox", "aria-label": String(alt) },
    el("img", { src, alt: String(alt) }),
    el("button", { type: "button", className: "button button-quiet", onclick: () => dialog.close() }, "Close"));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function choices(part, choose) {
  const buttons = part.choices.map((choice) =>
    el("button", { type: "button", className: "chat-choice", onclick: () => choose(choice) }, String(choice.title)));
  return el("div", { className: "chat-choices", role: "group", "aria-label": "Choose an answer" }, ...buttons);
}

function file(part, sprite) {
  const href = safeLink(part.url);
  const name = String(part.name);
  return href ? el("a", { className: "chat-file", href, download: name }, icon("file", sprite), name) : el("p", {}, name);
}

const PARTS = {
  text: (part) => el("p", { className: "chat-bubble" }, String(part.text)),
  products: (part) => el("ul", { className: "chat-cards", "aria-label": "Products", tabindex: "0" }, ...part.products.map(productCard)),
  image: (part) => picture(part.url, part.alt ?? "Picture"),
  table,
  choices: (part, { choose }) => choices(part, choose),
  file: (part, { sprite }) => file(part, sprite),
};

/** The elements of an answer; a kind of part that this page does not know says so instead of vanishing. */
export function answer(parts, context) {
  return parts.map((part) => {
    const make = PARTS[part.type];
    return make ? make(part, context) : el("p", { className: "chat-bubble" }, "Please reload the page to see this answer.");
  });
}
