package io.tomogrid.node.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tomogrid slices forecast}: what is expected of the next hours, and what that is worth. */
@Command(
        name = "forecast",
        description = "Demand that is expected of the next hours, and its skill against the naive forecast.",
        mixinStandardHelpOptions = true)
public final class SlicesForecastCommand implements Callable<Integer> {
    @Mixin
    private HomeOptions home;

    @Mixin
    private Answer answer;

    @Override
    public Integer call() throws Exception {
        Map<String, Object> document = home.manager().get("/api/forecast");
        answer.print(document, out -> print((List<?>) document.get("series"), out));
        return 0;
    }

    private static void print(List<?> series, PrintWriter out) {
        if (series.isEmpty()) {
            out.println("No job has come in the last eight weeks.");
            return;
        }
        Table table = new Table("PROTOCOL", "SITE", "NEXT HOURS", "WHY");
        for (Object item : series) {
            Map<?, ?> one = (Map<?, ?>) item;
            table.row(one.get("protocol"), one.get("site"), one.get("next-hours"), one.get("verdict"));
        }
        table.print(out);
    }
}
