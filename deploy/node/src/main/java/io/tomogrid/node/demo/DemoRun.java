package io.tomogrid.node.demo;

import io.tomogrid.node.NodeClient;
import io.tomogrid.node.NodeHome;
import io.tomogrid.node.command.FindingsText;
import io.tomogrid.node.send.StudySender;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** One study's way through a running node, watched from outside. */
final class DemoRun {
    /** Of results of a PET-CT study. */
    static final List<String> KINDS = List.of("SEG", "SR", "GSPS", "KOS", "PDF", "MIP", "PET", "RWVM");

    static final String CALLING_AE = "DEMO";
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int ASSOCIATIONS = 2;

    private final NodeHome.Running node;
    private final Pacs pacs;
    private final PrintWriter out;
    private final Doors doors;

    /** @param pacs where the node delivers to */
    DemoRun(NodeHome.Running node, Pacs pacs, PrintWriter out, Doors doors) {
        this.node = node;
        this.pacs = pacs;
        this.out = out;
        this.doors = doors;
    }

    /**
     * @param job the manager's document of the settled job @param results the results with their deliveries
     * @param expected spheres beside lesions, empty for a real study
     * @param recovered spheres of a phantom beside the reconstructed PET, empty unless raw data was sent
     */
    record Outcome(
            DemoSource source,
            Map<?, ?> job,
            List<Result> results,
            List<Expectation> expected,
            List<RecoveredSphere> recovered,
            List<Doors.Stage> stages) {
        /** Every kind of result arrived in the PACS and every bound holds. */
        boolean good() {
            return "DONE".equals(job.get("state"))
                    && results.stream().allMatch(Result::delivered)
                    && results.stream()
                            .map(Result::kind)
                            .collect(Collectors.toSet())
                            .containsAll(source.kinds())
                    && expected.stream().allMatch(Expectation::holds)
                    && recovered.stream().allMatch(RecoveredSphere::holds);
        }
    }

    record Result(String kind, String sopClassUid, String sopInstanceUid, boolean delivered) {
        Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("kind", kind);
            map.put("sopClassUid", sopClassUid);
            map.put("sopInstanceUid", sopInstanceUid);
            map.put("delivered", delivered);
            return map;
        }
    }

    Outcome run(DemoSource source) throws IOException {
        doors.doing("C-STORE: " + source.note());
        StudySender sender = new StudySender("127.0.0.1", node.dicomPort(), CALLING_AE, node.aeTitle(), ASSOCIATIONS);
        StudySender.Report sent =
                sender.send(source.outgoing(), source.syntaxes(), n -> doors.doing("C-STORE: " + n + " instances"));
        doors.passed(
                "send",
                String.format(
                        Locale.ROOT,
                        "%d instances, %.0f MB, %.0f instances/s",
                        sent.stored(),
                        sent.bytes() / 1e6,
                        sent.stored() / sent.seconds()));
        refusals(sent);

        Map<?, ?> job = new JobWatch(new NodeClient(node.manager(), node.token()), source.studyUid())
                .settled(PATIENCE, this::doing);
        report(job);
        // a job that found nothing never came to the gateway
        List<Result> results = job.get("findings") == null ? List.of() : results((String) job.get("job-id"));
        List<?> lesions = job.get("findings") instanceof Map<?, ?> f ? (List<?>) f.get("lesions") : List.of();
        List<RecoveredSphere> recovered = source.phantom().isPresent() && !results.isEmpty()
                ? RecoveredSphere.of(source.phantom().get(), ReturnedPet.read(results, pacs))
                : List.of();
        return new Outcome(
                source, job, results, Expectation.compare(source.spheres(), lesions), recovered, doors.stages());
    }

    private void refusals(StudySender.Report sent) {
        Map<String, Integer> byAnswer = new TreeMap<>();
        sent.refused().forEach(r -> byAnswer.merge(r.answer(), 1, Integer::sum));
        byAnswer.forEach((answer, n) -> out.println("         " + n + " not stored: " + answer));
    }

    private void doing(JobWatch.Progress job) {
        doors.doing(
                switch (job.state()) {
                    case "WAITING" -> "waiting until the study is complete";
                    case "QUEUED", "LEASED" -> "a slice of a GPU for the job";
                    case "RUNNING" -> "3D processing on Spark" + (job.stage().isEmpty() ? "" : ": " + job.stage());
                    case "STORING" -> "storing the results";
                    case "DELIVERING" -> "sending the results to " + pacs.aeTitle();
                    default -> job.state();
                });
    }

    private void report(Map<?, ?> job) {
        double[] seconds = {
            JobWatch.seconds(job, "QUEUED", "RUNNING"),
            JobWatch.seconds(job, "RUNNING", "STORING"),
            JobWatch.seconds(job, "STORING", "DELIVERING"),
            JobWatch.seconds(job, "DELIVERING", "DONE")
        };
        String simulated = Boolean.TRUE.equals(job.get("simulated")) ? " (simulated)" : "";
        double others = 0;
        for (double s : seconds) {
            others += Double.isNaN(s) ? 0 : s;
        }
        doors.passedRest("complete", "revision " + job.get("revision") + " after the quiet period", others);
        doors.passed("lease", job.get("slice") + simulated, seconds[0]);
        doors.passed("process", processing(job), seconds[1]);
        doors.passed("store", "results beside the source", seconds[2]);
        doors.passed("deliver", "to " + pacs.aeTitle(), seconds[3]);
    }

    private static String processing(Map<?, ?> job) {
        if (!(job.get("findings") instanceof Map<?, ?> findings)) {
            return "no result: " + job.get("reason");
        }
        List<String> parts = new ArrayList<>();
        for (Object item : (List<?>) findings.get("stages")) {
            Map<?, ?> stage = (Map<?, ?>) item;
            parts.add(stage.get("name") + " " + FindingsText.number(stage.get("seconds"), 2));
        }
        return String.join(", ", parts);
    }

    private List<Result> results(String jobId) throws IOException {
        Map<String, Object> answer = new NodeClient(node.gateway(), node.token()).get("/api/results/" + jobId);
        List<Result> results = new ArrayList<>();
        for (Object item : (List<?>) answer.get("objects")) {
            Map<?, ?> object = (Map<?, ?>) item;
            String uid = (String) object.get("sop-instance-uid");
            results.add(new Result(
                    (String) object.get("kind"), (String) object.get("sop-class-uid"), uid, pacs.holds(uid)));
        }
        return results;
    }

    /** Number of delivered objects of each kind, for people. */
    static String counts(List<Result> results) {
        Map<String, int[]> counts = new TreeMap<>();
        results.forEach(r -> {
            int[] count = counts.computeIfAbsent(r.kind(), k -> new int[2]);
            count[0] += r.delivered() ? 1 : 0;
            count[1]++;
        });
        List<String> parts = new ArrayList<>();
        new TreeSet<>(counts.keySet()).forEach(k -> parts.add(k + " " + counts.get(k)[0] + "/" + counts.get(k)[1]));
        return String.join(", ", parts);
    }
}
