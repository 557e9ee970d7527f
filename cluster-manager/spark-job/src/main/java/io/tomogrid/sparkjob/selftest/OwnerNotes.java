package io.tomogrid.sparkjob.selftest;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.slices.SliceKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A witness of who owns slices, independent of their locks: each task that begins writes itself into the file of its GPU,
 * together with every other process in that file that still lives. One of these whose slice overlaps is a fault. Lines are
 * {@code begin INSTANT JOB ATTEMPT PROCESS SLICE BESIDE…} and {@code end INSTANT JOB ATTEMPT PROCESS}; PROCESS is the id and
 * the kernel's start time, BESIDE is {@code PROCESS=SLICE}.
 *
 * <p>A file {@code hang-SLICE} in the same folder makes a task on the slice wait for ever, as a kernel that never returns.
 */
final class OwnerNotes {
    private static final String FOLDER = "tomogrid.selftest.notes";
    private static final int START_TIME_FIELD = 22;
    private static final long LOOK_MILLIS = 20;

    private final Optional<Path> folder;

    private OwnerNotes(Optional<Path> folder) {
        this.folder = folder;
    }

    /** Writes only where the system property names a folder. */
    static OwnerNotes ofThisProcess() {
        return new OwnerNotes(Optional.ofNullable(System.getProperty(FOLDER)).map(Path::of));
    }

    static OwnerNotes in(Path folder) {
        return new OwnerNotes(Optional.of(folder));
    }

    void began(ReconstructionTask task, Instant at) throws IOException {
        SliceKey slice = task.lease().key();
        String own = process(ProcessHandle.current().pid()).orElseThrow();
        append(slice, (text, line) -> {
            line.append("begin ").append(at).append(' ').append(name(task)).append(' ');
            line.append(own).append(' ').append(slice);
            for (String other : others(text, own)) {
                line.append(' ').append(other);
            }
        });
    }

    void ended(ReconstructionTask task) throws IOException {
        String own = process(ProcessHandle.current().pid()).orElseThrow();
        append(
                task.lease().key(),
                (text, line) -> line.append("end ")
                        .append(Instant.now())
                        .append(' ')
                        .append(name(task))
                        .append(' ')
                        .append(own));
    }

    /** @throws IllegalStateException if the task is told to stop meanwhile */
    void hold(ReconstructionTask task, Duration time) {
        Optional<Path> hang = folder.map(f -> f.resolve("hang-" + task.lease().key()));
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
            while (hang.filter(Files::exists).isPresent()) {
                // as deaf to an interrupt as a thread that waits for the device; an interrupted one would not park
                Thread.interrupted();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("told to stop");
            }
        }
    }

    private interface Line {
        void write(List<String> before, StringBuilder line) throws IOException;
    }

    /** Under a lock, so that of two that begin at once the second sees the first. */
    private void append(SliceKey slice, Line line) throws IOException {
        if (folder.isEmpty()) {
            return;
        }
        Path file = Files.createDirectories(folder.get()).resolve(slice.gpuName() + ".owners");
        try (FileChannel channel = FileChannel.open(
                        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            StringBuilder text = new StringBuilder();
            line.write(Files.readAllLines(file), text);
            text.append('\n');
            channel.write(
                    ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)),
                    held.channel().size());
        }
    }

    private static List<String> others(List<String> before, String own) throws IOException {
        List<String> others = new ArrayList<>();
        for (String line : before) {
            String[] words = line.split(" ");
            if (!words[0].equals("begin") || words[4].equals(own)) {
                continue;
            }
            String other = words[4] + "=" + words[5];
            long pid = Long.parseLong(words[4].substring(0, words[4].indexOf(':')));
            if (!others.contains(other) && process(pid).filter(words[4]::equals).isPresent()) {
                others.add(other);
            }
        }
        return others;
    }

    private static String name(ReconstructionTask task) {
        return task.jobId() + " " + task.attempt();
    }

    /** The process that has this id now, unless it has ended: {@code PID:START}, see proc(5), stat. */
    static Optional<String> process(long pid) throws IOException {
        Path stat = Path.of("/proc", Long.toString(pid), "stat");
        String text;
        try {
            text = Files.readString(stat, StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return Optional.empty();
        }
        String[] behindName = text.substring(text.lastIndexOf(')') + 2).split(" ");
        boolean ended = "ZX".contains(behindName[0]);
        return ended ? Optional.empty() : Optional.of(pid + ":" + behindName[START_TIME_FIELD - 3]);
    }
}
