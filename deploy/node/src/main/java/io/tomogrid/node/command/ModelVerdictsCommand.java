package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.node.NodeClient;
import io.tomogrid.node.NodeHome;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tomogrid models verdicts}: what readers made of the results, by model and version. */
@Command(
        name = "verdicts",
        description = "What readers made of the results of each model: the last verdict on each job.",
        mixinStandardHelpOptions = true)
public final class ModelVerdictsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private HomeOptions home;

    @Option(names = "--json", description = "Print the gateway's document.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        NodeHome.Running running = home.running();
        Map<String, Object> answer = new NodeClient(running.gateway(), running.token()).get("/api/verdicts");
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JSON.std.asString(answer));
            return 0;
        }
        Table table =
                new Table("MODEL", "VERSION", "ACCEPTED", "EDITED", "REJECTED", "KEPT", "CHANGED", "REMOVED", "ADDED");
        for (Object item : (List<?>) answer.get("models")) {
            Map<?, ?> model = (Map<?, ?>) item;
            Map<?, ?> lesions = (Map<?, ?>) model.get("lesions");
            table.row(
                    model.get("model"),
                    model.get("model-version"),
                    model.get("accepted"),
                    model.get("edited"),
                    model.get("rejected"),
                    lesions.get("kept"),
                    lesions.get("edited"),
                    lesions.get("removed"),
                    lesions.get("added"));
        }
        table.print(out);
        return 0;
    }
}
