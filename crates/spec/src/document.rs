//! From sections and blocks to scenarios. What a section gives holds for all sections below it.
//!
//! A section with a request is a scenario. Never here: Markdown, YAML.

use crate::block::{Block, DURATION, Problems, Section, Word, duration};
use crate::codes;
use crate::compare;
use crate::given;
use crate::message::{Message, request_line, status};
use crate::pattern::ANY;
use crate::scenario::{
    Answer, Event, Expected, File, Origin, PARTITION, Reply, Request, Scenario, Seen, Sent, Server, Specification,
    Step, What, World,
};
use crate::settings;
use crate::tokens;
use diagnostic::{Diagnostic, Source, Span};
use http::Uri;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Component, Path};
use std::sync::Arc;
use std::time::Duration;

/// Reads the scenarios of a document's sections. `folder` is the artifact folder that it stands in.
pub fn specification(
    source: &Arc<Source>,
    root: &Section,
    folder: Option<&Path>,
    mut problems: Problems,
) -> (Specification, Vec<Diagnostic>) {
    let path = Path::new(source.name());
    let mut reader = Reader {
        beside: path.parent().unwrap_or(Path::new("")),
        problems: &mut problems,
        scenarios: Vec::new(),
    };
    let mut world = given::nothing();
    world.folder = folder.filter(|_| !brings_policies(root)).map(Path::to_owned);
    reader.section(root, &world, &[]);
    let scenarios = reader.scenarios;
    if scenarios.is_empty() && problems.list.is_empty() {
        let message = "there is no scenario here: no section has a `request` block";
        problems.error(codes::NO_SCENARIO, Span::at(0), message);
    }
    let mut names = BTreeSet::new();
    for scenario in scenarios.iter().filter(|scenario| !names.insert(&scenario.name)) {
        let message = format!(
            "there is a scenario \"{}\" above; reports tell scenarios apart by name",
            scenario.name
        );
        problems.error(codes::TWICE, scenario.span, message);
    }
    problems.list.sort_by_key(|problem| problem.span.start);
    let title = root.inside.first().map(|first| first.title.clone());
    let specification = Specification {
        source: Arc::clone(source),
        title: title
            .filter(|_| root.inside.len() == 1)
            .unwrap_or_else(|| source.name().to_owned()),
        scenarios,
    };
    (specification, problems.list)
}

fn brings_policies(section: &Section) -> bool {
    section
        .blocks
        .iter()
        .any(|block| matches!(block.kind.text.as_str(), "policy" | "file"))
        || section.inside.iter().any(brings_policies)
}

struct Reader<'r> {
    beside: &'r Path,
    problems: &'r mut Problems,
    scenarios: Vec<Scenario>,
}

