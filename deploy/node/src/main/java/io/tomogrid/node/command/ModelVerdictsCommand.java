package io.tomogrid.node.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tomogrid models verdicts}: what readers made of the results, by model and version. */
@Command(
        name = "verdicts",
        description = "What readers made of the results of each model: the last verdict on each job.",
        mixinStandardHelpOptions = true)
public final class ModelVerdictsCommand implements Callable<Integer> {
    @Mixin
    private HomeOptions home;

    @Mixin
    private Answer answer;

    @Override
    public Integer call() throws Exception {
        Map<String, Object> document = home.gateway().get("/api/verdicts");
        answer.print(document, out -> print((List<?>) document.get("models"), out));
        return 0;
    }

    private static void print(List<?> models, PrintWriter out) {
        Table table =
                new Table("MODEL", "VERSION", "ACCEPTED", "EDITED", "REJECTED", "KEPT", "CHANGED", "REMOVED", "ADDED");
        for (Object item : models) {
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
    }
}
