package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A libnvidia-ml.so.1 that is built by gcc for tests, see the head of nvml-stand-in.c: GPUs that keep the vendor's rules, in a
 * file that processes share, and that fail when told to. Names of models are those of nvml-stand-in.h.
 */
public final class NvmlStandIn {
    private static final List<String> SOURCES = List.of("nvml-stand-in.c", "nvml-stand-in.h", "nvml-state.h");

    private final Path library;
    private final Path state;
    private final Own own;

    /** The functions that only this library has. */
    interface Own extends Library {
        int standin_open(String path);

        int standin_build(String models);

        int standin_set(int gpu, String what, long value);

        int standin_driver(String version);

        int standin_initialized();

        long standin_calls();

        long standin_changes();

        int standin_xid(int gpu, int start, long xid);

        int standin_busy(int gpu, int start, int busy);

        void standin_reset(int gpu);

        int standin_compute_instances(int gpu, int start, int slices, int count);
    }

    private NvmlStandIn(Path library, Path state) {
        this.library = library;
        this.state = state;
        this.own = Native.load(library.toString(), Own.class);
        assertThat(own.standin_open(state.toString())).isZero();
    }

    /**
     * Builds it, or skips the test where gcc is missing.
     *
     * @param folder for the library and the GPUs' state
     * @param flags of gcc, e.g. {@code -DOLD_DRIVER}
     */
    public static NvmlStandIn in(Path folder, String... flags) throws IOException, InterruptedException {
        Path sources = Files.createDirectories(folder.resolve("nvml-sources"));
        for (String source : SOURCES) {
            try (InputStream text = NvmlStandIn.class.getResourceAsStream(source)) {
                Files.write(
                        sources.resolve(source), Objects.requireNonNull(text).readAllBytes());
            }
        }
        Path library = folder.resolve("libnvidia-ml.so.1").toAbsolutePath();
        List<String> command =
                new ArrayList<>(List.of("gcc", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-pthread"));
        command.addAll(List.of(flags));
        command.addAll(List.of(
                "-o", library.toString(), sources.resolve(SOURCES.get(0)).toString()));
        assumeTrue(compiles(command), "gcc is missing, so NVML's stand-in cannot be built: install gcc");
        return new NvmlStandIn(library, folder.resolve("nvml-state").toAbsolutePath());
    }

    private static boolean compiles(List<String> command) throws InterruptedException {
        Process gcc;
        try {
            gcc = new ProcessBuilder(command).inheritIO().start();
        } catch (IOException noGcc) {
            return false;
        }
        assertThat(gcc.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(gcc.exitValue()).as("NVML's stand-in compiles").isZero();
        return true;
    }

    /** For {@link NvmlInventory#LIBRARY_PROPERTY}. */
    public Path library() {
        return library;
    }

    /** What another process needs in its environment to find the same GPUs. */
    public Map<String, String> environment() {
        return Map.of("TOMOGRID_NVML_STATE", state.toString());
    }

    /** The same, for a process that ends before its n-th call that changes a GPU, counted from 1. */
    public Map<String, String> environmentThatEndsAtChange(int n) {
        return Map.of("TOMOGRID_NVML_STATE", state.toString(), "TOMOGRID_NVML_EXIT_AT_CHANGE", Integer.toString(n));
    }

    /** The same, for a process that ends before its n-th call of NVML, counted from 1. */
    public Map<String, String> environmentThatEndsAtCall(int n) {
        return Map.of("TOMOGRID_NVML_STATE", state.toString(), "TOMOGRID_NVML_EXIT_AT", Integer.toString(n));
    }

    /** GPUs anew, uncut, e.g. {@code A100-80GB,T4,A30-24GB:off}; in MIG mode unless it is off or they cannot be. */
    public void build(String models) {
        assertThat(own.standin_build(models)).as(models).isZero();
    }

    /** Of the host: permitted, init-answers, compute-instance-answers, count. */
    public void set(String what, long value) {
        set(-1, what, value);
    }

    /**
     * Of a GPU: lost, reset-required, passthrough (the MIG mode needs a reset), clients (so that the mode cannot change),
     * uncorrectable, energy (mJ), power (mW), busy-percent, virtualization.
     */
    public void set(int gpu, String what, long value) {
        assertThat(own.standin_set(gpu, what, value)).as(what).isZero();
    }

    public void driver(String version) {
        own.standin_driver(version);
    }

    /** How often this process started NVML more than it ended it. */
    public int initialized() {
        return own.standin_initialized();
    }

    /** How many calls of NVML this process has made. */
    public long calls() {
        return own.standin_calls();
    }

    /** How many of them change a GPU. */
    public long changes() {
        return own.standin_changes();
    }

    /** An XID on the GPU instance that begins at that memory slice; with start -1 on the GPU. */
    public void xid(int gpu, int start, int xid) {
        assertThat(own.standin_xid(gpu, start, xid)).isZero();
    }

    /** A process begins to work, or ends, on what begins at that memory slice. */
    public void busy(int gpu, int start, boolean busy) {
        assertThat(own.standin_busy(gpu, start, busy ? 1 : 0)).isZero();
    }

    /** What a reset does: instances are gone, the mode that was asked for is on. */
    public void reset(int gpu) {
        own.standin_reset(gpu);
    }

    /** Divides a GPU instance as somebody else may; into 0 as a process leaves it that died before it was done. */
    public void divide(int gpu, int start, int slices, int count) {
        assertThat(own.standin_compute_instances(gpu, start, slices, count)).isZero();
    }
}