impl Reader<'_> {
    fn section(&mut self, section: &Section, around: &World, titles: &[&str]) {
        let mut world = around.clone();
        let mut steps = Steps::default();
        world.servers.insert(0, Vec::new());
        for block in &section.blocks {
            self.block(block, &mut world, &mut steps);
        }
        steps.finish(self.problems);
        let mut titles = titles.to_vec();
        titles.push(&section.title);
        if !steps.done.is_empty() {
            let mut world = world.clone();
            given::complete(&mut world);
            let own = titles.iter().skip(2).copied().collect::<Vec<_>>().join(" / ");
            self.scenarios.push(Scenario {
                name: if own.is_empty() { section.title.clone() } else { own },
                span: section.span,
                world,
                steps: steps.done,
            });
        }
        for inside in &section.inside {
            self.section(inside, &world, &titles);
        }
    }

    fn block(&mut self, block: &Block, world: &mut World, steps: &mut Steps) {
        let problems = &mut *self.problems;
        match block.kind.text.as_str() {
            "given" => given::enter(block, self.beside, world, problems),
            kind @ ("policy" | "fragment" | "file") => {
                let path = match kind {
                    "policy" => policy(block, world, problems),
                    "fragment" => fragment(block, world, problems),
                    _ => artifact(block, world, problems),
                };
                if let Some(path) = path {
                    steps.written(path, block, problems);
                }
            }
            "backend" => {
                if let Some(server) = server(block, problems) {
                    steps.server(server, world);
                }
            }
            "request" => {
                let after = block.read(problems, "after", DURATION, duration);
                let (head, _) = block.text.text().split_once("\n\n").unwrap_or((block.text.text(), ""));
                for (at, name) in tokens::names(head).filter(|(_, name)| !world.tokens.contains_key(*name)) {
                    let token = Word {
                        text: name.to_owned(),
                        span: block.text.original(Span::new(at, at + name.len())),
                    };
                    let known: Vec<&str> = world.tokens.keys().map(String::as_str).collect();
                    problems.unknown(&token, "token that is given", &known);
                }
                match request(block, self.beside, problems) {
                    Some(request) => steps.request(request, after, block, problems),
                    None => steps.is_unsound = true,
                }
            }
            "response" => {
                let step = steps.behind_request(block, problems);
                match (expected(block, problems), step) {
                    (Some(expected), Some(step)) => step.responses.push(expected),
                    _ => steps.is_unsound = true,
                }
            }
            "sent" => {
                if let Some(sent) = sent(block, problems)
                    && let Some(step) = steps.behind_request(block, problems)
                {
                    step.sent.get_or_insert_default().extend(sent);
                }
            }
            "event" => {
                if let Some(event) = event(block, problems)
                    && let Some(step) = steps.behind_request(block, problems)
                {
                    step.events.get_or_insert_default().extend(event);
                }
            }
            _ => {
                block.only(problems, &[]);
                let what = what(block, problems);
                if let Some(step) = steps.behind_request(block, problems) {
                    step.seen.extend(what.map(|what| Seen {
                        span: block.kind.span,
                        what,
                    }));
                }
            }
        }
    }
}

/// The steps of a section so far.
#[derive(Default)]
struct Steps {
    done: Vec<Step>,
    current: Step,
    /// Where the last request stands.
    asked: Option<Span>,
    /// Whether there is a request or a response that could not be read: what would be said of the blocks around it
    /// follows from that.
    is_unsound: bool,
    /// The files that the section itself writes.
    files: BTreeSet<String>,
}

impl Steps {
    /// A file of the section's world: a second one at its path would silently take the place of the first.
    fn written(&mut self, path: String, block: &Block, problems: &mut Problems) {
        if self.files.contains(&path) {
            let message = format!("this section has another block for `{path}` above; a section below may replace it");
            problems.error(codes::TWICE, block.kind.span, message);
        }
        self.files.insert(path);
    }

    /// A server of the section's world, or one that answers from the next request on.
    fn server(&mut self, server: Server, world: &mut World) {
        if self.current.requests.is_empty() && self.done.is_empty() {
            if let Some(own) = world.servers.first_mut() {
                own.push(server);
            }
            return;
        }
        if !self.current.requests.is_empty() {
            self.done.push(std::mem::take(&mut self.current));
        }
        self.current.servers.push(server);
    }

    fn request(&mut self, request: Request, after: Option<Duration>, block: &Block, problems: &mut Problems) {
        if !self.current.responses.is_empty() {
            self.finish(problems);
        }
        if let Some(first) = self.current.requests.first() {
            let differs = [("after", after.is_some()), ("times", request.times != first.times)];
            for (name, _) in differs.iter().filter(|(_, differs)| *differs) {
                let message = format!(
                    "this request goes out with the one before it, which says `{name}` for both; write the `response` of \
                     that one behind it if it goes out later"
                );
                problems.error(codes::MISPLACED, block.kind.span, message);
            }
        }
        self.asked = Some(request.message.span);
        self.current.after += after.unwrap_or_default();
        self.current.requests.push(request);
    }

    fn behind_request(&mut self, block: &Block, problems: &mut Problems) -> Option<&mut Step> {
        if self.current.requests.is_empty() {
            if !self.is_unsound {
                let message = format!("this `{}` stands before any request", block.kind.text);
                problems.error(codes::MISPLACED, block.kind.span, message);
            }
            return None;
        }
        Some(&mut self.current)
    }

