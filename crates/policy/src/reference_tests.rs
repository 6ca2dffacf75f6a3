//! What APIM's reference says of every policy before the first request: sections, scopes, how often it may stand, what it
//! needs, what takes no expression. Tables, with a row for each policy. Never here: what policies do.

use crate::block::{Scope, Section};
use crate::policies::POLICIES;
use crate::registry::Policy;
use diagnostic::Source;

/// Sections by their first letters, small where APIM takes the policy beyond its page; scopes by theirs; `1` for once in a
/// section.
const PLACES: &str = "
    authentication-basic            I    GPAO 1
    authentication-certificate      I    GPAO
    authentication-managed-identity Ibo  GPAO
    cache-lookup                    I    GPAO 1
    cache-lookup-value              IBOE GPAO
    cache-remove-value              IBOE GPAO
    cache-store                     O    GPAO 1
    cache-store-value               IBOE GPAO
    cache-value                     IBOE GPAO
    check-header                    I    GPAO
    choose                          IBOE GPAO
    cors                            I    GPAO 1
    cross-domain                    I    G
    emit-metric                     IBOE GPAO
    find-and-replace                IBOE GPAO
    forward-request                 B    GPAO
    get-authorization-context       Ibo  GPAO
    include-fragment                IBOE GPAO
    invoke-dapr-binding             IOE  GPAO
    invoke-request                  IBOE GPAO
    ip-filter                       I    GPAO
    json-to-xml                     IbOE GPAO
    jsonp                           O    GPAO 1
    limit-concurrency               IBOE GPAO
    log-to-eventhub                 IBOE GPAO
    mock-response                   IOE  GPAO
    proxy                           I    GPAO
    publish-to-dapr                 I    GPAO
    quota                           I    P    1
    quota-by-key                    I    GPAO
    rate-limit                      I    PAO  1
    rate-limit-by-key               I    GPAO
    redirect-content-urls           IO   GPAO 1
    retry                           IBOE GPAO
    return-response                 IBOE GPAO
    rewrite-uri                     I    GPAO
    send-one-way-request            IBOE GPAO
    send-request                    IBOE GPAO
    send-service-bus-message        IOE  GPAO
    set-backend-service             IB   GPAO
    set-body                        IBOe GPAO
    set-header                      IBOE GPAO
    set-method                      IboE GPAO
    set-query-parameter             IBoe GPAO
    set-status                      IBOE GPAO
    set-variable                    IBOE GPAO
    trace                           IBOe GPAO
    validate-azure-ad-token         I    GPAO
    validate-client-certificate     I    GPAO
    validate-content                IOE  GPAO
    validate-graphql-request        I    GPA  1
    validate-headers                OE   GPAO 1
    validate-jwt                    I    GPAO
    validate-odata-request          I    GPA  1
    validate-parameters             I    GPAO 1
    validate-status-code            OE   GPAO 1
    wait                            IBO  GPAO
    xml-to-json                     IbOE GPAO
    xsl-transform                   IO   GPAO 1
";

/// Elements that are registered with the policies and stand elsewhere: the documents of resolvers and what is in them.
const ELSEWHERE: [&str; 5] = [
    "cosmosdb-data-source",
    "http-data-source",
    "sql-data-source",
    "publish-event",
    "set-graphql-resolver",
];

#[test]
fn policies_stand_where_the_reference_has_them() {
    let row = |policy: &Policy| {
        let letter = |section: Section| match section {
            Section::Inbound => "I",
            Section::Backend => "B",
            Section::Outbound => "O",
            Section::OnError => "E",
        };
        let section = |section: Section| {
            if policy.sections.contains(section) {
                letter(section).to_owned()
            } else if policy.tolerated.contains(section) {
                letter(section).to_lowercase()
            } else {
                String::new()
            }
        };
        let scopes = [
            (Scope::Global, 'G'),
            (Scope::Product, 'P'),
            (Scope::Api, 'A'),
            (Scope::Operation, 'O'),
        ];
        let scopes = scopes.into_iter().filter(|(scope, _)| policy.scopes.contains(*scope));
        let sections: String = Section::ALL.into_iter().map(section).collect();
        let scopes: String = scopes.map(|(_, letter)| letter).collect();
        let once = if policy.once { " 1" } else { "" };
        format!("{} {sections} {scopes}{once}", policy.name)
    };
    let registered = POLICIES.iter().filter(|policy| !ELSEWHERE.contains(&policy.name));
    let mut found: Vec<String> = registered.map(row).collect();
    found.sort();
    let expected: Vec<String> = PLACES
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(found, expected);
}

