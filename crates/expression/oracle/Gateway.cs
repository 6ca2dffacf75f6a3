// What a policy expression sees of API Management: `context`, its parts, and the extension methods on them, with the
// member names of "API Management policy expressions". Read from the JSON that expression::recorded reads in Rust.
// Not here: compiling and running expressions (Oracle.cs).
using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml.Linq;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

// ---- interfaces ----

public interface IProxyRequestContext
{
    IContextApi Api { get; }
    IBackend Backend { get; }
    IDeployment Deployment { get; }
    TimeSpan Elapsed { get; }
    IGraphQL GraphQL { get; }
    ILastError LastError { get; }
    IOperation Operation { get; }
    IProduct Product { get; }
    IRequest Request { get; }
    Guid RequestId { get; }
    IResponse Response { get; }
    ISubscription Subscription { get; }
    DateTime Timestamp { get; }
    bool Tracing { get; }
    IUser User { get; }
    IReadOnlyDictionary<string, object> Variables { get; }
    IWorkspace Workspace { get; }
    void Trace(string message);
}

public interface IMessageBody
{
    T As<T>(bool preserveContent = false);
    IDictionary<string, IList<string>> AsFormUrlEncodedContent(bool preserveContent = false);
}

public interface IUrl
{
    string Scheme { get; }
    string Host { get; }
    int Port { get; }
    string Path { get; }
    string QueryString { get; }
    IReadOnlyDictionary<string, string[]> Query { get; }
    string ToString();
    Uri ToUri();
}

public interface IRequest
{
    string Method { get; }
    IUrl Url { get; }
    IUrl OriginalUrl { get; }
    string IpAddress { get; }
    IReadOnlyDictionary<string, string[]> Headers { get; }
    IReadOnlyDictionary<string, string> MatchedParameters { get; }
    IMessageBody Body { get; }
    X509Certificate2 Certificate { get; }
    IFoundry Foundry { get; }
    IPrivateEndpointConnection PrivateEndpointConnection { get; }
    IAzureVnetInfo AzureVnetInfo { get; }
}

public interface IResponse
{
    int StatusCode { get; }
    string StatusReason { get; }
    IReadOnlyDictionary<string, string[]> Headers { get; }
    IMessageBody Body { get; }
}

public interface IFoundry { string Deployment { get; } }
public interface IPrivateEndpointConnection { string Name { get; } string GroupId { get; } string MemberName { get; } }
public interface IAzureVnetInfo { string VnetTrafficTag { get; } string SubnetId { get; } int PrivateLinkId { get; } string SnatVip { get; } }
public interface IWorkspace { string Id { get; } string Name { get; } }
public interface IGraphQL { JToken Arguments { get; } JToken Parent { get; } }
public interface IBackend { string Id { get; } BackendType Type { get; } string AzureRegion { get; } }
public interface IGateway { string Id { get; } string InstanceId { get; } bool IsManaged { get; } }
public interface ISubscriptionKeyParameterNames { string Header { get; } string Query { get; } }
public interface IGroup { string Id { get; } string Name { get; } }
public interface IUserIdentity { string Id { get; } string Provider { get; } }
public interface IOperation { string Id { get; } string Name { get; } string Method { get; } string UrlTemplate { get; } }
public enum BackendType { Single, Pool }
public enum ProductState { NotPublished, Published }

public interface IApi
{
    string Id { get; }
    string Name { get; }
    string Path { get; }
    IEnumerable<string> Protocols { get; }
    IUrl ServiceUrl { get; }
    ISubscriptionKeyParameterNames SubscriptionKeyParameterNames { get; }
}

public interface IContextApi : IApi
{
    bool IsCurrentRevision { get; }
    string Revision { get; }
    string Version { get; }
}

public interface IProduct
{
    string Id { get; }
    string Name { get; }
    ProductState State { get; }
    bool SubscriptionRequired { get; }
    bool ApprovalRequired { get; }
    int? SubscriptionsLimit { get; }
    int? SubscriptionLimit { get; }
    IEnumerable<IApi> Apis { get; }
    IEnumerable<IGroup> Groups { get; }
}

