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

/** {@code tomogrid ledger energy}: what the boards used, and what of it no attempt had. */
@Command(
        name = "energy",
        description = "What each GPU has used since its counter was first told, and what of it nobody's work had.",
        mixinStandardHelpOptions = true)
final class EnergyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private HomeOptions home;

    @Option(names = "--json", description = "Print the manager's document.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Map<String, Object> answer = home.manager().get("/api/ledger/energy");
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JSON.std.asString(answer));
        } else {
            print(answer, out);
        }
        out.flush();
        return 0;
    }

    /** @param answer the manager's document */
    static void print(Map<String, Object> answer, PrintWriter out) {
        List<?> boards = (List<?>) answer.get("boards");
        if (boards.isEmpty()) {
            out.println("not measured: no agent tells of a GPU with an energy counter");
        } else {
            Table table = new Table("GPU", "UUID", "JOULES", "IDLE");
            for (Object item : boards) {
                Map<?, ?> board = (Map<?, ?>) item;
                table.row(
                        board.get("gpu"),
                        board.get("gpu-uuid"),
                        figure(board.get("joules")),
                        figure(board.get("idle-joules")));
            }
            table.print(out);
            out.println(
                    "Attempts get the share of their slices' compute slices while they have them; the rest is idle.");
        }
    }

    private static String figure(Object joules) {
        return String.format(Locale.ROOT, "%.1f", ((Number) joules).doubleValue());
    }
}
