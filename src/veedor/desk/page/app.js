// The page: log in, then live pictures and alerts, kept current by the server's event stream.

import { AlertList } from "/page/alerts.js";
import { Refusal, language, make, request, text, toast, useLanguage } from "/page/api.js";
import { Wall } from "/page/live.js";

const element = (id) => document.getElementById(id);
let open = null; // what runs while somebody is logged in

class Console {
  constructor(me, health) {
    this.me = me;
    this.may = new Set(me.may);
    this.timeZone = health?.time_zone ?? "America/Lima";
    this.wall = new Wall(element("wall"));
    this.list = new AlertList(element("list"), {
      mayHandle: this.may.has("alert.handle"),
      mayPlay: this.may.has("footage.play"),
      timeZone: this.timeZone,
      onCount: (count) => this.count(count),
    });
    this.clock = setInterval(() => this.tick(), 1000);
    this.tick();
  }

  async start() {
    element("who").textContent = this.me.user.full_name || this.me.user.username;
    await this.cameras();
    if (this.may.has("alert.read")) await this.list.load();
    else element("list").replaceChildren(make("p", { className: "empty muted", textContent: text("not-your-role") }));
    if (this.may.has("health.read")) this.listen();
  }

  async cameras() {
    if (this.may.has("live.watch")) this.wall.show(await request("GET", "/api/cameras"));
    else element("wall").replaceChildren(make("p", { className: "empty muted", textContent: text("not-your-role") }));
  }

  listen() {
    const events = new EventSource(`/api/stream?lang=${language}`);
    this.events = events;
    const on = (kind, handle) => events.addEventListener(kind, (event) => handle(JSON.parse(event.data)));
    let first = true;
    events.onopen = () => {
      element("lost").hidden = true;
    };
    on("hello", () => {
      // What happened between loading the list and the first stream: load once more. Later ones are replayed by id.
      if (first && this.may.has("alert.read")) this.list.load().catch(report);
      first = false;
    });
    events.onerror = () => {
      element("lost").hidden = false;
      if (events.readyState === EventSource.CLOSED) checkSession();
    };
    for (const kind of ["alert.raised", "alert.act", "alert.ended", "alert.clip"]) {
      on(kind, (item) => this.list.refresh(item.id).catch(report));
    }
    on("reset", () => this.list.load().catch(report));
    on("health", (health) => this.health(health));
    on("ended", () => checkSession());
  }

  health(health) {
    element("site-problem").textContent = health.problems[0] ?? "";
    element("site-problem").title = health.problems.join("\n");
    const offline = new Set(health.streams.filter((stream) => stream.state === "offline").map((stream) => stream.camera_id));
    for (const [id, tile] of this.wall.tiles) tile.node.classList.toggle("offline", offline.has(id));
    const known = [...this.wall.tiles.keys()].sort().join();
    const told = [...new Set(health.streams.map((stream) => stream.camera_id))].sort().join();
    if (known !== told) this.cameras().catch(report);
  }

  count(count) {
    element("count").textContent = count;
    element("count").hidden = !count;
    document.title = count ? `(${count}) Veedor` : "Veedor";
  }

  tick() {
    element("clock").textContent = new Date().toLocaleTimeString(language, { timeZone: this.timeZone, hour12: false });
  }

  close() {
    this.events?.close();
    this.wall.close();
    this.list.close();
    clearInterval(this.clock);
  }
}

function report(problem) {
  if (!(problem instanceof Refusal && problem.status === 401)) toast(problem.message);
}

async function checkSession() {
  try {
    await request("GET", "/api/me");
  } catch {
    // 401 brings the login form by itself; anything else: the stream tries again
  }
}

async function enter() {
  let me;
  try {
    me = await request("GET", "/api/me");
  } catch (problem) {
    if (problem.status !== 401) report(problem);
    leave();
    return;
  }
  if (me.user.language && !localStorage.getItem("language")) await useLanguage(me.user.language);
  open?.close();
  element("login").hidden = true;
  element("console").hidden = false;
  const health = me.may.includes("health.read") ? await request("GET", "/api/health").catch(() => null) : null;
  open = new Console(me, health);
  await open.start().catch(report);
}

function leave() {
  open?.close();
  open = null;
  element("console").hidden = true;
  element("login").hidden = false;
  document.title = "Veedor";
  element("login").elements.username.focus();
}

element("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const problem = form.querySelector(".problem");
  problem.hidden = true;
  try {
    await request("POST", "/api/login", { username: form.elements.username.value, password: form.elements.password.value });
    form.elements.password.value = "";
    await enter();
  } catch (refusal) {
    problem.textContent = refusal.message;
    problem.hidden = false;
  }
});

element("logout").addEventListener("click", async () => {
  await request("POST", "/api/logout").catch(() => {});
  leave();
});

element("show-all").addEventListener("change", (event) => {
  if (!open) return;
  open.list.showAll = event.target.checked;
  open.list.render();
});

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", async () => {
    await useLanguage(language === "es" ? "en" : "es", true);
    if (open) await enter();
  });
}

for (const button of document.querySelectorAll("[data-tab]")) {
  button.addEventListener("click", () => {
    document.body.dataset.tab = button.dataset.tab;
    for (const one of document.querySelectorAll("[data-tab]")) one.setAttribute("aria-pressed", String(one === button));
  });
}

document.addEventListener("logged-out", leave);
document.addEventListener("session-check", checkSession);

await useLanguage(language);
await enter();
