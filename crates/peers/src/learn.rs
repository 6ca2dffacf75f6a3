//! An MCP server with the three tools of Microsoft Learn's: search, fetch, and code samples.
//!
//! The answers have the shape of the public server's, over a handful of documents of our own, so that the sample works
//! without a network and tests can name what they expect.
//!
//! Never here: the documents themselves ([`documents`]).

mod documents;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ListToolsResult, PaginatedRequestParams,
    ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::mcp::{arguments, failure, implementation, text, typed, unknown_tool};
use documents::{Document, SAMPLES, Sample};

/// How many hits a search answers with at most.
const HITS: usize = 5;

/// The server; it has no state.
pub struct Learn;

#[derive(Deserialize)]
struct Search {
    query: String,
}

#[derive(Deserialize)]
struct Fetch {
    url: String,
}

#[derive(Deserialize)]
struct SampleSearch {
    query: String,
    language: Option<String>,
}

impl ServerHandler for Learn {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(implementation("learn"))
            .with_instructions("Search first, then fetch the page a hit links to when its excerpt is not enough.")
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(typed(definitions())?))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let result = match &*request.name {
            "microsoft_docs_search" => arguments(request.arguments).map(|search| docs_search(&search)),
            "microsoft_docs_fetch" => arguments(request.arguments).map(|fetch| docs_fetch(&fetch)),
            "microsoft_code_sample_search" => arguments(request.arguments).map(|search| code_sample_search(&search)),
            other => return Err(unknown_tool(other)),
        };
        Ok(result.unwrap_or_else(|refusal| *refusal).into())
    }
}

fn docs_search(search: &Search) -> CallToolResult {
    let results = ranked(&search.query, documents::DOCUMENTS, Document::words)
        .map(|document| json!({"title": document.title, "content": document.excerpt(), "contentUrl": document.url}))
        .collect::<Vec<_>>();
    CallToolResult::structured(json!({ "results": results }))
}

fn docs_fetch(fetch: &Fetch) -> CallToolResult {
    // A fragment or a query names a place in the page or a view of it, never another page.
    let page = fetch
        .url
        .split(['#', '?'])
        .next()
        .unwrap_or_default()
        .trim_end_matches('/');
    match documents::DOCUMENTS
        .iter()
        .find(|document| document.url.eq_ignore_ascii_case(page))
    {
        Some(document) => text(document.markdown()),
        None => failure(format!(
            "no page at {}; microsoft_docs_search finds the ones there are",
            fetch.url
        )),
    }
}

fn code_sample_search(search: &SampleSearch) -> CallToolResult {
    let wanted = search.language.as_deref();
    let results = ranked(&search.query, SAMPLES, Sample::words)
        .filter(|sample| wanted.is_none_or(|language| sample.language.eq_ignore_ascii_case(language)))
        .map(|sample| {
            json!({
                "description": sample.description,
                "codeSnippet": sample.code,
                "link": sample.link,
                "language": sample.language,
            })
        })
        .collect::<Vec<_>>();
    CallToolResult::structured(json!({ "results": results }))
}

/// The entries that share words with the query, those with the most first, in their own order where equal.
fn ranked<'a, T>(query: &str, entries: &'a [T], words: fn(&T) -> String) -> impl Iterator<Item = &'a T> + use<'a, T> {
    let asked = query.to_lowercase();
    let mut hits = entries
        .iter()
        .filter_map(|entry| {
            let words = words(entry).to_lowercase();
            let shared = asked.split_whitespace().filter(|word| words.contains(word)).count();
            (shared > 0).then_some((shared, entry))
        })
        .collect::<Vec<_>>();
    hits.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
    hits.into_iter().take(HITS).map(|(_, entry)| entry)
}

