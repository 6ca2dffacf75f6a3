//! `cosmosdb-data-source` gives the value of a GraphQL field by a request to a container of Azure Cosmos DB. It is the
//! document of a resolver.
//!
//! It speaks Cosmos DB's REST interface to the `AccountEndpoint` of the connection string, which an emulator or a
//! compatible server may stand behind. The request is signed with its `AccountKey`, or, with
//! `use-managed-identity="true"`, shows a token of the gateway's own identity.
//!
//! - `query-request` gives `{"items": […]}`: all of them, or with `paging` one page, and `continuationToken` where there is
//!   another. A parameter is JSON of what its expression gives. Without `partition-key` all partitions are asked.
//! - `read-request` gives the item, null where there is none; `delete-request` gives null.
//! - `write-request` writes what `set-body` says, or the field's arguments, and gives the item. Without `partition-key` it
//!   shows the key that the item has where the container's definition says, which is asked for once.
//!
//! A request that the account refuses because it has had too many (429) is made again when the account says, as often and
//! as long as Azure's library for .NET does that.
//!
//! Templates see `body.arguments` and `body.parent`; in `response`, what the request gave. What Cosmos DB refuses is an
//! error of the field.

mod partition;
mod request;

use super::http_data_source::{only_in_resolvers, within};
use super::return_response::copy;
use crate::Section;
use crate::block::Block;
use crate::body::Body;
use crate::element::ElementReader;
use crate::exchange::{Exchange, Message, ResponseMessage};
use crate::failure::Failure;
use crate::policies::send_request::request::Prepared;
use crate::registry::{Policy, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::value::Value;
use expression::body::MessageBody;
use expression::context::Headers as _;
use expression::response::StoredResponse;
use expression::text::Text;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use partition::KeyPaths;
use request::{Account, Call, Connected, Kind, Operation};
use serde_json::{Value as Json, json};
use std::rc::Rc;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

pub(crate) const COSMOSDB_DATA_SOURCE: Policy = Policy::new("cosmosdb-data-source", parse);

/// Policies that change what the request gave.
const BEHIND: &[&str] = &["set-body", "publish-event"];
const TIMEOUT: Duration = Duration::from_mins(1);
/// How often a request is made again that the account refuses because it has had too many.
const MOST_TRIES: u32 = 9;
/// How long is waited for that in all.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The wait where the account does not say how long.
const UNTOLD_WAIT: Duration = Duration::from_secs(5);

/// Pages of one query at most; those of partitions may be empty.
const MOST_PAGES: u32 = 1_000;

struct CosmosDbDataSource {
    account: Account,
    operation: Operation,
    /// The container that was written to last, and where its items have their key.
    known: RwLock<Option<(String, Arc<KeyPaths>)>>,
    response: Option<Arc<Block>>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    only_in_resolvers(element);
    let account = element.one("connection-info", Account::read);
    let mut operations = Vec::new();
    for kind in Kind::ALL {
        operations.extend(element.at_most_one(kind.element(), |request| Some(Operation::read(kind, request))));
    }
    let response = element.at_most_one("response", |response| {
        Some(within(response, Section::Outbound, |response| {
            response.policies(BEHIND)
        }))
    });
    let written: usize = Kind::ALL.iter().map(|kind| element.count(kind.element())).sum();
    if written != 1 {
        let names = Kind::ALL.map(|kind| format!("`<{}>`", kind.element()));
        let message = format!(
            "`<cosmosdb-data-source>` must hold one of {}, found {written}",
            names.join(", ")
        );
        element.error_at("", crate::codes::MISSING_CHILD, message);
    }
    waiting(CosmosDbDataSource {
        account: account?,
        operation: operations.pop()?,
        known: RwLock::default(),
        response: response.map(Arc::new),
    })
}

impl WaitingStep for CosmosDbDataSource {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        Outcome::Later(Box::pin(self.fetch(exchange)))
    }
}

impl CosmosDbDataSource {
    async fn fetch(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let account = self.account.get(exchange)?;
        let mut call = self.operation.call(&account, exchange)?;
        if self.operation.takes_key_from_item() {
            self.show_key_of_item(&account, &mut call, exchange).await?;
        }
        let given = if self.operation.kind == Kind::Query {
            self.items(&account, call, exchange).await?
        } else {
            let response = self.ask(&account, &call, exchange).await?;
            match response.status_code {
                404 if self.operation.kind == Kind::Read => ResponseMessage::default(),
                400 => {
                    // The container may be another one of the same name by now.
                    *self.known.write().unwrap_or_else(PoisonError::into_inner) = None;
                    copy(&accepted(response)?)
                }
                _ => copy(&accepted(response)?),
            }
        };
        exchange.response = Some(given);
        if let Some(block) = &self.response {
            block.run(exchange).await?;
        }
        Ok(Flow::Answer)
    }