    fn finish(&mut self, problems: &mut Problems) {
        let step = std::mem::take(&mut self.current);
        let (requests, responses) = (step.requests.len(), step.responses.len());
        if requests == 0 {
            return;
        }
        if requests != responses && !self.is_unsound {
            let message = format!("{requests} requests go out here and {responses} responses are expected");
            let message = if requests == 1 && responses == 0 {
                "what does this request expect? Write a `response` block behind it".to_owned()
            } else {
                message
            };
            problems.error(codes::MISPLACED, self.asked.unwrap_or_default(), message);
        }
        self.done.push(step);
    }
}

fn required(block: &Block, name: &str, problems: &mut Problems) -> Option<String> {
    let value = block.option(name);
    if value.is_none() {
        let message = format!("`{}` lacks the option `{name}=…`", block.kind.text);
        problems.error(codes::BAD_VALUE, block.kind.span, message);
    }
    value.map(|value| value.text.clone())
}

/// An option that names an entity.
fn name(block: &Block, option: &str, default: &str, problems: &mut Problems) -> Option<String> {
    match block.option(option) {
        Some(word) => problems.is_name(word).then(|| word.text.clone()),
        None => Some(default.to_owned()),
    }
}

/// Puts a block's text between two others into a file of the world.
fn file(block: &Block, world: &mut World, path: &str, before: &str, behind: &str) {
    let file = File {
        text: format!("{before}{}{behind}", block.text.text()),
        before: before.len(),
        written: block.value.is_none().then(|| block.text.clone()),
        origin: Origin::Block(block.kind.span),
    };
    world.files.insert(path.to_owned(), file);
}

/// A document at a scope, or some of its sections: those that are missing hold `<base />`.
/// Tells the path of the file that it becomes.
fn policy(block: &Block, world: &mut World, problems: &mut Problems) -> Option<String> {
    block.only(problems, &["scope", "product", "operation", "api"]);
    let mut named = |option, default| name(block, option, default, problems);
    let (api, product, operation) = (
        named("api", "api"),
        named("product", "product"),
        named("operation", "any"),
    );
    let (api, product, operation) = (api?, product?, operation?);
    let scope = block.option("scope").map_or("api", |scope| scope.text.as_str());
    let path = match scope {
        "global" => "policy.xml".to_owned(),
        "product" => format!("products/{product}/policy.xml"),
        "api" => format!("apis/{api}/policy.xml"),
        "operation" => format!("apis/{api}/operations/{operation}/policy.xml"),
        _ => {
            if let Some(scope) = block.option("scope") {
                problems.unknown(scope, "scope", &["global", "product", "api", "operation"]);
            }
            return None;
        }
    };
    let text = block.text.text();
    if text.contains("<policies") {
        file(block, world, &path, "", "");
        return Some(path);
    }
    let base = if scope == "global" {
        "<forward-request />"
    } else {
        "<base />"
    };
    let missing = |section: &str| !text.contains(&format!("<{section}"));
    let mut behind = String::new();
    for section in ["inbound", "backend", "outbound", "on-error"]
        .into_iter()
        .filter(|section| missing(section))
    {
        let base = if scope != "global" || section == "backend" {
            base
        } else {
            ""
        };
        let _ = write!(behind, "<{section}>{base}</{section}>");
    }
    file(block, world, &path, "<policies>", &format!("{behind}</policies>"));
    Some(path)
}

/// A fragment. Tells the path of the file that it becomes.
fn fragment(block: &Block, world: &mut World, problems: &mut Problems) -> Option<String> {
    block.only(problems, &["id"]);
    required(block, "id", problems)?;
    let id = name(block, "id", "", problems)?;
    let path = format!("policy fragments/{id}/policy.xml");
    file(block, world, &path, "", "");
    let information = format!("policy fragments/{id}/policyFragmentInformation.json");
    let empty = || File::implied("{\"properties\": {}}".to_owned(), Origin::Block(block.kind.span));
    world.files.entry(information).or_insert_with(empty);
    Some(path)
}

