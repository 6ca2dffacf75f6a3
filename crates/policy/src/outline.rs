//! A plan as people read it: the steps of an operation in the order in which they run, and where each came from.
//!
//! Never here: running, printing.

use crate::block::{Block, Origin, Section};
use crate::document::Document;
use crate::effective::{cut_off, effective};
use expression::Reads;
use std::sync::Arc;

/// A step with those inside it.
#[derive(Clone, Debug)]
pub struct Outline {
    /// Where it stands.
    pub origin: Arc<Origin>,
    /// The bodies that must be kept before it runs.
    pub reads: Reads,
    /// Whether it waits for the answer, where that is a message in a stream.
    answer: bool,
    /// Whether it always answers, so that nothing behind it runs.
    pub ends: bool,
    /// Whether something before it always answers.
    pub is_unreachable: bool,
    /// The steps inside it; the path of each begins with the element that holds it, such as `when[2]`.
    pub inside: Arc<[Outline]>,
}

/// A section of an operation's effective policy.
#[derive(Debug)]
pub struct OutlinedSection {
    /// Which one.
    pub section: Section,
    /// What runs.
    pub steps: Vec<Outline>,
    /// What documents around say that does not run, because a document inside has no `<base />`.
    pub cut_off: Vec<Outline>,
}

/// The sections of a chain of documents, the most specific one first; `streams` says whether answers are messages in
/// streams, as those of MCP servers are.
pub(crate) fn outline(chain: &[Arc<Document>], streams: bool) -> Vec<OutlinedSection> {
    let of_section = |section| OutlinedSection {
        section,
        steps: marked(steps(&effective(chain, section), streams), false),
        cut_off: steps(&cut_off(chain, section), streams),
    };
    Section::ALL.into_iter().map(of_section).collect()
}

fn steps(blocks: &[Arc<Block>], streams: bool) -> Vec<Outline> {
    let steps = blocks.iter().flat_map(|block| of_block(block)).collect();
    if streams { waiting_for_answers(steps) } else { steps }
}

/// The steps where the answer is a message in a stream, which some of them need whole.
fn waiting_for_answers(steps: Vec<Outline>) -> Vec<Outline> {
    let wait = |step: Outline| Outline {
        reads: Reads {
            response_body: step.reads.response_body || step.answer,
            ..step.reads
        },
        inside: waiting_for_answers(step.inside.to_vec()).into(),
        ..step
    };
    steps.into_iter().map(wait).collect()
}

/// The steps of a block, unmarked.
pub(crate) fn of_block(block: &Block) -> Vec<Outline> {
    let of_step = |step: &crate::block::Planned| Outline {
        origin: Arc::clone(&step.origin),
        reads: step.needs.reads,
        answer: step.needs.answer,
        ends: step.ends,
        is_unreachable: false,
        inside: Arc::clone(&step.outline),
    };
    block.steps.iter().map(of_step).collect()
}

/// The steps, each marked if one before it in the same branch, or before one that it is in, always answers.
fn marked(steps: Vec<Outline>, are_unreachable: bool) -> Vec<Outline> {
    let mut ended: Option<String> = None;
    let mark = |step: Outline| {
        let branch = branch(&step.origin.path).to_owned();
        let is_unreachable = are_unreachable || ended.as_deref() == Some(branch.as_str());
        if step.ends {
            ended = Some(branch);
        }
        Outline {
            is_unreachable,
            inside: marked(step.inside.to_vec(), is_unreachable).into(),
            ..step
        }
    };
    steps.into_iter().map(mark).collect()
}

