package io.tomogrid.slices;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** NVML's meters of one GPU. */
final class NvmlMeter {
    /** NVML_MEMORY_ERROR_TYPE_*. */
    private static final int CORRECTED = 0;

    private static final int UNCORRECTED = 1;
    /** NVML_VOLATILE_ECC. */
    private static final int VOLATILE = 0;
    /** sizeof(nvmlUtilization_t): kernels, memory, in percent; and of nvmlGpmSupport_t: version, supported. */
    private static final int TWO_INTS = 8;

    private final Nvml nvml;
    private final Pointer device;
    private final int index;

    NvmlMeter(Nvml nvml, Pointer device, int index) {
        this.nvml = nvml;
        this.device = device;
        this.index = index;
    }

    GpuReadings readings() throws InventoryException {
        LongByReference energy = new LongByReference();
        IntByReference power = new IntByReference();
        Memory rates = NvmlDevice.cleared(TWO_INTS);
        return new GpuReadings(
                read("energy", () -> nvml.nvmlDeviceGetTotalEnergyConsumption(device, energy), energy::getValue),
                read("power", () -> nvml.nvmlDeviceGetPowerUsage(device, power), power::getValue),
                read("utilisation", () -> nvml.nvmlDeviceGetUtilizationRates(device, rates), () -> rates.getInt(0)),
                errors(CORRECTED),
                errors(UNCORRECTED));
    }

    /** Since the driver was loaded; absent where there is no such meter, or it does not answer: no work depends on it. */
    OptionalLong energyMillijoules() {
        LongByReference energy = new LongByReference();
        int code = NvmlDevice.answer(() -> nvml.nvmlDeviceGetTotalEnergyConsumption(device, energy));
        return code == NvmlReturn.SUCCESS.code() ? OptionalLong.of(energy.getValue()) : OptionalLong.empty();
    }

    /** Memory errors since the driver was loaded that could not be mended; empty on a GPU without ECC. */
    OptionalLong uncorrectable() throws InventoryException {
        return errors(UNCORRECTED);
    }

    /** By two samples, so long apart; empty where the hardware has no such counters. */
    Optional<SliceUse> use(int gpuInstance, Duration over) throws InventoryException, InterruptedException {
        Memory support = NvmlDevice.cleared(TWO_INTS);
        support.setInt(0, Nvml.GpmMetrics.VERSION);
        OptionalLong supported = read(
                "performance counters", () -> nvml.nvmlGpmQueryDeviceSupport(device, support), () -> support.getInt(4));
        if (supported.orElse(0) == 0) {
            return Optional.empty();
        }
        Pointer first = sample();
        try {
            Pointer second = sample();
            try {
                take(gpuInstance, first);
                Thread.sleep(over.toMillis());
                take(gpuInstance, second);
                return Optional.of(between(first, second));
            } finally {
                nvml.nvmlGpmSampleFree(second);
            }
        } finally {
            nvml.nvmlGpmSampleFree(first);
        }
    }

    private Pointer sample() throws InventoryException {
        PointerByReference sample = new PointerByReference();
        NvmlDevice.check(nvml.nvmlGpmSampleAlloc(sample), "a sample of GPU " + index);
        return sample.getValue();
    }

    private void take(int gpuInstance, Pointer sample) throws InventoryException {
        NvmlDevice.check(
                nvml.nvmlGpmMigSampleGet(device, gpuInstance, sample),
                "a sample of GPU instance " + gpuInstance + " of GPU " + index);
    }

    private SliceUse between(Pointer first, Pointer second) throws InventoryException {
        int[] wanted = {Nvml.GpmMetrics.MULTIPROCESSORS, Nvml.GpmMetrics.MEMORY_BANDWIDTH};
        Memory metrics = NvmlDevice.cleared(Nvml.GpmMetrics.METRICS + wanted.length * Nvml.GpmMetrics.METRIC_SIZE);
        metrics.setInt(0, Nvml.GpmMetrics.VERSION);
        metrics.setInt(Nvml.GpmMetrics.COUNT, wanted.length);
        metrics.setPointer(Nvml.GpmMetrics.SAMPLE_1, first);
        metrics.setPointer(Nvml.GpmMetrics.SAMPLE_2, second);
        for (int i = 0; i < wanted.length; i++) {
            metrics.setInt(metric(i), wanted[i]);
        }
        NvmlDevice.check(nvml.nvmlGpmMetricsGet(metrics), "performance counters of GPU " + index);
        double[] values = new double[wanted.length];
        for (int i = 0; i < wanted.length; i++) {
            NvmlDevice.check(metrics.getInt(metric(i) + Nvml.GpmMetrics.CODE), "performance counter " + wanted[i]);
            values[i] = metrics.getDouble(metric(i) + Nvml.GpmMetrics.VALUE);
        }
        return new SliceUse(values[0], values[1]);
    }

    private static long metric(int i) {
        return Nvml.GpmMetrics.METRICS + (long) i * Nvml.GpmMetrics.METRIC_SIZE;
    }

    private OptionalLong errors(int type) throws InventoryException {
        LongByReference count = new LongByReference();
        return read(
                "memory errors",
                () -> nvml.nvmlDeviceGetTotalEccErrors(device, type, VOLATILE, count),
                count::getValue);
    }

    private OptionalLong read(String what, IntSupplier function, LongSupplier value) throws InventoryException {
        int code = NvmlDevice.answer(function);
        if (code == NvmlReturn.NOT_SUPPORTED.code() || code == NvmlReturn.FUNCTION_NOT_FOUND.code()) {
            return OptionalLong.empty();
        }
        NvmlDevice.check(code, what + " of GPU " + index);
        return OptionalLong.of(value.getAsLong());
    }
}
