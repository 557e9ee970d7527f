package io.tomogrid.agent;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.slices.converge.SyncedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an operator said and the GPUs reported, which must outlive the agent: events come once. */
final class HostState {
    private static final int VERSION = 1;

    private final Path file;
    private boolean draining;
    private List<Fault> faults = List.of();

    private HostState(Path file) {
        this.file = file;
    }

    /** @throws IOException if there is a state that cannot be read */
    static HostState open(Path folder) throws IOException {
        HostState state = new HostState(folder.resolve("host-state.json"));
        if (Files.exists(state.file)) {
            state.load();
        }
        return state;
    }

    /** Whether the host takes nothing new. */
    synchronized boolean draining() {
        return draining;
    }

    synchronized List<Fault> faults() {
        return faults;
    }

    synchronized void drain(boolean on) throws IOException {
        write(on, faults);
    }

    /** @return false if it is known already */
    synchronized boolean add(Fault fault) throws IOException {
        if (faults.stream().anyMatch(fault::repeats)) {
            return false;
        }
        List<Fault> more = new ArrayList<>(faults);
        more.add(fault);
        write(draining, more);
        return true;
    }

    /** Forgets all faults of a card. @return them */
    synchronized List<Fault> heal(String gpuUuid) throws IOException {
        List<Fault> its =
                faults.stream().filter(fault -> fault.gpuUuid().equals(gpuUuid)).toList();
        write(
                draining,
                faults.stream()
                        .filter(fault -> !fault.gpuUuid().equals(gpuUuid))
                        .toList());
        return its;
    }

    /** What cannot be kept has not happened. */
    private void write(boolean nowDraining, List<Fault> nowFaults) throws IOException {
        var map = new LinkedHashMap<String, Object>();
        map.put("format-version", VERSION);
        map.put("draining", nowDraining);
        map.put("faults", nowFaults.stream().map(Fault::toMap).toList());
        SyncedFile.write(file, JSON.std.asBytes(map));
        draining = nowDraining;
        faults = List.copyOf(nowFaults);
    }

    private void load() throws IOException {
        try {
            Map<String, Object> map = JSON.std.mapFrom(Files.readString(file));
            if (!Integer.valueOf(VERSION).equals(map.get("format-version"))) {
                throw new IllegalArgumentException(
                        "format-version: expected " + VERSION + ", got " + map.get("format-version"));
            }
            draining = Boolean.TRUE.equals(map.get("draining"));
            faults = ((List<?>) map.get("faults"))
                    .stream().map(item -> Fault.fromMap((Map<?, ?>) item)).toList();
        } catch (IOException | RuntimeException e) {
            throw new IOException(
                    file + " cannot be read (" + e.getMessage() + "); see what it says of drained and faulty GPUs, then"
                            + " delete it",
                    e);
        }
    }
}
