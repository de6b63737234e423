// Client of the control endpoint.

const SECRET = "emulator-secret";

let secretRequired = () => {};

/** Sets the function that is called when the control endpoint requires its secret. */
export function onSecretRequired(callback) {
  secretRequired = callback;
}

/** Keeps the control secret until the tab is closed. */
export function setSecret(secret) {
  sessionStorage.setItem(SECRET, secret);
}

/** Error response of the control endpoint. */
export class ControlError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Sends a request to the control endpoint and returns the JSON of the response. A body that
 *  is a string is sent as TOML. */
export async function control(method, path, body) {
  const headers = {};
  const secret = sessionStorage.getItem(SECRET);
  if (secret) headers["X-Emulator-Secret"] = secret;
  const options = { method, headers, cache: "no-store" };
  if (typeof body === "string") {
    headers["Content-Type"] = "application/toml";
    options.body = body;
  } else if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await fetch(`/_emulator/${path}`, options);
  const text = await response.text();
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    value = null;
  }
  if (response.ok) return value;
  if (response.status === 401) secretRequired();
  const message = value?.error?.message ?? `the emulator responded with status ${response.status}`;
  throw new ControlError(response.status, message);
}

/** Returns URL and credentials of the emulator. */
export async function connection() {
  const response = await fetch("/page/connection.json", { cache: "no-store" });
  return response.json();
}