/// Any file of the artifact folder. Tells its path.
fn artifact(block: &Block, world: &mut World, problems: &mut Problems) -> Option<String> {
    block.only(problems, &["path"]);
    let path = required(block, "path", problems)?;
    let stays_inside = |part| matches!(part, Component::Normal(_));
    if !Path::new(&path).components().all(stays_inside) {
        let message = format!("`path` must lead into the artifact folder, found \"{path}\"");
        let place = block.option("path").map_or(block.kind.span, |word| word.span);
        problems.error(codes::BAD_VALUE, place, message);
        return None;
    }
    file(block, world, &path, "", "");
    Some(path)
}

fn server(block: &Block, problems: &mut Problems) -> Option<Server> {
    block.only(problems, &["times", "delay", "fails", "breaks-after"]);
    let times = block.times(problems);
    let delay = block.read(problems, "delay", DURATION, duration).unwrap_or_default();
    let breaks_after = block.read(problems, "breaks-after", "a number of bytes", |text| text.parse().ok());
    let failure = block.read(problems, "fails", "`timeout` or `refused`", |text| match text {
        "timeout" => Some(Answer::Silence),
        "refused" => Some(Answer::Refused),
        _ => None,
    });
    let mut server = Server {
        method: None,
        url: "*".to_owned(),
        times,
        delay,
        answer: Answer::Silence,
        span: block.kind.span,
    };
    let text = block.text.text();
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let mut start = 0;
    if status(first).is_none()
        && let Some((method, url)) = request_line(first)
    {
        server.method = (method != "*").then(|| method.to_owned());
        url.clone_into(&mut server.url);
        start = text.len() - rest.len();
    }
    if let Some(failure) = failure {
        server.answer = failure;
        return Some(server);
    }
    let message = Message::read_from(block, start, problems)?;
    let Some((status, reason)) = message.status() else {
        let expected = "expected a status such as `200 OK`, or `GET http://host/path` and then a status";
        problems.error(codes::BAD_MESSAGE, message.span, expected);
        return None;
    };
    server.answer = Answer::Response(Reply {
        status: (status, reason.map(str::to_owned)),
        headers: message.headers,
        body: message.body.unwrap_or_default(),
        breaks_after,
    });
    Some(server)
}

fn request(block: &Block, beside: &Path, problems: &mut Problems) -> Option<Request> {
    block.only(problems, &["from", "after", "times", "certificate"]);
    let certificate = block.read(problems, "certificate", "a file with a certificate (PEM)", |path| {
        let pem = CertificateDer::from_pem_file(beside.join(path)).ok()?;
        Some(pem.to_vec())
    });
    let ip = block.read(problems, "from", "an address", |text| text.parse().ok());
    let times = block.times(problems);
    let message = Message::read(block, problems)?;
    let Some((_, url)) = message.method_and_url() else {
        let expected = "expected a request such as `GET /path`";
        problems.error(codes::BAD_MESSAGE, message.span, expected);
        return None;
    };
    // Tokens are text that a URL may have.
    let filled = url.replace(['<', '>'], "_");
    let is_whole = ["/", "http://", "https://"].iter().any(|start| url.starts_with(start));
    if !is_whole || filled.parse::<Uri>().is_err() {
        let expected = format!("expected a path such as `/path`, or a URL, found \"{url}\"");
        problems.error(codes::BAD_MESSAGE, message.span, expected);
        return None;
    }
    Some(Request {
        message,
        ip,
        certificate,
        times: times.unwrap_or(1),
    })
}

fn expected(block: &Block, problems: &mut Problems) -> Option<Expected> {
    block.only(problems, &["json", "whole", "took", "breaks"]);
    let took = block.read(problems, "took", DURATION, duration);
    let message = Message::read(block, problems)?;
    let Some((status, _)) = message.status() else {
        let expected = "expected a status such as `200 OK`";
        problems.error(codes::BAD_MESSAGE, message.span, expected);
        return None;
    };
    Some(Expected {
        status,
        is_json: is_json(block, &message, problems),
        is_whole: block.flag(problems, "whole"),
        took,
        breaks: block.flag(problems, "breaks"),
        message,
    })
}

