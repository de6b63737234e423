// Clock, sign-in, rate limit, scenario and reset.

import { control } from "./control.js";
import { announce, attempt, byId, duration, el, fill, setText } from "./dom.js";

let refresh = () => {};
let edited = false;

/** Connects all controls; `changed` is called after each change. */
export function startSettings(changed) {
  refresh = changed;
  startClock();
  startSignIn();
  startRateLimit();
  startScenario();
  byId("reset").addEventListener("click", () => change("POST", "reset", undefined, "Reset the emulator to its state at the start."));
}

async function change(method, path, body, done) {
  await attempt(() => control(method, path, body), done);
  refresh();
}

function startClock() {
  for (const button of document.querySelectorAll("[data-advance]")) {
    const seconds = Number(button.dataset.advance);
    button.addEventListener("click", () => change("POST", "clock/advance", { seconds }, `Advanced the clock by ${duration(seconds)}.`));
  }
  byId("clock-freeze").addEventListener("click", () => {
    const frozen = byId("clock-freeze").dataset.frozen === "true";
    change("POST", frozen ? "clock/resume" : "clock/freeze", {}, frozen ? "The clock runs again." : "The clock stands still.");
  });
  byId("clock-reset").addEventListener("click", () => change("POST", "clock/reset", {}, "The clock shows its own time again."));
}

function showClock(clock) {
  const now = new Date(clock.now);
  setText(byId("clock-now"), Number.isNaN(now.valueOf()) ? clock.now : now.toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC"));
  byId("clock-freeze").dataset.frozen = String(clock.frozen);
  setText(byId("clock-freeze"), clock.frozen ? "Resume" : "Freeze");
  const offset = clock.offsetSeconds ? `${clock.offsetSeconds > 0 ? "+" : "−"}${duration(clock.offsetSeconds)}` : "";
  const state = clock.frozen ? "frozen" : offset;
  setText(byId("clock-state"), state);
  byId("clock-state").className = clock.frozen || offset ? "badge warn" : "badge";
}

const SWITCHES = [
  ["require-mfa", "requireMfa", "a second factor is required"],
  ["with-mfa", "withMfa", "users sign in with a second factor"],
  ["consent", "consent", "the user has consented"],
];

function startSignIn() {
  for (const [id, name, meaning] of SWITCHES) {
    const box = byId(id);
    box.addEventListener("change", () => change("PATCH", "sign-in", { [name]: box.checked }, `${box.checked ? "On" : "Off"}: ${meaning}.`));
  }
  byId("revoke-tokens").addEventListener("click", () => change("POST", "sign-in/revoke-refresh-tokens", undefined, "Revoked all refresh tokens issued so far, the seeded one included."));
  byId("expire-secret").addEventListener("click", () => change("POST", "sign-in/expire-secret", undefined, "Expired the client secret."));
}

function showSignIn(signIn) {
  for (const [id, name] of SWITCHES) {
    const box = byId(id);
    if (document.activeElement !== box || !box.matches(":active")) box.checked = signIn[name] === true;
  }
}

/** Shows the device codes that wait for a decision. */
export function showDevices(codes) {
  byId("devices").hidden = codes.length === 0;
  const list = byId("device-codes");
  if (list.dataset.codes === codes.join()) return;
  list.dataset.codes = codes.join();
  const decide = (code, verdict, done) => () => change("POST", `device-codes/${encodeURIComponent(code)}/${verdict}`, undefined, done);
  fill(list, codes.map((code) => el("li", {},
    el("strong", { class: "mono" }, code),
    el("div", { class: "row" },
      el("button", { type: "button", class: "small", "aria-label": `Approve the device code ${code}`, onclick: decide(code, "approve", "Approved the sign-in of the device.") }, "Approve"),
      el("button", { type: "button", class: "small", "aria-label": `Decline the device code ${code}`, onclick: decide(code, "deny", "Declined the sign-in of the device.") }, "Decline")))));
}

function startRateLimit() {
  byId("rate-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const requests = Number(byId("rate-requests").value);
    const perSeconds = Number(byId("rate-seconds").value);
    change("PUT", "rate-limit", { requests, perSeconds }, `Limited to ${requests} calls per ${perSeconds} s.`);
  });
  byId("rate-off").addEventListener("click", () => change("DELETE", "rate-limit", undefined, "Removed the rate limit."));
}

function showRateLimit(limit) {
  setText(byId("rate-state"), limit ? `${limit.requests} per ${limit.perSeconds} s` : "off");
  byId("rate-state").className = limit ? "badge warn" : "badge";
  byId("rate-off").disabled = !limit;
}

function startScenario() {
  const text = byId("scenario-text");
  fetch("/page/bad-night.toml").then((response) => response.text()).then((scenario) => {
    if (!edited) text.value = scenario;
  });
  const named = () => {
    const name = /^\s*name\s*=\s*["'](.*?)["']/m.exec(text.value)?.[1];
    setText(byId("scenario-start"), edited || !name ? "Start the scenario" : `Start the ${name}`);
  };
  text.addEventListener("input", () => { edited = true; named(); });
  byId("scenario-file").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    text.value = await file.text();
    edited = true;
    named();
    announce(`Loaded ${file.name}. Start it with the button below.`);
  });
  byId("scenario-form").addEventListener("submit", (event) => {
    event.preventDefault();
    change("PUT", "scenario", text.value, "Started the scenario.");
  });
  byId("scenario-stop").addEventListener("click", () => change("DELETE", "scenario", undefined, "Stopped the scenario. Faults that it added are still active."));
}

function showScenario(scenario) {
  byId("scenario-stop").hidden = !scenario;
  setText(byId("scenario-state"), scenario
    ? `Runs: ${scenario.name ?? "scenario"}, ${scenario.stepsDone} of ${scenario.steps} steps done.`
    : "A scenario changes faults and settings at set times.");
}

/** Shows the settings of the status. */
export function showSettings(status) {
  showClock(status.clock);
  showSignIn(status.signIn);
  showRateLimit(status.rateLimit);
  showScenario(status.scenario);
}
