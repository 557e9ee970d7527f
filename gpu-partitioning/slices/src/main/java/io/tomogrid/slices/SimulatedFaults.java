package io.tomogrid.slices;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What goes wrong on simulated GPUs: files in the folder {@code faults} beside the GPUs' state, so that another process can
 * make it go wrong. A file is a {@link GpuFault} as JSON. That of a passing fault is deleted when it is seen; that of a
 * lasting one stays until {@link #reset} deletes it.
 */
public final class SimulatedFaults {
    private static final String FOLDER = "faults";
    private static final String ENDING = ".json";

    private final Path folder;
    private final Queue<GpuFault> untold = new ArrayDeque<>();
    private final Set<GpuFault> lasting = new HashSet<>();

    /** @param state the folder of the GPUs' state */
    SimulatedFaults(Path state) {
        this.folder = state.resolve(FOLDER);
    }

    /**
     * Makes something go wrong; from any process.
     *
     * @param state the folder of the GPUs' state
     */
    public static void inject(Path state, GpuFault fault) throws IOException {
        Path folder = Files.createDirectories(state.resolve(FOLDER));
        String name = System.nanoTime() + "-" + UUID.randomUUID();
        Path written = folder.resolve(name + ".next");
        Files.write(written, JSON.std.asBytes(fault.toMap()));
        Files.move(written, folder.resolve(name + ENDING), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Resets or replaces a GPU: what lasted is over. A GPU that was lost comes back without slices. */
    public static void reset(Path state, int gpu) throws IOException {
        for (Path file : files(state.resolve(FOLDER))) {
            Optional<GpuFault> fault = read(file);
            if (fault.isPresent() && fault.get().gpu() == gpu) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Looks what went wrong since the last look. */
    void look() throws IOException {
        Set<GpuFault> now = new HashSet<>();
        for (Path file : files(folder)) {
            Optional<GpuFault> fault = read(file);
            if (fault.isEmpty()) {
                continue;
            }
            if (!fault.get().lasting()) {
                untold.add(fault.get());
                Files.deleteIfExists(file);
            } else if (now.add(fault.get()) && !lasting.contains(fault.get())) {
                untold.add(fault.get());
            }
        }
        lasting.clear();
        lasting.addAll(now);
    }

    /** Whether that lasts on a GPU, as of the last look. */
    boolean lasts(int gpu, GpuFault.Kind kind) {
        return lasting.contains(GpuFault.of(gpu, kind));
    }

    /** What was not told yet, which is told by this. */
    List<GpuFault> take() {
        List<GpuFault> told = List.copyOf(untold);
        untold.clear();
        return told;
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(ENDING)).sorted().toList();
        }
    }

    /** Empty if it was deleted meanwhile. */
    private static Optional<GpuFault> read(Path file) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
        try {
            return Optional.of(GpuFault.fromMap(JSON.std.mapFrom(bytes)));
        } catch (IllegalArgumentException | IOException e) {
            throw new IOException(file + " is no fault: " + e.getMessage() + "; delete it", e);
        }
    }
}
