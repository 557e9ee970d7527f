package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tomogrid ledger contention}: what jobs on one GPU cost each other. */
@Command(
        name = "contention",
        description = "How much protocols slow each other down on one GPU, as far as the ledger tells.",
        mixinStandardHelpOptions = true)
final class ContentionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private HomeOptions home;

    @Option(names = "--json", description = "Print the manager's document.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Map<String, Object> answer = home.manager().get("/api/ledger/contention");
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(answer));
        } else {
            print(answer, out);
        }
        out.flush();
        return 0;
    }

    /** @param answer the manager's document */
    static void print(Map<String, Object> answer, PrintWriter out) {
        Map<?, ?> rate = (Map<?, ?>) answer.get("rate");
        if (rate.get("share") != null) {
            out.printf(
                    Locale.ROOT,
                    "contention rate: %.1f %% of %s leases (%.1f to %.1f), %.1f %% of their seconds; alone, %s as long by chance%n",
                    percent(rate.get("share")),
                    rate.get("leases"),
                    percent(rate.get("low")),
                    percent(rate.get("high")),
                    percent(rate.get("share-of-seconds")),
                    rate.get("alone-longer") == null
                            ? "none is known"
                            : String.format(Locale.ROOT, "%.1f %% took", percent(rate.get("alone-longer"))));
        }
        out.println("That is " + answer.get("definition") + ".");
        Table table = new Table("PROTOCOL", "BESIDE", "TIMES", "95 %", "LEASES", "HURTS");
        for (Object item : (List<?>) answer.get("pairs")) {
            Map<?, ?> pair = (Map<?, ?>) item;
            table.row(
                    pair.get("protocol"),
                    pair.get("beside"),
                    figure(pair.get("times")),
                    figure(pair.get("low")) + " to " + figure(pair.get("high")),
                    pair.get("leases") + (Boolean.TRUE.equals(pair.get("simulated")) ? " (simulated)" : ""),
                    Boolean.TRUE.equals(pair.get("hurts")) ? "yes" : "not certain");
        }
        table.print(out);
        out.println(answer.get("verdict"));
    }

    private static double percent(Object share) {
        return 100 * ((Number) share).doubleValue();
    }

    private static String figure(Object times) {
        return String.format(Locale.ROOT, "%.2f", ((Number) times).doubleValue());
    }
}