public interface ISubscription
{
    string Id { get; }
    string Name { get; }
    string Key { get; }
    string PrimaryKey { get; }
    string SecondaryKey { get; }
    DateTime CreatedDate { get; }
    DateTime? StartDate { get; }
    DateTime? EndDate { get; }
}

public interface IUser
{
    string Id { get; }
    string Email { get; }
    string FirstName { get; }
    string LastName { get; }
    string Note { get; }
    DateTime RegistrationDate { get; }
    IEnumerable<IGroup> Groups { get; }
    IEnumerable<IUserIdentity> Identities { get; }
}

public interface IDeployment
{
    string GatewayId { get; }
    string Region { get; }
    string ServiceId { get; }
    string ServiceName { get; }
    IGateway Gateway { get; }
    IReadOnlyDictionary<string, X509Certificate2> Certificates { get; }
}

public interface ILastError
{
    string Source { get; }
    string Reason { get; }
    string Message { get; }
    string Scope { get; }
    string Section { get; }
    string Path { get; }
    string PolicyId { get; }
}

// ---- reading JSON whose names may be written in any case ----

/// A stretch of the case's JSON that may be missing.
public struct Part
{
    readonly JToken token;
    public Part(JToken token) { this.token = token; }
    public JToken Token { get { return token; } }
    public bool Missing { get { return token == null || token.Type == JTokenType.Null; } }
    public Part this[string name]
    {
        get { return new Part((token as JObject)?.GetValue(name, StringComparison.OrdinalIgnoreCase)); }
    }
    public IEnumerable<JProperty> Members { get { return (token as JObject)?.Properties() ?? Enumerable.Empty<JProperty>(); } }
    public IEnumerable<Part> Items { get { return (token as JArray)?.Select(item => new Part(item)) ?? Enumerable.Empty<Part>(); } }
    public string Text(string otherwise = null)
    {
        if (Missing) return otherwise;
        if (token.Type == JTokenType.Date) return JsonConvert.ToString((DateTime)token).Trim('"');
        return token.Type == JTokenType.String ? (string)token : token.ToString(Formatting.None);
    }
    public bool Flag { get { return !Missing && (bool)token; } }
    public DateTime? Moment
    {
        get { return Missing ? (DateTime?)null : DateTime.SpecifyKind((DateTime)token, DateTimeKind.Utc); }
    }
    public int? Number { get { return Missing ? (int?)null : (int)token; } }
    public T To<T>(Func<Part, T> read) where T : class { return Missing ? null : read(this); }
}

// ---- the parts of an exchange ----

sealed class Lookup<T> : IReadOnlyDictionary<string, T>
{
    readonly List<KeyValuePair<string, T>> entries = new List<KeyValuePair<string, T>>();
    readonly StringComparer names;
    public Lookup(StringComparer names) { this.names = names; }
    public void Put(string name, T value) { entries.Add(new KeyValuePair<string, T>(name, value)); }
    public bool TryGetValue(string key, out T value)
    {
        if (key == null) throw new ArgumentNullException("key");
        var at = entries.FindIndex(entry => names.Equals(entry.Key, key));
        value = at < 0 ? default(T) : entries[at].Value;
        return at >= 0;
    }
    public T this[string key]
    {
        get
        {
            T value;
            if (!TryGetValue(key, out value)) throw new KeyNotFoundException("The given key '" + key + "' was not present in the dictionary.");
            return value;
        }
    }
    public bool ContainsKey(string key) { T value; return TryGetValue(key, out value); }
    public int Count { get { return entries.Count; } }
    public IEnumerable<string> Keys { get { return entries.Select(entry => entry.Key); } }
    public IEnumerable<T> Values { get { return entries.Select(entry => entry.Value); } }
    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() { return entries.GetEnumerator(); }
    IEnumerator IEnumerable.GetEnumerator() { return GetEnumerator(); }
}

