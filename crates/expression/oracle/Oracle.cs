// Answers what real C# makes of policy expressions, for comparison with the engine: README.md says what goes in and out.
// Cases are compiled a batch at a time, each a method of one class; those in which the compiler finds an error are
// compiled once more alone, so that one case's unbalanced brace cannot blame its neighbours.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;
using System.Threading;
using System.Xml;
using System.Xml.Linq;
using Mono.CSharp;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

static class Program
{
    const int BatchSize = 200;

    static int Main(string[] arguments)
    {
        CultureInfo.DefaultThreadCurrentCulture = Thread.CurrentThread.CurrentCulture = CultureInfo.InvariantCulture;
        var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
        var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
        var compiler = new Compiler();
        if (arguments.Contains("--bench")) return Bench.Run(compiler, input, output);
        compiler.Together = arguments.Contains("--together");
        for (var batch = ReadBatch(input); batch.Count > 0; batch = ReadBatch(input))
        {
            compiler.Compile(batch);
            foreach (var each in batch)
            {
                output.WriteLine(each.Answer().ToString(Newtonsoft.Json.Formatting.None));
                // A case that takes the process with it shall not take the answers before it.
                output.Flush();
            }
        }
        return 0;
    }

    static List<Case> ReadBatch(TextReader input)
    {
        var batch = new List<Case>();
        string line;
        while (batch.Count < BatchSize && (line = input.ReadLine()) != null)
            if (line.Trim() != "") batch.Add(new Case(JObject.Parse(line)));
        return batch;
    }
}

/// One expression with its context, and what became of it.
sealed class Case
{
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    const int StackBytes = 8 << 20;
    public readonly JObject json;
    public Func<IProxyRequestContext, object> Run;
    public string CompileError;

    public Case(JObject json) { this.json = json; }

    /// The expression as a method; none of ours may share a line with it.
    public string Method(string name)
    {
        var source = ((string)json["expr"]).Trim();
        var returns = (string)json["returns"];
        var type = returns == null || returns == "string" ? "object" : returns;
        var body = source.StartsWith("@{", StringComparison.Ordinal)
            ? source.Substring(1)
            : "{ return (" + type + ")(" + source.Substring(2, Math.Max(0, source.Length - 3)) + "\n); }";
        return "public static " + type + " " + name + "(IProxyRequestContext context)\n" + body + "\n";
    }

    public JObject Answer()
    {
        var answer = new JObject();
        if (json["id"] != null) answer["id"] = json["id"];
        if (Run == null)
        {
            answer["compileError"] = CompileError;
            return answer;
        }
        var thread = new Thread(() => Evaluate(answer), StackBytes);
        thread.Start();
        if (!thread.Join(Deadline))
        {
            thread.Abort();
            thread.Join();
            answer["error"] = "timeout";
        }
        return answer;
    }

    void Evaluate(JObject answer)
    {
        try
        {
            var value = Run(new Exchange(json["context"]));
            if ((string)json["returns"] == "string") value = Convert.ToString(value, CultureInfo.InvariantCulture);
            var text = Described.Text(value, 16);
            answer["type"] = Described.TypeName(value);
            answer["text"] = text;
        }
        catch (ThreadAbortException) { Thread.ResetAbort(); }
        catch (Exception exception)
        {
            answer["error"] = exception.GetType().FullName;
            answer["message"] = exception.Message;
        }
    }
}

/// A value as the engine describes it: the .NET type, and the text with the elements of collections.
static class Described
{
    public static string TypeName(object value) { return value == null ? "null" : TypeName(value.GetType()); }

    static string TypeName(Type type)
    {
        if (type.Name.StartsWith("<>__AnonType", StringComparison.Ordinal))
            return "<>__AnonType0`" + type.GetGenericArguments().Length + "[" + string.Join(",", type.GetGenericArguments().Select(TypeName)) + "]";
        if (type.IsArray) return TypeName(type.GetElementType()) + "[" + new string(',', type.GetArrayRank() - 1) + "]";
        if (typeof(Type).IsAssignableFrom(type)) return "System.Type";
        if (!type.IsVisible || type.Assembly == typeof(Described).Assembly) type = Interface(type) ?? type;
        if (!type.IsGenericType) return type.ToString();
        return type.GetGenericTypeDefinition().FullName + "[" + string.Join(",", type.GetGenericArguments().Select(TypeName)) + "]";
    }

