//! An operation's contract from Swagger 2 and `OpenAPI` 3. Lenient, as the reading of operations is.

use super::{Content, Contract, Description, Joined, Parameter, ParameterPlace, ResponseContract, Statuses};
use schema::followed;
use serde_json::{Map, Value};
use std::sync::Arc;

/// The contract of an operation.
pub(super) fn contract(description: &Description, path: &str, method: &str) -> Result<Contract, String> {
    let root = description.root()?;
    let item = root
        .get("paths")
        .and_then(|paths| paths.get(path))
        .map(|item| followed(root, item));
    let operation = item.and_then(Value::as_object).and_then(|members| {
        let mut members = members.iter();
        members
            .find(|(name, _)| name.eq_ignore_ascii_case(method))
            .map(|(_, operation)| operation)
    });
    let (Some(item), Some(operation)) = (item, operation) else {
        return Err(format!("the description has no {method} {path}"));
    };
    let reader = Reader {
        description,
        root,
        is_swagger: root.get("swagger").is_some(),
        name: inline_name(path, method),
        operation,
    };
    let declared = reader.declared_parameters(item);
    Ok(Contract {
        parameters: declared
            .iter()
            .filter_map(|written| reader.parameter(written))
            .collect(),
        request: reader.request(&declared),
        responses: reader.responses(),
    })
}

struct Reader<'d> {
    description: &'d Description,
    root: &'d Arc<Value>,
    is_swagger: bool,
    /// What schemas that stand in the operation itself are called.
    name: String,
    operation: &'d Value,
}

