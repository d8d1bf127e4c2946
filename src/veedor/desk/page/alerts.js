// The list of alerts: newest first, live, and what an operator does with each.

import { language, make, request, text, toast } from "/page/api.js";

const CLOSED = new Set(["dismissed", "escalated"]);
const REASONS = ["nothing_there", "weather_or_light", "animal", "normal_activity", "already_attended", "test", "other"];
const KEEP = 200;

export class AlertList {
  constructor(node, { mayHandle, mayPlay, timeZone, onCount }) {
    this.node = node;
    this.mayHandle = mayHandle;
    this.mayPlay = mayPlay;
    this.timeZone = timeZone;
    this.onCount = onCount;
    this.alerts = new Map();
    this.chosen = null;
    this.showAll = false;
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
  }

  close() {
    document.removeEventListener("keydown", this.onKey);
    this.alerts.clear();
    this.node.replaceChildren();
  }

  async load() {
    const page = await request("GET", "/api/alerts?limit=100");
    this.alerts = new Map(page.alerts.map((alert) => [alert.id, alert]));
    this.render();
  }

  async refresh(id) {
    try {
      this.put(await request("GET", `/api/alerts/${encodeURIComponent(id)}`));
    } catch (problem) {
      if (problem.status !== 404) throw problem;
    }
  }

  put(alert) {
    this.alerts.set(alert.id, alert);
    this.render();
  }

  sorted() {
    const all = [...this.alerts.values()].sort((a, b) => b.raised_at.localeCompare(a.raised_at));
    for (const old of all.splice(KEEP)) this.alerts.delete(old.id);
    return this.showAll ? all : all.filter((alert) => !CLOSED.has(alert.status));
  }

  render() {
    const shown = this.sorted();
    if (!shown.some((alert) => alert.id === this.chosen)) this.chosen = shown[0]?.id ?? null;
    const there = new Map([...this.node.children].map((card) => [card.dataset.key, card]));
    const cards = shown.map((alert) => {
      const key = [alert.id, alert.version, alert.status, alert.clip.state, alert.ended_at, alert.group_size, language].join("|");
      const card = there.get(key) ?? this.card(alert, key);
      card.classList.toggle("chosen", alert.id === this.chosen);
      return card;
    });
    if (!cards.length) {
      cards.push(make("div", { className: "empty" }, make("p", { textContent: text("no-alerts") }),
        make("p", { className: "muted", textContent: text("no-alerts-hint") })));
    }
    this.node.replaceChildren(...cards);
    this.onCount([...this.alerts.values()].filter((alert) => alert.status === "new").length);
  }

  card(alert, key) {
    const picture = alert.has_snapshot
      ? make("img", { src: this.snapshot(alert), alt: alert.explanation, loading: "lazy" })
      : make("div", { className: "nothing" });
    const state = alert.handled_by
      ? `${text(`status-${alert.status}`)} ${text("by", { user: alert.handled_by })}`
      : text(`status-${alert.status}`);
    const times = alert.group_size > 1 ? make("span", { className: "times", textContent: `×${alert.group_size}` }) : null;
    const card = make("article", { className: `alert ${alert.severity} ${alert.status}`, tabIndex: 0 },
      picture,
      make("div", { className: "words" },
        make("p", { className: "sentence", textContent: alert.explanation }),
        make("p", { className: "muted" }, `${alert.camera_name} · ${this.time(alert.raised_at)} `, times),
        make("p", { className: "state" },
          make("span", { className: "severity", textContent: text(`severity-${alert.severity}`) }), ` ${state}`)),
      this.buttons(alert) ?? "");
    card.dataset.key = key;
    card.setAttribute("role", "listitem");
    card.addEventListener("focusin", () => this.choose(alert.id));
    card.addEventListener("click", () => this.choose(alert.id));
    picture.addEventListener("click", () => this.enlarge(alert.id));
    return card;
  }

  buttons(alert) {
    if (!this.mayHandle || CLOSED.has(alert.status)) return null;
    const row = make("div", { className: "acts" });
    const add = (name, letter, act) => {
      const button = make("button", { type: "button", title: letter }, text(name), make("kbd", { textContent: letter }));
      button.addEventListener("click", (event) => { event.stopPropagation(); act(); });
      row.append(button);
    };
    if (alert.status === "new") add("acknowledge", "A", () => this.act(alert.id, "acknowledge"));
    add("dismiss", "D", () => this.dismiss(alert.id));
    add("escalate", "E", () => this.act(alert.id, "escalate"));
    return row;
  }

