package io.tomogrid.engine.cuda;

import io.tomogrid.engine.ct.RampTables;
import java.util.ArrayList;
import java.util.List;
import jcuda.Pointer;

/** The ramp filter of {@code ramp.cuh} on views that are on the device. */
final class CudaRamp implements AutoCloseable {
    /** Pairs of rows that are side by side: PAIRS_OF_BLOCK of {@code ramp.cuh}. */
    private static final int PAIRS_OF_BLOCK = 32;

    private final CudaDevice device;
    private final int columns;
    private final int rows;
    private final int length;
    private final int pairs;
    private final List<DeviceBuffer> buffers = new ArrayList<>();
    private final DeviceBuffer response;
    private final DeviceBuffer cosine;
    private final DeviceBuffer sine;
    private final DeviceBuffer reversed;
    private final DeviceBuffer re;
    private final DeviceBuffer im;

    /** @param mostViews that are filtered at once */
    CudaRamp(CudaDevice device, RampTables tables, int columns, int rows, int mostViews) {
        this.device = device;
        this.columns = columns;
        this.rows = rows;
        this.length = tables.length();
        this.pairs = pairs(rows);
        long part = bytesOfView(tables, rows) / 2 * mostViews;
        try {
            response = own(DeviceBuffer.upload(device, "response of the filter", tables.response()));
            cosine = own(DeviceBuffer.upload(device, "cosines of the filter", tables.cosine()));
            sine = own(DeviceBuffer.upload(device, "sines of the filter", tables.sine()));
            reversed = own(DeviceBuffer.upload(device, "order of the filter", tables.reversed()));
            re = own(DeviceBuffer.allocate(device, "transform, real part", part));
            im = own(DeviceBuffer.allocate(device, "transform, imaginary part", part));
        } catch (RuntimeException noRoom) {
            close();
            throw noRoom;
        }
    }

    private DeviceBuffer own(DeviceBuffer buffer) {
        buffers.add(buffer);
        return buffer;
    }

    private static int pairs(int rows) {
        return rows / (2 * PAIRS_OF_BLOCK) * PAIRS_OF_BLOCK + (rows % (2 * PAIRS_OF_BLOCK) + 1) / 2;
    }

    /** Of the transforms of a view. */
    static long bytesOfView(RampTables tables, int rows) {
        return 2L * tables.length() * pairs(rows) * Float.BYTES;
    }

    /** @param views [count][columns][rows], REPLACED */
    void apply(DeviceBuffer views, int count) {
        Pointer ramp = Argument.ints(columns, rows, length, pairs);
        long numbers = (long) count * length * pairs;
        launch("ramp_begin", numbers, ramp, reversed, views, re, im);
        transform(count, ramp, re, im);
        launch("ramp_turn", numbers, ramp, reversed, response, re, im);
        // the inverse: real and imaginary parts change places
        transform(count, ramp, im, re);
        launch("ramp_end", (long) count * columns * pairs, ramp, re, im, views);
    }

    private void transform(int count, Pointer ramp, DeviceBuffer real, DeviceBuffer imaginary) {
        for (int half = 1; half < length; half *= 2) {
            device.kernels()
                    .launch(
                            "ramp_stage",
                            (long) count * (length / 2) * pairs,
                            ramp,
                            Argument.ints(half),
                            cosine.argument(),
                            sine.argument(),
                            real.argument(),
                            imaginary.argument());
        }
    }

    private void launch(String kernel, long items, Pointer ramp, DeviceBuffer... with) {
        Pointer[] arguments = new Pointer[with.length + 1];
        arguments[0] = ramp;
        for (int n = 0; n < with.length; n++) {
            arguments[n + 1] = with[n].argument();
        }
        device.kernels().launch(kernel, items, arguments);
    }

    @Override
    public void close() {
        DeviceBuffer.closeAll(buffers);
    }
}
