use serde_json::json;

use super::*;

fn read(text: &str) -> Fault {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Returns fields that every kind can be read with.
fn example(kind: &Kind) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("kind".to_owned(), kind.name.into());
    for field in kind.fields.iter().filter(|field| field.required) {
        let value = match field.value {
            FieldType::Integer { .. } => 500.into(),
            FieldType::Seconds => json!(0.5),
            FieldType::Choice(choices) => choices[0].into(),
            _ => "licensesSold".into(),
        };
        map.insert(field.name.to_owned(), value);
    }
    map
}

#[test]
fn every_kind_of_the_table_is_read_and_written() {
    for kind in KINDS {
        let map = example(kind);
        let fault = Fault::from_map(&map).unwrap_or_else(|error| panic!("{map:?}: {error}"));
        assert_eq!(fault.to_map(), map);
        assert_eq!(fault.table_kind().unwrap().name, kind.name);
        assert_eq!(fault.target == Target::Token, kind.on_token);
        // Fields of the type and of the table are the same.
        let own = fault.kind.to_map();
        for name in own.keys().filter(|name| *name != "kind") {
            assert!(
                kind.fields.iter().any(|field| field.name == name),
                "{}: {name}",
                kind.name
            );
        }
        assert!(fault.to_string().starts_with(kind.name));
    }
}

#[test]
fn every_field_of_the_table_is_read_and_written() {
    for kind in KINDS {
        for field in kind.fields.iter().chain(CONDITIONS) {
            let mut map = example(kind);
            if let Some((other, value)) = field.only_with {
                map.insert(other.to_owned(), value.into());
            }
            let value = match (field.name, field.value) {
                ("base64", _) => "AP8=".into(),
                ("url", _) => "https://contoso.example/a".into(),
                ("operation", _) => "azure_usage".into(),
                ("on", _) => (if kind.on_token { "api" } else { "token" }).into(),
                (_, FieldType::Integer { maximum, .. }) => maximum.min(503).into(),
                (_, FieldType::Count) => UNLIMITED.into(),
                (_, FieldType::Seconds) => json!(0.25),
                (_, FieldType::Text) => "abc".into(),
                (_, FieldType::Boolean) => (field.default_value() != Some(true.into())).into(),
                (_, FieldType::Choice(choices)) => choices[1].into(),
                (_, FieldType::Headers) => json!({"x-name": "a"}),
                (_, FieldType::Any) => json!({"a": [1]}),
            };
            map.insert(field.name.to_owned(), value);
            if matches!(field.name, "operation" | "page") {
                map.insert("on".to_owned(), "api".into());
            }
            if field.name == "seed" {
                map.insert("oneIn".to_owned(), 2.into());
            }
            let fault = Fault::from_map(&map).unwrap_or_else(|error| panic!("{map:?}: {error}"));
            let again = Fault::from_map(&fault.to_map()).unwrap();
            assert_eq!(again, fault, "{map:?}");
            let text = serde_json::to_string(&fault).unwrap();
            assert_eq!(serde_json::from_str::<Fault>(&text).unwrap(), fault);
        }
    }
}

