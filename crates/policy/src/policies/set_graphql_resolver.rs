//! `set-graphql-resolver` says where the values of a GraphQL API's field come from: of `field` of `parent-type`, by the
//! `http-data-source` in it. APIM has retired it in favour of resolvers beside the API.
//!
//! It stands in the backend section, once for each field. What it says holds for the requests of all operations whose
//! policies contain it, wherever in the section it stands: they are answered by resolvers and not by a backend, by the
//! section's `forward-request`, or at the section's end. A resolver beside the API for the same field goes before; of two
//! policies for one field the one counts that comes later. A field that the schema lacks, and an API that is none of
//! GraphQL, have no use for it: the former is a warning.

use crate::codes;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, Sections, now};
use crate::resolvers::Declared;
use crate::step::{Flow, Run, Step};
use expression::text::Text;
use std::sync::Arc;

pub(crate) const SET_GRAPHQL_RESOLVER: Policy = Policy {
    sections: Sections::BACKEND,
    tolerated: Sections::INBOUND,
    ..Policy::new("set-graphql-resolver", parse)
};

/// It is asked for when requests are planned; there is nothing left to do when it is come by.
struct SetGraphQlResolver;

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let type_name = element.required_literal::<Text>("parent-type");
    let field = element.required_literal::<Text>("field");
    let span = element.attribute_span("field");
    if element.count("http-data-source") != 1 {
        let message = "`<set-graphql-resolver>` must hold one `<http-data-source>`";
        element.error_at("", codes::MISSING_CHILD, message);
    }
    // The data source is a document of its own: it stands in no section, and in no scope.
    let place = &mut element.compiler.place;
    let outer = (place.section.take(), place.scope.take());
    let document = element.policies(&["http-data-source"]);
    let place = &mut element.compiler.place;
    (place.section, place.scope) = outer;
    let source = Arc::clone(&place.source);
    element.declares(Declared {
        type_name: type_name?,
        field: field?,
        document: Arc::new(document),
        source,
        span,
    });
    now(SetGraphQlResolver)
}

impl Step for SetGraphQlResolver {
    fn run(&self, _: &mut Exchange) -> Result<Flow, Failure> {
        Ok(Flow::Next)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::reports;

    #[test]
    fn it_holds_one_data_source() {
        let source = "<http-data-source><http-request><set-method>GET</set-method><set-url>http://a/</set-url></http-request></http-data-source>";
        let policy = |content: &str| {
            format!(
                "<backend><set-graphql-resolver parent-type='Query' field='a'>{content}</set-graphql-resolver></backend>"
            )
        };
        reports(&[
            (&policy(source), ""),
            (
                &policy(""),
                "`<set-graphql-resolver>` must hold one `<http-data-source>`",
            ),
        ]);
    }
}
