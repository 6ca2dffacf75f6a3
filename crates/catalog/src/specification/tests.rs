//! Descriptions and the operations that come of them.
#![expect(clippy::format_push_string, reason = "tests need no speed")]

use super::*;
use crate::{Overlay, Statuses};

/// Operations as lines `id METHOD template`, each response as `status: content type example|sample`; then problems.
fn check(file_name: &str, text: &str, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(file_name), text).unwrap();
    let problems = Problems::default();
    let specification = read(
        &Files::new(folder.path(), &Overlay::default(), &problems),
        &problems,
        folder.path(),
    );
    let mut found = String::new();
    for operation in specification.iter().flat_map(|specification| &specification.operations) {
        found += &format!(
            "{} {} {} ({})\n",
            operation.id, operation.method, operation.url_template, operation.name
        );
        for response in &operation.responses {
            let status = match response.statuses {
                Statuses::Other => "default".to_owned(),
                Statuses::Range(first, last) if first == last => first.to_string(),
                Statuses::Range(first, last) => format!("{first}-{last}"),
            };
            for representation in &response.representations {
                let sample = representation.sample.as_ref().map(|sample| format!("sample {sample}"));
                let bodies: Vec<&str> = representation
                    .examples
                    .iter()
                    .chain(&sample)
                    .map(String::as_str)
                    .collect();
                found += &format!("  {status}: {} {}\n", representation.content_type, bodies.join(" | "));
            }
        }
    }
    if let Some(server) = specification.and_then(|specification| specification.server) {
        found += &format!("server {server}\n");
    }
    for problem in problems.into_sorted() {
        let position = problem.position();
        found += &format!(
            "{}:{} {}: {}\n",
            position.line, position.column, problem.code, problem.message
        );
    }
    assert_eq!(found.trim(), expected.trim());
}

#[test]
fn openapi_operations_with_their_responses() {
    check(
        "specification.yaml",
        r#"
openapi: 3.0.1
servers:
  - url: /relative
  - url: https://{region}.orders.test/v1/
    variables: {region: {default: eu}}
paths:
  /orders/{id}:
    parameters:
      - {name: id, in: path, required: true}
      - {name: api-version, in: query, required: true}
      - {$ref: '#/components/parameters/Verbose'}
    get:
      operationId: getOrder
      summary: One order
      parameters:
        - {name: verbose, in: query, required: false}
      responses:
        200:
          content:
            application/json:
              examples:
                first: {$ref: '#/components/examples/First'}
                second: {value: '{"id": 2}'}
            text/plain:
              example: "plain"
        4XX:
          content:
            application/problem+json:
              schema: {type: object, properties: {title: {type: string}}}
        default: {description: none}
    x-internal: true
  /orders:
    POST:
      responses: {'201': {$ref: '#/components/responses/Created'}}
components:
  parameters:
    Verbose: {name: verbose, in: query, required: true}
  examples:
    First: {value: {id: 1, tags: [a]}}
  responses:
    Created:
      content:
        application/json: {schema: {type: string, format: uuid}}
"#,
        r#"
getOrder GET /orders/{id}?api-version={api-version} (One order)
  200: application/json {"id":1,"tags":["a"]} | {"id": 2}
  200: text/plain plain
  400-499: application/problem+json sample {"title":"string"}
post-orders POST /orders (POST /orders)
  201: application/json sample "00000000-0000-0000-0000-000000000000"
server https://eu.orders.test/v1
"#,
    );
}

#[test]
fn swagger_operations_with_their_responses() {
    check(
        "specification.json",
        r##"{"swagger": "2.0", "host": "pets.test", "basePath": "/v2", "schemes": ["http", "https"], "produces": ["application/json"],
  "paths": {"/pets": {"get": {"operationId": "List pets!", "responses": {
    "200": {"schema": {"type": "array", "items": {"$ref": "#/definitions/Pet"}}, "examples": {"text/csv": "a,b"}},
    "404": {"description": "none"}}}}},
  "definitions": {"Pet": {"type": "object", "properties": {"name": {"type": "string", "example": "Rex"}, "age": {"type": "integer", "minimum": 1}}}}}"##,
        r#"
list-pets GET /pets (List pets!)
  200: text/csv a,b
  200: application/json sample [{"name":"Rex","age":1}]
server https://pets.test/v2
"#,
    );
}