fn definitions() -> Value {
    let read_only =
        json!({"readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": true});
    json!([
        {
            "name": "microsoft_docs_search",
            "title": "Search the documentation",
            "description": "Searches the official Microsoft and Azure documentation and answers with the best matching excerpts, each with its title and the address of its page.",
            "inputSchema": {
                "type": "object",
                "properties": {"query": {"type": "string", "description": "What to look for, in words of a question or a topic"}},
                "required": ["query"],
                "additionalProperties": false,
            },
            "outputSchema": hits_schema(&json!({
                "title": {"type": "string"},
                "content": {"type": "string"},
                "contentUrl": {"type": "string", "format": "uri"},
            })),
            "annotations": read_only,
        },
        {
            "name": "microsoft_docs_fetch",
            "title": "Fetch a page of the documentation",
            "description": "Answers with a whole page of the documentation as Markdown, for when an excerpt from the search is not enough.",
            "inputSchema": {
                "type": "object",
                "properties": {"url": {"type": "string", "format": "uri", "description": "Address of the page, as a search hit names it"}},
                "required": ["url"],
                "additionalProperties": false,
            },
            "annotations": read_only,
        },
        {
            "name": "microsoft_code_sample_search",
            "title": "Search code samples",
            "description": "Searches the code samples in the official documentation, optionally in one programming language.",
            "inputSchema": {
                "type": "object",
                "properties": {
                    "query": {"type": "string", "description": "What the code should do, or the SDK, type or method it should use"},
                    "language": {
                        "type": "string",
                        "description": "Only samples in this language",
                        "enum": ["azurecli", "csharp", "http", "python", "xml"],
                    },
                },
                "required": ["query"],
                "additionalProperties": false,
            },
            "outputSchema": hits_schema(&json!({
                "description": {"type": "string"},
                "codeSnippet": {"type": "string"},
                "link": {"type": "string", "format": "uri"},
                "language": {"type": "string"},
            })),
            "annotations": read_only,
        },
    ])
}

fn hits_schema(properties: &Value) -> Value {
    json!({
        "type": "object",
        "properties": {"results": {"type": "array", "items": {"type": "object", "properties": properties}}},
        "required": ["results"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rmcp::model::Tool;

    /// The value of `field` of each hit.
    fn hits(result: &CallToolResult, field: &str) -> Vec<String> {
        let results = result.structured_content.as_ref().unwrap()["results"]
            .as_array()
            .unwrap();
        results
            .iter()
            .map(|hit| hit[field].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn the_definitions_are_tools_of_the_sdk() {
        let tools: Vec<Tool> = typed(definitions()).unwrap();
        assert_eq!(tools.len(), 3);
    }

    #[test]
    fn a_search_answers_with_the_closest_pages_first() {
        let found = docs_search(&Search {
            query: "scale out App Service".to_owned(),
        });
        assert_eq!(
            hits(&found, "title").first().unwrap(),
            "Scale up an app in Azure App Service"
        );
        assert_eq!(
            hits(
                &docs_search(&Search {
                    query: "zzzz".to_owned()
                }),
                "title"
            ),
            Vec::<String>::new()
        );
    }

    #[test]
    fn every_hit_can_be_fetched_with_or_without_a_fragment() {
        for document in documents::DOCUMENTS {
            for url in [
                document.url.to_owned(),
                format!("{}#see-also", document.url),
                format!("{}/?tabs=a", document.url),
            ] {
                assert_ne!(docs_fetch(&Fetch { url }).is_error, Some(true), "{}", document.url);
            }
        }
        assert_eq!(
            docs_fetch(&Fetch {
                url: "https://example.org/".to_owned()
            })
            .is_error,
            Some(true)
        );
    }

    #[test]
    fn samples_can_be_limited_to_a_language() {
        let search = |language: Option<&str>| {
            let search = SampleSearch {
                query: "policy".to_owned(),
                language: language.map(str::to_owned),
            };
            hits(&code_sample_search(&search), "language")
        };
        assert!(search(None).len() > search(Some("xml")).len());
        assert!(search(Some("XML")).iter().all(|language| language == "xml"));
    }
}
