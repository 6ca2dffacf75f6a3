//! The resolvers of a GraphQL API: `resolvers/<id>/resolverInformation.json` names the field, `policy.xml` says where its
//! values come from.
//!
//! Never here: whether the schema has such a field, what the document says.

use super::Loader;
use crate::codes;
use crate::{ApiKind, Resolver};
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
            loader.files.report(codes::NO_INFORMATION, &entry.path, message);
            continue;
        }
        let Some(information) = loader.information(&entry.path, INFORMATION) else {
            continue;
        };
        let fields = information.properties(loader.problems);
        let Some(path) = fields.required("path") else { continue };
        let named = path.value.trim().trim_matches('/').split_once('/');
        let Some((type_name, field)) = named.filter(|(_, field)| !field.contains('/')) else {
            let message = format!(
                "`path` must name a type and its field, such as `Query/users`, found \"{}\"",
                path.value
            );
            fields.report(codes::BAD_VALUE, path.span, message);
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
            let message = "this resolver has no `policy.xml`, which says where its values come from";
            loader.files.report(codes::NO_INFORMATION, &entry.path, message);
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
            loaded(&[("one", "Query/a"), ("two", "User/orders")], true),
            "Query.a User.orders"
        );
        for (resolvers, with_policy, expected) in [
            (
                &[("one", "Query")][..],
                true,
                "`path` must name a type and its field, such as `Query/users`, found \"Query\"",
            ),
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
}
