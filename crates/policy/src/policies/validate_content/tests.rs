//! Bodies of messages through policies.

use crate::findings::Options;
use crate::plan::Plans;
use crate::testing::Bench;
use catalog::{SharedSchema, XmlSchema};
use serde_json::json;
use std::sync::Arc;

const SCHEMAS: &str = r##"{"openapi": "3.0.1", "paths": {"/a": {"post": {
    "requestBody": {"content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/Order"}},
        "application/xml": {}, "image/*": {}, "text/json": {"schema": {"type": "string"}},
        "text/bad": {"schema": {"$ref": "#/components/schemas/None"}}}},
    "responses": {"200": {"content": {"application/json": {"schema": {"type": "object", "required": ["a"]}}}}}}}},
  "components": {"schemas": {"Order": {"type": "object", "required": ["id"], "properties": {
      "id": {"type": "integer"}, "note": {"type": "string"}}}}}}"##;

fn bench(policies: &str) -> Bench {
    let mut bench = Bench::new(policies);
    bench.describe(catalog::Described::of(SCHEMAS, "/a", "post"));
    let shared =
        json!({"definitions": {"Item": {"type": "array", "maxItems": 1}}, "type": "object", "required": ["own"]});
    bench
        .catalog
        .schemas
        .insert("mine".into(), SharedSchema::Json(Arc::new(shared)));
    let mut xml = |id: &str, content: &str| {
        let text = format!("<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>{content}</xs:schema>");
        let schema = SharedSchema::Xml(Arc::new(XmlSchema::new(text)));
        bench.catalog.schemas.insert(id.to_owned(), schema);
    };
    xml(
        "xsd",
        "<xs:include schemaLocation='parts.xsd'/><xs:element name='id' type='Id'/>",
    );
    xml(
        "parts",
        "<xs:simpleType name='Id'><xs:restriction base='xs:int'/></xs:simpleType>",
    );
    xml("bad", "<xs:element name='a' type='b'/><xs:element name='c' type='d'/>");
    bench
        .catalog
        .schemas
        .insert("broken".into(), SharedSchema::Json(Arc::new(json!({"pattern": "("}))));
    bench
}

/// What is told of a request in the variable, a line each.
fn told(attributes: &str, children: &str, content_type: &str, body: &str) -> String {
    let policies = format!(
        "<inbound><validate-content errors-variable-name='e' {attributes}>{children}</validate-content><return-response><set-body>@{{\
         if (!context.Variables.ContainsKey(\"e\")) {{ return \"none\"; }} var all = new List<string>(); \
         foreach (var e in (IEnumerable<object>)context.Variables[\"e\"]) {{ var o = (JObject)e; \
         all.Add(o[\"Name\"] + \"|\" + o[\"Type\"] + \"|\" + o[\"ValidationRule\"] + \"|\" + o[\"Details\"]); }} \
         return string.Join(\"\\n\", all); }}</set-body></return-response></inbound>"
    );
    let header = if content_type.is_empty() {
        String::new()
    } else {
        format!("\nContent-Type: {content_type}")
    };
    let answer = bench(&policies).run(&format!("POST /a{header}\n\n{body}"));
    answer.replacen("200 OK\n\n", "", 1)
}

const LENIENT: &str = "unspecified-content-type-action='detect' max-size='100' size-exceeded-action='detect'";
const JSON: &str = "<content validate-as='json' action='detect' />";

fn wrong(definition: &str, content_type: &str, error: &str) -> String {
    format!(
        "{content_type}|RequestBody|IncorrectMessage|Body of the request does not conform to the definition {definition}, \
         which is associated with the content type {content_type}. {error}"
    )
}

