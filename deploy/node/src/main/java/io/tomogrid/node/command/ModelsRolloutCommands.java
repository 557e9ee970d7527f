package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.node.NodeClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tomogrid models rollout|rollback|abort|versions|status|audit}. */
final class ModelsRolloutCommands {
    private ModelsRolloutCommands() {}

    /** A verb that the model service of the running node is asked to do. */
    abstract static class Verb implements Callable<Integer> {
        @Mixin
        private HomeOptions home;

        @Mixin
        private Answer answer;

        @Override
        public Integer call() throws Exception {
            Map<String, Object> document = ask(home.inference());
            answer.print(document, out -> print(document, out));
            return good(document) ? 0 : 1;
        }

        abstract Map<String, Object> ask(NodeClient service) throws IOException, InterruptedException;

        abstract void print(Map<String, Object> answer, PrintWriter out) throws IOException;

        boolean good(Map<String, Object> answer) {
            return true;
        }
    }

    @Command(
            name = "rollout",
            description =
                    "Bring a version to serve: proved, tried as told, switched to, watched. The version that serves"
                            + " goes on until then, and whatever goes wrong.",
            mixinStandardHelpOptions = true)
    static final class Rollout extends Verb {
        private static final long LOOK_MILLIS = 200;

        @Parameters(index = "0", paramLabel = "MODEL")
        private String model;

        @Option(names = "--to", paramLabel = "VERSION", required = true, description = "A version or sha256:DIGEST.")
        private String version;

        @Option(names = "--runner", description = "in-process or child, a JVM of its own (default: in-process).")
        private String runner;

        @Option(names = "--shadow", paramLabel = "N", description = "Ask it N requests too, and compare.")
        private Integer shadow;

        @Option(names = "--agreement", paramLabel = "0..1", description = "Least share of equal values in them (0.9).")
        private Double agreement;

        @Option(names = "--canary", paramLabel = "PERCENT", description = "First answer this share of the studies.")
        private Double canary;

        @Option(names = "--sites", split = ",", paramLabel = "SITE", description = "First answer these sites' studies.")
        private List<String> sites;

        @Option(names = "--canary-requests", paramLabel = "N", description = "So many answers decide (50).")
        private Integer canaryRequests;

        @Option(names = "--watch", paramLabel = "N", description = "Watch N answers after the switch (100).")
        private Integer watch;

        @Option(names = "--keep-warm", paramLabel = "TIME", description = "Keep the version before ready (10m).")
        private String keepWarm;

        @Option(names = "--drain", paramLabel = "TIME", description = "Longest to wait for its users then (10m).")
        private String drain;

        @Option(
                names = "--break-before-make",
                description =
                        "Where memory has no room for both: the old one goes first, nobody is answered meanwhile.")
        private boolean breakBeforeMake;

        @Option(names = "--no-wait", description = "Do not wait until it is decided whether it serves.")
        private boolean noWait;

        @Override
        Map<String, Object> ask(NodeClient service) throws IOException, InterruptedException {
            service.post("/api/models/" + model + "/rollouts", JSON.std.asString(document()));
            Map<String, Object> stand = stand(service);
            while (!noWait && "RUNNING".equals(stand.get("state"))) {
                Thread.sleep(LOOK_MILLIS);
                stand = stand(service);
            }
            return stand;
        }

        private Map<String, Object> document() {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("version", version);
            document.put("runner", runner);
            document.put("shadow", shadow);
            document.put("agreement", agreement);
            document.put("canary", canary);
            document.put("sites", sites);
            document.put("canary-requests", canaryRequests);
            document.put("watch", watch);
            document.put("keep-warm", keepWarm);
            document.put("drain", drain);
            document.put("break-before-make", breakBeforeMake ? Boolean.TRUE : null);
            document.values().removeIf(java.util.Objects::isNull);
            return document;
        }

        private Map<String, Object> stand(NodeClient service) throws IOException {
            for (Object item : (List<?>) service.get("/api/models").get("models")) {
                Map<?, ?> entry = (Map<?, ?>) item;
                if (model.equals(entry.get("model")) && entry.get("rollout") instanceof Map<?, ?> rollout) {
                    Map<String, Object> copy = new LinkedHashMap<>();
                    rollout.forEach((key, value) -> copy.put(key.toString(), value));
                    return copy;
                }
            }
            throw new IOException("the model service does not know the rollout that it has just begun");
        }

        @Override
        void print(Map<String, Object> answer, PrintWriter out) {
            out.println(
                    switch (String.valueOf(answer.get("state"))) {
                        case "RUNNING" ->
                            model + " " + version + " is at " + answer.get("step")
                                    + "; ./tomogrid models status tells more";
                        case "REFUSED" ->
                            model + " " + version + " was refused at " + answer.get("step") + ": "
                                    + answer.get("reason") + "; the version before serves on";
                        case "ROLLED_BACK" -> model + " " + version + " was taken back: " + answer.get("reason");
                        default -> model + " " + version + " serves";
                    });
        }

