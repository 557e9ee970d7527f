package io.tomogrid.node.bench.cluster;

import io.tomogrid.slices.GpuProfile;
import io.tomogrid.slices.SliceKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads what tasks of the protocol {@code selftest} note about who owns which slice. */
public final class OwnerLog {
    private static final int START_TIME_FIELD = 22;

    private final Path folder;
    private final List<GpuProfile> profiles;

    /** @param profiles of the GPUs, all of one model */
    OwnerLog(Path folder, List<GpuProfile> profiles) {
        this.folder = folder;
        this.profiles = profiles;
    }

    /** A task began. @param first when its first instruction ran @param process of the executor: id and start time */
    public record Begin(
            String jobId, int attempt, Instant first, String process, SliceKey slice, List<SliceKey> beside) {
        /** The executor, unless it has ended: another process may have its id by now. */
        public Optional<ProcessHandle> executor() throws IOException {
            String[] idAndStart = process.split(":");
            Path stat = Path.of("/proc", idAndStart[0], "stat");
            if (!Files.exists(stat)) {
                return Optional.empty();
            }
            String text = Files.readString(stat, StandardCharsets.ISO_8859_1);
            String[] behindName = text.substring(text.lastIndexOf(')') + 2).split(" ");
            return behindName[START_TIME_FIELD - 3].equals(idAndStart[1])
                    ? ProcessHandle.of(Long.parseLong(idAndStart[0]))
                    : Optional.empty();
        }
    }

    public List<Begin> begins() throws IOException {
        List<Begin> begins = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return begins;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".owners")).sorted().toList()) {
                for (String line : Files.readAllLines(file)) {
                    if (line.startsWith("begin ")) {
                        begins.add(begin(line.split(" ")));
                    }
                }
            }
        }
        return begins;
    }

    public Optional<Begin> begin(String jobId, int attempt) throws IOException {
        return begins().stream()
                .filter(b -> b.jobId().equals(jobId) && b.attempt() == attempt)
                .findFirst();
    }

    /** Whether an attempt came to its end, whoever still wanted to hear of it. */
    public boolean ended(String jobId, int attempt) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".owners")).toList()) {
                for (String line : Files.readAllLines(file)) {
                    String[] words = line.split(" ");
                    if (words[0].equals("end") && words[2].equals(jobId) && words[3].equals("" + attempt)) {
                        return true;
                    }
                }
            }
            return false;
        }
    }

    /** Each beginning on a slice while another process that still lived owned one that overlaps. */
    public List<String> violations() throws IOException {
        List<String> found = new ArrayList<>();
        for (Begin begin : begins()) {
            for (SliceKey other : begin.beside()) {
                if (overlap(begin.slice(), other)) {
                    found.add("job " + begin.jobId() + " attempt " + begin.attempt() + " began on " + begin.slice()
                            + " beside the owner of " + other);
                }
            }
        }
        return found;
    }

    /** Makes every task on the slice wait for ever, from now on until {@link #release}. */
    public void hang(SliceKey slice) throws IOException {
        Files.writeString(folder.resolve("hang-" + slice), "");
    }

    public void release(SliceKey slice) throws IOException {
        Files.deleteIfExists(folder.resolve("hang-" + slice));
    }

    private boolean overlap(SliceKey a, SliceKey b) {
        return a.start() < b.start() + size(b) && b.start() < a.start() + size(a);
    }

    private int size(SliceKey key) {
        return profiles.stream()
                .filter(profile -> profile.name().equals(key.profile()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no GPU here has the profile of " + key))
                .memorySlices();
    }

    private static Begin begin(String[] words) {
        List<SliceKey> beside = new ArrayList<>();
        for (int i = 6; i < words.length; i++) {
            beside.add(SliceKey.parse(words[i].substring(words[i].indexOf('=') + 1)));
        }
        return new Begin(
                words[2],
                Integer.parseInt(words[3]),
                Instant.parse(words[1]),
                words[4],
                SliceKey.parse(words[5]),
                beside);
    }
}
