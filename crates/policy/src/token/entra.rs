//! Where Microsoft Entra ID describes its tenants. Never here: fetching that.

use expression::text::Text;

/// The configurations of a tenant's tokens, of both versions; `endpoint` is Entra ID's base URL.
pub(crate) fn configurations(tenant: &str, endpoint: &str) -> Vec<Text> {
    let base = base(tenant, endpoint);
    let configuration = |version: &str| format!("{base}{version}/.well-known/openid-configuration").into();
    ["/v2.0", ""].map(configuration).to_vec()
}

/// URL of a tenant, which may be one itself.
fn base(tenant: &str, endpoint: &str) -> String {
    let tenant = tenant.trim().trim_end_matches('/');
    let tenant = tenant.strip_suffix("/v2.0").unwrap_or(tenant);
    if tenant.contains("://") {
        return tenant.to_owned();
    }
    let endpoint = endpoint.trim().trim_end_matches('/');
    let scheme = if endpoint.contains("://") { "" } else { "https://" };
    format!("{scheme}{endpoint}/{}", crate::query::encoded(tenant, b""))
}

#[cfg(test)]
mod tests {
    use super::base;

    #[test]
    fn where_a_tenant_is() {
        for (tenant, endpoint, expected) in [
            (
                "contoso.com",
                "https://login.microsoftonline.com/",
                "https://login.microsoftonline.com/contoso.com",
            ),
            ("t", "login.microsoftonline.us", "https://login.microsoftonline.us/t"),
            ("t/../u", "http://127.0.0.1:9", "http://127.0.0.1:9/t%2F..%2Fu"),
            (
                "https://login.example/t/v2.0",
                "https://other.example",
                "https://login.example/t",
            ),
        ] {
            assert_eq!(base(tenant, endpoint), expected);
        }
    }
}
