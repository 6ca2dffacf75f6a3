//! The resolvers of a GraphQL API: `resolvers/<id>/resolverInformation.json` names the field, `policy.xml` says where its
//! values come from. One that belongs to no field is never called; that is worth a warning and nothing more, since
//! management APIs keep such resolvers too.
//!
//! Never here: whether the schema has such a field, what the document says.

use super::Loader;
use crate::codes;
use crate::files::about;
use crate::{ApiKind, Resolver};
use diagnostic::Severity;
use std::path::Path;

/// The file that describes a resolver.
const INFORMATION: &str = "resolverInformation.json";

/// The resolvers of the API in `folder`, in the order of their names.
pub(crate) fn load(loader: &Loader<'_>, folder: &Path, kind: &ApiKind) -> Vec<Resolver> {
    let folder = folder.join("resolvers");
    let mut resolvers: Vec<Resolver> = Vec::new();
    for entry in loader.files.folders(&folder) {
        if !matches!(kind, ApiKind::GraphQl) {
            let message = "only an API of type `graphql` has resolvers: this one is never called";
            warn(loader, &entry.path, message);
            continue;
        }
        if !loader.files.exists(&entry.path.join(INFORMATION)) {
            let message = format!(
                "this resolver has no `{INFORMATION}`, whose `path` names its field (`Query/users`): it is never called"
            );
            warn(loader, &entry.path, &message);
            continue;
        }
        let Some(information) = loader.information(&entry.path, INFORMATION) else {
            continue;
        };
        let fields = information.properties(loader.problems);
        let Some(path) = fields.string("path").filter(|path| !path.value.trim().is_empty()) else {
            let message = "this resolver has no `path`, which names its field (`Query/users`): it is never called";
            warn(loader, &entry.path, message);
            continue;
        };
        let named = path.value.trim().trim_matches('/').split_once('/');
        let Some((type_name, field)) = named.filter(|(_, field)| !field.contains('/')) else {
            let message = format!(
                "`path` must name a type and its field, such as `Query/users`, found \"{}\": this resolver is never called",
                path.value
            );
            fields.warn(codes::BAD_VALUE, path.span, message);
            continue;
        };
        let is_same = |known: &&Resolver| known.type_name == type_name && known.field == field;
        if let Some(known) = resolvers.iter().find(is_same) {
            let message = format!(
                "resolver `{}` is for `{}` already: a field has one resolver",
                known.id, path.value
            );
            fields.report(codes::BAD_VALUE, path.span, message);
            continue;
        }
        let Some(policy) = loader.policy(&entry.path) else {
            let message =
                "this resolver has no `policy.xml`, which says where its values come from: it is never called";
            warn(loader, &entry.path, message);
            continue;
        };
        resolvers.push(Resolver {
            id: entry.name,
            type_name: type_name.to_owned(),
            field: field.to_owned(),
            policy,
        });
    }
    resolvers
}

/// Tells of a resolver that is never called.
fn warn(loader: &Loader<'_>, folder: &Path, message: &str) {
    let problem = about(Severity::Warning, codes::NO_INFORMATION, folder, message);
    loader.problems.push(problem);
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Given, load_files};

    const API: &str = r#"{"properties": {"displayName": "G", "path": "g", "type": "graphql"}}"#;

    /// Type and field of each resolver, then the problems.
    fn loaded(resolvers: &[(&str, &str)], with_policy: bool) -> String {
        let path = |id: &str, file: &str| format!("apis/g/resolvers/{id}/{file}");
        let mut files = vec![
            ("apis/g/apiInformation.json".to_owned(), API.to_owned()),
            (
                "apis/g/specification.graphql".to_owned(),
                "type Query { a: Int }".to_owned(),
            ),
        ];
        for (id, field) in resolvers {
            let information = format!(r#"{{"properties": {{"path": "{field}"}}}}"#);
            files.push((path(id, "resolverInformation.json"), information));
            if with_policy {
                files.push((path(id, "policy.xml"), "<http-data-source />".to_owned()));
            }
        }
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let (catalog, problems) = load_files(&files, &Given::default());
        let resolvers = catalog.apis[0].resolvers.iter();
        let fields: Vec<String> = resolvers
            .map(|one| format!("{}.{}", one.type_name, one.field))
            .collect();
        assert!(catalog.apis[0].graphql_schema.is_some() || fields.is_empty());
        format!("{} {problems}", fields.join(" ")).trim().to_owned()
    }

    #[test]
    fn a_resolver_is_for_a_field() {
        assert_eq!(
            loaded(&[("Query.a", "Query/a"), ("two", "User/orders")], true),
            "Query.a User.orders"
        );
        for (resolvers, with_policy, expected) in [
            (
                &[("one", "Query")][..],
                true,
                "`path` must name a type and its field, such as `Query/users`, found \"Query\": this resolver is never called",
            ),
            (&[("one", " ")], true, "this resolver has no `path`"),
            (
                &[("one", "Query/a"), ("two", "Query/a")],
                true,
                "resolver `one` is for `Query/a` already",
            ),
            (&[("one", "Query/a")], false, "this resolver has no `policy.xml`"),
        ] {
            let given = loaded(resolvers, with_policy);
            assert!(given.contains(expected), "{given}");
        }
    }

    #[test]
    fn a_resolver_of_no_field_refuses_no_folder() {
        let information = r#"{"properties": {}}"#;
        let of_http = API.replace("graphql", "http");
        for (files, expected) in [
            (
                &[
                    ("apis/g/apiInformation.json", API),
                    ("apis/g/resolvers/one/policy.xml", ""),
                ][..],
                "this resolver has no `resolverInformation.json`",
            ),
            (
                &[
                    ("apis/g/apiInformation.json", API),
                    ("apis/g/resolvers/one/resolverInformation.json", information),
                ],
                "this resolver has no `path`",
            ),
            (
                &[
                    ("apis/g/apiInformation.json", of_http.as_str()),
                    ("apis/g/resolvers/one/resolverInformation.json", information),
                ],
                "only an API of type `graphql` has resolvers",
            ),
        ] {
            let (catalog, problems) = load_files(files, &Given::default());
            assert_eq!(catalog.apis.len(), 1);
            assert!(problems.contains(expected), "{problems}");
            assert!(!problems.contains("error["), "{problems}");
        }
    }
}