static class Lookup
{
    public static Lookup<string[]> Headers(Part part)
    {
        var headers = new Lookup<string[]>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in part.Members)
        {
            var several = new Part(member.Value).Items.Select(item => item.Text("")).ToArray();
            headers.Put(member.Name, several.Length > 0 ? several : new[] { new Part(member.Value).Text("") });
        }
        return headers;
    }

    public static Lookup<string> Texts(Part part)
    {
        var texts = new Lookup<string>(StringComparer.Ordinal);
        foreach (var member in part.Members) texts.Put(member.Name, new Part(member.Value).Text(""));
        return texts;
    }
}

sealed class Url : IUrl
{
    public string Scheme { get; private set; }
    public string Host { get; private set; }
    public int Port { get; private set; }
    public string Path { get; private set; }
    public string QueryString { get; private set; }
    public IReadOnlyDictionary<string, string[]> Query { get; private set; }

    public Url(string text)
    {
        var mark = text.IndexOf("://", StringComparison.Ordinal);
        Scheme = mark < 0 ? "https" : text.Substring(0, mark);
        var rest = mark < 0 ? text : text.Substring(mark + 3);
        var end = rest.IndexOfAny(new[] { '/', '?' });
        var authority = (end < 0 ? rest : rest.Substring(0, end)).Split(':');
        Host = authority[0];
        Port = authority.Length > 1 ? int.Parse(authority[1], CultureInfo.InvariantCulture) : Scheme == "http" ? 80 : 443;
        var tail = end < 0 ? "" : rest.Substring(end);
        var question = tail.IndexOf('?');
        Path = question < 0 ? tail : tail.Substring(0, question);
        if (Path == "") Path = "/";
        QueryString = question < 0 ? "" : tail.Substring(question);
        var query = new Lookup<string[]>(StringComparer.OrdinalIgnoreCase);
        var pairs = QueryString.TrimStart('?').Split('&').Where(pair => pair != "").Select(pair => pair.Split(new[] { '=' }, 2));
        foreach (var group in pairs.GroupBy(pair => WebUtility.UrlDecode(pair[0]), pair => pair.Length > 1 ? WebUtility.UrlDecode(pair[1]) : ""))
            query.Put(group.Key, group.ToArray());
        Query = query;
    }

    public override string ToString() { return Scheme + "://" + Host + ":" + Port.ToString(CultureInfo.InvariantCulture) + Path + QueryString; }
    public Uri ToUri() { return new Uri(ToString()); }
}

sealed class MessageBody : IMessageBody
{
    readonly string text;
    bool consumed;
    public MessageBody(Part part)
    {
        text = part.Missing ? "" : part.Token.Type == JTokenType.String ? (string)part.Token : part.Token.ToString(Formatting.None);
    }

    public T As<T>(bool preserveContent = false)
    {
        if (consumed) return default(T);
        consumed = !preserveContent;
        return (T)Read(typeof(T));
    }

    object Read(Type type)
    {
        if (type == typeof(string)) return text;
        if (type == typeof(byte[])) return Encoding.UTF8.GetBytes(text);
        if (type == typeof(XDocument)) return XDocument.Parse(text);
        if (type == typeof(XElement) || type == typeof(XNode)) return XElement.Parse(text);
        if (type == typeof(JObject)) return JObject.Parse(text);
        if (type == typeof(JArray)) return JArray.Parse(text);
        if (type == typeof(JToken)) return JToken.Parse(text);
        throw new NotSupportedException("a message body cannot be read as " + type);
    }

    public IDictionary<string, IList<string>> AsFormUrlEncodedContent(bool preserveContent = false)
    {
        var form = new Dictionary<string, IList<string>>();
        foreach (var pair in (As<string>(preserveContent) ?? "").Split('&').Where(pair => pair != "").Select(pair => pair.Split(new[] { '=' }, 2)))
        {
            var name = WebUtility.UrlDecode(pair[0]);
            if (!form.ContainsKey(name)) form[name] = new List<string>();
            form[name].Add(pair.Length > 1 ? WebUtility.UrlDecode(pair[1]) : "");
        }
        return form;
    }
}

