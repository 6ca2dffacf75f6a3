//! `tollgate explain`: what really runs for an operation, step by step, and where each step came from.
//!
//! Results of `write!` are dropped: writing to a string cannot fail.

use crate::configuration::Configuration;
use crate::{EXIT_FAILED, Format, output};
use catalog::{Api, ApiKind, Catalog, Operation, Product};
use clap::Args;
use diagnostic::{Diagnostic, nearest};
use policy::{Origin, Outline, OutlinedSection, Plans, Secrets, Section};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Print the effective policy of an operation: each step with its file and line, the bodies that it keeps, what never
/// runs, and what APIM would refuse.
///
/// Exit code 0: printed; 2: the folder has no such API, operation or product.
#[derive(Args)]
pub struct Explain {
    /// The artifact folder.
    #[arg(long, value_name = "DIR")]
    config: PathBuf,
    /// Properties that entities have in one environment: `configuration.<environment>.yaml` of the `APIOps` tools.
    #[arg(long, value_name = "FILE")]
    overrides: Option<PathBuf>,
    /// The API's id, which is its folder's name; a revision as `orders;rev=2`.
    api: String,
    /// The operation's id; without it, what runs for an API without operations.
    operation: Option<String>,
    /// The product that the call comes in under.
    #[arg(long, value_name = "ID")]
    product: Option<String>,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// What was asked for.
struct Subject {
    api: Arc<Api>,
    operation: Option<Arc<Operation>>,
    product: Option<Arc<Product>>,
}

impl Explain {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        let Configuration {
            catalog, diagnostics, ..
        } = Configuration::read(&self.config, self.overrides.as_deref());
        let subject = match self.find(&catalog) {
            Ok(subject) => subject,
            Err(message) => {
                output::aside(diagnostic::render(&diagnostics));
                output::error(message);
                return ExitCode::from(EXIT_FAILED);
            }
        };
        let Subject {
            api,
            operation,
            product,
        } = &subject;
        let sections = Plans::outline(&catalog, api, operation.as_ref(), product.as_ref());
        let problems = concerned(&sections, diagnostics);
        // An `id` may hold a named value, which nobody is to read here.
        let secrets = Secrets::of(&catalog);
        match self.format {
            Format::Text => output::print(subject.text(&sections, &secrets) + &notes(&problems)),
            Format::Json => output::line(subject.json(&sections, &secrets, &problems)),
        }
        ExitCode::SUCCESS
    }

    fn find(&self, catalog: &Catalog) -> Result<Subject, String> {
        let (id, revision) = match self.api.split_once(";rev=") {
            Some((id, revision)) => (id, Some(revision)),
            None => (self.api.as_str(), None),
        };
        let is_meant =
            |api: &&Arc<Api>| api.id == id && revision.map_or(api.is_current, |wanted| api.revision == wanted);
        let api = catalog.apis.iter().find(is_meant).ok_or_else(|| {
            let known = catalog.apis.iter().map(|api| api.id.as_str());
            unknown("API", &self.api, known)
        })?;
        let operation = self.operation.as_ref().map(|id| {
            let found = api.operations.iter().find(|operation| *operation.id == **id).cloned();
            let known = api.operations.iter().map(|operation| &*operation.id);
            found.ok_or_else(|| unknown("operation", id, known))
        });
        let product = self.product.as_ref().map(|id| {
            let of_api = |id: &&String| catalog.products.contains_key(id.as_str());
            let found = catalog.products.get(id).filter(|_| api.products.contains(id)).cloned();
            found.ok_or_else(|| {
                unknown(
                    "product of this API",
                    id,
                    api.products.iter().filter(of_api).map(String::as_str),
                )
            })
        });
        Ok(Subject {
            api: Arc::clone(api),
            operation: operation.transpose()?,
            product: product.transpose()?,
        })
    }
}

/// Names that are told where another was looked for.
const TOLD: usize = 20;

fn unknown<'k>(what: &str, id: &str, known: impl Iterator<Item = &'k str>) -> String {
    let known: BTreeSet<&str> = known.collect();
    let near = nearest(id, known.iter().copied()).map_or_else(String::new, |near| format!(" did you mean \"{near}\"?"));
    let list = match known.len() {
        0 => "none".to_owned(),
        all => {
            let told: Vec<&str> = known.into_iter().take(TOLD).collect();
            let more = if all > TOLD {
                format!(" and {} more", all - TOLD)
            } else {
                String::new()
            };
            told.join(", ") + &more
        }
    };
    format!("there is no {what} \"{id}\";{near} found: {list}")
}

/// The problems of the documents that take part.
fn concerned(sections: &[OutlinedSection], diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut documents = BTreeSet::new();
    for section in sections {
        section
            .steps
            .iter()
            .for_each(|step| name_documents(step, &mut documents));
    }
    let takes_part = |diagnostic: &Diagnostic| documents.contains(diagnostic.file());
    diagnostics.into_iter().filter(takes_part).collect()
}

fn name_documents<'o>(step: &'o Outline, documents: &mut BTreeSet<&'o str>) {
    documents.insert(&step.origin.document);
    step.inside.iter().for_each(|step| name_documents(step, documents));
}

fn notes(problems: &[Diagnostic]) -> String {
    if problems.is_empty() {
        return String::new();
    }
    format!("\nfound in these documents\n{}", diagnostic::render(problems))
}

/// Where a step stands: `apis/orders/policy.xml:4:5`.
fn place(origin: &Origin) -> String {
    let Origin { document, position, .. } = origin;
    format!("{document}:{}:{}", position.line, position.column)
}

