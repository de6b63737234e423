//! Table of the files that the pages consist of.

/// File of the pages.
pub(super) struct Asset {
    pub(super) path: &'static str,
    pub(super) content_type: &'static str,
    pub(super) content: Content,
}

pub(super) enum Content {
    /// The same in every emulator.
    Static(&'static str),
    /// Generated copy of the spec, to which the emulator's URL is added.
    Document(&'static str),
    /// URL and credentials of the emulator.
    Connection,
}

const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

macro_rules! file {
    ($path:literal, $content_type:expr, $file:literal) => {
        Asset {
            path: $path,
            content_type: $content_type,
            content: Content::Static(include_str!(concat!("assets/", $file))),
        }
    };
}

pub(super) static ASSETS: &[Asset] = &[
    file!("/", HTML, "dashboard.html"),
    file!("/docs", HTML, "docs.html"),
    file!("/favicon.ico", "image/svg+xml", "icon.svg"),
    file!("/page/base.css", STYLE, "base.css"),
    file!("/page/dashboard.css", STYLE, "dashboard.css"),
    file!("/page/docs.css", STYLE, "docs.css"),
    file!("/page/code.js", SCRIPT, "code.js"),
    file!("/page/control.js", SCRIPT, "control.js"),
    file!("/page/dashboard.js", SCRIPT, "dashboard.js"),
    file!("/page/docs.js", SCRIPT, "docs.js"),
    file!("/page/dom.js", SCRIPT, "dom.js"),
    file!("/page/faults.js", SCRIPT, "faults.js"),
    file!("/page/markdown.js", SCRIPT, "markdown.js"),
    file!("/page/requests.js", SCRIPT, "requests.js"),
    file!("/page/schema.js", SCRIPT, "schema.js"),
    file!("/page/settings.js", SCRIPT, "settings.js"),
    file!("/page/try.js", SCRIPT, "try.js"),
    Asset {
        path: "/page/bad-night.toml",
        content_type: "application/toml; charset=utf-8",
        content: Content::Static(include_str!("../../scenarios/bad-night.toml")),
    },
    Asset {
        path: "/page/connection.json",
        content_type: JSON,
        content: Content::Connection,
    },
    Asset {
        path: "/openapi.json",
        content_type: JSON,
        content: Content::Document(include_str!("../generated/openapi.json")),
    },
    Asset {
        path: "/openapi.yaml",
        content_type: "application/yaml; charset=utf-8",
        content: Content::Document(include_str!("../generated/openapi.yaml")),
    },
];