    // A type that no program can name is known by the interface that it is used through.
    static Type Interface(Type type)
    {
        var own = type.GetInterfaces().Where(each => each.Assembly == typeof(Described).Assembly).ToArray();
        if (own.Length > 0) return own.First(each => !own.Any(other => other != each && each.IsAssignableFrom(other)));
        Func<Type, Type> named = wanted => type.GetInterfaces().FirstOrDefault(each => each.IsGenericType && each.GetGenericTypeDefinition() == wanted);
        return named(typeof(IReadOnlyDictionary<,>)) ?? named(typeof(IGrouping<,>)) ?? named(typeof(IOrderedEnumerable<>)) ?? named(typeof(IEnumerable<>));
    }

    public static string Text(object value, int depth)
    {
        if (value == null) return null;
        if (value is string) return (string)value;
        if (value is byte[]) return Convert.ToBase64String((byte[])value);
        double read;
        float single;
        if (value is double) return Number((double)value, 15, text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out read) && read == (double)value);
        if (value is float) return Number((float)value, 7, text => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out single) && single == (float)value);
        if (value is JToken || value is XObject || value is XmlNode || depth == 0) return Own(value);
        if (value is IFormattable) return ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture);
        if (value is IEnumerable) return "[" + string.Join(", ", ((IEnumerable)value).Cast<object>().Select(item => Text(item, depth - 1))) + "]";
        return Own(value);
    }

    static string Own(object value)
    {
        var text = value.ToString();
        return text == value.GetType().ToString() ? TypeName(value) : text;
    }

    // .NET Core 3.0 and later write the shortest text that reads back as the same number, with an exponent where there are
    // more digits before the point than that and `usual`; Mono writes 15 or 7 digits.
    static string Number(double value, int usual, Func<string, bool> same)
    {
        var invariant = CultureInfo.InvariantCulture;
        if (double.IsNaN(value)) return "NaN";
        if (double.IsInfinity(value)) return value > 0 ? "Infinity" : "-Infinity";
        if (value == 0) return 1 / value < 0 ? "-0" : "0";
        string text;
        var digits = 1;
        do text = value.ToString("E" + (digits - 1), invariant); while (!same(text) && ++digits <= 17);
        var at = text.IndexOf('E');
        var exponent = int.Parse(text.Substring(at + 1), invariant);
        var significant = text.Substring(0, at).Replace(".", "").Replace("-", "").TrimEnd('0');
        var sign = value < 0 ? "-" : "";
        if (exponent < -4 || exponent >= Math.Max(usual, significant.Length))
            return sign + significant.Substring(0, 1) + (significant.Length > 1 ? "." + significant.Substring(1) : "") + "E" + (exponent < 0 ? "-" : "+") + Math.Abs(exponent).ToString("00", invariant);
        if (exponent < 0) return sign + "0." + new string('0', -exponent - 1) + significant;
        var whole = significant.PadRight(exponent + 1, '0');
        return sign + whole.Substring(0, exponent + 1) + (whole.Length > exponent + 1 ? "." + whole.Substring(exponent + 1) : "");
    }
}

/// Mono's C# compiler.
sealed class Compiler
{
    const string Usings = @"using System; using System.Collections.Generic; using System.Globalization; using System.IO; using System.Linq; using System.Net;
using System.Security.Cryptography; using System.Security.Cryptography.X509Certificates; using System.Text; using System.Text.RegularExpressions;
using System.Xml; using System.Xml.Linq; using System.Xml.XPath; using Newtonsoft.Json; using Newtonsoft.Json.Linq;";
    readonly Errors errors = new Errors();
    /// Whether what a batch says of a case is believed without compiling it alone: cases whose brackets are known to match.
    public bool Together;
    Evaluator evaluator;
    int classes;

