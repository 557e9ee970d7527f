package io.tomogrid.node.bench;

import java.lang.management.ManagementFactory;

/** Wall and processor seconds of one call, the latter of all threads of the process, a library's too. */
record ProcessorTime(double wall, double cpu) {
    static ProcessorTime of(Runnable work) {
        long start = System.nanoTime();
        long cpu = processorNanos();
        work.run();
        return new ProcessorTime((System.nanoTime() - start) * 1e-9, (processorNanos() - cpu) * 1e-9);
    }

    ProcessorTime plus(ProcessorTime other) {
        return new ProcessorTime(wall + other.wall, cpu + other.cpu);
    }

    private static long processorNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
