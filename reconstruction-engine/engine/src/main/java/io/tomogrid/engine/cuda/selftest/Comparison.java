package io.tomogrid.engine.cuda.selftest;

import io.tomogrid.engine.Backend;
import java.util.function.Function;
import java.util.function.IntPredicate;

/**
 * Does an operation on both backends and compares.
 *
 * @param emulated whether the device is the stand-in, whose times say nothing
 */
record Comparison(Backend cuda, Backend cpu, boolean emulated) {
    /** What an operation gave on both, and how long it took. */
    record Pair<T>(T device, T processors, double deviceSeconds, double processorSeconds) {}

    <T> Pair<T> pair(Function<Backend, T> operation) {
        long start = System.nanoTime();
        T onDevice = operation.apply(cuda);
        if (!emulated) {
            // the first run also paid for what the driver and the JVM do once
            start = System.nanoTime();
            onDevice = operation.apply(cuda);
        }
        long between = System.nanoTime();
        T onProcessors = operation.apply(cpu);
        return new Pair<>(onDevice, onProcessors, (between - start) / 1e9, (System.nanoTime() - between) / 1e9);
    }

    /** @param same whether the n-th of the values has the same bits on both */
    static Check check(
            String kernel, String what, Pair<?> made, int values, IntPredicate same, double error, double bound) {
        long differing = 0;
        for (int n = 0; n < values; n++) {
            differing += same.test(n) ? 0 : 1;
        }
        return new Check(
                kernel, what, made.deviceSeconds, made.processorSeconds, values, differing, Math.abs(error), bound);
    }

    static Check check(String kernel, String what, Pair<float[]> made, double error, double bound) {
        return check(
                kernel,
                what,
                made,
                made.device.length,
                n -> Float.floatToRawIntBits(made.device[n]) == Float.floatToRawIntBits(made.processors[n]),
                error,
                bound);
    }
}
