package io.tomogrid.node.command;

import io.tomogrid.node.NodeClient;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tomogrid archive}: whether what was stored is still what came. */
@Command(
        name = "archive",
        description = "How far the archive was read through, and which instances are damaged.",
        mixinStandardHelpOptions = true)
public final class ArchiveCommand implements Callable<Integer> {
    @Mixin
    private HomeOptions home;

    @Mixin
    private Answer answer;

    @Option(names = "--scrub", description = "Begin to read it through now.")
    private boolean scrub;

    @Override
    public Integer call() throws Exception {
        NodeClient gateway = home.gateway();
        Map<String, Object> document = scrub ? gateway.post("/api/scrub", "") : gateway.get("/api/scrub");
        answer.print(document, out -> print(document, out));
        return ((List<?>) document.get("damaged")).isEmpty() ? 0 : 1;
    }

    private static void print(Map<String, Object> scrub, PrintWriter out) {
        String round =
                scrub.get("began") == null ? "was never read through" : "is read through since " + scrub.get("began");
        out.println("The archive "
                + (scrub.get("ended") == null
                        ? round
                        : "was read through from " + scrub.get("began") + " to " + scrub.get("ended"))
                + ": " + scrub.get("instances") + " instances, " + scrub.get("bytes") + " bytes.");
        Table table = new Table("DAMAGED", "FOUND", "REASON");
        for (Object item : (List<?>) scrub.get("damaged")) {
            Map<?, ?> damage = (Map<?, ?>) item;
            table.row(damage.get("sop-instance-uid"), damage.get("found"), damage.get("reason"));
        }
        if (!((List<?>) scrub.get("damaged")).isEmpty()) {
            table.print(out);
            out.println("Restore their segments from a copy, then ./tomogrid archive --scrub.");
        }
    }
}
