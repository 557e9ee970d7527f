package io.tomogrid.node.bench;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.client.InferenceClient;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.pack.ModelStore;
import io.tomogrid.node.bench.swap.BareRuntime;
import io.tomogrid.node.bench.swap.ModelService;
import io.tomogrid.node.bench.swap.SwapLoad;
import io.tomogrid.node.bench.swap.SwapModels;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Versions of a model swapped while clients ask without a pause; what the protocol costs; kills in the midst of a swap. */
final class SwapBench {
    private static final int CLIENTS = 4;
    private static final int VERSIONS = 10;
    private static final int EXTENT = 32;
    /** 8 MB, so that a version that is not let go shows. */
    private static final int WEIGHTS = 2 << 20;

    private static final int ROLLBACKS = 20;
    private static final int KILLS = 10;
    private static final int CALLS = 30;
    private static final long STEADY_MILLIS = 10_000;
    private static final double MB = 1e6;

    private final Path root;
    private final int swaps;
    private final PrintWriter out;

    SwapBench(Path root, int swaps, PrintWriter out) {
        this.root = root;
        this.swaps = swaps;
        this.out = out;
    }

    List<Row> run() throws IOException {
        Path home = Files.createTempDirectory(Files.createDirectories(root), "swap");
        List<Row> rows = new ArrayList<>();
        try {
            ModelStore store = ModelStore.at(home.resolve("models"));
            List<String> trusted = new ArrayList<>();
            for (int k = 1; k <= VERSIONS; k++) {
                trusted.add(SwapModels.scale(store, k, WEIGHTS).digest());
            }
            ModelPackage heavy = SwapModels.convolution(store);
            trusted.add(heavy.digest());
            try (ModelService service = ModelService.start(home.resolve("models"), trusted, home.resolve("log"))) {
                rows.addAll(underLoad(service));
                rows.addAll(rollbacks(service));
                rows.addAll(calls(service, store, heavy));
            }
            rows.addAll(kills(home, trusted));
            return rows;
        } catch (ModelException e) {
            throw new IOException("the models of the benchmark cannot be made: " + e.getMessage(), e);
        }
    }

    private List<Row> underLoad(ModelService service) throws IOException {
        double after5 = 0;
        double after50 = 0;
        List<long[]> spans = new ArrayList<>();
        try (SwapLoad load = new SwapLoad(service.client(), CLIENTS, EXTENT)) {
            sleep(STEADY_MILLIS);
            long steady = System.nanoTime();
            for (int swap = 1; swap <= swaps; swap++) {
                long began = System.nanoTime();
                service.load(swap % VERSIONS + 1 + ".0.0");
                spans.add(new long[] {began, System.nanoTime()});
                if (swap == 5) {
                    after5 = service.rss() / MB;
                }
                if (swap == 50) {
                    after50 = service.rss() / MB;
                }
                if (swap % 50 == 0) {
                    out.printf(Locale.ROOT, "%d swaps, %d failed%n", swap, load.failed());
                    out.flush();
                }
            }
            load.stop();
            load.failures().forEach(out::println);
            List<SwapLoad.Sample> before = load.samples().stream()
                    .filter(s -> s.began() + s.nanos() < steady)
                    .toList();
            List<SwapLoad.Sample> during = load.samples().stream()
                    .filter(s ->
                            spans.stream().anyMatch(span -> s.began() < span[1] && s.began() + s.nanos() > span[0]))
                    .toList();
            String name = swaps + " swaps, " + CLIENTS + " clients";
            List<Row> rows = new ArrayList<>(List.of(
                    row(name, "answers during swaps", "answers", "", during.size()),
                    row(name, "failed answers", "answers", "1", load.failed()),
                    row(name, "mixed-version answers", "answers", "1", load.mixed()),
                    row(name, "p50 during swaps", "ms", "", SwapLoad.percentile(during, 0.5))
                            .against("steady", SwapLoad.percentile(before, 0.5)),
                    row(name, "p99 during swaps", "ms", "1.2 x steady", SwapLoad.percentile(during, 0.99))
                            .against("steady", SwapLoad.percentile(before, 0.99)),
                    Row.of(
                            name,
                            "one swap",
                            "ms",
                            "",
                            false,
                            spans.stream().mapToDouble(s -> (s[1] - s[0]) / 1e6).toArray())));
            if (swaps >= 50) {
                rows.add(row(name, "RSS after 50 swaps", "MB", "1.05 x after 5", after50)
                        .against("after 5", after5));
            }
            return rows;
        }
    }