sealed class Request : IRequest
{
    public Request(Part part)
    {
        Method = part["method"].Text("GET");
        Url = new Url(part["url"].Text("https://gateway.example/"));
        OriginalUrl = part["originalUrl"].Missing ? Url : new Url(part["originalUrl"].Text());
        IpAddress = part["ipAddress"].Text("192.0.2.1");
        Headers = Lookup.Headers(part["headers"]);
        MatchedParameters = Lookup.Texts(part["matchedParameters"]);
        Body = part["body"].To(body => new MessageBody(body));
        Certificate = part["certificate"].To(Certificates.Read);
        Foundry = part["foundry"].To(p => new Foundry { Deployment = p["deployment"].Text("") });
        PrivateEndpointConnection = part["privateEndpointConnection"].To(p => new PrivateEndpoint
        {
            Name = p["name"].Text(""), GroupId = p["groupId"].Text(""), MemberName = p["memberName"].Text(""),
        });
        AzureVnetInfo = part["azureVnetInfo"].To(p => new Vnet
        {
            VnetTrafficTag = p["vnetTrafficTag"].Text(""), SubnetId = p["subnetId"].Text(""),
            PrivateLinkId = p["privateLinkId"].Number ?? 0, SnatVip = p["snatVip"].Text(""),
        });
    }
    public string Method { get; }
    public IUrl Url { get; }
    public IUrl OriginalUrl { get; }
    public string IpAddress { get; }
    public IReadOnlyDictionary<string, string[]> Headers { get; }
    public IReadOnlyDictionary<string, string> MatchedParameters { get; }
    public IMessageBody Body { get; }
    public X509Certificate2 Certificate { get; }
    public IFoundry Foundry { get; }
    public IPrivateEndpointConnection PrivateEndpointConnection { get; }
    public IAzureVnetInfo AzureVnetInfo { get; }
}

sealed class Response : IResponse
{
    public Response(Part part)
    {
        StatusCode = part["statusCode"].Number ?? 200;
        StatusReason = part["statusReason"].Text("OK");
        Headers = Lookup.Headers(part["headers"]);
        Body = new MessageBody(part["body"]);
    }
    public int StatusCode { get; }
    public string StatusReason { get; }
    public IReadOnlyDictionary<string, string[]> Headers { get; }
    public IMessageBody Body { get; }
}

static class Certificates
{
    /// Base64 of a DER certificate, or {"pfx": base64, "password": text} for one with its key.
    public static X509Certificate2 Read(Part part)
    {
        if (part.Token.Type == JTokenType.String) return new X509Certificate2(Convert.FromBase64String((string)part.Token));
        return new X509Certificate2(Convert.FromBase64String(part["pfx"].Text("")), part["password"].Text(""), X509KeyStorageFlags.Exportable);
    }
}

// ---- entities ----

sealed class Foundry : IFoundry { public string Deployment { get; set; } }
sealed class PrivateEndpoint : IPrivateEndpointConnection { public string Name { get; set; } public string GroupId { get; set; } public string MemberName { get; set; } }
sealed class Vnet : IAzureVnetInfo { public string VnetTrafficTag { get; set; } public string SubnetId { get; set; } public int PrivateLinkId { get; set; } public string SnatVip { get; set; } }
sealed class Workspace : IWorkspace { public string Id { get; set; } public string Name { get; set; } }
sealed class GraphQL : IGraphQL { public JToken Arguments { get; set; } public JToken Parent { get; set; } }
sealed class Backend : IBackend { public string Id { get; set; } public BackendType Type { get; set; } public string AzureRegion { get; set; } }
sealed class GatewayInstance : IGateway { public string Id { get; set; } public string InstanceId { get; set; } public bool IsManaged { get; set; } }
sealed class KeyNames : ISubscriptionKeyParameterNames { public string Header { get; set; } public string Query { get; set; } }
sealed class Group : IGroup { public string Id { get; set; } public string Name { get; set; } }
sealed class Identity : IUserIdentity { public string Id { get; set; } public string Provider { get; set; } }
sealed class Operation : IOperation { public string Id { get; set; } public string Name { get; set; } public string Method { get; set; } public string UrlTemplate { get; set; } }

