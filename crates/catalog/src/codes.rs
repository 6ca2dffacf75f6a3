//! The numbers of all problems that this crate reports. A number never changes its meaning.

/// A file or folder cannot be read: missing, no permission, a broken link, not a regular file.
pub const UNREADABLE: &str = "TG1001";
/// A file, or the whole folder, is larger than the limit.
pub const TOO_LARGE: &str = "TG1002";
/// A text file is not UTF-8.
pub const NOT_UTF8: &str = "TG1003";
/// A link leads to a folder that contains it.
pub const LINK_LOOP: &str = "TG1004";
/// A JSON file is malformed.
pub const MALFORMED_JSON: &str = "TG1005";
/// A name occurs twice in one JSON or YAML object; the last one counts.
pub const DUPLICATE_KEY: &str = "TG1006";
/// A YAML file is malformed.
pub const MALFORMED_YAML: &str = "TG1007";
/// An entity's folder lacks its information file.
pub const NO_INFORMATION: &str = "TG1008";
/// A required property is missing.
pub const MISSING_PROPERTY: &str = "TG1009";
/// A property has a value of the wrong JSON type.
pub const WRONG_TYPE: &str = "TG1010";
/// A property's value is of the right type but not one of those allowed.
pub const BAD_VALUE: &str = "TG1011";
/// A folder is not part of the layout, but its name resembles one that is.
pub const UNKNOWN_FOLDER: &str = "TG1012";
/// Workspaces are not served.
pub const WORKSPACES: &str = "TG1013";
/// Nothing that belongs to an artifact folder was found.
pub const NOTHING_FOUND: &str = "TG1014";
/// A part of a file of overrides changes nothing here.
pub const NO_EFFECT: &str = "TG1015";

/// A `{{name}}` names no named value.
pub const UNKNOWN_NAMED_VALUE: &str = "TG1101";
/// A named value has no value, neither in its file nor in the environment.
pub const NO_NAMED_VALUE: &str = "TG1102";
/// A secret stands in a plain file.
pub const SECRET_IN_FILE: &str = "TG1103";
/// Two named values have one display name.
pub const DUPLICATE_NAMED_VALUE: &str = "TG1104";
/// A secret is in Azure Key Vault, which is not asked here, or has not given it.
pub const VAULT_SECRET: &str = "TG1105";
/// A named value is longer than APIM takes.
pub const LONG_NAMED_VALUE: &str = "TG1106";

/// A reference names an entity that is not in the folder.
pub const UNKNOWN_REFERENCE: &str = "TG1201";
/// Two APIs answer at the same path, version and host.
pub const DUPLICATE_PATH: &str = "TG1202";
/// Two operations of one API have the same method and URL template, or the same id.
pub const DUPLICATE_OPERATION: &str = "TG1203";
/// An API's type, or a kind of MCP server, is not served yet.
pub const NOT_SERVED: &str = "TG1204";
/// Revisions of one API contradict each other.
pub const REVISIONS: &str = "TG1205";
/// An API names a version without a version set.
pub const VERSION_WITHOUT_SET: &str = "TG1206";
/// A specification of WSDL or WADL tells no operations.
pub const SPECIFICATION_IGNORED: &str = "TG1207";
/// A specification is not an OpenAPI document, or a part of it is not what it must be.
pub const BAD_SPECIFICATION: &str = "TG1208";
/// An API has no operations: every request to it fails.
pub const NO_OPERATIONS: &str = "TG1209";
/// A folder below `operations` belongs to no operation.
pub const UNKNOWN_OPERATION: &str = "TG1210";

/// A subscription has no keys.
pub const NO_KEYS: &str = "TG1301";
/// A subscription key is short enough to be guessed.
pub const SHORT_KEY: &str = "TG1302";
/// Two subscriptions have the same key.
pub const SAME_KEY: &str = "TG1303";

/// A backend pool has no usable members, or a pool as its member.
pub const BAD_POOL: &str = "TG1401";
/// Only the first circuit breaker rule is used.
pub const MORE_BREAKER_RULES: &str = "TG1402";
/// A part of a backend's configuration is not applied.
pub const BACKEND_PART_IGNORED: &str = "TG1403";

/// A certificate authority that a gateway trusts is not in the folder.
pub const MISSING_AUTHORITY: &str = "TG1404";

/// A certificate or its private key cannot be read.
pub const BAD_CERTIFICATE: &str = "TG1501";
