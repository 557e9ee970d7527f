package io.tomogrid.node.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tomogrid ledger energy}: what the boards used, and what of it no attempt had. */
@Command(
        name = "energy",
        description = "What each GPU has used since its counter was first told, and what of it nobody's work had.",
        mixinStandardHelpOptions = true)
final class EnergyCommand implements Callable<Integer> {
    @Mixin
    private HomeOptions home;

    @Mixin
    private Answer answer;

    @Override
    public Integer call() throws Exception {
        Map<String, Object> document = home.manager().get("/api/ledger/energy");
        answer.print(document, out -> print(document, out));
        return 0;
    }

    static void print(Map<String, Object> document, PrintWriter out) {
        List<?> boards = (List<?>) document.get("boards");
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