impl<'d> Reader<'d> {
    /// The parameters of path and operation, of which an operation's takes the place of its path's.
    fn declared_parameters(&self, item: &'d Value) -> Vec<&'d Value> {
        let mut declared: Vec<&Value> = Vec::new();
        for holder in [item, self.operation] {
            for parameter in holder.get("parameters").and_then(Value::as_array).into_iter().flatten() {
                let parameter = followed(self.root, parameter);
                declared.retain(|known| {
                    (text(known, "in"), text(known, "name")) != (text(parameter, "in"), text(parameter, "name"))
                });
                declared.push(parameter);
            }
        }
        declared
    }

    fn parameter(&self, written: &'d Value) -> Option<Parameter> {
        let place = match text(written, "in") {
            "path" => ParameterPlace::Path,
            "query" => ParameterPlace::Query,
            "header" => ParameterPlace::Header,
            _ => return None,
        };
        Some(self.value(text(written, "name"), place, written))
    }

    /// A parameter or header as it is declared.
    fn value(&self, name: &str, place: ParameterPlace, written: &'d Value) -> Parameter {
        let in_content = written
            .get("content")
            .and_then(Value::as_object)
            .and_then(|content| content.values().next());
        let schema = if self.is_swagger {
            Some(own_schema(written))
        } else {
            let holder = in_content.unwrap_or(written);
            holder.get("schema").cloned()
        };
        let schema = schema.map(|schema| self.description.schema(self.root, &schema, || name.to_owned()));
        Parameter {
            name: name.to_owned(),
            place,
            required: written.get("required") == Some(&Value::Bool(true)),
            schema,
            joined: if in_content.is_some() {
                Joined::Json
            } else {
                joined(written, place)
            },
        }
    }

    fn request(&self, declared: &[&'d Value]) -> Vec<Content> {
        if !self.is_swagger {
            let body = self.operation.get("requestBody").map(|body| followed(self.root, body));
            return body
                .map(|body| self.content(body, || format!("{}Request", self.name)))
                .unwrap_or_default();
        }
        let body = declared.iter().find(|parameter| text(parameter, "in") == "body");
        let is_form = declared.iter().any(|parameter| text(parameter, "in") == "formData");
        if body.is_none() && !is_form {
            return Vec::new();
        }
        let schema = body.and_then(|body| body.get("schema"));
        let schema = schema.map(|schema| {
            self.description
                .schema(self.root, schema, || format!("{}Request", self.name))
        });
        self.of_types("consumes", schema.as_ref())
    }

    /// Bodies of the types that a Swagger document lists.
    fn of_types(&self, key: &str, schema: Option<&Arc<schema::Schema>>) -> Vec<Content> {
        let listed = self
            .operation
            .get(key)
            .or_else(|| self.root.get(key))
            .and_then(Value::as_array);
        let mut types: Vec<&str> = listed.into_iter().flatten().filter_map(Value::as_str).collect();
        if types.is_empty() {
            types.push("application/json");
        }
        let content = |content_type: &str| Content {
            content_type: media_type(content_type),
            schema: schema.cloned(),
        };
        types.into_iter().map(content).collect()
    }

    fn content(&self, holder: &'d Value, name: impl Fn() -> String) -> Vec<Content> {
        let types = holder.get("content").and_then(Value::as_object);
        let content = |(content_type, media): (&String, &'d Value)| {
            let schema = followed(self.root, media).get("schema");
            Content {
                content_type: media_type(content_type),
                schema: schema.map(|schema| self.description.schema(self.root, schema, &name)),
            }
        };
        types.into_iter().flatten().map(content).collect()
    }

    fn responses(&self) -> Vec<ResponseContract> {
        let responses = self.operation.get("responses").and_then(Value::as_object);
        let listed = responses
            .into_iter()
            .flatten()
            .filter(|(status, _)| !status.starts_with("x-"));
        listed
            .filter_map(|(status, response)| self.response(status, followed(self.root, response)))
            .collect()
    }

    fn response(&self, status: &str, response: &'d Value) -> Option<ResponseContract> {
        let headers = response.get("headers").and_then(Value::as_object);
        let header = |(name, header): (&String, &'d Value)| {
            self.value(name, ParameterPlace::Header, followed(self.root, header))
        };
        let name = || format!("{}{status}Response", self.name);
        let content = if self.is_swagger {
            let schema = response
                .get("schema")
                .map(|schema| self.description.schema(self.root, schema, name));
            schema
                .map(|schema| self.of_types("produces", Some(&schema)))
                .unwrap_or_default()
        } else {
            self.content(response, name)
        };
        Some(ResponseContract {
            statuses: Statuses::of_key(status)?,
            headers: headers.into_iter().flatten().map(header).collect(),
            content,
        })
    }
}

/// The schema of a Swagger parameter or header, which is the parameter itself.
fn own_schema(written: &Value) -> Value {
    const OTHERS: [&str; 6] = [
        "name",
        "in",
        "required",
        "description",
        "collectionFormat",
        "allowEmptyValue",
    ];
    let members = written.as_object().into_iter().flatten();
    let own = members.filter(|(key, _)| !OTHERS.contains(&key.as_str()) && !key.starts_with("x-"));
    Value::Object(
        own.map(|(key, value)| (key.clone(), value.clone()))
            .collect::<Map<_, _>>(),
    )
}

fn joined(written: &Value, place: ParameterPlace) -> Joined {
    let is_query = place == ParameterPlace::Query;
    match (text(written, "collectionFormat"), text(written, "style")) {
        ("multi", _) => return Joined::Repeated,
        ("ssv", _) => return Joined::By(' '),
        ("tsv", _) => return Joined::By('\t'),
        ("pipes", _) => return Joined::By('|'),
        ("csv", _) => return Joined::By(','),
        (_, "deepObject") => return Joined::Properties,
        _ => {}
    }
    let style = text(written, "style");
    let explodes = written.get("explode").and_then(Value::as_bool);
    // Only OpenAPI 3 has `schema` here; there, arrays in the query are repeated unless it says otherwise.
    let is_form = style == "form" || style.is_empty();
    if is_query && explodes.unwrap_or(is_form && written.get("schema").is_some()) {
        return Joined::Repeated;
    }
    match style {
        "spaceDelimited" => Joined::By(' '),
        "pipeDelimited" => Joined::By('|'),
        _ => Joined::By(','),
    }
}

/// What APIM calls a schema that stands in an operation: `Orders-id-Get` for `GET /orders/{id}`.
fn inline_name(path: &str, method: &str) -> String {
    let mut name = String::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        match segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}')) {
            Some(parameter) => {
                name.push('-');
                name.push_str(parameter);
                name.push('-');
            }
            None => name.push_str(&capitalized(segment)),
        }
    }
    name + &capitalized(&method.to_ascii_lowercase())
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

