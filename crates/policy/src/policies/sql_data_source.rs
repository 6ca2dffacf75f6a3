//! `sql-data-source` gives the value of a GraphQL field by a T-SQL statement to Azure SQL or another SQL Server. It is the
//! document of a resolver.
//!
//! The connection string is one of ADO.NET: `Server=tcp:host,1433;Initial Catalog=…;User ID=…;Password=…`, with
//! `Encrypt`, `TrustServerCertificate`, `HostNameInCertificate`, `Application Name`, `ApplicationIntent`, `Connect Timeout`
//! (15 s), `Command Timeout` (30 s) and `Authentication`. With `use-managed-identity="true"`, or `Authentication=Active
//! Directory Managed Identity`, the gateway shows a token of its own identity instead of a password. Connections are
//! encrypted unless it says `Encrypt=False` and the server cannot; `authentication-certificate` is shown when TLS asks.
//!
//! `sql-statement` may consist of several statements: the value is `{"items": […]}` with the rows of the last one that
//! has any, each an object of its columns; with `single-result="true"` it is the first row, null where there is none. A
//! parameter's value travels beside the statement, never in it. Without `sql-type` it has the type that .NET would give
//! it: `int`, `bigint`, `bit`, `float`, `decimal`, `datetime2`, `nvarchar(max)` and so on.
//!
//! A `set-body` in `request` sets the body that expressions of the parameters see; templates see `body.arguments` and
//! `body.parent`; in `response`, what the statement gave. What SQL Server refuses is an error of the field.

mod connection_string;
mod parameter;

use super::http_data_source::{only_in_resolvers, within};
use super::send_request::request::Prepared;
use crate::Section;
use crate::block::Block;
use crate::body::Body;
use crate::database::SqlProof;
use crate::element::ElementReader;
use crate::exchange::{Exchange, ResponseMessage};
use crate::failure::Failure;
use crate::registry::{Policy, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::value::Value;
use connection_string::ConnectionString;
use expression::body::MessageBody;
use expression::response::StoredResponse;
use expression::text::Text;
use http::Method;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use parameter::Parameter;
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

pub(crate) const SQL_DATA_SOURCE: Policy = Policy::new("sql-data-source", parse);

/// What tokens are for.
const RESOURCE: &str = "https://database.windows.net/";
/// Policies that change what the statement gave.
const BEHIND: &[&str] = &["include-fragment", "set-body", "publish-event"];

struct SqlDataSource {
    before: Block,
    connection: Connection,
    request: Request,
    timeout: Option<Value<Duration>>,
    response: Option<Arc<Block>>,
}

/// What `connection-info` says.
struct Connection {
    string: Value<Text>,
    by_identity: Value<bool>,
    client_id: Option<Value<Text>>,
    access: Arc<Block>,
}

/// What `request` says.
struct Request {
    before: Block,
    statement: Value<Text>,
    parameters: Vec<Parameter>,
    is_single: Option<Value<bool>>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    only_in_resolvers(element);
    // The policy toolkit writes this one here.
    let is_single: Option<Value<bool>> = element.optional("single-result");
    let timeout = element.optional("timeout");
    let before = within(element, Section::Inbound, |element| {
        element.policies(&["include-fragment"])
    });
    let connection = element.one("connection-info", Connection::read);
    let request = element.one("request", Request::read);
    let response = element.at_most_one("response", |response| {
        Some(within(response, Section::Outbound, |response| {
            response.policies(BEHIND)
        }))
    });
    let mut request = request?;
    request.is_single = request.is_single.or(is_single);
    waiting(SqlDataSource {
        before,
        connection: connection?,
        request,
        timeout,
        response: response.map(Arc::new),
    })
}

impl Connection {
    fn read(element: &mut ElementReader<'_, '_>) -> Option<Self> {
        let string = element.one("connection-string", |string| {
            let by_identity = string.or("use-managed-identity", false);
            let client_id = string.optional("client-id");
            Some((string.required_text()?, by_identity, client_id))
        });
        let access = within(element, Section::Inbound, |element| {
            element.policies(&["include-fragment", "authentication-certificate"])
        });
        let (string, by_identity, client_id) = string?;
        Some(Self {
            string,
            by_identity,
            client_id,
            access: Arc::new(access),
        })
    }

    /// How to connect for this exchange.
    async fn get(&self, exchange: &Exchange) -> Result<ConnectionString, Failure> {
        let written = self.string.get(exchange)?;
        let read = ConnectionString::read(&written, self.by_identity.get(exchange)?);
        let mut string = read.map_err(|problem| failure(&problem))?;
        match &string.server.proof {
            SqlProof::Password { password, .. } => exchange.hide(&password.as_str().into()),
            SqlProof::Token(_) => {
                let client_id = self.client_id.as_ref().map(|id| id.get(exchange)).transpose()?;
                let services = &exchange.services;
                let token = services
                    .identity
                    .token(services, &RESOURCE.into(), client_id.as_ref())
                    .await;
                let token = token.map_err(|error| {
                    let message = format!("There is no access token for {RESOURCE}: {error}");
                    Failure::internal("AccessTokenNotObtained", message)
                })?;
                exchange.hide(&token);
                string.server.proof = SqlProof::Token(token.as_str().to_owned());
            }
        }
        Ok(string)
    }
}

impl Request {
    fn read(element: &mut ElementReader<'_, '_>) -> Option<Self> {
        let is_single = element.optional("single-result");
        let before = within(element, Section::Inbound, |element| {
            element.policies(&["include-fragment", "set-body"])
        });
        let statement = element.one("sql-statement", written);
        let parameters = element.at_most_one("parameters", |all| Some(all.children("parameter", Parameter::read)));
        Some(Self {
            before,
            statement: statement?,
            parameters: parameters.unwrap_or_default(),
            is_single,
        })
    }

    /// The body of the call.
    fn body(&self, exchange: &Exchange) -> Result<String, Failure> {
        let statement = self.statement.get(exchange)?;
        let parameters = self.parameters.iter().map(|parameter| parameter.get(exchange));
        let parameters: Vec<Json> = parameters.collect::<Result<_, Failure>>()?;
        Ok(json!({ "statement": statement.trim(), "parameters": parameters }).to_string())
    }
}

fn written(element: &mut ElementReader<'_, '_>) -> Option<Value<Text>> {
    element.required_text()
}

impl WaitingStep for SqlDataSource {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        Outcome::Later(Box::pin(self.fetch(exchange)))
    }
}

