// MSAL for Node.js signs in as an application and as a user, and reads reports.

import { ConfidentialClientApplication, PublicClientApplication } from "@azure/msal-node";

const ready = JSON.parse(process.env.INTEROP_EMULATOR);
const service = "https://api.partnercenter.microsoft.com";
const scopes = [`${service}/user_impersonation`];
const host = new URL(ready.url).host;

function settings(secret, tenant = ready.tenantId) {
  return {
    auth: {
      clientId: ready.clientId,
      clientSecret: secret,
      authority: `${ready.authority}${tenant}`,
      // MSAL sends discovery to Microsoft for authorities that it does not know.
      knownAuthorities: [host],
    },
  };
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
  if (!condition) throw new Error(`unexpected: ${JSON.stringify(found).slice(0, 500)}`);
}

async function get(path, token) {
  const response = await fetch(new URL(path, ready.url), {
    headers: { Authorization: `Bearer ${token}` },
  });
  return { status: response.status, body: await response.json() };
}

async function control(path, method = "GET") {
  const response = await fetch(new URL(`_emulator/${path}`, ready.url), { method });
  assert(response.ok, path, response.status);
  return response.status === 204 ? undefined : response.json();
}

const confidential = new ConfidentialClientApplication(settings(ready.clientSecret));

await check("signs in as an application, which may list customers only", async () => {
  const result = await confidential.acquireTokenByClientCredential({ scopes: [`${service}/.default`] });
  const customers = await get("v1/customers", result.accessToken);
  assert(customers.status === 200 && customers.body.items.length > 0, customers);
  const report = await get("v1/analytics/licenses/deployment", result.accessToken);
  assert(report.status === 403 && report.body.code === 2032, report);
});

await check("refreshes a sign-in and reads reports", async () => {
  const result = await confidential.acquireTokenByRefreshToken({ refreshToken: ready.refreshToken, scopes });
  for (const path of ["v1/analytics/licenses/deployment", "partner/v1/analytics/subscriptions"]) {
    const { status, body } = await get(path, result.accessToken);
    assert(status === 200 && (body.items ?? body.Value).length > 0, path, status);
  }
});

await check("signs in by device code, then silently", async () => {
  const application = new PublicClientApplication(settings(undefined, "organizations"));
  const result = await application.acquireTokenByDeviceCode({
    scopes,
    deviceCodeCallback: ({ userCode }) => control(`device-codes/${userCode}/approve`, "POST"),
  });
  assert(result.account.tenantId === ready.tenantId, result.account);
  const [account] = await application.getTokenCache().getAllAccounts();
  const silent = await application.acquireTokenSilent({ account, scopes, forceRefresh: true });
  const { status } = await get("v1/customers", silent.accessToken);
  assert(status === 200 && !silent.fromCache, status);
});

await check("signs in with a code and PKCE", async () => {
  const redirectUri = "http://localhost:8400";
  const { CryptoProvider } = await import("@azure/msal-node");
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const url = await confidential.getAuthCodeUrl({
    scopes,
    redirectUri,
    responseMode: "form_post",
    codeChallenge: challenge,
    codeChallengeMethod: "S256",
  });
  const page = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: "decision=approve",
  });
  const code = /name="code" value="([^"]+)"/.exec(await page.text())?.[1];
  assert(code, page.status);
  const result = await confidential.acquireTokenByCode({ code, scopes, redirectUri, codeVerifier: verifier });
  assert(result.account.username.includes("@"), result.account);
});

await check("reports a wrong secret with its AADSTS number", async () => {
  const wrong = new ConfidentialClientApplication(settings("wrong"));
  const request = wrong.acquireTokenByClientCredential({ scopes: [`${service}/.default`] });
  const error = await request.then(() => undefined, (error) => error);
  assert(String(error?.message).includes("7000215"), error?.message);
});
