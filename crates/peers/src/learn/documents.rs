//! The pages and code samples that the `learn` peer knows, in our own words.
//!
//! Never here: searching them.

/// One page.
pub struct Document {
    /// Its address; the search's hits carry it, the fetch takes it.
    pub url: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// Its paragraphs, the first of which sums it up.
    pub paragraphs: &'static [&'static str],
}

impl Document {
    /// What a search hit shows.
    pub fn excerpt(&self) -> &'static str {
        self.paragraphs.first().copied().unwrap_or_default()
    }

    /// What a search looks through.
    pub fn words(&self) -> String {
        format!("{} {}", self.title, self.paragraphs.join(" "))
    }

    /// The whole page.
    pub fn markdown(&self) -> String {
        format!("# {}\n\n{}\n", self.title, self.paragraphs.join("\n\n"))
    }
}

/// One code sample.
pub struct Sample {
    /// What the code does.
    pub description: &'static str,
    /// Its language, as code blocks of the documentation name it.
    pub language: &'static str,
    /// The page it belongs to.
    pub link: &'static str,
    /// The code.
    pub code: &'static str,
}

impl Sample {
    /// What a search looks through.
    pub fn words(&self) -> String {
        format!("{} {} {}", self.description, self.language, self.code)
    }
}

/// All pages.
pub const DOCUMENTS: &[Document] = &[
    Document {
        url: "https://learn.microsoft.com/azure/api-management/api-management-policies",
        title: "API Management policy reference",
        paragraphs: &[
            "A policy is a statement that the gateway runs on a request or on its response. Statements stand in four sections: inbound, backend, outbound and on-error.",
            "Policies apply at the scopes global, workspace, product, API and operation. A base element stands where the statements of the wider scope run.",
        ],
    },
    Document {
        url: "https://learn.microsoft.com/azure/api-management/rate-limit-by-key-policy",
        title: "Limit call rate by key",
        paragraphs: &[
            "The rate-limit-by-key policy keeps callers that share a key within a number of calls per renewal period, and answers 429 Too Many Requests beyond it.",
            "The key is a policy expression, for example the subscription's id or the caller's IP address. Rates are counted per gateway, so they are approximate across several.",
        ],
    },
    Document {
        url: "https://learn.microsoft.com/azure/api-management/mcp-server-overview",
        title: "About MCP servers in Azure API Management",
        paragraphs: &[
            "API Management can expose a REST API's operations as tools of an MCP server, and can govern an existing MCP server by proxying its streamable HTTP endpoint.",
            "Policies on an MCP server apply to all of its tools. A policy must not read the response's body when the server streams, because that waits for the stream to end.",
        ],
    },
    Document {
        url: "https://learn.microsoft.com/azure/app-service/manage-scale-up",
        title: "Scale up an app in Azure App Service",
        paragraphs: &[
            "There are two ways to scale an app in App Service: scale up gets more CPU, memory and features by changing the plan's tier; scale out adds instances that run the app.",
            "Scaling takes effect in seconds and needs no change of code. An app that keeps its state outside the process can scale out freely.",
        ],
    },
    Document {
        url: "https://learn.microsoft.com/azure/app-service/overview-managed-identity",
        title: "Managed identities for App Service and Azure Functions",
        paragraphs: &[
            "A managed identity lets an app get tokens for resources that Microsoft Entra protects, such as Azure Key Vault, without a secret of its own.",
            "A system-assigned identity is tied to the app and deleted with it; a user-assigned identity is a resource of its own that several apps can share.",
        ],
    },
    Document {
        url: "https://learn.microsoft.com/azure/azure-monitor/app/app-insights-overview",
        title: "Application Insights overview",
        paragraphs: &[
            "Application Insights collects traces, metrics and logs of live applications through OpenTelemetry, and shows how components call each other.",
        ],
    },
];

/// All code samples.
pub const SAMPLES: &[Sample] = &[
    Sample {
        description: "A policy that lets each subscription call ten times a minute",
        language: "xml",
        link: "https://learn.microsoft.com/azure/api-management/rate-limit-by-key-policy",
        code: "<rate-limit-by-key calls=\"10\" renewal-period=\"60\" counter-key=\"@(context.Subscription.Id)\" />",
    },
    Sample {
        description: "A policy expression that reads a claim of a JSON Web Token",
        language: "csharp",
        link: "https://learn.microsoft.com/azure/api-management/api-management-policies",
        code: "@(context.Request.Headers.GetValueOrDefault(\"Authorization\", \"\").AsJwt()?.Claims.GetValueOrDefault(\"tid\"))",
    },
    Sample {
        description: "List the tools of an MCP server",
        language: "http",
        link: "https://learn.microsoft.com/azure/api-management/mcp-server-overview",
        code: "POST /mcp HTTP/1.1\ncontent-type: application/json\naccept: application/json, text/event-stream\n\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}",
    },
    Sample {
        description: "Scale an App Service plan out to three instances",
        language: "azurecli",
        link: "https://learn.microsoft.com/azure/app-service/manage-scale-up",
        code: "az appservice plan update --resource-group shop --name shop-plan --number-of-workers 3",
    },
    Sample {
        description: "Read a secret from Azure Key Vault with the app's managed identity",
        language: "python",
        link: "https://learn.microsoft.com/azure/app-service/overview-managed-identity",
        code: "client = SecretClient(vault_url=vault, credential=ManagedIdentityCredential())\nsecret = client.get_secret(\"orders\")",
    },
];
