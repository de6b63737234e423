// The client that `typescript.mjs` compiles and runs.

import createClient from "openapi-fetch";
import type { paths } from "./spec.js";

const ready = JSON.parse(process.env["INTEROP_EMULATOR"] ?? "{}") as {
  url: string; authority: string; tenantId: string;
  clientId: string; clientSecret: string; refreshToken: string;
};

async function accessToken(): Promise<string> {
  const body = new URLSearchParams({
    grant_type: "refresh_token",
    client_id: ready.clientId,
    client_secret: ready.clientSecret,
    refresh_token: ready.refreshToken,
    scope: "https://api.partnercenter.microsoft.com/user_impersonation",
  });
  const url = new URL(ready.tenantId + "/oauth2/v2.0/token", ready.authority);
  const response = await fetch(url, { method: "POST", body });
  const { access_token } = (await response.json()) as { access_token: string };
  return access_token;
}

const baseUrl = ready.url.replace(/\/$/, "");
const headers = { Authorization: "Bearer " + (await accessToken()) };
const api = createClient<paths>({ baseUrl, headers });

function assert(condition: unknown, ...found: unknown[]): asserts condition {
  if (!condition) throw new Error(JSON.stringify(found));
}

async function check(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    console.log("ok " + name);
  } catch (error) {
    console.log("failed " + name + ": " + String(error).replaceAll("\n", " "));
  }
}

await check("reads licences", async () => {
  const { data, response } = await api.GET("/v1/analytics/licenses/deployment");
  assert(data, response.status);
  const sold: number | undefined = data.items[0]?.licensesSold;
  assert(sold !== undefined && sold > 0, data.items[0]);
});

await check("lists two pages by the next link", async () => {
  const first = await api.GET("/partner/v1/analytics/subscriptions", {
    params: { query: { top: 1 } },
  });
  assert(first.data, first.response.status);
  const next: string | null | undefined = first.data["@nextLink"];
  assert(next, first.data);
  // The link is relative to the address of the page.
  const query = new URL(next, first.response.url).searchParams;
  const second = await api.GET("/partner/v1/analytics/subscriptions", {
    params: { query: { top: Number(query.get("top")), skip: Number(query.get("skip")) } },
  });
  assert(second.data, second.response.status);
  const [one] = first.data.Value;
  const [two] = second.data.Value;
  assert(one && two && one.id !== two.id, one, two);
});

await check("reads a customer and its products", async () => {
  const { data } = await api.GET("/v1/customers");
  const id = data?.items[0]?.id;
  assert(id, data);
  const params = { path: { "customer-id": id } };
  const customer = await api.GET("/v1/customers/{customer-id}", { params });
  assert(customer.data?.companyProfile?.companyName, customer.error);
  const skus = await api.GET("/v1/customers/{customer-id}/subscribedskus", { params });
  assert(skus.data, skus.error);
});

await check("reads an error", async () => {
  const { error, response } = await api.GET("/partner/v1/analytics/subscriptions", {
    params: { query: { filter: "contoso eq 1" } },
  });
  assert(response.status === 400 && error, response.status);
  const code: string | number | undefined = error.code;
  assert(code === 3000, error);
});