/// What of a path names the branch: `when[2]` of `when[2]/set-header[1]`.
fn branch(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(branch, _)| branch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Bench;

    /// The outline of a section, a step a line; `!` marks what never runs, `~` what is cut off.
    fn lines(documents: &[(&str, &str)], section: Section) -> Vec<String> {
        let bench = Bench::with_documents(documents);
        let api = &bench.catalog.apis[0];
        let sections = crate::Plans::outline(&bench.catalog, api, api.operations.first(), None);
        let section = sections.into_iter().find(|it| it.section == section).unwrap();
        let mut lines = Vec::new();
        add(&section.steps, 0, "", &mut lines);
        add(&section.cut_off, 0, "~", &mut lines);
        lines
    }

    fn add(steps: &[Outline], depth: usize, mark: &str, lines: &mut Vec<String>) {
        for step in steps {
            let mark = if step.is_unreachable { "!" } else { mark };
            let reads = if step.reads.request_body { " reads" } else { "" };
            let Origin {
                document,
                path,
                position,
                ..
            } = &*step.origin;
            lines.push(format!(
                "{}{mark}{path} {document}:{}{reads}",
                " ".repeat(depth),
                position.line
            ));
            add(&step.inside, depth + 1, mark, lines);
        }
    }

    #[test]
    fn steps_are_told_with_their_places() {
        let global = "<policies><inbound>\n<set-method>GET</set-method></inbound></policies>";
        let api = "<policies><inbound><base />\n<choose><when condition='@(context.Request.Body.As<string>(true) == \"\")'>\n\
                   <return-response />\n<set-method>PUT</set-method></when>\n<otherwise><include-fragment fragment-id='f' />\
                   </otherwise></choose>\n<return-response />\n<set-method>POST</set-method></inbound></policies>";
        let fragment = "<fragment>\n<set-variable name='a' value='1' /></fragment>";
        assert_eq!(
            lines(&[("global", global), ("api", api), ("f", fragment)], Section::Inbound),
            [
                "set-method[1] global.xml:2",
                "choose[1] api.xml:2 reads",
                " when[1]/return-response[1] api.xml:3",
                " !when[1]/set-method[1] api.xml:4",
                " otherwise[1]/include-fragment[1] api.xml:5",
                "  set-variable[1] f.xml:2",
                "return-response[1] api.xml:6",
                "!set-method[1] api.xml:7",
            ]
        );
    }

    #[test]
    fn what_is_inside_of_what_never_runs_never_runs() {
        let inbound = "<return-response /><choose><when condition='true'><set-method>PUT</set-method></when></choose>";
        let bench = Bench::new(&format!("<inbound>{inbound}</inbound>"));
        let sections = crate::Plans::outline(&bench.catalog, &bench.catalog.apis[0], None, None);
        let [answer, choose] = sections[0].steps.as_slice() else {
            panic!("{sections:?}")
        };
        let marks = [answer, choose, &choose.inside[0]].map(|step| step.is_unreachable);
        assert_eq!(marks, [false, true, true]);
    }

    #[test]
    fn what_is_inside_may_always_answer() {
        let answer = "<return-response />";
        let fragment = format!("<fragment>{answer}</fragment>");
        let choose =
            |otherwise: &str| format!("<choose><when condition='@(false)'>{answer}</when>{otherwise}</choose>");
        for (policies, never) in [
            ("<include-fragment fragment-id='f' />".to_owned(), true),
            (choose(""), false),
            (choose("<otherwise />"), false),
            (choose(&format!("<otherwise>{answer}</otherwise>")), true),
            (choose(&format!("<otherwise>{}</otherwise>", choose(""))), false),
            (
                format!("<limit-concurrency key='k' max-count='1'>{answer}</limit-concurrency>"),
                true,
            ),
            (
                format!("<retry condition='@(false)' count='1' interval='1'>{answer}</retry>"),
                true,
            ),
        ] {
            let api = format!("<policies><inbound>{policies}<set-method>PUT</set-method></inbound></policies>");
            let lines = lines(&[("api", &api), ("f", &fragment)], Section::Inbound);
            assert_eq!(
                lines.last().unwrap().starts_with("!set-method"),
                never,
                "{policies}: {lines:?}"
            );
        }
    }

    #[test]
    fn a_new_body_needs_the_old_one_only_where_it_is_an_answer_in_a_stream() {
        let policies = "<outbound><choose><when condition='@(true)'><set-body>a</set-body></when></choose></outbound>";
        for (bench, expected) in [(Bench::new(policies), false), (Bench::new(policies).mcp("{}"), true)] {
            let api = &bench.catalog.apis[0];
            let sections = crate::Plans::outline(&bench.catalog, api, None, None);
            let outbound = sections.into_iter().find(|it| it.section == Section::Outbound).unwrap();
            assert_eq!(outbound.steps[0].inside[0].reads.response_body, expected);
        }
    }

    #[test]
    fn what_no_base_brings_in_is_cut_off() {
        let document = |inbound: &str| format!("<policies><inbound>{inbound}</inbound></policies>");
        let (global, api) = (
            document("<set-method>GET</set-method>"),
            document("<set-method>PUT</set-method>"),
        );
        assert_eq!(
            lines(&[("global", &global), ("api", &api)], Section::Inbound),
            ["set-method[1] api.xml:1", "~set-method[1] global.xml:1"]
        );
    }
}