    /** From the command to the whole answer of the version before. */
    private static List<Row> rollbacks(ModelService service) throws IOException {
        double[] millis = new double[ROLLBACKS];
        Map<String, Tensor> inputs = Map.of("x", Tensor.of(new float[] {1}, 1, 1, 1));
        InferenceClient client = service.client();
        for (int run = 0; run < ROLLBACKS; run++) {
            service.load("1.0.0");
            service.load("2.0.0");
            long began = System.nanoTime();
            service.documents().post("/api/models/" + SwapModels.NAME + "/rollback", "{}");
            String version = infer(client, SwapModels.NAME, inputs).modelVersion();
            millis[run] = (System.nanoTime() - began) / 1e6;
            if (!version.equals("1.0.0")) {
                throw new IOException("after a rollback version " + version + " answered");
            }
        }
        return List.of(Row.of("rollback", "until the next answer", "ms", "100", false, millis));
    }

    /** What our layers and the protocol add to a bare call of ONNX Runtime; each pair measured in turns. */
    private List<Row> calls(ModelService service, ModelStore store, ModelPackage heavy)
            throws IOException, ModelException {
        List<Row> rows = new ArrayList<>();
        Tensor volume = Tensor.of(new float[1 << 21], 128, 128, 128);
        Tensor batch = Tensor.of(new float[1 << 21], 1, 1, 128, 128, 128);
        rows.addAll(calls(service, store.find(SwapModels.NAME + ":1.0.0"), volume, "one multiplication of 128^3"));
        rows.addAll(calls(service, heavy, batch, "two convolutions of 128^3"));
        return rows;
    }

    private static List<Row> calls(ModelService service, ModelPackage pack, Tensor x, String name)
            throws IOException, ModelException {
        double[] bare = new double[CALLS];
        double[] copied = new double[CALLS];
        double[] inProcess = new double[CALLS];
        double[] wire = new double[CALLS];
        InferenceClient client = service.client();
        Map<String, Tensor> inputs = Map.of("x", x);
        try (BareRuntime runtime = new BareRuntime(pack, 2)) {
            for (int run = -3; run < CALLS; run++) {
                int at = Math.max(run, 0);
                bare[at] = millis(() -> runtime.bare(x));
                copied[at] = millis(() -> runtime.bareAndCopy(x));
                inProcess[at] = millis(() -> runtime.ours(inputs));
                wire[at] = millis(() -> infer(client, pack.name(), inputs));
            }
        }
        return List.of(
                Row.of(name, "in process", "ms", "1.03 x bare", false, inProcess)
                        .against("bare ONNX Runtime", bare),
                Row.of(name, "in process", "ms", "", false, inProcess).against("bare call and one copy", copied),
                Row.of(name, "binary round trip", "ms", "1.3 x bare + copy", false, wire)
                        .against("bare call and one copy", copied));
    }

    /** SIGKILL at a random moment of a swap; the service must come back with one of both versions. */
    private List<Row> kills(Path home, List<String> trusted) throws IOException {
        Random random = new Random(11);
        Map<String, Tensor> inputs = Map.of("x", Tensor.of(new float[] {3}, 1, 1, 1));
        int good = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            String next = kill % VERSIONS + 1 + ".0.0";
            String before;
            try (ModelService service = ModelService.start(home.resolve("models"), trusted, home.resolve("log"))) {
                InferenceClient client = service.client();
                before = infer(client, SwapModels.NAME, inputs).modelVersion();
                service.documents()
                        .post("/api/models/" + SwapModels.NAME + "/rollouts", "{\"version\":\"" + next + "\"}");
                sleep(random.nextInt(120));
                service.kill();
            }
            try (ModelService service = ModelService.start(home.resolve("models"), trusted, home.resolve("log"))) {
                String after = infer(service.client(), SwapModels.NAME, inputs).modelVersion();
                good += after.equals(before) || after.equals(next) ? 1 : 0;
                out.printf(Locale.ROOT, "killed amid %s to %s: %s serves%n", before, next, after);
                out.flush();
            }
        }
        return List.of(row("kill -9 amid a swap", "without a version that serves", "of " + KILLS, "1", KILLS - good));
    }

    /** Something that is timed. */
    private interface Call {
        void run() throws IOException, ModelException;
    }

    private static double millis(Call call) throws IOException, ModelException {
        long began = System.nanoTime();
        call.run();
        return (System.nanoTime() - began) / 1e6;
    }

    private static InferenceClient.Answer infer(InferenceClient client, String model, Map<String, Tensor> inputs)
            throws IOException {
        try {
            return client.infer(model, inputs);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a model was asked", e);
        }
    }

    private static Row row(String name, String metric, String unit, String target, double value) {
        return Row.of(name, metric, unit, target, false, value);
    }

    private static void sleep(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the load ran", e);
        }
    }
}
