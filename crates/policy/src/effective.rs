//! The effective section of a chain of documents: each document's steps with `<base />` replaced by what encloses it.
//!
//! A scope without a document is transparent; a section that a document lacks is empty; without `<base />` everything
//! broader is cut off (APIM: "Set or edit policies", scopes).

use crate::block::{Block, Section};
use crate::document::Document;
use std::sync::Arc;

/// The blocks of a section in the order in which they run. `chain` is the documents from the most specific one outwards.
pub(crate) fn effective(chain: &[Arc<Document>], section: Section) -> Vec<Arc<Block>> {
    let mut before = Vec::new();
    let mut after = Vec::new();
    for document in chain {
        let steps = document.section(section);
        before.push(Arc::clone(&steps.before));
        after.push(Arc::clone(&steps.after));
        if !steps.has_base {
            break;
        }
    }
    after.reverse();
    before.extend(after);
    before.retain(|block| !block.steps.is_empty());
    before
}

/// The blocks of a section that do not run, since a document inside theirs has no `<base />`.
pub(crate) fn cut_off(chain: &[Arc<Document>], section: Section) -> Vec<Arc<Block>> {
    let mut documents = chain.iter().map(|document| document.section(section));
    documents.by_ref().find(|steps| !steps.has_base);
    let blocks = documents.flat_map(|steps| [Arc::clone(&steps.before), Arc::clone(&steps.after)]);
    blocks.filter(|block| !block.steps.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    /// A document whose inbound section is `shape`, in which a letter adds that letter to the header `way` and `b` is
    /// `<base />`.
    fn document(shape: &str) -> String {
        let step = |letter: char| match letter {
            'b' => "<base />".to_owned(),
            other => format!("<set-header name='way' exists-action='append'><value>{other}</value></set-header>"),
        };
        let inbound: String = shape.chars().map(step).collect();
        format!("<policies><inbound>{inbound}</inbound><backend><forward-request /></backend></policies>")
    }

    #[test]
    fn base_stands_for_the_same_section_of_the_scope_around() {
        // (global, product, api, operation) with `-` for a scope without document
        for (shapes, expected) in [
            (["G", "-", "-", "-"], "G"),
            (["G", "-", "b", "-"], "G"),
            (["G", "-", "bA", "-"], "G,A"),
            (["G", "-", "AbC", "ObQ"], "O,A,G,C,Q"),
            (["G", "-", "A", "Ob"], "O,A"),
            (["G", "-", "-", "Ob"], "O,G"),
            (["G", "-", "", "Ob"], "O"),
            (["G", "Pb", "bA", "bO"], "P,G,A,O"),
            (["G", "P", "bA", "bO"], "P,A,O"),
            (["-", "-", "bA", "-"], "A"),
        ] {
            let scopes = ["global", "product", "api", "operation"];
            let given = scopes.into_iter().zip(shapes).filter(|(_, shape)| *shape != "-");
            let documents: Vec<_> = given.map(|(scope, shape)| (scope, document(shape))).collect();
            let documents: Vec<_> = documents.iter().map(|(scope, text)| (*scope, text.as_str())).collect();
            let mut bench = Bench::with_documents(&documents).answer("204");
            bench.run_under_product("GET /");
            let sent = bench.sent.borrow()[0].clone();
            assert_eq!(
                sent.lines().nth(1).unwrap_or("way: "),
                format!("way: {expected}"),
                "{shapes:?}"
            );
        }
    }

    #[test]
    fn product_policies_need_a_product() {
        let (product, api) = (document("P"), document("bA"));
        let mut bench = Bench::with_documents(&[("product", &product), ("api", &api)]).answer("204");
        bench.run("GET /");
        assert!(bench.sent.borrow()[0].ends_with("way: A"));
    }
}