sealed class Api : IContextApi
{
    public Api(Part part)
    {
        Id = part["id"].Text(""); Name = part["name"].Text(""); Path = part["path"].Text("");
        Revision = part["revision"].Text(""); Version = part["version"].Text(""); IsCurrentRevision = part["isCurrentRevision"].Flag;
        Protocols = part["protocols"].Items.Select(item => item.Text("")).ToArray();
        ServiceUrl = part["serviceUrl"].To(url => new Url(url.Text()));
        var keys = part["subscriptionKeyParameterNames"];
        SubscriptionKeyParameterNames = new KeyNames { Header = keys["header"].Text("Ocp-Apim-Subscription-Key"), Query = keys["query"].Text("subscription-key") };
    }
    public string Id { get; }
    public string Name { get; }
    public string Path { get; }
    public IEnumerable<string> Protocols { get; }
    public IUrl ServiceUrl { get; }
    public ISubscriptionKeyParameterNames SubscriptionKeyParameterNames { get; }
    public bool IsCurrentRevision { get; }
    public string Revision { get; }
    public string Version { get; }
}

sealed class Product : IProduct
{
    public Product(Part part)
    {
        Id = part["id"].Text(""); Name = part["name"].Text("");
        var state = part["state"].Text("");
        State = state == "Published" || state == "1" ? ProductState.Published : ProductState.NotPublished;
        SubscriptionRequired = part["subscriptionRequired"].Flag; ApprovalRequired = part["approvalRequired"].Flag;
        SubscriptionsLimit = part["subscriptionsLimit"].Number;
        Apis = part["apis"].Items.Select(api => (IApi)new Api(api)).ToArray();
        Groups = User.GroupsOf(part);
    }
    public string Id { get; }
    public string Name { get; }
    public ProductState State { get; }
    public bool SubscriptionRequired { get; }
    public bool ApprovalRequired { get; }
    public int? SubscriptionsLimit { get; }
    public int? SubscriptionLimit { get { return SubscriptionsLimit; } }
    public IEnumerable<IApi> Apis { get; }
    public IEnumerable<IGroup> Groups { get; }
}

sealed class Subscription : ISubscription
{
    public Subscription(Part part)
    {
        Id = part["id"].Text(""); Name = part["name"].Text("");
        PrimaryKey = part["primaryKey"].Text() ?? part["key"].Text(""); SecondaryKey = part["secondaryKey"].Text("");
        CreatedDate = part["createdDate"].Moment ?? new DateTime(0, DateTimeKind.Utc);
        StartDate = part["startDate"].Moment; EndDate = part["endDate"].Moment;
    }
    public string Id { get; }
    public string Name { get; }
    public string Key { get { return PrimaryKey; } }
    public string PrimaryKey { get; }
    public string SecondaryKey { get; }
    public DateTime CreatedDate { get; }
    public DateTime? StartDate { get; }
    public DateTime? EndDate { get; }
}

sealed class User : IUser
{
    public User(Part part)
    {
        Id = part["id"].Text(""); Email = part["email"].Text(""); FirstName = part["firstName"].Text("");
        LastName = part["lastName"].Text(""); Note = part["note"].Text("");
        RegistrationDate = part["registrationDate"].Moment ?? new DateTime(0, DateTimeKind.Utc);
        Groups = GroupsOf(part);
        Identities = part["identities"].Items.Select(i => (IUserIdentity)new Identity { Id = i["id"].Text(""), Provider = i["provider"].Text("") }).ToArray();
    }
    public static IEnumerable<IGroup> GroupsOf(Part part)
    {
        return part["groups"].Items.Select(group => (IGroup)new Group { Id = group["id"].Text(""), Name = group["name"].Text("") }).ToArray();
    }
    public string Id { get; }
    public string Email { get; }
    public string FirstName { get; }
    public string LastName { get; }
    public string Note { get; }
    public DateTime RegistrationDate { get; }
    public IEnumerable<IGroup> Groups { get; }
    public IEnumerable<IUserIdentity> Identities { get; }
}