#[test]
fn bodies_must_conform_to_the_description() {
    let json = "application/json";
    for (children, content_type, body, expected) in [
        (JSON, json, r#"{"id":1}"#, "none".to_owned()),
        (JSON, json, "", "none".into()),
        (JSON, "Application/JSON; charset=utf-8", r#"{"id":1}"#, "none".into()),
        (
            JSON,
            json,
            "{\n \"id\":\"x\", \"note\":2}",
            [("Invalid type. Expected Integer but got String. Line: 2, Position: 9"), ("Invalid type. Expected String but got Integer. Line: 2, Position: 19")]
                .map(|error| wrong("Order", json, error))
                .join("\n"),
        ),
        (JSON, json, "{}", wrong("Order", json, "Required properties are missing from object: id. Line: 1, Position: 1")),
        (JSON, "text/json", "7", wrong("APostRequest", "text/json", "Invalid type. Expected String but got Integer. Line: 1, Position: 1")),
        (JSON, json, "<a/>", "|RequestBody|ValidationException|Body of the request cannot be validated for the content type application/json. It is no JSON: expected value at line 1 column 1.".into()),
        (JSON, "text/bad", "1", "|RequestBody|ValidationException|Body of the request cannot be validated for the content type text/bad. The definition None cannot be used: there is no `#/components/schemas/None`".into()),
        (JSON, "application/xml", "<a/>", "none".into()),
        (JSON, "image/png", "x", "none".into()),
        (JSON, "text/csv", "x", "text/csv|RequestBody|Unspecified|Unspecified content type text/csv is not allowed.".into()),
        ("", json, "{}", "none".into()),
        ("<content type='text/json' validate-as='json' action='detect' />", json, "{}", "none".into()),
        ("<content type='TEXT/json' validate-as='json' action='@(\"ignore\")' />", "text/json", "7", "none".into()),
        (
            JSON,
            json,
            &format!("{{\"id\":1{}}}", " ".repeat(100)),
            "|RequestBody|SizeLimit|Request's body is 108 bytes long and it exceeds the configured limit of 100 bytes.".into(),
        ),
    ] {
        assert_eq!(told(LENIENT, children, content_type, body), expected, "{children} {content_type} {body}");
    }
}

#[test]
fn a_content_element_may_override_the_schema() {
    let json = "application/json";
    let more =
        "Property 'x' has not been defined and the schema does not allow additional properties. Line: 1, Position: 12";
    for (children, content_type, body, expected) in [
        (
            "<content validate-as='json' action='detect' allow-additional-properties='false' />",
            json,
            r#"{"id":1,"x":2}"#,
            wrong("Order", json, more),
        ),
        (
            "<content validate-as='json' action='detect' case-insensitive-property-names='true' />",
            json,
            r#"{"ID":1}"#,
            "none".into(),
        ),
        (
            "<content type='text/own' validate-as='json' action='detect' schema-id='mine' />",
            "text/own",
            r#"{"own":1}"#,
            "none".into(),
        ),
        (
            "<content type='text/own' validate-as='json' action='detect' schema-id='mine' />",
            "text/own",
            "{}",
            wrong(
                "mine",
                "text/own",
                "Required properties are missing from object: own. Line: 1, Position: 1",
            ),
        ),
        (
            "<content validate-as='json' action='detect' schema-id='mine' schema-ref='#/definitions/Item' />",
            json,
            "[1,2]",
            wrong(
                "mine",
                json,
                "Array item count 2 exceeds maximum count of 1. Line: 1, Position: 1",
            ),
        ),
    ] {
        assert_eq!(
            told(LENIENT, children, content_type, body),
            expected,
            "{children} {body}"
        );
    }
}

#[test]
fn a_map_says_what_the_content_type_is_taken_to_be() {
    let missing = "|RequestBody|Unspecified|Unspecified content type  is not allowed.";
    let fault = wrong(
        "Order",
        "application/json",
        "Required properties are missing from object: id. Line: 1, Position: 1",
    );
    let to = "to='application/json' />";
    for (map, content_type, expected) in [
        (String::new(), "", missing),
        (
            "missing-content-type-value='application/json'>".into(),
            "",
            fault.as_str(),
        ),
        (
            "missing-content-type-value='application/json'>".into(),
            "application/xml",
            "none",
        ),
        ("any-content-type-value='application/json'>".into(), "text/csv", &fault),
        ("any-content-type-value='application/json'>".into(), "", &fault),
        ("any-content-type='application/json'>".into(), "a/b", &fault),
        (
            format!("any-content-type-value='application/xml'><type from='TEXT/csv' {to}"),
            "text/csv; a=b",
            &fault,
        ),
        (
            format!("any-content-type-value='application/xml'><type from='text/csv' {to}"),
            "a/b",
            "none",
        ),
        (
            format!("><type when='@(context.Request.Method == \"POST\")' {to}"),
            "a/b",
            &fault,
        ),
        (format!("><type when='@(false)' {to}"), "application/xml", "none"),
    ] {
        let map = if map.is_empty() {
            map
        } else {
            format!("<content-type-map {map}</content-type-map>")
        };
        assert_eq!(
            told(LENIENT, &format!("{map}{JSON}"), content_type, "{}"),
            expected,
            "{map} {content_type}"
        );
    }
}

#[test]
fn what_cannot_be_decoded_cannot_be_validated() {
    let policies = "<inbound><validate-content unspecified-content-type-action='prevent' max-size='100' size-exceeded-action='prevent'>\
                    <content validate-as='json' action='prevent' /></validate-content></inbound>";
    for coding in ["gzip", "zstd"] {
        let request = format!("POST /a\nContent-Type: application/json\nContent-Encoding: {coding}\n\nxyz");
        assert!(bench(policies).run(&request).starts_with("400 Bad Request"), "{coding}");
    }
}

#[test]
fn prevention_refuses_the_message() {
    let validate = "<validate-content unspecified-content-type-action='prevent' max-size='20' size-exceeded-action='prevent'>\
                    <content validate-as='json' action='prevent' /></validate-content>";
    let body = |status: u16, message: &str| {
        format!("content-type: application/json\n\n{{ \"statusCode\": {status}, \"message\": \"{message}\" }}")
    };
    for (content_type, sent, message) in [
        (
            "application/json",
            "{\"id\":1,\"note\":\"12345\"}",
            "Request's body is 23 bytes long and it exceeds the limit of 20 bytes.",
        ),
        ("a/b", "{}", "Unspecified content type a/b is not allowed."),
        (
            "application/json",
            "{\"id\":\"\\\"\"}",
            "Body of the request does not conform to the definition Order, which is associated with the content type \
             application/json. Invalid type. Expected Integer but got String. Line: 1, Position: 10",
        ),
        (
            "application/json",
            "{",
            "The request could not be processed due to an internal error. Contact the API owner.",
        ),
    ] {
        let answer = bench(&format!("<inbound>{validate}</inbound>"))
            .run(&format!("POST /a\nContent-Type: {content_type}\n\n{sent}"));
        assert_eq!(
            answer,
            format!("400 Bad Request\n{}", body(400, message)),
            "{content_type} {sent}"
        );
    }
    for (sent, is_refused) in [("{\"a\":1}", false), ("{}", true), ("", false)] {
        let answer = format!("200\nContent-Type: application/json\n\n{sent}");
        let answer = bench(&format!("<outbound>{validate}</outbound>"))
            .answer(&answer)
            .run("POST /a");
        let generic = "The request could not be processed due to an internal error. Contact the API owner.";
        let refused = format!("502 Bad Gateway\n{}", body(502, generic));
        assert_eq!(answer == refused, is_refused, "{answer}");
    }
}

#[test]
fn xml_is_validated_by_schemas_of_the_folder() {
    let rule = |validate_as: &str| {
        format!("<content validate-as='{validate_as}' action='detect' schema-id='xsd' type='application/xml'/>")
    };
    let wide = "unspecified-content-type-action='detect' max-size='1000' size-exceeded-action='detect'";
    let unreadable = |why: &str| {
        format!(
            "|RequestBody|ValidationException|Body of the request cannot be validated for the content type application/xml. {why}"
        )
    };
    let soap = |inner: &str| {
        format!("<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>{inner}</s:Body></s:Envelope>")
    };
    let no_int = "The 'id' element is invalid - The value 'x' is invalid according to its datatype 'Id' - The string 'x' is not a \
                  valid Decimal value.";
    for (validate_as, sent, expected) in [
        ("xml", "<id>7</id>".to_owned(), "none".to_owned()),
        (
            "xml",
            "<id>x</id>".into(),
            wrong("xsd", "application/xml", &format!("{no_int} Line: 1, Position: 2")),
        ),
        (
            "xml",
            "<id>".into(),
            unreadable(
                "Unexpected end of file has occurred. The following elements are not closed: id. Line 1, position 5.",
            ),
        ),
        ("soap", soap("<id>7</id>"), "none".into()),
        (
            "soap",
            soap("<id>x</id>"),
            wrong("xsd", "application/xml", &format!("{no_int} Line: 1, Position: 74")),
        ),
        (
            "soap",
            "<id>7</id>".into(),
            unreadable("The root element is not the envelope of SOAP 1.1 or 1.2."),
        ),
    ] {
        assert_eq!(
            told(wide, &rule(validate_as), "application/xml", &sent),
            expected,
            "{sent}"
        );
    }
}

#[test]
fn an_api_without_a_description_says_so() {
    let policies = "<inbound><validate-content unspecified-content-type-action='detect' errors-variable-name='e' max-size='20' size-exceeded-action='ignore' />\
                    <return-response><set-body>@(context.Variables[\"e\"].ToString())</set-body></return-response></inbound>";
    let answer = Bench::new(policies).run("POST /a\n\n{}");
    assert!(
        answer.contains("\"Details\": \"API's schema does not exist or it could not be resolved.\""),
        "{answer}"
    );
}

/// What is said of a policy when the catalog is checked.
fn problems(policy: &str, serving: bool) -> String {
    let bench = bench(&format!("<inbound>{policy}</inbound>"));
    let options = Options {
        serving,
        ..Options::default()
    };
    let found = Plans::check(&bench.catalog, options);
    let line = |problem: &diagnostic::Diagnostic| {
        let kind = if problem.is_error() { "error" } else { "warning" };
        format!("{kind} {} {}", problem.code, problem.message)
    };
    found.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_cannot_validate_is_said_when_it_is_loaded() {
    let element = |content: &str| {
        format!(
            "<validate-content unspecified-content-type-action='detect' max-size='20' size-exceeded-action='ignore'>{content}</validate-content>"
        )
    };
    let by_wsdl = "warning TG3210 API `orders` has no `specification.wsdl` with a schema to validate XML by";
    let unusable = "warning TG3210 operation `op` of API `orders`: the schema `None` cannot be used: there is no `#/components/schemas/None`";
    for (policy, expected) in [
        (element("<content validate-as='soap' action='prevent' />"), by_wsdl.into()),
        (element("<content validate-as='xml' action='prevent' schema-id='xsd' />"), String::new()),
        (element("<content validate-as='xml' action='prevent' schema-id='mine' />"), "error TG3208 schema \"mine\" is of type `json`, expected `xml`".into()),
        (element("<content validate-as='xml' action='prevent' schema-id='xs' />"), "error TG3208 there is no schema \"xs\"".into()),
        (element("<content validate-as='xml' action='prevent' schema-id='xsd' schema-ref='#/a' />"), "error TG3108 `schema-ref` is a place in a JSON schema; an XML schema is used as a whole".into()),
        (
            element("<content validate-as='xml' action='prevent' schema-id='bad' />"),
            "error TG3210 schema \"bad\" cannot be used: bad:1:57: there is no type `b`\nerror TG3210 schema \"bad\" cannot be used: bad:1:88: there is no type `d`".into(),
        ),
        (element("<content validate-as='json' action='prevent' schema-id='min' />"), "error TG3208 there is no schema \"min\"".into()),
        (element("<content validate-as='json' action='prevent' schema-id='xsd' />"), "error TG3208 schema \"xsd\" is of type `xml`, expected `json`".into()),
        (element("<content validate-as='json' action='prevent' schema-id='mine' schema-ref='#/none' />"), "error TG3210 schema \"mine\" cannot be used: there is no `#/none`".into()),
        (element("<content validate-as='json' action='prevent' schema-ref='#/none' />"), format!("{unusable}\nerror TG3108 `schema-ref` is a place in the schema that `schema-id` names")),
        (element("<content validate-as='json' action='prevent' />"), unusable.into()),
        (element("<content type='a/b' action='prevent' />"), "error TG3101 `<content>` lacks the attribute `validate-as`".into()),
        (element("<content-type-map><type to='a/b' /></content-type-map>"), "error TG3108 `<type>` has 0 of the attributes `from`, `when`, expected one".into()),
        (
            "<validate-content unspecified-content-type-action='detect' max-size='5000000' size-limit-exceeded-action='ignore' />".into(),
            "warning TG3103 `max-size` may be 4194304 at most\nwarning TG3109 `size-limit-exceeded-action` is a misspelling of `size-exceeded-action`".into(),
        ),
    ] {
        assert_eq!(problems(&policy, true), expected, "{policy}");
    }
    assert_eq!(
        problems(&element("<content validate-as='xml' action='prevent' />"), false),
        by_wsdl
    );
    let broken = problems(
        &element("<content validate-as='json' action='prevent' schema-id='broken' />"),
        true,
    );
    assert!(
        broken.starts_with("error TG3210 schema \"broken\" cannot be used"),
        "{broken}"
    );
}