/// The bodies that are kept before a step runs.
fn kept(step: &Outline) -> Option<&'static str> {
    match (step.reads.request_body, step.reads.response_body) {
        (true, true) => Some("request and response"),
        (true, false) => Some("request"),
        (false, true) => Some("response"),
        (false, false) => None,
    }
}

impl Subject {
    fn text(&self, sections: &[OutlinedSection], secrets: &Secrets) -> String {
        let mut lines = Vec::new();
        for section in sections {
            lines.push((String::new(), String::new()));
            lines.push((section.section.name().to_owned(), String::new()));
            if section.steps.is_empty() {
                lines.push((format!("  {}", self.nothing(section.section)), String::new()));
            }
            add(&section.steps, 1, "", secrets, &mut lines);
            add(
                &section.cut_off,
                1,
                "cut off, no <base /> leads here",
                secrets,
                &mut lines,
            );
        }
        let width = lines.iter().map(|(step, _)| step.chars().count()).max().unwrap_or(0);
        let mut text = self.title() + "\n";
        for (step, rest) in lines {
            let line = format!("{step:width$}  {rest}");
            text.push_str(line.trim_end());
            text.push('\n');
        }
        if let Some(answer) = sections.iter().find_map(always_answered) {
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "\nthe sections behind {} never run: it always answers\n",
                answer.name()
            );
        }
        text
    }

    /// What happens in a section without steps.
    fn nothing(&self, section: Section) -> &'static str {
        match (section, &self.api.kind) {
            (Section::Backend, ApiKind::Mcp(_)) => "nothing but the request to the MCP server, which is always sent",
            (Section::Backend, _) => "nothing: the request is sent nowhere",
            _ => "nothing",
        }
    }

    fn title(&self) -> String {
        let mut title = format!("API {}", self.api.id);
        if let Some(operation) = &self.operation {
            let _ = write!(
                title,
                ", operation {}: {} {}",
                operation.id, operation.method, operation.url_template
            );
        }
        if let Some(product) = &self.product {
            let _ = write!(title, ", product {}", product.id);
        }
        if self.operation.is_none() && !self.api.operations.is_empty() {
            title.push_str("\nno operation is named: policies of operations are not here");
        }
        if self.product.is_none() && !self.api.products.is_empty() {
            let products: Vec<&str> = self.api.products.iter().map(String::as_str).collect();
            let _ = write!(
                title,
                "\nfor calls under no product; --product may be {}",
                products.join(", ")
            );
        }
        title
    }

    fn json(&self, sections: &[OutlinedSection], secrets: &Secrets, problems: &[Diagnostic]) -> Value {
        let answered = sections.iter().find_map(always_answered);
        let listed = |steps: &[Outline]| steps.iter().map(|step| step_json(step, secrets)).collect::<Vec<_>>();
        let sections: serde_json::Map<String, Value> = sections
            .iter()
            .map(|section| {
                let (steps, cut_off) = (listed(&section.steps), listed(&section.cut_off));
                (
                    section.section.name().to_owned(),
                    json!({"steps": steps, "cutOff": cut_off, "neverRuns": is_behind(section.section, answered)}),
                )
            })
            .collect();
        json!({
            "api": self.api.id,
            "operation": self.operation.as_ref().map(|operation| &operation.id),
            "product": self.product.as_ref().map(|product| &product.id),
            "sections": sections,
            "problems": problems.iter().map(diagnostic::Report::from).collect::<Vec<_>>(),
        })
    }
}

/// The section, if a step directly in it always answers, so that the sections behind it have nothing to do.
fn always_answered(section: &OutlinedSection) -> Option<Section> {
    let goes_on = matches!(section.section, Section::Inbound | Section::Backend);
    (goes_on && section.steps.iter().any(|step| step.ends)).then_some(section.section)
}

/// Whether a section has nothing to do because that one always answers.
fn is_behind(section: Section, answered: Option<Section>) -> bool {
    match answered {
        Some(Section::Inbound) => matches!(section, Section::Backend | Section::Outbound),
        Some(_) => section == Section::Outbound,
        None => false,
    }
}

fn add(steps: &[Outline], depth: usize, note: &str, secrets: &Secrets, lines: &mut Vec<(String, String)>) {
    for step in steps {
        let mut rest = place(&step.origin);
        if let Some(id) = &step.origin.id {
            let _ = write!(rest, "  id {}", secrets.without(id, &[]));
        }
        if let Some(kept) = kept(step) {
            let _ = write!(rest, "  keeps the {kept} body, which it needs whole");
        }
        let note = if step.is_unreachable {
            "never runs: what is before it always answers"
        } else {
            note
        };
        if !note.is_empty() {
            let _ = write!(rest, "  {note}");
        }
        lines.push((format!("{}{}", "  ".repeat(depth), step.origin.path), rest));
        add(&step.inside, depth + 1, note, secrets, lines);
    }
}

fn step_json(step: &Outline, secrets: &Secrets) -> Value {
    let origin = &step.origin;
    json!({
        "policy": origin.element,
        "path": origin.path,
        "id": origin.id.as_ref().map(|id| secrets.without(id, &[])),
        "scope": origin.scope.map(policy::Scope::name),
        "file": &*origin.document,
        "line": origin.position.line,
        "column": origin.position.column,
        "keepsRequestBody": step.reads.request_body,
        "keepsResponseBody": step.reads.response_body,
        "neverRuns": step.is_unreachable,
        "steps": step.inside.iter().map(|step| step_json(step, secrets)).collect::<Vec<_>>(),
    })
}