sealed class Deployment : IDeployment
{
    public Deployment(Part part)
    {
        var gateway = part["gateway"];
        GatewayId = gateway["id"].Text() ?? part["gatewayId"].Text("");
        Gateway = new GatewayInstance { Id = GatewayId, InstanceId = gateway["instanceId"].Text(""), IsManaged = gateway["isManaged"].Flag };
        Region = part["region"].Text(""); ServiceId = part["serviceId"].Text(""); ServiceName = part["serviceName"].Text("");
        var certificates = new Lookup<X509Certificate2>(StringComparer.Ordinal);
        foreach (var member in part["certificates"].Members) certificates.Put(member.Name, global::Certificates.Read(new Part(member.Value)));
        Certificates = certificates;
    }
    public string GatewayId { get; }
    public string Region { get; }
    public string ServiceId { get; }
    public string ServiceName { get; }
    public IGateway Gateway { get; }
    public IReadOnlyDictionary<string, X509Certificate2> Certificates { get; }
}

sealed class LastError : ILastError
{
    public LastError(Part part)
    {
        Source = part["source"].Text(""); Reason = part["reason"].Text(""); Message = part["message"].Text(""); Scope = part["scope"].Text("");
        Section = part["section"].Text(""); Path = part["path"].Text(""); PolicyId = part["policyId"].Text("");
    }
    public string Source { get; }
    public string Reason { get; }
    public string Message { get; }
    public string Scope { get; }
    public string Section { get; }
    public string Path { get; }
    public string PolicyId { get; }
}

sealed class Exchange : IProxyRequestContext
{
    public Exchange(JToken json)
    {
        var part = new Part(json);
        Request = new Request(part["request"]);
        Response = part["response"].To(p => new Response(p));
        Api = part["api"].To(p => new Api(p));
        Operation = part["operation"].To(p => new Operation { Id = p["id"].Text(""), Name = p["name"].Text(""), Method = p["method"].Text(""), UrlTemplate = p["urlTemplate"].Text("") });
        Product = part["product"].To(p => new Product(p));
        Subscription = part["subscription"].To(p => new Subscription(p));
        User = part["user"].To(p => new User(p));
        Deployment = new Deployment(part["deployment"]);
        LastError = part["lastError"].To(p => new LastError(p));
        Workspace = part["workspace"].To(p => new Workspace { Id = p["id"].Text(""), Name = p["name"].Text("") });
        GraphQL = part["graphQL"].To(p => new GraphQL { Arguments = p["arguments"].Token, Parent = p["parent"].Token });
        Backend = part["backend"].To(p => new Backend
        {
            Id = p["id"].Text(""), AzureRegion = p["azureRegion"].Text(""), Type = p["type"].Text("") == "Pool" ? BackendType.Pool : BackendType.Single,
        });
        var variables = new Lookup<object>(StringComparer.Ordinal);
        foreach (var member in part["variables"].Members) variables.Put(member.Name, Variable.Value(member.Value));
        Variables = variables;
        RequestId = part["requestId"].Missing ? Guid.Empty : Guid.Parse(part["requestId"].Text());
        Timestamp = part["timestamp"].Moment ?? new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        Elapsed = part["elapsedMs"].Missing ? TimeSpan.Zero : TimeSpan.FromTicks((long)((double)part["elapsedMs"].Token * 10000));
        Tracing = part["tracing"].Flag;
    }
    public IContextApi Api { get; }
    public IBackend Backend { get; }
    public IDeployment Deployment { get; }
    public TimeSpan Elapsed { get; }
    public IGraphQL GraphQL { get; }
    public ILastError LastError { get; }
    public IOperation Operation { get; }
    public IProduct Product { get; }
    public IRequest Request { get; }
    public Guid RequestId { get; }
    public IResponse Response { get; }
    public ISubscription Subscription { get; }
    public DateTime Timestamp { get; }
    public bool Tracing { get; }
    public IUser User { get; }
    public IReadOnlyDictionary<string, object> Variables { get; }
    public IWorkspace Workspace { get; }
    public void Trace(string message) { }
}

