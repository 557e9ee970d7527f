package io.tomogrid.node.command;

import io.tomogrid.node.NodeClient;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tomogrid deliveries}: how results fare on their way to the PACS. */
@Command(
        name = "deliveries",
        description = "What waits for each destination, why, and what was refused or given up.",
        mixinStandardHelpOptions = true)
public final class DeliveriesCommand implements Callable<Integer> {
    @Mixin
    private HomeOptions home;

    @Mixin
    private Answer answer;

    @Option(
            names = "--retry",
            paramLabel = "DESTINATION",
            description = "Try all again that it refused or that was given up.")
    private String retry;

    @Override
    public Integer call() throws Exception {
        NodeClient gateway = home.gateway();
        if (retry != null) {
            Map<String, Object> retried =
                    gateway.post("/api/destinations/" + OperatorOptions.encode(retry) + "/retry", "");
            answer.print(retried, out -> out.println(retried.get("retried") + " deliveries are tried again"));
            return 0;
        }
        Object destinations = gateway.get("/api/status").get("destinations");
        Object lost = gateway.get("/api/deliveries/lost").get("lost");
        answer.print(
                Map.of("destinations", destinations, "lost", lost),
                out -> print((List<?>) destinations, (List<?>) lost, out));
        return 0;
    }

    private static void print(List<?> destinations, List<?> lost, PrintWriter out) {
        Table table = new Table("DESTINATION", "WAITING", "GIVEN UP", "TROUBLE");
        for (Object item : destinations) {
            Map<?, ?> one = (Map<?, ?>) item;
            table.row(one.get("name"), one.get("pending"), one.get("dead"), one.get("trouble"));
        }
        table.print(out);
        if (!lost.isEmpty()) {
            out.println();
            Table letters = new Table("JOB", "OBJECT", "DESTINATION", "STATE", "TRIES", "REASON");
            for (Object item : lost) {
                Map<?, ?> one = (Map<?, ?>) item;
                letters.row(
                        one.get("job-id"),
                        one.get("sop-instance-uid"),
                        one.get("destination"),
                        one.get("state"),
                        one.get("attempts"),
                        one.get("reason"));
            }
            letters.print(out);
            out.println("Try them again with ./tomogrid deliveries --retry DESTINATION once the reason is gone.");
        }
    }
}