/// A request that a server got; without any text: none.
fn sent(block: &Block, problems: &mut Problems) -> Option<Vec<Sent>> {
    block.only(problems, &["json", "proxy", "certificate"]);
    if matches!(block.text.text().trim(), "" | "<none>") {
        return Some(Vec::new());
    }
    let message = Message::read(block, problems)?;
    let url = message.method_and_url().map(|(_, url)| url);
    // A path alone is what no server gets here: nothing would ever fit it.
    if url.is_none_or(|url| !url.contains("://") && !url.starts_with(ANY)) {
        let expected = format!(
            "expected a request such as `GET http://host/path`, or `<none>`, found \"{}\"",
            message.first
        );
        problems.error(codes::BAD_MESSAGE, message.span, expected);
        return None;
    }
    let option = |name: &str| block.option(name).map(|word| word.text.clone());
    Some(vec![Sent {
        is_json: is_json(block, &message, problems),
        message,
        proxy: option("proxy"),
        certificate: option("certificate"),
    }])
}

/// An event that a logger got; without any text: none.
fn event(block: &Block, problems: &mut Problems) -> Option<Vec<Event>> {
    block.only(problems, &["json"]);
    if matches!(block.text.text().trim(), "" | "<none>") {
        return Some(Vec::new());
    }
    let message = Message::read(block, problems)?;
    let mut names = message.headers.iter().map(|(name, _)| name);
    if let Some(name) = names.find(|name| !PARTITION.iter().any(|known| name.eq_ignore_ascii_case(known))) {
        let word = Word {
            text: name.clone(),
            span: message.span,
        };
        problems.unknown(&word, "header of an event", &PARTITION);
        return None;
    }
    Some(vec![Event {
        is_json: is_json(block, &message, problems),
        message,
    }])
}

/// Whether bodies are compared as JSON; an expected one that is none is reported.
fn is_json(block: &Block, message: &Message, problems: &mut Problems) -> bool {
    let is_json = block.flag(problems, "json");
    match message.body.as_deref() {
        None if is_json => {
            let place = block.option("json").map_or(block.kind.span, |word| word.span);
            let message = "`json` says how the body is compared, but there is none: write it behind an empty line";
            problems.error(codes::BAD_MESSAGE, place, message);
        }
        Some(body) if is_json && body != compare::NONE => drop(json(block, body, message.body_start, problems)),
        _ => {}
    }
    is_json
}

/// JSON that stands in a block from a byte on; what is none is reported at its place.
fn json(block: &Block, text: &str, start: usize, problems: &mut Problems) -> Option<serde_json::Value> {
    let error = match serde_json::from_str(text) {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    let lines = text.split_inclusive('\n');
    let before: usize = lines.take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = start + before + error.column().saturating_sub(1);
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    let span = block.text.original(Span::at(at));
    problems.error(codes::BAD_VALUE, span, format!("this is no JSON: {message}"));
    None
}

fn what(block: &Block, problems: &mut Problems) -> Option<What> {
    let lines = || {
        let lines = block.text.text().lines().map(str::trim);
        let lines: Vec<_> = lines.filter(|line| !line.is_empty()).map(str::to_owned).collect();
        if lines == [compare::NONE] { Vec::new() } else { lines }
    };
    let unless_none = |text: Option<String>| text.filter(|text| text != compare::NONE);
    Some(match block.kind.text.as_str() {
        "trace" => What::Trace(lines()),
        "steps" => What::Steps(lines()),
        "metrics" => What::Metrics(lines()),
        "traced" => What::Traced(json(block, block.text.text(), 0, problems)?),
        "variables" => {
            let root = settings::read(block, problems)?;
            let texts = settings::texts(block, &root, problems).into_iter();
            What::Variables(texts.map(|(name, text)| (name, unless_none(text))).collect())
        }
        _ => {
            let root = settings::read(block, problems)?;
            let texts = settings::texts(block, &root, problems);
            for member in root
                .members()
                .iter()
                .filter(|member| !compare::ERROR.contains(&member.key.as_str()))
            {
                let word = Word {
                    text: member.key.clone(),
                    span: block.place(member.key_span),
                };
                problems.unknown(&word, "member of the last error", &compare::ERROR);
            }
            What::Error(
                texts
                    .into_iter()
                    .map(|(name, text)| (name, unless_none(text).unwrap_or_default()))
                    .collect(),
            )
        }
    })
}