    /// Sends a request, and again as long as the account has had too many.
    async fn ask(&self, account: &Connected, call: &Call, exchange: &Exchange) -> Result<StoredResponse, Failure> {
        let (mut tries, mut waited) = (0, Duration::ZERO);
        loop {
            let response = send(account, call, exchange).await?;
            let Some(wait) = throttled(&response) else {
                return Ok(response);
            };
            (tries, waited) = (tries + 1, waited + wait);
            if tries > MOST_TRIES || waited > LONGEST_WAIT {
                return Ok(response);
            }
            let runtime = Rc::clone(&exchange.services.runtime);
            runtime.sleep(wait).await;
        }
    }

    /// Has a write say the partition of what it writes.
    async fn show_key_of_item(&self, account: &Connected, call: &mut Call, exchange: &Exchange) -> Result<(), Failure> {
        let container = account.container();
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        let paths = if let Some((_, paths)) = known.filter(|(of, _)| *of == container) {
            paths
        } else {
            let response = self.ask(account, &account.definition(), exchange).await?;
            if let Some(refused) = refusal(&response) {
                return Err(failure(&format!(
                    "{refused} when it was asked where the container's items have their partition key; \
                         `partition-key` can say it"
                )));
            }
            let paths = Arc::new(KeyPaths::read(&json(&response)?));
            let known = Some((container, Arc::clone(&paths)));
            *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
            paths
        };
        // Text that is no JSON is what the account refuses.
        let item = serde_json::from_str(&call.body).unwrap_or_default();
        match paths.key_of(&item) {
            Some(key) => call.show(&key),
            None => Ok(()),
        }
    }

    /// What a query gives: the page that `paging` says, without it the items of all pages.
    async fn items(
        &self,
        account: &Connected,
        mut call: Call,
        exchange: &Exchange,
    ) -> Result<ResponseMessage, Failure> {
        let (mut items, mut bytes, mut pages) = (Vec::new(), 0, 0);
        let next = loop {
            let response = accepted(self.ask(account, &call, exchange).await?)?;
            bytes += response.body.bytes().len() as u64;
            pages += 1;
            if bytes > exchange.services.buffer_limit || pages > MOST_PAGES {
                return Err(failure(
                    "the query gives more than can be kept; ask for it in pages with `paging`",
                ));
            }
            let mut page = json(&response)?;
            if let Some(Json::Array(documents)) = page.get_mut("Documents").map(Json::take) {
                items.extend(documents);
            }
            let next = response.headers.values("x-ms-continuation").into_iter().next();
            match next {
                Some(next) if !self.operation.is_paged() => call.go_on(&next)?,
                next => break next,
            }
        };
        let mut given = json!({ "items": items });
        if let (Some(next), Some(members)) = (next, given.as_object_mut()) {
            members.insert("continuationToken".to_owned(), next.as_str().into());
        }
        let content_type = HeaderValue::from_static("application/json");
        Ok(ResponseMessage {
            headers: HeaderMap::from_iter([(CONTENT_TYPE, content_type)]),
            body: Body::Buffered(MessageBody::new(given.to_string())),
            ..ResponseMessage::default()
        })
    }
}

fn accepted(response: StoredResponse) -> Result<StoredResponse, Failure> {
    match refusal(&response) {
        Some(refused) => Err(failure(&refused)),
        None => Ok(response),
    }
}

/// What there is to say of a response that refuses the request.
fn refusal(response: &StoredResponse) -> Option<String> {
    let status = response.status_code;
    if (200..300).contains(&status) {
        return None;
    }
    let told = serde_json::from_str::<Json>(&response.body.text()).ok();
    let told = told.as_ref().and_then(|body| body.get("code")).and_then(Json::as_str);
    let told = told.map(|code| format!(" ({code})")).unwrap_or_default();
    Some(format!("Cosmos DB answered {status}{told}"))
}

fn json(response: &StoredResponse) -> Result<Json, Failure> {
    serde_json::from_str(&response.body.text())
        .map_err(|error| failure(&format!("Cosmos DB answered with what is no JSON: {error}")))
}

