package io.tomogrid.engine.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/** The kernels of {@code petct.cu}, ready in the current context. */
final class Kernels {
    static final String PTX = "petct.ptx";
    static final List<String> NAMES = List.of(
            "resample",
            "sample_nodes",
            "raise_nodes",
            "project_nodes",
            "blend",
            "sphere_means",
            "project_planes",
            "back_project_tiles",
            "osem_ratio",
            "osem_update",
            "ramp_begin",
            "ramp_stage",
            "ramp_turn",
            "ramp_end",
            "weigh_cone",
            "back_project_circle",
            "back_project_helix",
            "back_project_parallel",
            "blur",
            "project_tof",
            "back_project_tof",
            "project_events",
            "spread_events",
            "settle_events");
    /** Threads of a warp, LANES of {@code joseph.cuh}. */
    static final int LANES = 32;

    private static final int THREADS = 256;
    private static final Pattern VERSION = Pattern.compile("(?m)^\\.version (\\S+)");

    private final Map<String, CUfunction> functions;

    private Kernels(Map<String, CUfunction> functions) {
        this.functions = functions;
    }

    static Kernels load() {
        return load(ptx());
    }

    /** @param ptx ended by a NUL @throws CudaException if the driver does not take it, or a kernel is not in it */
    static Kernels load(byte[] ptx) {
        Matcher version = VERSION.matcher(new String(ptx, StandardCharsets.US_ASCII));
        String what = version.find() ? "PTX " + version.group(1) : "no PTX";
        CUmodule module = new CUmodule();
        CudaException.check(JCudaDriver.cuModuleLoadData(module, ptx), "loading the kernels, " + what);
        return new Kernels(NAMES.stream().collect(Collectors.toMap(name -> name, name -> {
            CUfunction function = new CUfunction();
            CudaException.check(JCudaDriver.cuModuleGetFunction(function, module, name), "kernel " + name);
            return function;
        })));
    }

    /** The text with the NUL at its end that the driver looks for. */
    static byte[] ptx() {
        try (InputStream in = Kernels.class.getResourceAsStream(PTX)) {
            byte[] text = in.readAllBytes();
            return Arrays.copyOf(text, text.length + 1);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /**
     * Runs a kernel, one thread an item, and waits for its end, so that an error is that kernel's.
     *
     * @param arguments what comes after the number of items, as {@link Argument} makes them
     */
    void launch(String name, long items, Pointer... arguments) {
        if (items == 0) {
            return;
        }
        Pointer[] all = Stream.concat(Stream.of(Pointer.to(new long[] {items})), Arrays.stream(arguments))
                .toArray(Pointer[]::new);
        int blocks = Math.toIntExact((items + THREADS - 1) / THREADS);
        CudaException.check(
                JCudaDriver.cuLaunchKernel(
                        functions.get(name), blocks, 1, 1, THREADS, 1, 1, 0, null, Pointer.to(all), null),
                "kernel " + name);
        // of the kernels' stream alone: a copy of what they need next goes on
        CudaException.check(JCudaDriver.cuStreamSynchronize(null), "kernel " + name);
    }
}