/// What is said of a snippet, or of sections.
fn said(text: &str) -> String {
    let problems = crate::check::check(&Source::new("snippet.xml", text), crate::Options::default());
    let messages: Vec<String> = problems
        .iter()
        .map(|problem| format!("{} {}", problem.code, problem.message))
        .collect();
    messages.join("\n")
}

#[test]
fn what_stands_once_is_refused_the_second_time() {
    let once = "<redirect-content-urls />";
    assert_eq!(
        said(&format!("<inbound>{once}</inbound><outbound>{once}</outbound>")),
        ""
    );
    let expected = "TG3204 `<redirect-content-urls>` may stand once in a section";
    assert_eq!(said(&format!("<inbound>{once}{once}</inbound>")), expected);
}

#[test]
fn what_is_required_is_asked_for() {
    const REQUIRED: &str = "
        authentication-basic username password
        authentication-managed-identity resource
        cache-lookup vary-by-developer vary-by-developer-groups
        cache-lookup-value key variable-name
        cache-remove-value key
        cache-store duration
        cache-store-value key value duration
        cache-value key variable-name
        check-header name failed-check-httpcode failed-check-error-message ignore-case
        emit-metric name
        find-and-replace from to
        get-authorization-context provider-id authorization-id context-variable-name
        include-fragment fragment-id
        invoke-dapr-binding name
        ip-filter action
        json-to-xml apply
        jsonp callback-parameter-name
        limit-concurrency key max-count
        log-to-eventhub logger-id
        proxy url
        publish-to-dapr topic
        quota renewal-period calls|bandwidth
        quota-by-key renewal-period counter-key calls|bandwidth
        rate-limit calls renewal-period
        rate-limit-by-key calls renewal-period counter-key
        retry condition count interval
        rewrite-uri template
        set-header name
        set-query-parameter name
        set-status code
        set-variable name value
        trace source
        validate-azure-ad-token tenant-id
        validate-content unspecified-content-type-action max-size size-exceeded-action
        validate-graphql-request max-size
        validate-headers specified-header-action unspecified-header-action
        validate-parameters specified-parameter-action unspecified-parameter-action
        validate-status-code unspecified-status-code-action
        xml-to-json kind apply
    ";
    for line in REQUIRED.lines().filter(|line| !line.trim().is_empty()) {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap();
        let mut expected: Vec<_> = words
            .map(|attribute| attribute.replace('|', "` or `"))
            .map(|attribute| format!("TG3101 `<{name}>` lacks the attribute `{attribute}`"))
            .collect();
        let said = said(&format!("<{name} />"));
        let mut found: Vec<_> = said
            .lines()
            .filter(|line| line.starts_with("TG3101"))
            .map(|line| line.split(':').next().unwrap())
            .collect();
        expected.sort();
        found.sort_unstable();
        assert_eq!(found, expected);
    }
}

#[test]
fn what_takes_no_expression_says_so() {
    const LITERAL: &str = "
        authentication-managed-identity output-token-variable-name ignore-error
        cache-lookup caching-type
        cache-lookup-value variable-name caching-type
        cache-remove-value caching-type
        cache-store-value caching-type
        cache-value variable-name caching-type
        emit-metric name namespace
        forward-request http-version buffer-request-body buffer-response fail-on-error-status-code
        include-fragment fragment-id
        invoke-dapr-binding operation ignore-error response-variable-name template
        json-to-xml parse-date
        limit-concurrency max-count
        log-to-eventhub logger-id partition-id
        mock-response status-code content-type index
        publish-to-dapr ignore-error response-variable-name template
        quota calls bandwidth renewal-period
        quota-by-key calls bandwidth renewal-period first-period-start
        rate-limit calls renewal-period retry-after-header-name retry-after-variable-name remaining-calls-header-name remaining-calls-variable-name total-calls-header-name
        rate-limit-by-key retry-after-header-name retry-after-variable-name remaining-calls-header-name remaining-calls-variable-name total-calls-header-name
        return-response response-variable-name
        send-request ignore-error
        set-body template xsi-nil parse-date
        set-variable name
        trace severity
        validate-azure-ad-token output-token-variable-name
        validate-client-certificate validate-revocation validate-trust validate-not-before validate-not-after ignore-error
        validate-content errors-variable-name
        validate-headers errors-variable-name
        validate-jwt output-token-variable-name
        validate-odata-request error-variable-name default-odata-version min-odata-version max-odata-version max-size
        validate-parameters errors-variable-name
        validate-status-code errors-variable-name
    ";
    let mut taken = Vec::new();
    for line in LITERAL.lines().filter(|line| !line.trim().is_empty()) {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap();
        for attribute in words {
            let said = said(&format!("<{name} {attribute}=\"@(&quot;x&quot;)\" />"));
            let expected = format!("TG3104 `{attribute}` of `<{name}>` takes no expression, expected a literal");
            if !said.lines().any(|line| line == expected) {
                taken.push(format!("{name} {attribute}"));
            }
        }
    }
    assert!(taken.is_empty(), "{taken:#?}");
}