impl SqlDataSource {
    async fn fetch(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        self.before.run(exchange).await?;
        let string = self.connection.get(exchange).await?;
        self.request.before.run(exchange).await?;
        let body = Body::Buffered(MessageBody::new(self.request.body(exchange)?));
        let database = crate::query::encoded(&string.server.database, b"");
        let url = format!("sqlserver://{}/{database}", string.authority);
        let url = url
            .parse()
            .map_err(|_| failure("the connection string gives no address"))?;
        let timeout = match &self.timeout {
            Some(timeout) => timeout.get(exchange)?,
            None => string.server.patience + string.command_timeout,
        };
        let mut prepared = Prepared::request((exchange, timeout), (Method::POST, url), json_headers(), body);
        prepared.attach(string.server);
        prepared.with_access(&self.connection.access, exchange);
        let response = prepared.send().await.result?;
        let is_single = match &self.request.is_single {
            Some(is_single) => is_single.get(exchange)?,
            None => false,
        };
        if response.status_code != 200 {
            return Err(refused(&response, exchange));
        }
        exchange.response = Some(given(&response, is_single)?);
        if let Some(block) = &self.response {
            block.run(exchange).await?;
        }
        Ok(Flow::Answer)
    }
}

/// What the field's value is made of. Rows stay as they are written: their numbers may have many digits.
fn given(response: &StoredResponse, is_single: bool) -> Result<ResponseMessage, Failure> {
    let text = response.body.text();
    let body = if is_single {
        let result: HashMap<&str, Vec<&RawValue>> = serde_json::from_str(&text)
            .map_err(|error| failure(&format!("the database answered with what are no rows: {error}")))?;
        let first = result.get("items").and_then(|rows| rows.first());
        first.map_or("null", |row| row.get()).to_owned()
    } else {
        text.to_string()
    };
    Ok(ResponseMessage {
        headers: json_headers(),
        body: Body::Buffered(MessageBody::new(body)),
        ..ResponseMessage::default()
    })
}

/// What the server says may name what clients are not to know.
fn refused(response: &StoredResponse, exchange: &Exchange) -> Failure {
    let told: Json = serde_json::from_str(&response.body.text()).unwrap_or_default();
    let number = told.get("number").and_then(Json::as_i64).unwrap_or_default();
    exchange.note("refused", || told);
    failure(&format!("SQL Server refused the statement (error {number})"))
}

fn json_headers() -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))])
}

fn failure(message: &str) -> Failure {
    Failure::internal("SqlError", message)
}

#[cfg(test)]
mod tests {
    use crate::Options;
    use crate::check::check;
    use diagnostic::Source;

    #[test]
    fn what_is_missing_or_no_type_is_reported() {
        let info = "<connection-info><connection-string>x</connection-string></connection-info>";
        for (inside, expected) in [
            (
                format!("{info}<request><sql-statement>SELECT 1</sql-statement></request>"),
                "",
            ),
            (
                String::new(),
                "`<sql-data-source>` lacks `<connection-info>`\n`<sql-data-source>` lacks `<request>`",
            ),
            (
                "<connection-info /><request />".to_owned(),
                "`<connection-info>` lacks `<connection-string>`\n`<request>` lacks `<sql-statement>`",
            ),
            (
                format!(
                    "{info}<request><sql-statement>S</sql-statement><parameters><parameter>1</parameter>\
                     <parameter name='@a b'>1</parameter><parameter name='@c' sql-type='nvarcha'>1</parameter>\
                     <parameter name='d' sql-type='NVarChar(50)'>1</parameter></parameters></request>"
                ),
                "`<parameter>` lacks the attribute `name`\n\
                 `name` of `<parameter>` must be `@` and a name, found \"@a b\"\n\
                 `sql-type` of `<parameter>` must be a type of T-SQL, found \"nvarcha\": did you mean `nvarchar`?",
            ),
        ] {
            let text = format!("<sql-data-source>{inside}</sql-data-source>");
            let found = check(&Source::new("a.xml", text), Options::default());
            let messages: Vec<&str> = found.iter().map(|problem| problem.message.as_str()).collect();
            assert_eq!(messages.join("\n"), expected, "{inside}");
        }
    }
}
