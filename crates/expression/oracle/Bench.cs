// How long real C# takes for each case: compiled alone, then run until it is warm.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Newtonsoft.Json.Linq;

static class Bench
{
    const int Compilations = 5;
    const int Rounds = 7;
    static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Round = TimeSpan.FromMilliseconds(200);

    public static int Run(Compiler compiler, TextReader input, TextWriter output)
    {
        string line;
        while ((line = input.ReadLine()) != null)
        {
            var json = JObject.Parse(line);
            output.WriteLine(Measure(compiler, json).ToString(Newtonsoft.Json.Formatting.None));
            output.Flush();
        }
        return 0;
    }

    static JObject Measure(Compiler compiler, JObject json)
    {
        var answer = new JObject(new JProperty("name", json["name"]));
        var one = new Case(json);
        var compilations = new List<double>();
        for (var i = 0; i < Compilations; i++)
        {
            one = new Case(json);
            var watch = Stopwatch.StartNew();
            compiler.Compile(new List<Case> { one });
            compilations.Add(watch.Elapsed.TotalMilliseconds * 1e6);
        }
        if (one.Run == null)
        {
            answer["compileError"] = one.CompileError;
            return answer;
        }
        answer["compile"] = Median(compilations);
        var context = new Exchange(json["context"]);
        long count = 1;
        for (var warm = Stopwatch.StartNew(); warm.Elapsed < WarmUp;)
        {
            if (Loop(one.Run, context, count) < Round) count *= 2;
        }
        answer["run"] = Median(Enumerable.Range(0, Rounds).Select(_ => Loop(one.Run, context, count).TotalMilliseconds * 1e6 / count).ToList());
        return answer;
    }

    static TimeSpan Loop(Func<IProxyRequestContext, object> run, IProxyRequestContext context, long count)
    {
        var watch = Stopwatch.StartNew();
        for (long i = 0; i < count; i++) run(context);
        return watch.Elapsed;
    }

    static double Median(List<double> values) { return values.OrderBy(value => value).ElementAt(values.Count / 2); }
}
