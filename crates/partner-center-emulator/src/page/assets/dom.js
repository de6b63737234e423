// Small helpers for the document. Data reaches the page as text nodes and attributes only,
// never as markup.

/** Returns the element with this id, which the page must have. */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no element with the id ${id}`);
  return element;
}

/** Creates an element. Properties that begin with `on` are listeners; `true` sets an empty
 *  attribute, and `false`, `null` and `undefined` leave the attribute out. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value") element.value = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  append(element, children);
  return element;
}

/** Replaces the children of an element. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

function append(element, children) {
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child);
  }
}

/** Sets the text of an element if it differs, so that a selection in it survives. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Says a message to assistive technology and shows it for a while. */
export function announce(message, failed = false) {
  const status = byId("message");
  status.className = failed ? "message failed" : "message";
  status.textContent = message;
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => { status.textContent = ""; }, failed ? 12000 : 5000);
}

/** Returns a button that copies the text which `text` returns. */
export function copyButton(text, what) {
  const label = el("span", {}, "Copy");
  return el("button", {
    type: "button",
    class: "small",
    "aria-label": `Copy ${what}`,
    onclick: async () => {
      announce(await copied(text()) ? `Copied ${what}.` : `The browser did not allow copying ${what}.`);
    },
  }, label);
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages of a plain HTTP origin other than localhost have no clipboard.
    const area = el("textarea", { class: "off-screen", value: text });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/** Runs an action of a button or form, and announces its error. */
export async function attempt(action, done) {
  try {
    const result = await action();
    if (done) announce(done);
    return result;
  } catch (error) {
    announce(error.message, true);
    return undefined;
  }
}

/** Formats a duration in seconds: `42 s`, `5 min`, `1 h 30 min`, `2 d`. */
export function duration(seconds) {
  const total = Math.round(Math.abs(seconds));
  if (total < 60) return `${total} s`;
  if (total < 3600) return `${Math.floor(total / 60)} min`;
  if (total < 86400) {
    const minutes = Math.floor(total / 60) % 60;
    return `${Math.floor(total / 3600)} h${minutes ? ` ${minutes} min` : ""}`;
  }
  const hours = Math.floor(total / 3600) % 24;
  return `${Math.floor(total / 86400)} d${hours ? ` ${hours} h` : ""}`;
}

/** Returns the class of a status: `ok`, `warn` or `bad`. */
export function statusClass(status) {
  if (!status || status >= 500) return "bad";
  return status >= 400 ? "warn" : "ok";
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[-+.\w]+|[{}[\],:]/g;

/** Indents a JSON text; other texts stay as they are. Numbers keep their digits, because the
 *  text is not converted: `1.0` stays `1.0`. */
export function pretty(text) {
  const json = text.replace(/^\uFEFF/, "").trim();
  try {
    JSON.parse(json);
  } catch {
    return text;
  }
  let depth = 0;
  let opened = false;
  let result = "";
  const line = () => `\n${"  ".repeat(depth)}`;
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === "}" || token === "]") {
      depth -= 1;
      result += opened ? token : line() + token;
    } else {
      if (opened) result += line();
      if (token === ",") result += token + line();
      else result += token === ":" ? ": " : token;
    }
    opened = token === "{" || token === "[";
    if (opened) depth += 1;
  }
  return result;
}
