package io.tomogrid.node.command;

import io.tomogrid.node.NodeClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tomogrid studies}: what the gateway holds, and what it keeps aside. */
@Command(
        name = "studies",
        description = "Studies in the archive, newest first; conflicts and quarantine below them.",
        mixinStandardHelpOptions = true)
public final class StudiesCommand implements Callable<Integer> {
    @Mixin
    private HomeOptions home;

    @Mixin
    private Answer answer;

    @Option(names = "--complete", paramLabel = "UID", description = "Do not wait for the quiet period of this study.")
    private String complete;

    @Override
    public Integer call() throws Exception {
        NodeClient gateway = home.gateway();
        if (complete != null) {
            gateway.post("/api/studies/" + complete + "/complete");
            answer.print(Map.of("study-uid", complete), out -> out.println("study " + complete + " is complete"));
            return 0;
        }
        Map<String, Object> document = gateway.get("/api/studies");
        answer.print(document, out -> {
            print((List<?>) document.get("studies"), out);
            print("CONFLICTS", aside(gateway, "conflicts"), out);
            print("QUARANTINE", aside(gateway, "quarantine"), out);
        });
        return 0;
    }

    private static List<?> aside(NodeClient gateway, String what) throws IOException {
        return (List<?>) gateway.get("/api/" + what).get(what);
    }

    private static void print(List<?> studies, PrintWriter out) {
        Table table = new Table("STUDY", "SERIES", "INSTANCES", "REVISION", "COMPLETE", "LAST IMAGE");
        for (Object item : studies) {
            Map<?, ?> study = (Map<?, ?>) item;
            table.row(
                    study.get("study-uid"),
                    study.get("series"),
                    study.get("instances"),
                    study.get("revision"),
                    Boolean.TRUE.equals(study.get("complete")) ? "yes" : "no",
                    study.get("last-received"));
        }
        table.print(out);
    }

    private static void print(String what, List<?> kept, PrintWriter out) {
        if (!kept.isEmpty()) {
            out.println();
            Table table = new Table(what, "RECEIVED", "FROM", "REASON");
            for (Object item : kept) {
                Map<?, ?> row = (Map<?, ?>) item;
                table.row(row.get("sop-instance-uid"), row.get("received"), row.get("calling-ae"), row.get("reason"));
            }
            table.print(out);
        }
    }
}
