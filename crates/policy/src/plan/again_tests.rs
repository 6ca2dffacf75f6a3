//! A folder that changes step by step comes to the same, whether it is read and compiled anew or after what was there.

use super::Plans;
use crate::block::Section;
use crate::outline::of_block;
use catalog::{Catalog, Changed, Memory, ProcessEnvironment};
use proptest::prelude::*;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Files of a folder, and what they may say; an empty text: the file is not there.
const FILES: [(&str, &[&str]); 21] = [
    (
        "apis/a/apiInformation.json",
        &[
            r#"{"properties":{"displayName":"A","path":"a"}}"#,
            r#"{"properties":{"displayName":"A","path":"b","apiVersion":"v1","apiVersionSetId":"/v"}}"#,
            r#"{"properties":{"path":"{"}}"#,
            "",
        ],
    ),
    (
        "apis/a/specification.yaml",
        &[
            "openapi: 3.0.1\npaths:\n  /one:\n    get: { operationId: one, responses: {} }\n",
            "openapi: 3.0.1\npaths:\n  /one:\n    get: { operationId: one, responses: {} }\n  /two:\n    get: { operationId: two, responses: { '200': { content: { application/json: { schema: { type: object } } } } } }\n",
            "openapi: [",
            "",
        ],
    ),
    (
        "apis/a/policy.xml",
        &[
            "<policies><inbound><base /><include-fragment fragment-id='f' /></inbound></policies>",
            "<policies><inbound><base /><set-header name='X'><value>{{n}}</value></set-header></inbound></policies>",
            "<policies><inbound><validate-content unspecified-content-type-action='prevent' max-size='9' size-exceeded-action='prevent' /></inbound></policies>",
            "<policies><inbound><set-backend-service backend-id='x' /></inbound></policies>",
            "<policies><inbound><nonsense /></inbound>",
            "<policies><inbound><include-fragment fragment-id='g' /></inbound></policies>",
            "",
        ],
    ),
    (
        "apis/a/operations/one/policy.xml",
        &[
            "<policies><inbound><base /><set-method>PUT</set-method></inbound></policies>",
            "",
        ],
    ),
    (
        "apis/b/apiInformation.json",
        &[
            r#"{"properties":{"displayName":"B","path":"b","serviceUrl":"http://{{n}}"}}"#,
            r#"{"properties":{"displayName":"B","path":"b","type":"mcp","backendId":"x"}}"#,
            "",
        ],
    ),
    (
        "apis/b/policy.xml",
        &[
            "<policies><inbound><include-fragment fragment-id='f' /><include-fragment fragment-id='g' /></inbound></policies>",
            "<policies><outbound><base /></outbound></policies>",
            "",
        ],
    ),
    ("apis/b/diagnostics/d.json", &["{}", "{", ""]),
    (
        "apis/a;rev=2/apiInformation.json",
        &[r#"{"properties":{"displayName":"A","path":"a","apiRevision":"2"}}"#, ""],
    ),
    (
        "policy.xml",
        &[
            "<policies><inbound><set-query-parameter name='q'><value>1</value></set-query-parameter></inbound><backend><forward-request /></backend></policies>",
            "<policies><inbound><include-fragment fragment-id='g' /></inbound><backend><forward-request /></backend></policies>",
            "",
        ],
    ),
    (
        "policy fragments/f/policy.xml",
        &[
            "<fragment><include-fragment fragment-id='g' /></fragment>",
            "<fragment><set-method>GET</set-method></fragment>",
            "<fragment><nonsense /></fragment>",
            "",
        ],
    ),
    ("policy fragments/f/policyFragmentInformation.json", &["{}", ""]),
    (
        "policy fragments/g/policy.xml",
        &[
            "<fragment><set-status code='200' /></fragment>",
            "<fragment><set-status /></fragment>",
            "",
        ],
    ),
    ("policy fragments/g/policyFragmentInformation.json", &["{}", ""]),
    (
        "named values/n/namedValueInformation.json",
        &[
            r#"{"properties":{"displayName":"n","value":"one.example"}}"#,
            r#"{"properties":{"displayName":"n","value":"two.example"}}"#,
            r#"{"properties":{"displayName":"n","secret":true}}"#,
            "",
        ],
    ),
    (
        "backends/x/backendInformation.json",
        &[
            r#"{"properties":{"url":"http://x.example/"}}"#,
            r#"{"properties":{"url":"http://y.example/"}}"#,
            "",
        ],
    ),
    (
        "version sets/v/versionSetInformation.json",
        &[
            r#"{"properties":{"displayName":"v","versioningScheme":"Segment"}}"#,
            r#"{"properties":{"displayName":"v","versioningScheme":"Query","versionQueryName":"v"}}"#,
            "",
        ],
    ),
    (
        "products/p/productInformation.json",
        &[
            r#"{"properties":{"displayName":"P","state":"published"}}"#,
            r#"{"properties":{"displayName":"Q","state":"published"}}"#,
            "",
        ],
    ),
    ("products/p/apis.json", &[r#"["a"]"#, r#"["a","b"]"#, r#"["zz"]"#, ""]),
    (
        "products/p/policy.xml",
        &[
            "<policies><inbound><base /><include-fragment fragment-id='f' /></inbound></policies>",
            "",
        ],
    ),
    ("gateways/h/apis.json", &[r#"["a"]"#, r#"["b"]"#, ""]),
    (
        "gateways/h/hostnameConfigurations/c/hostnameConfigurationInformation.json",
        &[r#"{"properties":{"hostname":"a.example"}}"#, ""],
    ),
];

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    if text.is_empty() {
        let _ = std::fs::remove_file(&path);
        // Folders without files are none for most who write such a folder.
        let mut folder = path.parent();
        while let Some(empty) = folder.filter(|folder| std::fs::remove_dir(folder).is_ok()) {
            folder = empty.parent();
        }
    } else {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// All that a catalog and its plans come to.
fn shown(catalog: &Catalog, plans: &Plans) -> String {
    let mut shown = String::new();
    for api in &catalog.apis {
        let _ = writeln!(
            shown,
            "{api:#?}\n{:?}",
            api.policy.as_ref().map(|policy| policy.source.text())
        );
        let products = catalog.products.values().map(Some).chain([None]);
        for product in products {
            for operation in api.operations.iter().map(Some).chain([None]) {
                let plan = plans.plan(api, operation, product);
                let _ = writeln!(
                    shown,
                    "{:?} {:?} {:?}",
                    product.map(|product| &product.id),
                    operation.map(|operation| &operation.id),
                    plan.operation.as_ref().map(|operation| &operation.id)
                );
                for section in Section::ALL {
                    let steps = plan.section(section).iter().flat_map(|block| of_block(block));
                    let steps: Vec<_> = steps.map(|step| (step.origin, step.reads, step.inside.len())).collect();
                    let _ = writeln!(shown, "{section:?} {steps:?}");
                }
            }
        }
    }
    let _ = write!(
        shown,
        "{:#?}{:#?}{:#?}{:#?}",
        catalog.products, catalog.backends, catalog.named_values, catalog.fragments
    );
    shown
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_folder_comes_to_the_same_read_again_and_anew(
        steps in proptest::collection::vec(proptest::collection::vec((0..FILES.len(), 0..7usize), 1..3), 1..12)
    ) {
        let folder = tempfile::tempdir().unwrap();
        for (file, texts) in FILES {
            write(folder.path(), file, texts[0]);
        }
        let (mut memory, mut changed, mut before) = (Memory::default(), Changed::Anything, None);
        for step in steps {
            let (catalog, mut problems) = catalog::load_again(folder.path(), &ProcessEnvironment, &mut memory, &changed);
            let (plans, found) = match &before {
                Some(before) => Plans::compile_after(&catalog, before),
                None => Plans::compile(&catalog),
            };
            problems.extend(found);
            let (fresh, mut expected) = catalog::load(folder.path(), &ProcessEnvironment);
            let (fresh_plans, found) = Plans::compile(&fresh);
            expected.extend(found);
            prop_assert_eq!(diagnostic::render(&problems), diagnostic::render(&expected));
            prop_assert_eq!(shown(&catalog, &plans), shown(&fresh, &fresh_plans));
            before = Some(plans);
            let mut paths = std::collections::BTreeSet::new();
            for (file, text) in step {
                let (file, texts) = FILES[file];
                write(folder.path(), file, texts[text % texts.len()]);
                paths.insert(PathBuf::from(file));
            }
            changed = Changed::Paths(paths);
        }
    }
}

/// An API that includes a fragment compiles it before one that includes it within another; afterwards only the second is
/// compiled again.
#[test]
fn a_fragment_within_another_is_told_of_whoever_came_first() {
    let folder = tempfile::tempdir().unwrap();
    let including = |id: &str| format!("<include-fragment fragment-id='{id}' />");
    let document = |id: &str| format!("<policies><inbound>{}</inbound></policies>", including(id));
    let information = |name: &str| format!(r#"{{"properties":{{"displayName":"{name}","path":"{name}"}}}}"#);
    for (file, text) in [
        ("apis/a/apiInformation.json", information("a")),
        ("apis/a/policy.xml", document("inner")),
        ("apis/b/apiInformation.json", information("b")),
        ("apis/b/policy.xml", document("outer")),
        ("policy fragments/inner/policyFragmentInformation.json", "{}".to_owned()),
        (
            "policy fragments/inner/policy.xml",
            "<fragment><set-method>GET</set-method></fragment>".to_owned(),
        ),
        ("policy fragments/outer/policyFragmentInformation.json", "{}".to_owned()),
        (
            "policy fragments/outer/policy.xml",
            format!("<fragment>{}</fragment>", including("inner")),
        ),
    ] {
        write(folder.path(), file, &text);
    }
    let mut memory = Memory::default();
    let (first, _) = catalog::load_again(folder.path(), &ProcessEnvironment, &mut memory, &Changed::Anything);
    let (plans, told) = Plans::compile(&first);
    let file = "apis/b/policy.xml";
    write(folder.path(), file, &(document("outer") + "\n"));
    let changed = Changed::Paths([PathBuf::from(file)].into());
    let (second, _) = catalog::load_again(folder.path(), &ProcessEnvironment, &mut memory, &changed);
    let (_, again) = Plans::compile_after(&second, &plans);
    assert!(diagnostic::render(&told).contains("a fragment includes another one"));
    assert_eq!(diagnostic::render(&again), diagnostic::render(&told));
}

#[test]
fn what_has_not_changed_is_shared() {
    let folder = tempfile::tempdir().unwrap();
    for (file, texts) in FILES {
        write(folder.path(), file, texts[0]);
    }
    let mut memory = Memory::default();
    let (first, _) = catalog::load_again(folder.path(), &ProcessEnvironment, &mut memory, &Changed::Anything);
    let (plans, _) = Plans::compile(&first);
    let file = "apis/b/policy.xml";
    write(folder.path(), file, "<policies />");
    let changed = Changed::Paths([PathBuf::from(file)].into());
    let (second, _) = catalog::load_again(folder.path(), &ProcessEnvironment, &mut memory, &changed);
    let (next, _) = Plans::compile_after(&second, &plans);
    let find = |catalog: &Catalog, id: &str| catalog.apis.iter().find(|api| api.id == id).unwrap().clone();
    let (a, b) = (find(&first, "a"), find(&first, "b"));
    assert!(std::sync::Arc::ptr_eq(&a, &find(&second, "a")));
    assert!(!std::sync::Arc::ptr_eq(&b, &find(&second, "b")));
    assert!(std::sync::Arc::ptr_eq(
        plans.plan(&a, None, None),
        next.plan(&a, None, None)
    ));
}
