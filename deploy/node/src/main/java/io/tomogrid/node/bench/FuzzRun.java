package io.tomogrid.node.bench;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Gives each fuzz target of the tests inputs that are led by coverage, one target after the other: what {@code test} does
 * with seeds alone, for as long as one likes. The corpus grows in {@code .cifuzz-corpus} of the target's module.
 *
 * @param root of the sources @param minutes for all targets together
 */
public record FuzzRun(Path root, double minutes, PrintWriter out) {
    private static final String DICOM = "pacs-gateway/dicom";
    private static final List<Target> TARGETS = List.of(
            new Target("pdu", DICOM, "PduFuzzTest#pdu"),
            new Target("message", DICOM, "PduFuzzTest#message"),
            new Target("data-set", DICOM, "DatasetFuzzTest#dataset"),
            new Target("json", DICOM, "DicomJsonFuzzTest#json"),
            new Target("multipart", "pacs-gateway/gateway", "MultipartFuzzTest#multipart"));
    private static final Pattern DONE = Pattern.compile("Done (\\d+) runs in (\\d+) second");
    private static final Pattern FINDING = Pattern.compile("Test unit written to (\\S+)");

    private record Target(String name, String module, String test) {}

    public FuzzRun {
        if (!(minutes > 0)) {
            throw new IllegalArgumentException("--minutes: expected more than 0, got " + minutes);
        }
    }

    /** @return whether no target failed */
    public boolean run() throws IOException, InterruptedException {
        long seconds = Math.max(1, Math.round(minutes * 60 / TARGETS.size()));
        boolean good = true;
        for (Target target : TARGETS) {
            Path log = Files.createDirectories(root.resolve(".tomogrid/fuzz")).resolve(target.name() + ".log");
            int status = fuzz(target, seconds, log.toFile());
            String said = Files.readString(log, StandardCharsets.ISO_8859_1);
            Matcher done = DONE.matcher(said);
            String runs = done.find() ? done.group(1) + " inputs in " + done.group(2) + " s" : "did not start";
            Matcher finding = FINDING.matcher(said);
            String end = status == 0 ? "nothing found" : finding.find() ? "FOUND " + finding.group(1) : "failed";
            out.printf(Locale.ROOT, "%-10s %s, %s; log: %s%n", target.name(), runs, end, log);
            out.flush();
            good &= status == 0 && said.contains("Done ");
        }
        return good;
    }

    private int fuzz(Target target, long seconds, File log) throws IOException, InterruptedException {
        ProcessBuilder maven = new ProcessBuilder(
                        "mvn",
                        "-B",
                        "-ntp",
                        "-q",
                        "-Dfast",
                        "-Djazzer.hooks=true",
                        "-pl",
                        target.module(),
                        "-am",
                        "-Dsurefire.failIfNoSpecifiedTests=false",
                        "-Dtest=" + target.test(),
                        "test")
                .directory(root.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log);
        maven.environment().put("JAZZER_FUZZ", "1");
        maven.environment().put("JAZZER_MAX_DURATION", seconds + "s");
        Process process;
        try {
            process = maven.start();
        } catch (IOException e) {
            throw new IOException("bench fuzz runs the tests' targets by Maven: install it (Debian package maven)", e);
        }
        try {
            return process.waitFor();
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
    }
}