        @Override
        boolean good(Map<String, Object> answer) {
            return !"REFUSED".equals(answer.get("state")) && !"ROLLED_BACK".equals(answer.get("state"));
        }
    }

    @Command(
            name = "rollback",
            description = "The version before serves again from the next request on; a rollout under way is stopped.",
            mixinStandardHelpOptions = true)
    static final class Rollback extends Verb {
        @Parameters(index = "0", paramLabel = "MODEL")
        private String model;

        @Option(names = "--reason", paramLabel = "TEXT", description = "For the audit log.", defaultValue = "asked for")
        private String reason;

        @Override
        Map<String, Object> ask(NodeClient service) throws IOException {
            return service.post("/api/models/" + model + "/rollback", JSON.std.asString(Map.of("reason", reason)));
        }

        @Override
        void print(Map<String, Object> answer, PrintWriter out) {
            out.println(model + " " + answer.get("serving") + " serves");
        }
    }

    @Command(
            name = "abort",
            description = "Stop the rollout that is under way; the version that serves goes on.",
            mixinStandardHelpOptions = true)
    static final class Abort extends Verb {
        @Parameters(index = "0", paramLabel = "MODEL")
        private String model;

        @Override
        Map<String, Object> ask(NodeClient service) throws IOException {
            return service.post("/api/models/" + model + "/abort", "{}");
        }

        @Override
        void print(Map<String, Object> answer, PrintWriter out) {
            out.println("the rollout of " + model + " stops");
        }
    }

    @Command(
            name = "versions",
            description = "The versions of a model and what each does.",
            mixinStandardHelpOptions = true)
    static final class Versions extends Verb {
        @Parameters(index = "0", paramLabel = "MODEL")
        private String model;

        @Override
        Map<String, Object> ask(NodeClient service) throws IOException {
            return service.get("/api/models/" + model + "/versions");
        }

        @Override
        void print(Map<String, Object> answer, PrintWriter out) {
            Table table = new Table("VERSION", "ROLE", "RUNNER", "PINS", "ANSWERS", "ERRORS", "P50 MS", "DIGEST");
            for (Object item : (List<?>) answer.get("versions")) {
                Map<?, ?> row = (Map<?, ?>) item;
                table.row(
                        row.get("version"),
                        row.get("role"),
                        row.get("runner"),
                        row.get("pins"),
                        row.get("answers"),
                        row.get("errors"),
                        row.get("p50-ms"),
                        row.get("digest"));
            }
            table.print(out);
        }
    }

    @Command(
            name = "status",
            description = "What serves, and the last rollout of each model.",
            mixinStandardHelpOptions = true)
    static final class Status extends Verb {
        @Override
        Map<String, Object> ask(NodeClient service) throws IOException {
            return service.get("/api/models");
        }

        @Override
        void print(Map<String, Object> answer, PrintWriter out) {
            Table table = new Table("MODEL", "SERVING", "WARM", "CANARY", "ROLLOUT", "STATE", "STEP", "REASON");
            for (Object item : (List<?>) answer.get("models")) {
                Map<?, ?> row = (Map<?, ?>) item;
                Map<?, ?> rollout = row.get("rollout") instanceof Map<?, ?> last ? last : Map.of();
                table.row(
                        row.get("model"),
                        row.get("serving"),
                        row.get("warm"),
                        row.get("canary"),
                        rollout.get("version"),
                        rollout.get("state"),
                        rollout.get("step"),
                        rollout.isEmpty() || "".equals(rollout.get("reason"))
                                ? row.get("failure")
                                : rollout.get("reason"));
            }
            table.print(out);
        }
    }

    @Command(
            name = "audit",
            description = "What was done to which model, each step; the service keeps it for good.",
            mixinStandardHelpOptions = true)
    static final class Audit extends Verb {
        @Parameters(index = "0", arity = "0..1", paramLabel = "MODEL", defaultValue = "")
        private String model;

        @Option(names = "--after", paramLabel = "N", description = "Only entries behind this one.", defaultValue = "0")
        private long after;

        @Override
        Map<String, Object> ask(NodeClient service) throws IOException {
            return service.get("/api/models-audit?model=" + OperatorOptions.encode(model) + "&after=" + after);
        }

        @Override
        void print(Map<String, Object> answer, PrintWriter out) {
            Table table = new Table("ENTRY", "AT", "MODEL", "VERSION", "STEP", "OUTCOME", "BY", "DETAIL");
            for (Object item : (List<?>) answer.get("entries")) {
                Map<?, ?> row = (Map<?, ?>) item;
                table.row(
                        row.get("sequence"),
                        row.get("at"),
                        row.get("model"),
                        row.get("version"),
                        row.get("step"),
                        row.get("outcome"),
                        row.get("by"),
                        row.get("detail"));
            }
            table.print(out);
        }
    }
}
