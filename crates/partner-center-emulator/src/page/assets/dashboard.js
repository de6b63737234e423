// Dashboard: shows what the control endpoint reports and sends its changes there.

import { showCode } from "./code.js";
import { connection, control, onSecretRequired, setSecret } from "./control.js";
import { announce, byId, duration, el, fill } from "./dom.js";
import { loadKinds, showFaults, startFaults } from "./faults.js";
import { isLive, showRequests, startRequests } from "./requests.js";
import { showDevices, showSettings, startSettings } from "./settings.js";

const INTERVAL = 1500;
const LIMIT = 50;

let timer;
let running = false;
let again = false;

function showState(text, kind) {
  const state = byId("state");
  if (state.textContent === text) return;
  state.textContent = text;
  state.className = `state ${kind}`;
}

function showFacts(status) {
  const data = status.data ?? {};
  const rows = Object.values(data.rows ?? {}).reduce((sum, count) => sum + count, 0);
  const size = [
    data.customers ? `${number(data.customers)} customers` : null,
    data.days ? `${number(data.days)} days` : null,
    rows ? `${number(rows)} rows` : null,
  ].filter(Boolean).join(", ");
  const origin = [data.seed === undefined ? null : `seed ${data.seed}`, data.today ? `today ${data.today}` : null].filter(Boolean).join(", ");
  const facts = [
    ["Address", new URL(status.url).host, new URL(status.url).protocol.replace(":", "")],
    ["Data", data.source ?? "unknown", [size, origin].filter(Boolean).join("; ")],
    ["Checks", status.strict === false ? "lax" : "strict", status.byteOrderMark === false ? "no byte-order mark" : "byte-order mark where the service sends it"],
    ["Faults", status.faults ? `${number(status.faults)} active` : "none", status.rateLimit ? `limit ${status.rateLimit.requests} per ${status.rateLimit.perSeconds} s` : "no rate limit"],
    ["Scenario", status.scenario ? status.scenario.name ?? "runs" : "none", status.scenario ? `${status.scenario.stepsDone} of ${status.scenario.steps} steps` : null],
    ["Requests", number(status.requests ?? 0), `up ${duration(status.uptimeSeconds ?? 0)}`],
  ];
  fill(byId("facts"), facts.map(([name, value, detail]) => el("div", {},
    el("dt", {}, name), el("dd", {}, String(value), detail ? el("small", {}, detail) : null))));
}

function number(value) {
  return Number(value).toLocaleString("en-GB");
}

async function update() {
  if (running) {
    again = true;
    return;
  }
  running = true;
  clearTimeout(timer);
  try {
    const [status, faults, requests, devices] = await Promise.all([
      control("GET", "status"),
      control("GET", "faults"),
      isLive() ? control("GET", `requests?limit=${LIMIT}`) : null,
      control("GET", "device-codes"),
      loadKinds(),
    ]);
    byId("secret").hidden = true;
    showState("Running", "ok");
    showFacts(status);
    showSettings(status);
    showFaults(faults.faults);
    showDevices(codesOf(devices));
    if (requests) showRequests(requests.requests);
  } catch (error) {
    if (error.status === 401) showState("Locked", "bad");
    else if (error.status) showState(`Error ${error.status}`, "bad");
    else showState("Not reachable", "bad");
  }
  running = false;
  if (again) {
    again = false;
    update();
  } else if (!document.hidden) {
    timer = setTimeout(update, INTERVAL);
  }
}

function codesOf(devices) {
  const codes = devices.deviceCodes ?? devices.codes ?? [];
  return codes.map((code) => (typeof code === "string" ? code : code.userCode ?? code.code));
}

onSecretRequired(() => { byId("secret").hidden = false; });

byId("secret-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  setSecret(byId("secret-value").value);
  byId("secret-value").value = "";
  await update();
  if (!byId("secret").hidden) announce("The emulator did not accept the secret.", true);
});

document.addEventListener("visibilitychange", () => { if (!document.hidden) update(); });

startFaults(update);
startRequests(update);
startSettings(update);
connection().then((values) => {
  showCode(values);
  fill(byId("operations"), values.operations.map((id) => el("option", { value: id })));
  byId("version").textContent = `Partner Center emulator ${values.version}`;
}).catch(() => showState("Not reachable", "bad"));
update();