fn media_type(content_type: &str) -> String {
    content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostic::Source;
    use std::fmt::Write;

    /// A contract as lines.
    fn lines(description: &str, path: &str, method: &str) -> String {
        let source = Source::new("specification", description);
        let is_json = description.trim_start().starts_with('{');
        let description = Description::new(&source, is_json);
        let contract = match contract(&description, path, method) {
            Ok(contract) => contract,
            Err(error) => return error,
        };
        let mut out = String::new();
        let name =
            |schema: &Option<Arc<schema::Schema>>| schema.as_ref().map_or("-".to_owned(), |it| it.name().to_owned());
        for it in &contract.parameters {
            let must = if it.required { "!" } else { "" };
            let written = it
                .schema
                .as_ref()
                .map(|schema| schema.written().to_string())
                .unwrap_or_default();
            let _ = writeln!(out, "{:?} {}{must} {:?} {written}", it.place, it.name, it.joined);
        }
        for it in &contract.request {
            let _ = writeln!(out, "request {} {}", it.content_type, name(&it.schema));
        }
        for response in &contract.responses {
            let headers: Vec<&str> = response.headers.iter().map(|header| header.name.as_str()).collect();
            let content = response
                .content
                .iter()
                .map(|it| format!("{} {}", it.content_type, name(&it.schema)));
            let content = content.collect::<Vec<_>>().join(", ");
            let _ = writeln!(out, "{:?} {headers:?} {content}", response.statuses);
        }
        out
    }

    #[test]
    fn openapi_3() {
        let description = r"
openapi: 3.0.1
paths:
  /orders/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
      - {name: tag, in: query, schema: {type: string}}
    POST:
      parameters:
        - {name: tag, in: query, required: true, schema: {type: array, items: {type: string}}}
        - {name: sort, in: query, style: pipeDelimited, explode: false, schema: {type: array}}
        - {name: where, in: query, style: deepObject, schema: {$ref: '#/components/schemas/Order'}}
        - {name: filter, in: query, content: {application/json: {schema: {type: object}}}}
        - {$ref: '#/components/parameters/Trace'}
        - {name: session, in: cookie, schema: {type: string}}
      requestBody: {$ref: '#/components/requestBodies/Order'}
      responses:
        '200':
          headers: {X-Rate: {schema: {type: integer}}}
          content: {application/json: {schema: {type: array}}, text/plain: {}}
        4XX: {$ref: '#/components/responses/Problem'}
        default: {}
components:
  schemas: {Order: {type: object}}
  parameters: {Trace: {name: X-Trace, in: header, schema: {type: string}}}
  requestBodies: {Order: {content: {'Application/JSON; charset=utf-8': {schema: {$ref: '#/components/schemas/Order'}}}}}
  responses: {Problem: {content: {application/problem+json: {schema: {$ref: '#/components/schemas/Order'}}}}}
";
        let expected = r#"Path id! By(',') {"type":"integer"}
Query tag! Repeated {"type":"array","items":{"type":"string"}}
Query sort By('|') {"type":"array"}
Query where Properties {"type":"object"}
Query filter Json {"type":"object"}
Header X-Trace By(',') {"type":"string"}
request application/json Order
Range(200, 200) ["X-Rate"] application/json Orders-id-Post200Response, text/plain -
Range(400, 499) [] application/problem+json Order
Other [] 
"#;
        assert_eq!(lines(description, "/orders/{id}", "post"), expected);
        assert_eq!(lines(description, "/none", "get"), "the description has no get /none");
    }

    #[test]
    fn swagger_2() {
        let description = r##"{"swagger": "2.0", "consumes": ["application/json"], "paths": {
            "/pets": {"post": {"produces": ["text/xml"], "parameters": [
                {"name": "n", "in": "query", "type": "integer", "maximum": 5, "description": "n", "x-y": 1},
                {"name": "tags", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "multi"},
                {"name": "ids", "in": "query", "type": "array", "items": {"type": "string"}},
                {"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Pet"}}],
              "responses": {"201": {"schema": {"$ref": "#/definitions/Pet"}, "headers": {"Location": {"type": "string"}}}, "204": {}}},
             "put": {"parameters": [{"name": "f", "in": "formData", "type": "file"}], "consumes": ["multipart/form-data"]}}},
          "definitions": {"Pet": {"type": "object"}}}"##;
        assert_eq!(
            lines(description, "/pets", "post"),
            r#"Query n By(',') {"type":"integer","maximum":5}
Query tags Repeated {"type":"array","items":{"type":"string"}}
Query ids By(',') {"type":"array","items":{"type":"string"}}
request application/json Pet
Range(201, 201) ["Location"] text/xml Pet
Range(204, 204) [] 
"#
        );
        assert_eq!(lines(description, "/pets", "put"), "request multipart/form-data -\n");
    }

    #[test]
    fn the_most_exact_response_counts() {
        let description = "{\"openapi\":\"3.0.0\",\"paths\":{\"/a\":{\"get\":{\"responses\":{\"default\":{},\"2XX\":{},\"201\":{},\"x\":{},\"99XX\":{}}}}}}";
        let source = Source::new("specification", description);
        let contract = contract(&Description::new(&source, true), "/a", "get").unwrap();
        let found = |status| contract.response(status).map(|response| response.statuses);
        assert_eq!(found(201), Some(Statuses::Range(201, 201)));
        assert_eq!(found(299), Some(Statuses::Range(200, 299)));
        assert_eq!(found(500), Some(Statuses::Other));
        assert_eq!(contract.responses.len(), 3);
    }
}