#[test]
fn numbers_have_their_ranges() {
    let check = |text: &str, values: &[i64], taken: &[bool]| {
        let found: Vec<_> = values
            .iter()
            .map(|value| said(&text.replace('#', &value.to_string())).is_empty())
            .collect();
        assert_eq!(found, taken, "{text} with {values:?}");
    };
    for (text, first, last) in [
        ("<retry condition='true' count='#' interval='1' />", 1, 50),
        ("<rate-limit calls='1' renewal-period='#' />", 1, 300),
        (
            "<rate-limit-by-key calls='1' renewal-period='#' counter-key='k' />",
            1,
            300,
        ),
        ("<publish-to-dapr topic='a/b' timeout='#'>x</publish-to-dapr>", 1, 240),
        ("<invoke-dapr-binding name='a' timeout='#' />", 1, 240),
        ("<validate-graphql-request max-size='#' />", 0, 102_400),
        (
            "<validate-content unspecified-content-type-action='ignore' max-size='#' size-exceeded-action='ignore' />",
            0,
            4 * 1024 * 1024,
        ),
        ("<set-status code='#' />", 200, 999),
        ("<mock-response status-code='#' />", 200, 999),
    ] {
        check(text, &[first - 1, first, last, last + 1], &[false, true, true, false]);
    }
    let period = "<quota-by-key calls='1' renewal-period='#' counter-key='k' />";
    check(period, &[-1, 0, 1, 299, 300], &[false, true, false, false, true]);
    check(
        "<quota calls='1' renewal-period='#' />",
        &[-1, 0, 1],
        &[false, true, true],
    );
    check("<forward-request timeout='#' />", &[-1, 0, 1], &[false, true, true]);
    check(
        "<retry condition='true' count='1' interval='#' />",
        &[-1, 0, 1],
        &[false, true, true],
    );
}

#[test]
fn lists_have_their_lengths() {
    let identities = |count: usize| {
        let identities = "<identity thumbprint='00' />".repeat(count);
        said(&format!(
            "<validate-client-certificate validate-revocation='false'><identities>{identities}</identities>\
             </validate-client-certificate>"
        ))
    };
    assert_eq!(
        [0, 1, 10, 11].map(|count| identities(count).is_empty()),
        [false, true, true, false]
    );
    let dimensions = |count: usize| {
        let dimensions = "<dimension name='d' value='v' />".repeat(count);
        said(&format!("<emit-metric name='m'>{dimensions}</emit-metric>"))
    };
    assert_eq!(
        [0, 1, 5, 6].map(|count| dimensions(count).is_empty()),
        [false, true, true, false]
    );
}

#[test]
fn what_excludes_each_other_is_refused_together() {
    const CONFLICTS: [&str; 9] = [
        "<forward-request timeout='1' timeout-ms='1' />",
        "<set-backend-service base-url='https://a' backend-id='b' />",
        "<set-backend-service />",
        "<log-to-eventhub logger-id='a' partition-id='1' partition-key='k'>x</log-to-eventhub>",
        "<send-service-bus-message queue-name='a' topic-name='b' namespace='n'><payload>x</payload></send-service-bus-message>",
        "<validate-jwt header-name='A' query-parameter-name='b'><openid-config url='https://a' /></validate-jwt>",
        "<validate-jwt><openid-config url='https://a' /></validate-jwt>",
        "<authentication-certificate thumbprint='AA' certificate-id='a' />",
        "<authentication-certificate />",
    ];
    for text in CONFLICTS {
        assert!(said(text).contains("TG3108"), "{text} {}", said(text));
    }
}

#[test]
fn documents_have_their_sizes() {
    let sized = |root: &str, size: usize| {
        let ends = 2 * root.len() + "<></>".len() + "<!---->".len();
        said(&format!("<{root}><!--{}--></{root}>", "x".repeat(size - ends)))
    };
    for (root, what, most) in [
        ("policies", "document", 256 * 1024),
        ("fragment", "fragment", 512 * 1024),
    ] {
        assert_eq!(sized(root, most), "");
        let expected = format!("TG3008 the {what} has {} bytes, APIM takes at most {most}", most + 1);
        assert_eq!(sized(root, most + 1), expected);
    }
}