static class Variable
{
    /// A plain value is itself; what JSON has no form for is an object of one member whose name begins with `$`.
    public static object Value(JToken token)
    {
        switch (token.Type)
        {
            case JTokenType.Integer: var number = (long)token; return number == (int)number ? (object)(int)number : number;
            case JTokenType.Float: return (double)token;
            case JTokenType.Boolean: return (bool)token;
            case JTokenType.String: return (string)token;
            case JTokenType.Date: return (DateTime)token;
            case JTokenType.Null: return null;
        }
        var members = token as JObject;
        if (members == null || members.Count != 1) return token;
        var marked = members.Properties().Single();
        var part = new Part(marked.Value);
        switch (marked.Name)
        {
            case "$json": return part.Token.DeepClone();
            case "$response": return new Response(part);
            case "$jwt": return part.Text().AsJwt();
            case "$date": return part.Moment.Value;
            case "$bytes": return Convert.FromBase64String(part.Text());
            case "$long": return (long)part.Token;
            case "$double": return (double)part.Token;
            case "$array": return part.Items.Select(item => item.Text("")).ToArray();
            case "$ints": return part.Items.Select(item => (int)item.Token).ToList();
            case "$authorization": return new Authorization { AccessToken = part["accessToken"].Text(""), Claims = new Lookup<object>(StringComparer.Ordinal) };
        }
        return token;
    }
}

// ---- what API Management adds to .NET ----

public class Authorization { public string AccessToken { get; set; } public IReadOnlyDictionary<string, object> Claims { get; set; } }

public class BasicAuthCredentials
{
    public string UserId { get; set; }
    public string Username { get { return UserId; } }
    public string Password { get; set; }
}

public class Jwt
{
    readonly JObject payload;
    internal Jwt(JObject header, JObject payload)
    {
        this.payload = payload;
        Algorithm = ClaimText(header["alg"]);
        Type = ClaimText(header["typ"]);
        var claims = new Lookup<string[]>(StringComparer.Ordinal);
        foreach (var claim in payload.Properties()) claims.Put(claim.Name, Texts(claim.Value));
        Claims = claims;
    }
    public string Algorithm { get; }
    public string Type { get; }
    public string Id { get { return First("jti"); } }
    public string Issuer { get { return First("iss"); } }
    public string Subject { get { return First("sub"); } }
    public IEnumerable<string> Audiences { get { return Texts(payload["aud"]); } }
    public DateTime? ExpirationTime { get { return Moment("exp"); } }
    public DateTime? NotBefore { get { return Moment("nbf"); } }
    public DateTime? IssuedAt { get { return Moment("iat"); } }
    public IReadOnlyDictionary<string, string[]> Claims { get; }

    string First(string name) { return Texts(payload[name]).FirstOrDefault(); }
    DateTime? Moment(string name)
    {
        double seconds;
        if (!double.TryParse(First(name), NumberStyles.Float, CultureInfo.InvariantCulture, out seconds)) return null;
        return new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddTicks((long)(seconds * 1e7));
    }
    static string[] Texts(JToken token)
    {
        return (token is JArray ? token.Select(ClaimText) : new[] { ClaimText(token) }).Where(text => text != null).ToArray();
    }
    static string ClaimText(JToken token) { return new Part(token).Text(); }
}

public static class PolicyExtensions
{
    static string Joined(IReadOnlyDictionary<string, string[]> dictionary, string key, string otherwise)
    {
        string[] values;
        return dictionary.TryGetValue(key, out values) ? string.Join(",", values) : otherwise;
    }
    public static string GetValueOrDefault(this IReadOnlyDictionary<string, string[]> dictionary, string key) { return Joined(dictionary, key, null); }
    public static string GetValueOrDefault(this IReadOnlyDictionary<string, string[]> dictionary, string key, string defaultValue) { return Joined(dictionary, key, defaultValue); }
    public static object GetValueOrDefault(this IReadOnlyDictionary<string, object> dictionary, string key) { return GetValueOrDefault<object>(dictionary, key, null); }
    public static T GetValueOrDefault<T>(this IReadOnlyDictionary<string, object> dictionary, string key) { return GetValueOrDefault(dictionary, key, default(T)); }
    public static T GetValueOrDefault<T>(this IReadOnlyDictionary<string, object> dictionary, string key, T defaultValue)
    {
        object value;
        return dictionary.TryGetValue(key, out value) ? (T)value : defaultValue;
    }
    public static TValue GetValueOrDefault<TKey, TValue>(this IReadOnlyDictionary<TKey, TValue> dictionary, TKey key) { return GetValueOrDefault(dictionary, key, default(TValue)); }
    public static TValue GetValueOrDefault<TKey, TValue>(this IReadOnlyDictionary<TKey, TValue> dictionary, TKey key, TValue defaultValue)
    {
        TValue value;
        return dictionary.TryGetValue(key, out value) ? value : defaultValue;
    }
    // Newtonsoft.Json 13 has it as a member; Debian's version has not.
    public static bool ContainsKey(this JObject value, string propertyName) { return value.Property(propertyName) != null; }