#[test]
fn constructors_are_the_same_as_their_text() {
    for (text, fault) in [
        ("kind=throttle,times=3", Fault::throttled(30).times(3)),
        ("throttle,retry-after-seconds=57", Fault::throttled(57)),
        (
            "kind = status , status = 403, code=2032, description=\"a, b\"",
            Fault::status(403).documented(2032, "a, b"),
        ),
        (
            "status,status=503,body=html,headers.Retry-After=10",
            Fault::status(503).html().retry_after("10"),
        ),
        (
            "status,status=200,contentType=text/csv,text=x",
            Fault::status(200).body("text/csv", "x"),
        ),
        (
            "status,status=200,content_type=a/b,base64=/w==",
            Fault::status(200).body("a/b", [255]),
        ),
        (
            "slow_body,intervalSeconds=0.5",
            Fault::slow_body(std::time::Duration::from_millis(500)),
        ),
        (
            "reset-in-body,oneIn=10,seed=42,after=1",
            Fault::reset().one_in(10, 42).after(1),
        ),
        ("redirect", Fault::redirect("https://fabrikam.example/")),
        ("htmlPage", Fault::html_page()),
        (
            "truncatedJson,page=2,operation=AZURE-USAGE",
            Fault::truncated()
                .on_page(2)
                .on_operation("azure_usage")
                .unwrap(),
        ),
        ("burst", Fault::burst(503)),
        ("clockSkew,seconds=-60", Fault::clock_skew(-60)),
        (
            "expiredSignIn,on=api",
            Fault::expired_sign_in().on_api_calls(),
        ),
        ("revokedSignIn", Fault::revoked_sign_in()),
        (
            "latency,seconds=2,times=unlimited",
            Fault::latency(std::time::Duration::from_secs(2)).unlimited(),
        ),
        ("duplicateRows,rows=2", Fault::duplicate_rows(2)),
        ("{\"kind\":\"missingRows\"}", Fault::missing_rows(1)),
        (
            "fieldDrift,change=rename,field=a,newName=b",
            Fault::renamed_field("a", "b"),
        ),
        (
            "fieldDrift,change=add,field=a,value=b",
            Fault::added_field("a", "b"),
        ),
        ("byteOrderMark,present=FALSE", Fault::byte_order_mark(false)),
        (
            "wrongContentType,contentType=text/html",
            Fault::wrong_content_type("text/html"),
        ),
        (
            "foreignNextLink",
            Fault::foreign_next_link("https://fabrikam.example/"),
        ),
        (
            "signInError,code=50076,error=invalid_grant,description=x",
            Fault::sign_in_error("invalid_grant", 50076, "x"),
        ),
    ] {
        assert_eq!(read(text), fault, "{text}");
        let json = serde_json::to_string(&fault).unwrap();
        assert_eq!(read(&json), fault, "{json}");
    }
}

#[test]
fn errors_name_the_field_and_the_remedy() {
    for (text, field, part) in [
        ("", None, "is not name=value"),
        (
            "times=3",
            None,
            "the fault has no `kind`: add one of status, burst",
        ),
        ("throtle", Some("kind"), "did you mean `throttle`?"),
        (
            "throttle,retryAfterSecond=3",
            Some("retryAfterSecond"),
            "did you mean `retryAfterSeconds`?",
        ),
        (
            "throttle,times=0",
            Some("times"),
            "from 1 to 4294967294, or unlimited",
        ),
        ("throttle,times=3,Times=4", Some("times"), "twice"),
        ("throttle,times=3,times=4", Some("times"), "twice"),
        ("throttle,times", None, "`times` is not name=value"),
        ("throttle,description=\"a", None, "double quote"),
        (
            "throttle,operation=azure_usag",
            Some("operation"),
            "did you mean `azure_usage`?",
        ),
        ("status", Some("status"), "needs `status`"),
        (
            "status,status=99",
            Some("status"),
            "from 200 to 999, not `99`",
        ),
        ("status,status=1e3", Some("status"), "whole number"),
        (
            "status,status=500,body=html,code=1",
            Some("code"),
            "only with body=documented",
        ),
        (
            "status,status=500,base64=%",
            Some("base64"),
            "not valid base64",
        ),
        (
            "status,status=500,text=a,base64=YQ==",
            Some("base64"),
            "exclude",
        ),
        ("latency,seconds=-1", Some("seconds"), "from 0 to"),
        ("latency,seconds=NaN", Some("seconds"), "from 0 to"),
        (
            "byteOrderMark,present=maybe",
            Some("present"),
            "true or false",
        ),
        (
            "slowBody,bytesPerSecond=1,intervalSeconds=1",
            Some("intervalSeconds"),
            "exclude",
        ),
        ("reset-in-body,seed=4", Some("seed"), "only with `oneIn`"),
        ("reset-in-body,on=token,page=2", Some("page"), "no pages"),
        (
            "reset-in-body,headers=4",
            Some("headers"),
            "headers.X-Name=value",
        ),
        (
            "reset-in-body,headers=4,headers.a=b",
            Some("headers"),
            "headers.X-Name=value",
        ),
        (
            "reset-in-body,headers.a b=4",
            Some("headers"),
            "invalid name or value",
        ),
        ("foreignNextLink,url=/a", Some("url"), "absolute URL"),
        (
            "fieldDrift,change=shrink,field=a",
            Some("change"),
            "one of rename, remove, add, changeType",
        ),
        ("{", None, "not valid JSON"),
        ("{\"kind\":3}", Some("kind"), "must be text"),
    ] {
        let error = text.parse::<Fault>().unwrap_err();
        assert_eq!(error.field(), field, "{text}: {error}");
        assert!(error.to_string().contains(part), "{text}: {error}");
    }
}
