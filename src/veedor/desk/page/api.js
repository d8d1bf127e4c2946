// Requests, texts, and small helpers. Nothing here knows what a camera or an alert looks like.

export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

let texts = {};
export let language = pickLanguage();

function pickLanguage() {
  const kept = localStorage.getItem("language");
  const wanted = kept || navigator.language.slice(0, 2);
  return wanted === "en" ? "en" : "es";
}

export async function useLanguage(wanted, keep = false) {
  language = wanted === "en" ? "en" : "es";
  if (keep) localStorage.setItem("language", language);
  const answer = await fetch(`/page/texts.json?lang=${language}`);
  texts = await answer.json();
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = text(node.dataset.text);
  for (const node of document.querySelectorAll("[data-language]")) node.textContent = language === "es" ? "English" : "Español";
}

export function text(key, values = {}) {
  let sentence = texts[key] ?? key;
  for (const [name, value] of Object.entries(values)) sentence = sentence.replaceAll(`{${name}}`, String(value));
  return sentence;
}

export async function request(method, path, body) {
  const options = { method, headers: {}, credentials: "same-origin" };
  if (body !== undefined) {
    options.headers["content-type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(`${path}${path.includes("?") ? "&" : "?"}lang=${language}`, options);
  if (answer.status === 204) return null;
  const said = await answer.json().catch(() => null);
  if (!answer.ok) {
    if (answer.status === 401 && path !== "/api/login") document.dispatchEvent(new Event("logged-out"));
    throw new Refusal(answer.status, said?.message ?? `HTTP ${answer.status}`);
  }
  return said;
}

// make("div", {className: "x"}, child, "text"): elements without ever parsing text as HTML.
export function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

let toastTimer = 0;
export function toast(message) {
  const node = document.getElementById("toast");
  node.textContent = message;
  node.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { node.hidden = true; }, 5000);
}
