package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.node.NodeClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tomogrid reprocess}: a protocol over many studies of the archive, see {@code docs/reprocessing.md}. */
@Command(
        name = "reprocess",
        description = {
            "Runs a protocol over the archived studies that a query finds, beside the work of the day.",
            "It goes on in the node when this command ends; results lie beside the old ones."
        },
        mixinStandardHelpOptions = true)
public final class ReprocessCommand implements Callable<Integer> {
    private static final String BATCHES = "/api/batches";
    private static final long LOOK_MILLIS = 1000;
    private static final Set<String> ENDED = Set.of("DONE", "CANCELLED", "PAUSED");

    @Spec
    private CommandSpec spec;

    @Mixin
    private HomeOptions home;

    @Option(
            names = "--query",
            paramLabel = "QIDO",
            description = "Which studies, as QIDO-RS: 'StudyDate=20260101-20261231&ModalitiesInStudy=PT'.")
    private String query;

    @Option(names = "--protocol", description = "Which protocol, e.g. petct-standard.")
    private String protocol;

    @Option(
            names = "--most-at-once",
            paramLabel = "N",
            description = "Jobs under way at a time (default: ${DEFAULT-VALUE}).",
            defaultValue = "4")
    private int mostAtOnce;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Refuse a query that finds more studies (default: ${DEFAULT-VALUE}).",
            defaultValue = "100000")
    private int limit;

    @Option(names = "--dry-run", description = "Only say how many studies it would be.")
    private boolean dryRun;

    @Option(names = "--no-wait", description = "Do not wait for the end.")
    private boolean noWait;

    @Option(names = "--json", description = "Print the manager's document.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        if (query == null || protocol == null) {
            throw new IllegalArgumentException("say which studies and what to do: reprocess --query"
                    + " 'StudyDate=20260101-20261231&ModalitiesInStudy=PT' --protocol petct-standard");
        }
        var request = new LinkedHashMap<String, Object>();
        request.put("query", query);
        request.put("protocol", protocol);
        request.put("most-at-once", mostAtOnce);
        request.put("limit", limit);
        request.put("dry-run", dryRun);
        NodeClient manager = home.manager();
        Map<String, Object> batch = manager.post(BATCHES, JSON.std.asString(request));
        PrintWriter out = spec.commandLine().getOut();
        if (dryRun) {
            out.println(json ? JSON.std.asString(batch) : batch.get("studies") + " studies; nothing was begun");
            return 0;
        }
        String id = (String) batch.get("batch");
        if (noWait) {
            out.println(
                    json
                            ? JSON.std.asString(batch)
                            : "batch " + id + " has begun; ./tomogrid reprocess status " + id + " says how it goes");
            return 0;
        }
        follow(manager, id);
        return report(manager, id);
    }

    /** One line that changes, on a terminal; else one whenever the state or a tenth of the studies has passed. */
    private void follow(NodeClient manager, String id) throws IOException, InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        boolean terminal = Boolean.getBoolean("tomogrid.terminal");
        Object told = "";
        while (true) {
            Map<String, Object> batch = manager.get(path(id, ""));
            String step = BatchText.step(batch);
            if (terminal) {
                err.print("\r\u001b[K" + BatchText.line(batch));
                err.flush();
            } else if (!step.equals(told)) {
                err.println(BatchText.line(batch));
                told = step;
            }
            if (ENDED.contains(batch.get("state"))) {
                err.print(terminal ? "\r\u001b[K" : "");
                err.flush();
                return;
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    @Command(
            name = "status",
            description = "How far a batch has come, and its report.",
            mixinStandardHelpOptions = true)
    int status(
            @Mixin HomeOptions of,
            @Option(names = "--json", description = "Print the manager's document.") boolean asJson,
            @Parameters(paramLabel = "BATCH") String id)
            throws IOException {
        json = asJson;
        report(of.manager(), id);
        return 0;
    }

    @Command(name = "list", description = "Batches, newest first.", mixinStandardHelpOptions = true)
    int list(
            @Mixin HomeOptions of,
            @Option(names = "--json", description = "Print the manager's document.") boolean asJson)
            throws IOException {
        Map<String, Object> answer = of.manager().get(BATCHES);
        PrintWriter out = spec.commandLine().getOut();
        if (asJson) {
            out.println(JSON.std.asString(answer));
        } else {
            BatchText.table((List<?>) answer.get("batches")).print(out);
        }
        return 0;
    }

    @Command(
            name = "pause",
            description = "Begins no further study until it is resumed; those under way go on.",
            mixinStandardHelpOptions = true)
    int pause(@Mixin HomeOptions of, @Parameters(paramLabel = "BATCH") String id) throws IOException {
        return steer(of, id, "pause");
    }

    @Command(name = "resume", description = "Goes on with a paused batch.", mixinStandardHelpOptions = true)
    int resume(@Mixin HomeOptions of, @Parameters(paramLabel = "BATCH") String id) throws IOException {
        return steer(of, id, "resume");
    }

    @Command(
            name = "cancel",
            description = "Begins no further study, for good; those that run go on to their end.",
            mixinStandardHelpOptions = true)
    int cancel(@Mixin HomeOptions of, @Parameters(paramLabel = "BATCH") String id) throws IOException {
        return steer(of, id, "cancel");
    }

    private int steer(HomeOptions of, String id, String verb) throws IOException {
        Map<String, Object> batch = of.manager().post(path(id, "/" + verb), "{}");
        spec.commandLine().getOut().println(BatchText.line(batch));
        return 0;
    }

    /** @return 0 if every study that was not skipped is done */
    private int report(NodeClient manager, String id) throws IOException {
        Map<String, Object> report = manager.get(path(id, "/report"));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JSON.std.asString(report));
        } else {
            BatchText.report(report, out);
        }
        return "DONE".equals(report.get("state"))
                        && Integer.valueOf(0).equals(report.get("failed"))
                        && Integer.valueOf(0).equals(report.get("cancelled"))
                ? 0
                : 1;
    }

    private static String path(String id, String rest) {
        return BATCHES + "/" + URLEncoder.encode(id, StandardCharsets.UTF_8) + rest;
    }
}