    public static string ToFormUrlEncodedContent(this IDictionary<string, IList<string>> dictionary)
    {
        return string.Join("&", dictionary.SelectMany(entry => entry.Value.Select(value => WebUtility.UrlEncode(entry.Key) + "=" + WebUtility.UrlEncode(value))));
    }
    public static string ToQueryString(this IDictionary<string, IList<string>> dictionary)
    {
        return dictionary.Count == 0 ? null : "?" + dictionary.ToFormUrlEncodedContent();
    }

    public static BasicAuthCredentials AsBasic(this string input)
    {
        var halves = (input ?? "").Trim().Split(new[] { ' ' }, 2);
        if (halves.Length < 2 || !halves[0].Equals("basic", StringComparison.OrdinalIgnoreCase)) return null;
        byte[] bytes;
        try { bytes = Convert.FromBase64String(halves[1].Trim()); } catch (FormatException) { return null; }
        var pair = Encoding.UTF8.GetString(bytes).Split(new[] { ':' }, 2);
        return pair.Length < 2 ? null : new BasicAuthCredentials { UserId = pair[0], Password = pair[1] };
    }
    public static bool TryParseBasic(this string input, out BasicAuthCredentials result) { result = input.AsBasic(); return result != null; }

    public static Jwt AsJwt(this string input)
    {
        var token = (input ?? "").Trim();
        if (token.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) token = token.Substring(7).Trim();
        var parts = token.Split('.');
        if (parts.Length != 3) return null;
        try { return new Jwt(Decoded(parts[0]), Decoded(parts[1])); }
        catch (FormatException) { return null; }
        catch (JsonException) { return null; }
    }
    public static bool TryParseJwt(this string input, out Jwt result) { result = input.AsJwt(); return result != null; }
    static JObject Decoded(string part)
    {
        var base64 = part.Replace('-', '+').Replace('_', '/');
        return JObject.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(base64 + new string('=', (4 - base64.Length % 4) % 4))));
    }

    static byte[] Transformed(byte[] input, ICryptoTransform transform) { using (transform) return transform.TransformFinalBlock(input, 0, input.Length); }
    public static byte[] Encrypt(this byte[] input, SymmetricAlgorithm alg) { return Transformed(input, alg.CreateEncryptor()); }
    public static byte[] Encrypt(this byte[] input, SymmetricAlgorithm alg, byte[] key, byte[] iv) { return Transformed(input, alg.CreateEncryptor(key, iv)); }
    public static byte[] Encrypt(this byte[] input, string alg, byte[] key, byte[] iv) { return input.Encrypt(SymmetricAlgorithm.Create(alg), key, iv); }
    public static byte[] Decrypt(this byte[] input, SymmetricAlgorithm alg) { return Transformed(input, alg.CreateDecryptor()); }
    public static byte[] Decrypt(this byte[] input, SymmetricAlgorithm alg, byte[] key, byte[] iv) { return Transformed(input, alg.CreateDecryptor(key, iv)); }
    public static byte[] Decrypt(this byte[] input, string alg, byte[] key, byte[] iv) { return input.Decrypt(SymmetricAlgorithm.Create(alg), key, iv); }
    public static bool VerifyNoRevocation(this X509Certificate2 certificate)
    {
        var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