    public void Compile(List<Case> cases)
    {
        while (cases.Count > 1)
        {
            var blamed = Attempt(cases);
            if (blamed == null) return;
            var alone = blamed.Count > 0 ? blamed : cases;
            if (!Together || blamed.Count == 0) foreach (var each in alone) Attempt(new List<Case> { each });
            if (alone == cases) return;
            cases = cases.Except(blamed).ToList();
        }
        if (cases.Count == 1) Attempt(cases);
    }

    /// The cases in which there are errors; null when there are none anywhere.
    List<Case> Attempt(List<Case> cases)
    {
        if (evaluator == null) evaluator = Fresh();
        var name = "Batch" + classes++;
        var source = new StringBuilder("public static class " + name + " {\n");
        var firstLines = new List<int>();
        var line = 2;
        for (var i = 0; i < cases.Count; i++)
        {
            var method = cases[i].Method("Case" + i);
            firstLines.Add(line);
            line += method.Count(unit => unit == '\n');
            source.Append(method);
        }
        source.Append("}");
        errors.Clear();
        object type = null;
        try
        {
            evaluator.Compile(source.ToString());
            bool set;
            if (errors.Found.Count == 0) evaluator.Evaluate("typeof(" + name + ");", out type, out set);
        }
        catch (Exception exception)
        {
            // After an error the compiler may fail itself; an evaluator is of no use after that.
            if (errors.Found.Count == 0) errors.Found.Add(new KeyValuePair<int, string>(0, "compiler: " + exception.GetType().Name));
        }
        if (errors.Found.Count == 0 && type != null)
        {
            for (var i = 0; i < cases.Count; i++) cases[i].Run = Delegate((Type)type, "Case" + i);
            return null;
        }
        evaluator = null;
        if (cases.Count == 1)
        {
            cases[0].CompileError = Codes(errors.Found);
            return cases;
        }
        var blamed = errors.Found.GroupBy(error => firstLines.FindLastIndex(first => first <= error.Key)).Where(found => found.Key >= 0).ToList();
        foreach (var found in blamed) cases[found.Key].CompileError = Codes(found);
        return blamed.Select(found => cases[found.Key]).ToList();
    }

    static string Codes(IEnumerable<KeyValuePair<int, string>> found) { return string.Join(" ", found.Select(error => error.Value).Distinct()); }

    static Func<IProxyRequestContext, object> Delegate(Type type, string name)
    {
        var method = type.GetMethod(name);
        if (!method.ReturnType.IsValueType)
            return (Func<IProxyRequestContext, object>)method.CreateDelegate(typeof(Func<IProxyRequestContext, object>));
        return context =>
        {
            try { return method.Invoke(null, new object[] { context }); }
            catch (TargetInvocationException thrown) { throw thrown.InnerException; }
        };
    }

    Evaluator Fresh()
    {
        var settings = new CompilerSettings { Version = LanguageVersion.V_7 };
        var types = new[] { typeof(Enumerable), typeof(Uri), typeof(XmlDocument), typeof(XDocument), typeof(JObject), typeof(Program) };
        settings.AssemblyReferences.AddRange(types.Select(type => type.Assembly.Location));
        var fresh = new Evaluator(new CompilerContext(settings, errors));
        fresh.Run(Usings);
        return fresh;
    }
}

/// Keeps the line and C#'s number of each error.
sealed class Errors : ReportPrinter
{
    public readonly List<KeyValuePair<int, string>> Found = new List<KeyValuePair<int, string>>();
    public override void Print(AbstractMessage message, bool showFullPath)
    {
        if (!message.IsWarning) Found.Add(new KeyValuePair<int, string>(message.Location.Row, "CS" + message.Code.ToString("0000", CultureInfo.InvariantCulture)));
    }
    public void Clear() { Found.Clear(); Reset(); }
}
