package io.tomogrid.node.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tomogrid ledger contention}: what jobs on one GPU cost each other. */
@Command(
        name = "contention",
        description = "How much protocols slow each other down on one GPU, as far as the ledger tells.",
        mixinStandardHelpOptions = true)
final class ContentionCommand implements Callable<Integer> {
    @Mixin
    private HomeOptions home;

    @Mixin
    private Answer answer;

    @Override
    public Integer call() throws Exception {
        Map<String, Object> document = home.manager().get("/api/ledger/contention");
        answer.print(document, out -> print(document, out));
        return 0;
    }

    static void print(Map<String, Object> document, PrintWriter out) {
        Map<?, ?> rate = (Map<?, ?>) document.get("rate");
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
        out.println("That is " + document.get("definition") + ".");
        Table table = new Table("PROTOCOL", "BESIDE", "TIMES", "95 %", "LEASES", "HURTS");
        for (Object item : (List<?>) document.get("pairs")) {
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
        out.println(document.get("verdict"));
    }

    private static double percent(Object share) {
        return 100 * ((Number) share).doubleValue();
    }

    private static String figure(Object times) {
        return String.format(Locale.ROOT, "%.2f", ((Number) times).doubleValue());
    }
}
