// Code that connects to this emulator, with its URL and credentials.

import { byId, copyButton, el, fill } from "./dom.js";

const SCOPE = "https://api.partnercenter.microsoft.com/.default";
const REPORT = "partner/v1/analytics/commercial/deployment/license";

const SNIPPETS = [
  {
    name: "curl",
    note: "Signs in, then reads five rows. Needs sed; runs in bash and zsh.",
    code: (c) => `TOKEN=$(curl -sS ${c.url}${c.tenantId}/oauth2/v2.0/token \\
  -d grant_type=refresh_token \\
  -d client_id=${c.clientId} \\
  -d client_secret=${c.clientSecret} \\
  -d refresh_token=${c.refreshToken} \\
  -d scope=${SCOPE} |
  sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')

curl -sS "${c.url}${REPORT}?top=5" \\
  -H "Authorization: Bearer $TOKEN"
`,
  },
  {
    name: "Python",
    note: "Reads all rows, page by page. Standard library only.",
    code: (c) => `import json
from urllib.parse import urlencode, urljoin
from urllib.request import Request, urlopen

BASE = "${c.url}"

form = urlencode({
    "grant_type": "refresh_token",
    "client_id": "${c.clientId}",
    "client_secret": "${c.clientSecret}",
    "refresh_token": "${c.refreshToken}",
    "scope": "${SCOPE}",
}).encode()
with urlopen(f"{BASE}${c.tenantId}/oauth2/v2.0/token", form) as response:
    token = json.load(response)["access_token"]

url = f"{BASE}${REPORT}?top=1000"
while url:
    request = Request(url, headers={"Authorization": f"Bearer {token}"})
    with urlopen(request) as response:
        # Some responses begin with a byte-order mark.
        page = json.loads(response.read().decode("utf-8-sig"))
    for row in page["Value"]:
        print(row["customerName"], row["productName"], row["licensesSold"], row["licensesDeployed"])
    url = page["@nextLink"] and urljoin(url, page["@nextLink"])
`,
  },
  {
    name: "C#",
    note: "Top-level program of .NET 8 or later. Reads all rows, page by page.",
    code: (c) => `using System.Net.Http.Headers;
using System.Text.Json;

using var http = new HttpClient { BaseAddress = new Uri("${c.url}") };

var form = new FormUrlEncodedContent(new Dictionary<string, string>
{
    ["grant_type"] = "refresh_token",
    ["client_id"] = "${c.clientId}",
    ["client_secret"] = "${c.clientSecret}",
    ["refresh_token"] = "${c.refreshToken}",
    ["scope"] = "${SCOPE}",
});
using var signIn = await http.PostAsync("${c.tenantId}/oauth2/v2.0/token", form);
signIn.EnsureSuccessStatusCode();
using var tokens = JsonDocument.Parse(await signIn.Content.ReadAsStringAsync());
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
    "Bearer", tokens.RootElement.GetProperty("access_token").GetString());

Uri? url = new(http.BaseAddress!, "${REPORT}?top=1000");
while (url is not null)
{
    using var response = await http.GetAsync(url);
    response.EnsureSuccessStatusCode();
    using var page = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
    foreach (var row in page.RootElement.GetProperty("Value").EnumerateArray())
    {
        Console.WriteLine($"{row.GetProperty("customerName")}: {row.GetProperty("licensesSold")}");
    }
    var next = page.RootElement.GetProperty("@nextLink").GetString();
    url = next is null ? null : new Uri(url, next);
}
`,
  },
  {
    name: "PowerShell",
    note: "Windows PowerShell 5.1 or PowerShell 7. Reads five rows.",
    code: (c) => `$form = @{
    grant_type    = 'refresh_token'
    client_id     = '${c.clientId}'
    client_secret = '${c.clientSecret}'
    refresh_token = '${c.refreshToken}'
    scope         = '${SCOPE}'
}
$signIn = Invoke-RestMethod -Method Post -Body $form \`
    -Uri '${c.url}${c.tenantId}/oauth2/v2.0/token'

$page = Invoke-RestMethod -Uri '${c.url}${REPORT}?top=5' \`
    -Headers @{ Authorization = "Bearer $($signIn.access_token)" }
$page.Value | Format-Table customerName, productName, licensesSold, licensesDeployed
`,
  },
  {
    name: "Rust",
    note: "Needs partner-center, and tokio with the features macros and rt-multi-thread.",
    code: (c) => `use std::sync::Arc;

use partner_center::{Client, credential::RefreshTokenCredential};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let credential = RefreshTokenCredential::builder(
        "${c.tenantId}",
        "${c.clientId}",
        "${c.refreshToken}",
    )
    .client_secret("${c.clientSecret}")
    .authority("${c.url}".parse()?)
    .build()?;
    let client = Client::builder()
        .base_url("${c.url}".parse()?)
        .credential(Arc::new(credential))
        .build()?;

    for row in client.commercial_licenses_deployment().collect_all().await? {
        println!("{row:?}");
    }
    Ok(())
}
`,
  },
  {
    name: "pcenter",
    note: "The command line of this project.",
    code: (c) => `pcenter licenses deployment --emulator-url ${c.url}

# Or for every command in this shell:
eval "$(pcenter emulator env --url ${c.url})"
pcenter licenses deployment
`,
  },
];

/** Shows the tabs with code; `values` are URL and credentials. */
export function showCode(values) {
  const tabs = SNIPPETS.map((snippet, index) => el("button", {
    type: "button",
    role: "tab",
    id: `code-tab-${index}`,
    "aria-controls": "code-panel",
    onclick: () => select(index, false),
  }, snippet.name));
  const select = (index, focus) => {
    tabs.forEach((tab, position) => {
      tab.setAttribute("aria-selected", String(position === index));
      tab.tabIndex = position === index ? 0 : -1;
    });
    const code = SNIPPETS[index].code(values);
    byId("code-panel").setAttribute("aria-labelledby", tabs[index].id);
    byId("code-note").textContent = values.url.startsWith("https")
      ? `${SNIPPETS[index].note} The program must trust the certificate of this emulator.`
      : SNIPPETS[index].note;
    byId("code").textContent = code;
    fill(byId("code-copy"), copyButton(() => code, `the ${SNIPPETS[index].name} code`));
    if (focus) tabs[index].focus();
  };
  const list = byId("code-tabs");
  fill(list, tabs);
  list.addEventListener("keydown", (event) => {
    const current = tabs.indexOf(document.activeElement);
    const target = {
      ArrowRight: (current + 1) % tabs.length,
      ArrowLeft: (current + tabs.length - 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    select(target, true);
  });
  select(0, false);
}
