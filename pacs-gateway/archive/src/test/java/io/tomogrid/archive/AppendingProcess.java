package io.tomogrid.archive;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A process of its own that appends with four threads and says, line by line, what was acknowledged, until it is killed. */
final class AppendingProcess {
    private static final int WRITERS = 4;

    private AppendingProcess() {}

    /** @param args the archive's root, a seed */
    public static void main(String[] args) throws Exception {
        long seed = Long.parseLong(args[1]);
        try (SegmentLog log = SegmentLog.open(URI.create(args[0]), Acknowledged.small())) {
            SegmentLogTest.inParallel(WRITERS, writer -> {
                Random random = new Random(seed * WRITERS + writer);
                for (int i = 0; ; i++) {
                    byte[] bytes = Acknowledged.bytes(random, random.nextInt(4000));
                    say(Acknowledged.append(log, "2.25." + writer + "." + i, bytes));
                }
            });
        }
    }

    private static void say(Acknowledged one) {
        SegmentRef ref = one.ref();
        String line = String.join(
                " ",
                ref.segment(),
                "" + ref.offset(),
                "" + ref.length(),
                one.sha256(),
                one.meta().get("sop-instance-uid"));
        synchronized (System.out) {
            System.out.println(line);
            System.out.flush();
        }
    }

    /** Runs one until it has acknowledged so many, kills it in mid-write and takes down all that it said. */
    static void runAndKill(URI root, long seed, int acknowledged, Path errors, List<Acknowledged> said)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AppendingProcess.class.getName(),
                        root.toString(),
                        Long.toString(seed))
                .redirectError(errors.toFile())
                .start();
        try (var lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ");
                if (words.length == 5) { // the kill may cut the last line
                    said.add(new Acknowledged(
                            new SegmentRef(words[0], Long.parseLong(words[1]), Long.parseLong(words[2])),
                            words[3],
                            Map.of("sop-instance-uid", words[4])));
                }
                if (said.size() == acknowledged) {
                    process.toHandle().destroyForcibly(); // and leaves open the pipe that we read
                }
            }
        } finally {
            process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        }
    }
}