fn check_sample(schema: &str, expected: &str) {
    let text = format!(
        r##"{{"openapi": "3.1.0", "paths": {{"/a": {{"get": {{"responses": {{"200": {{"content": {{"application/json": {{"schema": {schema}}}}}}}}}}}}}}},
        "components": {{"schemas": {{"Node": {{"properties": {{"id": {{"type": "number"}}, "next": {{"$ref": "#/components/schemas/Node"}}, "all": {{"items": {{"$ref": "#/components/schemas/Node"}}}}}}}}, "Loop": {{"$ref": "#/components/schemas/Loop"}}}}}}}}"##
    );
    let expected = format!("get-a GET /a (GET /a)\n  200: application/json {expected}");
    check("specification.json", &text, &expected);
}

#[test]
fn a_sample_satisfies_its_schema() {
    let rows = [
        (r#"{"type": ["null", "boolean"]}"#, "sample true"),
        (r#"{"enum": ["b", "a"]}"#, r#"sample "b""#),
        (r#"{"type": "string", "default": "d"}"#, r#"sample "d""#),
        (r#"{"const": 7}"#, "sample 7"),
        (r#"{"type": "string", "format": "date"}"#, r#"sample "2024-01-01""#),
        (
            r##"{"$ref": "#/components/schemas/Node"}"##,
            r#"sample {"id":0,"all":[]}"#,
        ),
        (
            r##"{"allOf": [{"$ref": "#/components/schemas/Node"}, {"properties": {"x": {"type": "boolean"}}}], "properties": {"y": {"example": [1]}}}"##,
            r#"sample {"id":0,"all":[],"x":true,"y":[1]}"#,
        ),
        (r#"{"oneOf": [{"type": "null"}, {"type": "integer"}]}"#, "sample 0"),
        (r##"{"$ref": "#/components/schemas/Loop"}"##, "sample {}"),
    ];
    for (schema, expected) in rows {
        check_sample(schema, expected);
    }
}

#[test]
fn samples_of_wide_and_deep_schemas_stay_small() {
    let mut schemas = r#""S0": {"type": "string"}"#.to_owned();
    for level in 1..40 {
        let properties: Vec<String> = (0..10)
            .map(|at| format!(r##""p{at}": {{"$ref": "#/components/schemas/S{}"}}"##, level - 1))
            .collect();
        schemas += &format!(r#", "S{level}": {{"properties": {{{}}}}}"#, properties.join(", "));
    }
    let text = format!(
        r##"{{"openapi": "3.0.0", "paths": {{"/a": {{"get": {{"responses": {{"200": {{"content": {{"application/json": {{"schema": {{"$ref": "#/components/schemas/S39"}}}}}}}}}}}}}}}}, "components": {{"schemas": {{{schemas}}}}}}}"##
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("specification.json"), text).unwrap();
    let problems = Problems::default();
    let specification = read(
        &Files::new(folder.path(), &Overlay::default(), &problems),
        &problems,
        folder.path(),
    )
    .unwrap();
    let sample = specification.operations[0].responses[0].representations[0]
        .sample
        .as_ref()
        .unwrap();
    assert!(sample.len() < 100_000, "{}", sample.len());
}

#[test]
fn what_is_no_description_is_said() {
    check(
        "specification.yaml",
        "paths: {}",
        "1:1 TG1208: this is no OpenAPI document: it has neither `openapi` nor `swagger`",
    );
    check(
        "specification.yml",
        "openapi: 4.0.0",
        "1:1 TG1208: version 4.0.0 of OpenAPI is not known, expected 2.0, 3.0 or 3.1",
    );
    check(
        "specification.yaml",
        "openapi: 3.0.0\npaths:\n  /a:\n    get: 1\n    put: {responses: {200: {$ref: '#/components/x'}}}\n",
        "put-a PUT /a (PUT /a)\n4:5 TG1208: an operation must be an object, found a number\n5:35 TG1208: there is no `#/components/x` in this document",
    );
    check(
        "specification.wsdl",
        "<definitions/>",
        "1:1 TG1207: this file tells no operations: no `binding` of WSDL 1.1 to SOAP has any",
    );
}

#[test]
fn a_wsdl_tells_operations_by_their_actions() {
    let wsdl = |first: &str, second: &str| {
        format!(
            r#"<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/"
xmlns:t="http://schemas.xmlsoap.org/wsdl/soap12/" xmlns:h="http://schemas.xmlsoap.org/wsdl/http/">
<w:portType name="P"><w:operation name="Never"/></w:portType>
<w:binding name="A"><s:binding/><w:operation name="Add"><s:operation soapAction="{first}"/></w:operation></w:binding>
<w:binding name="B"><t:binding/><w:operation name="Add"><t:operation soapAction="{first}"/></w:operation>
<w:operation name="Delete"><t:operation soapAction="{second}"/></w:operation></w:binding>
<w:binding name="C"><h:binding/><w:operation name="Get"><h:operation location="/x"/></w:operation></w:binding>
</w:definitions>"#
        )
    };
    check(
        "specification.wsdl",
        &wsdl("urn:add", "http://x/a&amp;b{c}"),
        "Add POST /?soapAction=urn:add (Add)\nDelete POST /?soapAction=http://x/a%26b%7Bc%7D (Delete)",
    );
    check(
        "specification.wsdl",
        &wsdl("urn:add", ""),
        "6:2 TG1207: the operation `Delete` has no `soapAction`, by which its messages would be told apart, so none of \
         this file's operations is known",
    );
}

#[test]
fn a_description_that_is_no_xml_is_told_where() {
    check(
        "specification.wsdl",
        "<a>\n<b></a>",
        "2:7 TG1207: this file tells no operations, it is not well-formed XML: The 'b' start tag on line 2 position 2 \
         does not match the end tag of 'a'.",
    );
}

#[test]
fn a_wadl_tells_operations_by_its_resources() {
    check(
        "specification.wadl",
        r##"<application xmlns="http://wadl.dev.java.net/2009/02">
<method name="GET" id="shared"/>
<resources base="http://x.test/v1/">
<resource path="/orders/"><param name="tenant" style="query" required="true"/><method name="get" id="list"><doc title="All orders"/>
<request><param name="page" style="query"/><param name="filter" style="query" required="true"/></request></method>
<resource path="{id}"><param name="id" style="template"/><method name="DELETE"/><method href="#shared"/><method href="#none"/></resource>
</resource>
<resource path=""><method name="GET" id="home"/><method name="POST" id="home"/><method id="nameless"/></resource>
</resources></application>"##,
        "list GET /orders?tenant={tenant}&filter={filter} (All orders)\n\
         delete-orders-id DELETE /orders/{id}?tenant={tenant} (delete-orders-id)\n\
         shared GET /orders/{id}?tenant={tenant} (shared)\n\
         home GET / (home)\nserver http://x.test/v1/",
    );
    let long = format!(
        "<application xmlns='http://wadl.dev.java.net/2009/02'><resources><resource path='{}'>{}</resource>\
         <resource path='b'><method name='GET' id='b'/></resource></resources></application>",
        "a".repeat(1_000_000),
        "<method name='GET' id='a'/>".repeat(1000)
    );
    check("specification.wadl", &long, "b GET /b (b)");
    for none in [
        "<application/>",
        "<application xmlns='http://wadl.dev.java.net/2009/02'/>",
    ] {
        check(
            "specification.wadl",
            none,
            "1:1 TG1207: this file tells no operations: no `resource` of a WADL `application` has a `method` with a name",
        );
    }
}

#[test]
fn resource_names_are_made_as_azure_makes_them() {
    for (id, name) in [
        ("ListAllUsers", "listallusers"),
        ("Sw@gger--op", "sw-gger-op"),
        ("-getUser-", "getuser"),
        ("é", ""),
    ] {
        assert_eq!(resource_name(id), name, "{id}");
    }
    assert_eq!(resource_name(&"a".repeat(100)).len(), 76);
}
