package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tomogrid slices forecast}: what is expected of the next hours, and what that is worth. */
@Command(
        name = "forecast",
        description = "Demand that is expected of the next hours, and its skill against the naive forecast.",
        mixinStandardHelpOptions = true)
public final class SlicesForecastCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private HomeOptions home;

    @Option(names = "--json", description = "Print the manager's document.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Map<String, Object> answer = home.manager().get("/api/forecast");
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JSON.std.asString(answer));
            return 0;
        }
        List<?> series = (List<?>) answer.get("series");
        if (series.isEmpty()) {
            out.println("No job has come in the last eight weeks.");
            return 0;
        }
        Table table = new Table("PROTOCOL", "SITE", "NEXT HOURS", "WHY");
        for (Object item : series) {
            Map<?, ?> one = (Map<?, ?>) item;
            table.row(one.get("protocol"), one.get("site"), one.get("next-hours"), one.get("verdict"));
        }
        table.print(out);
        out.flush();
        return 0;
    }
}