/// Sends a request once, with a date and a proof of its own.
async fn send(account: &Connected, call: &Call, exchange: &Exchange) -> Result<StoredResponse, Failure> {
    let mut headers = call.headers.clone();
    account.authorize(exchange, call, &mut headers).await?;
    let url = format!("{}/{}", account.endpoint, call.path);
    let url = url
        .parse()
        .map_err(|_| failure("the connection string's `AccountEndpoint` is no URL"))?;
    let body = if call.body.is_empty() {
        Body::Empty
    } else {
        Body::Buffered(MessageBody::new(call.body.clone()))
    };
    let sent = Prepared::request((exchange, TIMEOUT), (call.method.clone(), url), headers, body);
    sent.send().await.result
}

/// How long to wait before the account takes requests again; none where it has taken this one.
fn throttled(response: &StoredResponse) -> Option<Duration> {
    if response.status_code != 429 {
        return None;
    }
    let told = response.headers.values("x-ms-retry-after-ms").into_iter().next();
    let told = told.and_then(|value| value.as_str().trim().parse().ok()).unwrap_or(0);
    Some(if told == 0 {
        UNTOLD_WAIT
    } else {
        Duration::from_millis(told)
    })
}

/// A literal, an expression or a template as a text without white space around it.
struct Words(crate::policies::set_body::NewBody);

impl Words {
    fn read(element: &mut ElementReader<'_, '_>) -> Option<Self> {
        crate::policies::set_body::read_content(element).map(Self)
    }

    fn get(&self, exchange: &Exchange) -> Result<String, Failure> {
        let bytes = self.0.get(exchange)?.into_bytes();
        Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    }
}

/// A text that an attribute or an element has; empty where there is none.
fn words(value: Option<&Value<Text>>, exchange: &Exchange) -> Result<Text, Failure> {
    value.map_or_else(|| Ok(Text::default()), |value| value.get(exchange))
}

/// The arguments of the field, as JSON.
fn arguments(exchange: &Exchange) -> String {
    let body = exchange.body_as_kept(Message::Request);
    let seen = body.and_then(|body| serde_json::from_str::<Json>(&body.text()).ok());
    let arguments = seen.and_then(|mut seen| seen.get_mut("arguments").map(Json::take));
    arguments.unwrap_or_else(|| json!({})).to_string()
}

fn failure(message: &str) -> Failure {
    Failure::internal("CosmosDbError", message)
}

#[cfg(test)]
mod tests {
    use crate::Options;
    use crate::check::check;
    use diagnostic::Source;

    const INFO: &str = "<connection-info><connection-string>AccountEndpoint=https://a.test;AccountKey=eA==</connection-string>\
                        <database-name>d</database-name><container-name>c</container-name></connection-info>";

    #[test]
    fn what_is_missing_is_reported() {
        for (inside, expected) in [
            (format!("{INFO}<read-request><id>1</id></read-request>"), ""),
            (
                INFO.to_owned(),
                "`<cosmosdb-data-source>` must hold one of `<query-request>`, `<read-request>`, `<delete-request>`, `<write-request>`, found 0",
            ),
            (
                "<connection-info /><query-request />".to_owned(),
                "`<connection-info>` lacks `<connection-string>`\n`<connection-info>` lacks `<database-name>`\n\
                 `<connection-info>` lacks `<container-name>`\n`<query-request>` lacks `<sql-statement>`",
            ),
            (format!("{INFO}<read-request />"), "`<read-request>` lacks `<id>`"),
            (
                format!("{INFO}<write-request type='replace' />"),
                "`<write-request>` lacks `<id>`",
            ),
            (
                format!(
                    "{INFO}<write-request type='merge'><partition-key data-type='date'>1</partition-key></write-request>"
                ),
                "`type` of `<write-request>` must be `insert` or `replace` or `upsert`, found \"merge\"\n\
                 `data-type` of `<partition-key>` must be `string` or `number` or `bool` or `none` or `null`, found \"date\"",
            ),
        ] {
            let text = format!("<cosmosdb-data-source>{inside}</cosmosdb-data-source>");
            let found = check(&Source::new("a.xml", text), Options::default());
            let messages: Vec<&str> = found.iter().map(|problem| problem.message.as_str()).collect();
            assert_eq!(messages.join("\n"), expected, "{inside}");
        }
        let elsewhere = format!(
            "<policies><inbound><cosmosdb-data-source>{INFO}<read-request><id>1</id></read-request></cosmosdb-data-source></inbound></policies>"
        );
        let found = check(&Source::new("a.xml", elsewhere), Options::default());
        assert!(
            found
                .iter()
                .any(|problem| problem.message.contains("is the document of a GraphQL resolver"))
        );
    }
}
