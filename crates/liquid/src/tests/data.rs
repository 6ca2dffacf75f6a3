//! What templates are filled with: JSON, XML and the exchange.

use super::{check, context, over};
use crate::bind::{self, Nil};

#[test]
fn the_exchange_is_looked_into() {
    check(&[
        (
            "{{ context.Request.Method }} {{ context.request.ipaddress }}",
            "POST 192.0.2.7",
        ),
        (
            "{{ context.Request.Url.Host }}:{{ context.Request.Url.Port }}{{ context.Request.Url.Path }}{{ context.Request.Url.QueryString }}",
            "backend.example:8443/p/1?a=1&b=2&a=3",
        ),
        (
            "{{ context.Request.Url }} {{ context.Request.OriginalUrl }}",
            "https://backend.example:8443/p/1?a=1&b=2&a=3 https://api.example/x?q=y",
        ),
        (
            "{{ context.Request.Url.Query.a }} {{ context.Request.OriginalUrl.Query['q'] }}",
            "1,3 y",
        ),
        (
            "{{ context.Request.Headers['x-one'] }} {{ context.Request.Headers.X-Two }}",
            "1 1,2",
        ),
        (
            "{{ context.Request.MatchedParameters[\"orderId\"] }}{{ context.Request.MatchedParameters.orderid }}",
            "4242",
        ),
        (
            "{{ context.Request.HasBody }} {{ context.Request.ClientCertificates.size }}",
            "true 0",
        ),
        (
            "{{ context.Response.StatusCode }} {{ context.Response.Headers.Content-Type }}",
            "201 a/b",
        ),
        (
            "{{ context.Variables['text'] }}{{ context.Variables.n | Plus: 1 }}{{ context.Variables.flag }}",
            "t6true",
        ),
        (
            "{{ context.Variables.json.a[1] }}{% for x in context.Variables.array %}{{ x }}{% endfor %}",
            "2xy",
        ),
        ("{{ context.Variables.date | Date: 'yyyy' }}", "2024"),
        (
            "{{ context.Variables.missing }}{{ context.Nothing.x }}{{ context }}.",
            ".",
        ),
    ]);
}

#[test]
fn dates_are_dates_unless_they_are_left_alone() {
    for (reads_dates, expected) in [(true, "05/06/2024 07:08:09"), (false, "2024-05-06T07:08:09Z")] {
        let body = bind::json(&r#"{"a": "2024-05-06T07:08:09Z"}"#.into(), reads_dates).unwrap();
        assert_eq!(over("{{ body.a }}", &context(), body), expected);
    }
}

const SOAP: &str = r#"<?xml version="1.0"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <soap:Body>
    <m:GetResponse xmlns:m="urn:m">
      <m:Name>Ann &amp; Bob</m:Name>
      <m:Price currency="EUR">5</m:Price>
      <m:Gone xsi:nil="true" /><m:Empty/>
      <m:Items><m:Item><m:N>1</m:N></m:Item><m:Item><m:N>2</m:N></m:Item></m:Items>
      <m:Tag>a</m:Tag><m:Tag>b</m:Tag>
    </m:GetResponse>
  </soap:Body>
</soap:Envelope>"#;

#[test]
fn xml_is_found_by_local_names() {
    let root = "body.envelope.body.GetResponse";
    for (nil, template, expected) in [
        (Nil::Blank, "{{ ROOT.Name }} {{ ROOT.name }}", "Ann & Bob Ann & Bob"),
        (
            Nil::Blank,
            "{{ ROOT.Price }} {{ ROOT.Price.currency }} {{ ROOT.Price | Append: '!' }}",
            "5 EUR 5!",
        ),
        (
            Nil::Blank,
            "{% if ROOT.Gone %}[{{ ROOT.Gone }}]{% else %}null{% endif %}",
            "[]",
        ),
        (
            Nil::Null,
            "{% if ROOT.Gone %}[{{ ROOT.Gone }}]{% else %}null{% endif %}",
            "null",
        ),
        (
            Nil::Null,
            "{% if ROOT.Empty %}[{{ ROOT.Empty }}]{% endif %}{% if ROOT.None %}x{% endif %}",
            "[]",
        ),
        (
            Nil::Blank,
            "{% JSONArrayFor i in ROOT.Items -%}\n{{ i.N }}{% endJSONArrayFor -%}",
            "1,2",
        ),
        (
            Nil::Blank,
            "{% for i in ROOT.Items.Item %}{{ i.N }}{% endfor %} {{ ROOT.Items.Item.N }} {{ ROOT.Items.Item[1].N }}",
            "12 1 2",
        ),
        (
            Nil::Blank,
            "{% JSONArrayFor t in ROOT.Tag %}\"{{ t }}\"{% endJSONArrayFor %} {{ ROOT.Tag.size }}",
            "\"a\",\"b\" 2",
        ),
        (
            Nil::Blank,
            "{% if ROOT.Price == '5' %}y{% endif %}{% if ROOT.Items == empty %}n{% endif %}",
            "y",
        ),
        (Nil::Blank, "{% for i in ROOT.Empty %}x{% endfor %}", ""),
    ] {
        let body = bind::xml(SOAP, nil).unwrap();
        assert_eq!(
            over(&template.replace("ROOT", root), &context(), body),
            expected,
            "{template}"
        );
    }
}

#[test]
fn quotes_are_escaped_by_a_pattern() {
    let template = r#"{{ body.a | Replace: '\r', '\r' | Replace: '\n', '\n' | Replace: '([^\\](\\\\)*)"', '$1\"' }}"#;
    let body = bind::json(&r#"{"a": "x\"y\nz"}"#.into(), true).unwrap();
    assert_eq!(over(template, &context(), body), "x\\\"y\\nz");
}
