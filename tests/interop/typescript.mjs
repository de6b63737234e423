// A client in TypeScript, with types by openapi-typescript and calls by openapi-fetch, is compiled
// with the strictest options and lists pages.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const packages = process.env.INTEROP_NODE;
const root = process.env.INTEROP_ROOT;
const spec = path.join(root, "openapi/partner-center.yaml");
// Below the packages, so that the compiler and Node.js find them.
const folder = path.join(packages, "typescript-client");

const options = {
  compilerOptions: {
    strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true,
    skipLibCheck: true, module: "nodenext", target: "es2022", lib: ["es2023", "dom"],
    typeRoots: [], types: [],
  },
  files: ["globals.d.ts", "client.ts"],
};

function check(name, run) {
  try {
    run();
    console.log(`ok ${name}`);
    return true;
  } catch (error) {
    const text = String(error.stdout || error.stderr || error).replaceAll("\n", " ");
    console.log(`failed ${name}: ${text.slice(0, 500)}`);
    return false;
  }
}

function tool(script, ...options) {
  const file = path.join(packages, "node_modules", script);
  execFileSync(process.execPath, [file, ...options], { cwd: folder, stdio: "pipe" });
}

mkdirSync(folder, { recursive: true });
copyFileSync(path.join(root, "tests/interop/client.ts"), path.join(folder, "client.ts"));
writeFileSync(
  path.join(folder, "globals.d.ts"),
  "declare const process: { env: Record<string, string | undefined> };\n",
);
writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(options));
const compiled =
  check("generates the types", () => {
    tool("openapi-typescript/bin/cli.js", spec, "--output", path.join(folder, "spec.d.ts"));
    if (!readFileSync(path.join(folder, "spec.d.ts"), "utf8").includes("paths")) {
      throw new Error("no types");
    }
  }) && check("compiles strictly", () => tool("typescript/bin/tsc", "--project", "."));
if (compiled) {
  await import(pathToFileURL(path.join(folder, "client.js")));
}
