// Prism stands between a client and the emulator, and validates requests and responses against
// the spec. It reports what violates the spec in the header `sl-violations`.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import path from "node:path";

const ready = JSON.parse(process.env.INTEROP_EMULATOR);
const spec = path.join(process.env.INTEROP_ROOT, "openapi/partner-center.yaml");
const prism = path.join(process.env.INTEROP_NODE, "node_modules/@stoplight/prism-cli/dist/index.js");

const REPORTS = "partner/v1/analytics";
const CALLS = [
  "v1/analytics/licenses/deployment",
  "v1/analytics/licenses/usage",
  "v1/customers",
  "v1/customers?size=1",
  'v1/customers?size=0&filter={"Field":"CompanyName","Value":"co","Operator":"starts_with"}',
  "v1/customers/{customer}",
  "v1/customers/{customer}/subscribedskus",
  "v1/customers/{customer}/subscribedskus?licenseGroupIds=Group1",
  "v1/customers/{customer}/analytics/licenses/deployment",
  "v1/customers/{customer}/analytics/licenses/usage",
  `${REPORTS}/commercial/deployment/license`,
  `${REPORTS}/commercial/deployment/license?top=1&skip=1`,
  `${REPORTS}/commercial/deployment/license?groupby=channel,serviceName`,
  `${REPORTS}/commercial/usage/license`,
  `${REPORTS}/commercial/usage/license?filter=workloadCode eq 'SPO'`,
  `${REPORTS}/usage/azure`,
  `${REPORTS}/usage/azure?orderby=usageDate desc&top=2`,
  `${REPORTS}/indirectresellers`,
  `${REPORTS}/subscriptions`,
  `${REPORTS}/subscriptions?filter=autoRenewEnabled eq true&top=1`,
  `${REPORTS}/subscriptions?groupby=customerMarket`,
  `${REPORTS}/search`,
  `${REPORTS}/referrals`,
  `${REPORTS}/referrals?top=1`,
];

async function check(name, run) {
  try {
    await run();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`failed ${name}: ${String(error.message ?? error).replaceAll("\n", " ")}`);
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function token() {
  const body = new URLSearchParams({
    grant_type: "refresh_token",
    client_id: ready.clientId,
    client_secret: ready.clientSecret,
    refresh_token: ready.refreshToken,
    scope: "https://api.partnercenter.microsoft.com/user_impersonation",
  });
  const url = new URL(`${ready.tenantId}/oauth2/v2.0/token`, ready.authority);
  return (await (await fetch(url, { method: "POST", body })).json()).access_token;
}

const port = await freePort();
const proxy = spawn(process.execPath, [prism, "proxy", spec, ready.url, "--port", String(port)]);
let log = "";
for (const stream of [proxy.stdout, proxy.stderr]) {
  stream.on("data", (data) => (log += data));
}
try {
  const headers = { Authorization: `Bearer ${await token()}`, "X-Locale": "en-US" };
  const call = (target) =>
    fetch(`http://127.0.0.1:${port}/${target.replaceAll(" ", "%20")}`, { headers });
  let response;
  const end = Date.now() + 30_000;
  do {
    await new Promise((resolve) => setTimeout(resolve, 100));
    response = await call("v1/customers").catch(() => undefined);
  } while (!response && proxy.exitCode === null && Date.now() < end);
  if (!response?.ok) throw new Error(`the proxy did not start: ${log}`);
  const [{ id }] = (await response.json()).items;

  for (const target of CALLS) {
    await check(target, async () => {
      const response = await call(target.replace("{customer}", id));
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${response.status} ${text.slice(0, 300)}`);
      const violations = response.headers.get("sl-violations");
      if (violations !== null) throw new Error(violations.slice(0, 500));
    });
  }
  // Without this check, a proxy that validates nothing would pass.
  await check("finds a violation", async () => {
    const response = await call(`${REPORTS}/subscriptions?top=x`);
    const violations = response.headers.get("sl-violations") ?? "";
    if (!violations.includes("top")) throw new Error(`${response.status} ${violations}`);
  });
} catch (error) {
  console.log(`failed proxy: ${error}`);
} finally {
  proxy.kill();
}
