// The Node.js client of pliancy signs in and reads customers, licences and a report.
//
// Its addresses are constants, so its HTTP library sends them to the emulator.

import { createRequire } from "node:module";
import path from "node:path";

const ready = JSON.parse(process.env.INTEROP_EMULATOR);
const load = createRequire(path.join(process.env.INTEROP_PLIANCY, "index.js"));
const { MicrosoftPartnerCenter } = load("microsoft-partnercenter");
const axios = createRequire(load.resolve("microsoft-partnercenter"))("axios");

const send = axios.getAdapter("http");
axios.defaults.adapter = (config) => {
  const url = new URL(axios.getUri(config));
  const isOurs = ["api.partnercenter.microsoft.com", "login.microsoftonline.com"];
  if (!isOurs.includes(url.hostname)) throw new Error(`a request to ${url.hostname}`);
  const target = new URL(url.pathname + url.search, ready.url);
  return send({ ...config, baseURL: undefined, params: undefined, url: target.href });
};

function client(authentication) {
  const { clientId, clientSecret } = ready;
  return new MicrosoftPartnerCenter({
    partnerDomain: ready.tenantDomain,
    authentication: { clientId, clientSecret, ...authentication },
  });
}

async function check(name, run) {
  try {
    await run();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`failed ${name}: ${String(error.message ?? error).replaceAll("\n", " ")}`);
  }
}

function assert(condition, ...found) {
  if (!condition) throw new Error(JSON.stringify(found).slice(0, 500));
}

async function refused(promise) {
  const error = await promise.then(() => undefined, (error) => error);
  assert(error, "no error");
  return error;
}

const user = client({ refreshToken: ready.refreshToken });
const application = client({});
let customer = "";

await check("lists customers with a refresh token", async () => {
  const customers = await user.getAllCustomers();
  assert(Array.isArray(customers) && customers.length > 0, customers);
  customer = customers[0].id;
});
await check("reads a customer", async () => {
  const found = await user.getCustomerById(customer);
  assert(found.companyProfile.companyName, found);
});
await check("reads the use of licences", async () => {
  const skus = await user.getCustomerLicenseUsage(customer);
  assert(Array.isArray(skus), skus);
});
await check("reads the deployment of licences", async () => {
  const { data } = await user.httpAgent.get("/analytics/licenses/deployment");
  assert(data.items[0].licensesSold > 0, data);
});
await check("replaces the refresh token", async () => {
  assert((await user.getRefreshToken()) !== ready.refreshToken);
});
await check("lists customers as an application", async () => {
  assert((await application.getAllCustomers()).length > 0);
});
await check("has no access to reports as an application", async () => {
  const error = await refused(application.httpAgent.get("/analytics/licenses/deployment"));
  assert(error.response?.status === 403 && error.response.data.code === 2032, error.message);
});
await check("is told what is not emulated", async () => {
  const error = await refused(user.getInvoices());
  assert(error.response?.status === 501, error.message);
});
await check("has no access with a wrong secret", async () => {
  await refused(client({ clientSecret: "wrong" }).getAllCustomers());
});
