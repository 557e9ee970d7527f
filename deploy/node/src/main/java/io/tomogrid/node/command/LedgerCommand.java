package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.node.NodeClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tomogrid ledger}: who had which slice, for how long and to what end. */
@Command(
        name = "ledger",
        description = "Leases that have ended: append-only, each entry chained to the one before it.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            LedgerCommand.Show.class,
            LedgerCommand.Export.class,
            LedgerCommand.Verify.class,
            ContentionCommand.class,
            EnergyCommand.class
        })
public final class LedgerCommand {
    private static final int PAGE = 1000;

    /** @param entry parsed, keys in ascending order @param line as it is chained */
    private record Entry(long sequence, String hash, Map<String, Object> entry, String line) {
        static Entry of(Object item) throws IOException {
            Map<?, ?> map = (Map<?, ?>) item;
            String line = (String) map.get("entry");
            return new Entry(
                    ((Number) map.get("sequence")).longValue(),
                    (String) map.get("hash"),
                    new TreeMap<>(JSON.std.mapFrom(line)),
                    line);
        }
    }

    @Command(name = "list", description = "The last entries.", mixinStandardHelpOptions = true)
    static final class Show implements Callable<Integer> {
        @Mixin
        private HomeOptions home;

        @Option(names = "--limit", paramLabel = "N", description = "How many (1 to 1000).", defaultValue = "20")
        private int limit;

        @Mixin
        private Answer answer;

        @Override
        public Integer call() throws Exception {
            Map<String, Object> document = home.manager().get("/api/ledger?limit=" + limit);
            answer.print(document, out -> print((List<?>) document.get("entries"), out));
            return 0;
        }

        private static void print(List<?> entries, PrintWriter out) throws IOException {
            Table table =
                    new Table("ENTRY", "ENDED", "JOB", "PROTOCOL", "SITE", "SLICE", "SECONDS", "JOULES", "OUTCOME");
            for (Object item : entries) {
                Map<String, Object> entry = Entry.of(item).entry();
                table.row(
                        entry.get("sequence"),
                        entry.get("ended"),
                        entry.get("job"),
                        entry.get("protocol"),
                        entry.get("site"),
                        entry.get("slice") + (Boolean.TRUE.equals(entry.get("simulated")) ? " (simulated)" : ""),
                        entry.get("seconds"),
                        entry.get("energy-joules") == null ? entry.get("energy") : entry.get("energy-joules"),
                        entry.get("outcome"));
            }
            table.print(out);
        }
    }

    @Command(name = "export", description = "Every entry, one a line.", mixinStandardHelpOptions = true)
    static final class Export implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private HomeOptions home;

        @Option(
                names = "--format",
                description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
                defaultValue = "json")
        private Format format;

        @Option(names = "--json", description = "As --format json.")
        private boolean json;

        @Override
        public Integer call() throws Exception {
            NodeClient manager = home.manager();
            PrintWriter out = spec.commandLine().getOut();
            boolean csv = format == Format.csv && !json;
            List<String> columns = csv ? columns(manager) : List.of();
            if (!columns.isEmpty()) {
                out.println(row(columns, "hash"));
            }
            long after = 0;
            for (List<?> page = page(manager, after); !page.isEmpty(); page = page(manager, after)) {
                for (Object item : page) {
                    Entry entry = Entry.of(item);
                    out.println(csv ? row(cells(entry, columns), entry.hash()) : line(entry));
                    after = entry.sequence();
                }
            }
            out.flush();
            return 0;
        }

        /** What the newest entry has: those of earlier releases have less. */
        private static List<String> columns(NodeClient manager) throws IOException {
            List<String> columns = new ArrayList<>();
            for (Object newest : (List<?>) manager.get("/api/ledger?limit=1").get("entries")) {
                columns.addAll(Entry.of(newest).entry().keySet());
            }
            return columns;
        }

        private static List<Object> cells(Entry entry, List<String> columns) {
            List<Object> cells = new ArrayList<>();
            columns.forEach(column -> cells.add(entry.entry().get(column)));
            return cells;
        }

        private static List<?> page(NodeClient manager, long after) throws IOException {
            return (List<?>)
                    manager.get("/api/ledger?after=" + after + "&limit=" + PAGE).get("entries");
        }

        /** The entry as it was chained, so that others can verify what they have. */
        private static String line(Entry entry) throws IOException {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("hash", entry.hash());
            line.put("entry", entry.line());
            return JSON.std.asString(line);
        }

        private static String row(Iterable<?> cells, String last) {
            StringBuilder row = new StringBuilder();
            cells.forEach(cell -> row.append(cell(cell)).append(','));
            return row.append(last).toString();
        }

        /** RFC 4180. A cell that a table would take for a formula becomes text. */
        private static String cell(Object value) {
            String text = value == null ? "" : value.toString();
            if (!(value instanceof Number) && text.matches("[=+@-].*")) {
                text = "'" + text;
            }
            return text.matches("(?s).*[\",\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
        }
    }

    /** How entries are written. */
    enum Format {
        json,
        csv
    }

    @Command(
            name = "verify",
            description = "Recompute the chain. Exit code 1 and the first bad entry if it is broken.",
            mixinStandardHelpOptions = true)
    static final class Verify implements Callable<Integer> {
        @Mixin
        private HomeOptions home;

        @Option(
                names = "--head",
                paramLabel = "HASH",
                description = "A head that was noted earlier and must still be there.",
                defaultValue = "")
        private String head;

        @Mixin
        private Answer answer;

        @Override
        public Integer call() throws Exception {
            Map<String, Object> document =
                    home.manager().get("/api/ledger/verify?head=" + OperatorOptions.encode(head));
            boolean good = Boolean.TRUE.equals(document.get("good"));
            answer.print(
                    document,
                    out -> out.println(
                            good
                                    ? document.get("entries") + " entries, every one as it was written. Head: "
                                            + document.get("head")
                                            + " (note it: verify --head finds out whether entries behind it went missing)"
                                    : "the ledger was tampered with: " + document.get("fault") + "; the "
                                            + document.get("entries") + " before it are good"));
            return good ? 0 : 1;
        }
    }
}
