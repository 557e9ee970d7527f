package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.node.NodeClient;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tomogrid studies}: what the gateway holds, and what it keeps aside. */
@Command(
        name = "studies",
        description = "Studies in the archive, newest first; conflicts and quarantine below them.",
        mixinStandardHelpOptions = true)
public final class StudiesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private HomeOptions home;

    @Option(names = "--json", description = "Print the gateway's document.")
    private boolean json;

    @Option(names = "--complete", paramLabel = "UID", description = "Do not wait for the quiet period of this study.")
    private String complete;

    @Override
    public Integer call() throws Exception {
        NodeClient gateway = home.gateway();
        PrintWriter out = spec.commandLine().getOut();
        if (complete != null) {
            gateway.post("/api/studies/" + complete + "/complete");
            out.println("study " + complete + " is complete");
            return 0;
        }
        Map<String, Object> answer = gateway.get("/api/studies");
        if (json) {
            out.println(JSON.std.asString(answer));
            return 0;
        }
        Table table = new Table("STUDY", "SERIES", "INSTANCES", "REVISION", "COMPLETE", "LAST IMAGE");
        for (Object item : (List<?>) answer.get("studies")) {
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
        aside(gateway, "conflicts", out);
        aside(gateway, "quarantine", out);
        return 0;
    }

    private static void aside(NodeClient gateway, String what, PrintWriter out) throws java.io.IOException {
        List<?> kept = (List<?>) gateway.get("/api/" + what).get(what);
        if (!kept.isEmpty()) {
            out.println();
            Table table = new Table(what.toUpperCase(java.util.Locale.ROOT), "RECEIVED", "FROM", "REASON");
            for (Object item : kept) {
                Map<?, ?> row = (Map<?, ?>) item;
                table.row(row.get("sop-instance-uid"), row.get("received"), row.get("calling-ae"), row.get("reason"));
            }
            table.print(out);
        }
    }
}
