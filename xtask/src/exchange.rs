#![allow(missing_docs, missing_debug_implementations)]
pub struct HttpMessage {
    pub start_line: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}
pub struct Exchange {
    pub request: HttpMessage,
    pub response: HttpMessage,
}
impl Exchange {
    pub fn load(d: &std::path::Path) -> Result<Self, String> {
        let m = |f: &str| -> Result<HttpMessage, String> {
            let t = std::fs::read_to_string(d.join(f)).map_err(|e| e.to_string())?;
            let (h, b) = t.split_once("\n\n").unwrap_or((&t, ""));
            let mut l = h.lines();
            Ok(HttpMessage {
                start_line: l.next().unwrap_or("").into(),
                headers: l
                    .filter_map(|l| l.split_once(": "))
                    .map(|(a, b)| (a.into(), b.into()))
                    .collect(),
                body: b.into(),
            })
        };
        Ok(Self {
            request: m("request.http")?,
            response: m("response.http")?,
        })
    }
}
pub fn compact_json(s: &str) -> Result<String, String> {
    let mut o = String::new();
    let mut q = false;
    for c in s.chars() {
        if c == '"' {
            q = !q
        }
        if q || !c.is_whitespace() {
            o.push(c)
        }
    }
    Ok(o)
}
