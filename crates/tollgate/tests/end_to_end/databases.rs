//! Statements of GraphQL resolvers for a SQL Server.

use crate::support::artifacts::Artifacts;
use crate::support::client::{Connection, sending};
use crate::support::gateway::Gateway;
use crate::support::patience::{eventually, within};
use crate::support::peer::Peer;
use serde_json::{Value, json};

/// A GraphQL API whose fields are statements.
struct Site {
    server: Peer,
    gateway: Gateway,
    folder: Artifacts,
}

const SCHEMA: &str = "
scalar Rows
type Query {
  ask(a: String, b: Int): Rows
  one(a: String, b: Int): Rows
}
";

impl Site {
    /// A server with these arguments and a gateway that connects like this; `CERT` in either is the server's certificate.
    async fn start(arguments: &[&str], connection: &str) -> Self {
        let folder = Artifacts::of(&[("policy.xml", crate::support::artifacts::GLOBAL_POLICY)]);
        let certificate = folder.path().join("ca.pem");
        let certificate = certificate.to_str().unwrap();
        let arguments: Vec<&str> = ["sql"].into_iter().chain(arguments.iter().copied()).collect();
        let makes_certificate = !arguments.contains(&"none");
        let written = ["--certificate-to", certificate];
        let arguments = [&arguments[..], if makes_certificate { &written[..] } else { &[] }].concat();
        let server = Peer::start(&arguments).await;
        let place = server.url.strip_prefix("tds://").unwrap().replace(':', ",");
        folder.write(
            "apis/db/apiInformation.json",
            r#"{"properties": {"displayName": "db", "path": "db", "type": "graphql", "subscriptionRequired": false}}"#,
        );
        folder.write("apis/db/specification.graphql", SCHEMA);
        for field in ["ask", "one"] {
            folder.write(
                &format!("apis/db/resolvers/{field}/resolverInformation.json"),
                &format!(r#"{{"properties": {{"path": "Query/{field}"}}}}"#),
            );
        }
        let connection = format!("Server={place};{connection}");
        let resolver = |is_single: bool| {
            // Statements that a client sends are what no resolver has; here they are the test's.
            format!(
                r#"<sql-data-source>
                    <connection-info><connection-string use-managed-identity="{identity}">{connection}</connection-string></connection-info>
                    <request single-result="{is_single}">
                        <sql-statement>@(context.Request.Headers.GetValueOrDefault("statement"))</sql-statement>
                        <parameters>
                            <parameter name="@a">@(context.GraphQL.Arguments["a"])</parameter>
                            <parameter name="@b" sql-type="int">@(context.GraphQL.Arguments["b"])</parameter>
                        </parameters>
                    </request>
                </sql-data-source>"#,
                identity = !connection.contains("Password"),
            )
        };
        folder.write("apis/db/resolvers/ask/policy.xml", &resolver(false));
        folder.write("apis/db/resolvers/one/policy.xml", &resolver(true));
        let token = folder.identity_token("t0ken");
        let mut variables = vec![("TOLLGATE_IDENTITY_TOKEN_FILE", token.as_str())];
        if makes_certificate && connection.contains("TRUSTED") {
            variables.push(("SSL_CERT_FILE", certificate));
        }
        let gateway = Gateway::serve_in(&folder, &["--workers", "1"], &variables).await;
        Self {
            server,
            gateway,
            folder,
        }
    }

    /// What GraphQL answers to a field with a statement behind it.
    async fn answer(&self, field: &str, statement: &str) -> Value {
        let mut connection = Connection::http1(self.gateway.address).await;
        let query = json!({ "query": format!("{{ {field}(a: \"x \u{e4}\", b: 7) }}") });
        let headers = [("content-type", "application/json"), ("statement", statement)];
        let answer = connection
            .answer(sending("POST", "/db", &headers, query.to_string()))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        serde_json::from_str(&answer.text()).unwrap()
    }

    /// The rows of a statement.
    async fn rows(&self, statement: &str) -> Value {
        let answer = self.answer("ask", statement).await;
        answer
            .pointer("/data/ask/items")
            .unwrap_or_else(|| panic!("{answer}\n{}\n{}", self.gateway.process.log(), self.server.log()))
            .clone()
    }
}

const LOGIN: &str = "User ID=sa;Password=Passw0rd;Application Name=TRUSTED";

#[test]
fn statements_give_rows_over_each_kind_of_connection() {
    within(60, async {
        for (arguments, connection) in [
            (&["--tls", "login"][..], LOGIN.to_owned()),
            (&["--tls", "strict"], format!("{LOGIN};Encrypt=Strict")),
            (&["--tls", "none"], format!("{LOGIN};Encrypt=False")),
            (
                &["--tls", "login"],
                "User ID=sa;Password=Passw0rd;TrustServerCertificate=True".to_owned(),
            ),
            (&["--token", "t0ken"], "Application Name=TRUSTED".to_owned()),
        ] {
            let site = Site::start(arguments, &connection).await;
            let expected = json!([
                {"id": 1, "name": "Ada", "age": 36},
                {"id": 2, "name": "Zo\u{eb} M\u{fc}ller", "age": null},
                {"id": 3, "name": "\u{674e}\u{5a1c} \u{1f3be}", "age": 43},
            ]);
            assert_eq!(site.rows("SELECT * FROM people").await, expected, "{connection}");
        }
    });
}

#[test]
fn connections_that_nobody_vouches_for_are_refused() {
    within(60, async {
        for (arguments, connection) in [
            (&["--tls", "login"][..], "User ID=sa;Password=Passw0rd"),
            (&["--tls", "none"], LOGIN),
            (&["--tls", "strict"], "User ID=sa;Password=Passw0rd;Encrypt=Strict"),
            (
                &["--tls", "login"],
                "User ID=sa;Password=wrong;Application Name=TRUSTED",
            ),
            (&["--token", "other"], "Application Name=TRUSTED"),
        ] {
            let site = Site::start(arguments, connection).await;
            let answer = site.answer("ask", "SELECT * FROM people").await;
            assert!(
                answer["data"]["ask"].is_null() && answer["errors"].is_array(),
                "{connection}: {answer}"
            );
        }
    });
}

#[test]
fn parameters_arrive_as_they_are_declared() {
    within(60, async {
        let site = Site::start(&[], LOGIN).await;
        let echoed = json!([{"a": "x \u{e4}", "b": 7}]);
        assert_eq!(site.rows("SELECT @a AS [a], @b AS [b]").await, echoed);
        assert_eq!(site.rows("SELECT * FROM people WHERE id = @b").await, json!([]));
        let one = site.answer("one", "SELECT @b AS [b]").await;
        assert_eq!(one, json!({"data": {"one": {"b": 7}}}));
        let none = site.answer("one", "SELECT * FROM people WHERE id = @b").await;
        assert_eq!(none, json!({"data": {"one": null}}));
    });
}

#[test]
fn a_session_serves_again_and_begins_anew_each_time() {
    within(60, async {
        let site = Site::start(&[], LOGIN).await;
        for resets in 0..3 {
            let found = site.rows("SELECT @@session AS s, resets() AS n").await;
            assert_eq!(found[0]["n"], resets, "{found}");
            assert_eq!(found[0]["s"], 1, "{found}");
        }
        // A refused statement ends no session, a broken one does.
        assert!(site.answer("ask", "SELECT * FROM missing").await["errors"].is_array());
        assert_eq!(site.rows("SELECT @@session AS s").await[0]["s"], 1);
        for broken in ["BREAK", "GARBAGE"] {
            assert!(site.answer("ask", broken).await["errors"].is_array());
        }
        assert!(site.rows("SELECT @@session AS s").await[0]["s"] != 1);
    });
}

#[test]
fn a_server_that_comes_back_is_asked_again() {
    within(60, async {
        let site = Site::start(
            &["--tls", "none", "--listen", "127.0.0.1:0"],
            &format!("{LOGIN};Encrypt=False;Connect Timeout=2"),
        )
        .await;
        assert_eq!(site.rows("SELECT @b AS b").await[0]["b"], 7);
        let address = site.server.url.strip_prefix("tds://").unwrap().to_owned();
        site.server.kill();
        eventually("a refusal", async || {
            site.answer("ask", "SELECT @b AS b").await["errors"]
                .is_array()
                .then_some(())
        })
        .await;
        let _again = Peer::start(&["sql", "--tls", "none", "--listen", &address]).await;
        assert_eq!(site.rows("SELECT @b AS b").await[0]["b"], 7);
        assert!(site.folder.path().exists());
    });
}

#[test]
fn large_and_endless_answers_have_an_end() {
    within(120, async {
        let site = Site::start(&[], &format!("{LOGIN};Connect Timeout=1;Command Timeout=1")).await;
        // 100,000 rows are more than the gateway keeps of a body.
        let large = site.answer("ask", "SELECT * FROM large").await;
        assert!(
            large["errors"][0]["message"].as_str().unwrap().contains("larger than"),
            "{large}"
        );
        assert!(site.answer("ask", "WAITFOR DELAY '1:00'").await["errors"].is_array());
        assert_eq!(site.rows("SELECT @b AS b").await[0]["b"], 7);
    });
}

#[test]
fn every_type_is_read() {
    within(60, async {
        let site = Site::start(&[], LOGIN).await;
        let row = site.rows("SELECT * FROM types").await[0].clone();
        for (column, expected) in [
            ("tinyint", json!(255)),
            ("smallint", json!(-32768)),
            ("int", json!(-2_147_483_648_i64)),
            ("bigint", json!(i64::MIN)),
            ("bigint_null", json!(i64::MAX)),
            ("bit", json!(true)),
            ("real", json!(-1.5)),
            ("float", json!(1e300)),
            ("smallmoney", json!(-214_748.364_8)),
            ("money_null", json!(12_345_678_901.234_5)),
            ("decimal_5_2", json!(-123.45)),
            ("decimal_38_38", json!(-1e-38)),
            ("numeric_38_0", json!(1e38)),
            ("date", json!("2024-02-29T00:00:00")),
            ("date_last", json!("9999-12-31T00:00:00")),
            ("time_3", json!("12:34:56.7890000")),
            ("datetime", json!("2024-02-29T13:14:15.997")),
            ("smalldatetime_null", json!("2079-06-06T23:59:00")),
            ("datetime2_3", json!("2024-02-29T13:14:15.123")),
            ("datetime2_7", json!("9999-12-31T23:59:59.9999999")),
            ("datetimeoffset_0", json!("2024-02-29T23:30:00-08:00")),
            ("datetimeoffset_7", json!("2024-03-01T00:30:00.1234567+05:45")),
            ("char_5", json!("ab   ")),
            ("varchar_20", json!("na\u{ef}ve \u{20ac}5 \u{201c}x\u{201d}")),
            ("varchar_20_utf8", json!("na\u{ef}ve \u{674e} \u{1f3be}")),
            ("nvarchar_20", json!("na\u{ef}ve \u{674e} \u{1f3be}")),
            ("nvarchar_empty", json!("")),
            ("varchar_max", json!("\u{20ac}uro ".repeat(20_000))),
            ("nvarchar_max", json!("\u{1f3be} ball ".repeat(2_000))),
            ("nvarchar_max_untold", json!("\u{1f3be} ball ".repeat(2_000))),
            ("varbinary_max", json!("AAF/gP7/")),
            ("uniqueidentifier", json!("6f9619ff-8b86-d011-b42d-00c04fc964ff")),
            ("xml", json!("<a b=\"1\">\u{e9}</a>")),
            ("variant_int", json!(-7)),
            ("variant_money", json!(-1.5)),
            ("variant_numeric", json!(-12.345)),
            ("variant_datetime2", json!("2024-02-29T13:14:15.123")),
            ("variant_varchar", json!("\u{e9}")),
            ("variant_guid", json!("6f9619ff-8b86-d011-b42d-00c04fc964ff")),
            ("text", json!("an old text\u{e9}")),
            ("ntext", json!("an old text \u{674e}")),
            ("image", json!("AAF/gP7/")),
        ] {
            assert_eq!(row[column], expected, "{column}");
        }
        let nulls = site.rows("SELECT * FROM nothing_but_null").await;
        assert_eq!(nulls.as_array().unwrap().len(), 2);
        for row in nulls.as_array().unwrap() {
            assert!(row.as_object().unwrap().values().all(Value::is_null), "{row}");
        }
    });
}

#[test]
fn a_server_that_sends_one_on_is_followed_for_a_while() {
    within(60, async {
        let server = Peer::start(&["sql", "--tls", "none"]).await;
        let place = server.url.strip_prefix("tds://").unwrap();
        let open = format!("{LOGIN};Encrypt=False");
        let site = Site::start(&["--tls", "none", "--redirect", place], &open).await;
        assert_eq!(site.rows("SELECT @b AS b").await[0]["b"], 7);
        let spare = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .to_string();
        let site = Site::start(&["--tls", "none", "--listen", &spare, "--redirect", &spare], &open).await;
        let answer = site.answer("ask", "SELECT @b AS b").await;
        assert!(answer["errors"].is_array(), "{answer}");
    });
}