  snapshot(alert) {
    return `/api/alerts/${encodeURIComponent(alert.id)}/snapshot.jpg`;
  }

  time(iso) {
    const options = { timeZone: this.timeZone, hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false };
    const day = { timeZone: this.timeZone, day: "2-digit", month: "short" };
    const date = new Date(iso);
    const today = new Date().toLocaleDateString(language, day) === date.toLocaleDateString(language, day);
    return date.toLocaleTimeString(language, options) + (today ? "" : ` · ${date.toLocaleDateString(language, day)}`);
  }

  choose(id) {
    this.chosen = id;
    for (const card of this.node.children) card.classList.toggle("chosen", card.dataset.key?.startsWith(`${id}|`));
  }

  async act(id, verb, body = {}) {
    const alert = this.alerts.get(id);
    if (!alert) return;
    const order = this.sorted().map((one) => one.id);
    try {
      this.put(await request("POST", `/api/alerts/${encodeURIComponent(id)}/${verb}`, { expected_version: alert.version, ...body }));
      if (verb === "escalate") toast(text("escalated"));
      if (!this.showAll && verb !== "acknowledge") this.chosen = order[order.indexOf(id) + 1] ?? order[0];
      this.render();
    } catch (problem) {
      toast(text("failed", { problem: problem.message }));
      if (problem.status === 409) await this.refresh(id);
    }
  }

  dismiss(id) {
    const dialog = document.getElementById("dismiss");
    const note = dialog.querySelector("input");
    note.value = "";
    const buttons = REASONS.map((reason, index) => {
      const button = make("button", { type: "button" }, make("kbd", { textContent: String(index + 1) }), text(`reason-${reason}`));
      button.addEventListener("click", () => {
        if (reason === "other" && !note.value.trim()) { note.focus(); return; }
        dialog.close();
        this.act(id, "dismiss", { reason, note: note.value.trim() || null });
      });
      return button;
    });
    dialog.querySelector(".reasons").replaceChildren(...buttons);
    dialog.onkeydown = (event) => {
      if (event.target === note) return;
      const button = buttons[Number(event.key) - 1];
      if (button) { event.preventDefault(); button.click(); }
    };
    dialog.showModal();
    buttons[0].focus();
  }

  enlarge(id) {
    const alert = this.alerts.get(id);
    if (!alert) return;
    const dialog = document.getElementById("viewer");
    const image = dialog.querySelector("img");
    const video = dialog.querySelector("video");
    const ready = this.mayPlay && alert.clip.state === "ready";
    image.hidden = !alert.has_snapshot;
    if (alert.has_snapshot) image.src = this.snapshot(alert);
    video.hidden = !ready;
    if (ready) video.src = `/api/alerts/${encodeURIComponent(id)}/clip.mp4`;
    else video.removeAttribute("src");
    dialog.querySelector(".sentence").textContent = `${alert.camera_name} · ${this.time(alert.raised_at)} · ${alert.explanation}`;
    const clip = { pending: text("clip-pending"), failed: text("no-clip", { problem: alert.clip.problem ?? "" }), ready: "" };
    dialog.querySelector(".clip").textContent = this.mayPlay ? clip[alert.clip.state] : "";
    dialog.onclose = () => video.pause();
    dialog.showModal();
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.("input, dialog[open]")) return;
    if (document.querySelector("dialog[open]")) return;
    const order = this.sorted().map((alert) => alert.id);
    const at = order.indexOf(this.chosen);
    const alert = this.alerts.get(this.chosen);
    const open = this.mayHandle && alert && !CLOSED.has(alert.status);
    const acts = {
      j: () => this.choose(order[Math.min(at + 1, order.length - 1)]),
      k: () => this.choose(order[Math.max(at - 1, 0)]),
      a: () => open && alert.status === "new" && this.act(alert.id, "acknowledge"),
      d: () => open && this.dismiss(alert.id),
      e: () => open && this.act(alert.id, "escalate"),
      enter: () => alert && !event.target.closest?.("button") && this.enlarge(alert.id),
    };
    const act = acts[event.key.toLowerCase()];
    if (!act || !order.length) return;
    if (event.key !== "Enter" || !event.target.closest?.("button")) event.preventDefault();
    act();
    this.node.querySelector(".chosen")?.scrollIntoView({ block: "nearest" });
  }
}
