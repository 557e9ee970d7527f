package io.tomogrid.engine.cuda;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.EventProjector;
import io.tomogrid.engine.projector.ListJoseph;
import io.tomogrid.engine.projector.PlaneGeometry;
import io.tomogrid.engine.projector.TofTables;
import io.tomogrid.imaging.pet.ListEvents;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import jcuda.Pointer;

/**
 * Single events on the device, in the order of {@link ListJoseph}, so that neighbouring threads meet in the caches. Forward the bits
 * are those of the processors. Back, each term is the same number, but the terms are added as whole numbers of 2^-k: what comes
 * out does not depend on who comes first, and is the exact sum to half a unit a term, where the processors round each addition.
 * Events stay on the device if they fit; else they come in blocks.
 */
final class CudaEvents implements EventProjector {
    /** Whole numbers of the sums: what all events together may add to a voxel, and a sign. */
    private static final int SUM_BITS = 61;

    private static final int BYTES_OF_EVENT = Integer.BYTES + Short.BYTES + Float.BYTES;

    private final CudaDevice device;
    private final ListEvents events;
    private final int[] order;
    private final float longestStep;
    private final CudaGeometry geometry;
    private final CudaTof tof;
    private final DeviceBuffer reaches;
    private final DeviceBuffer ofPlanes;
    private final int block;
    /** Null unless all fit. */
    private final Block all;

    private record Block(DeviceBuffer lines, DeviceBuffer bins) implements AutoCloseable {
        @Override
        public void close() {
            DeviceBuffer.closeAll(new ArrayList<>(List.of(lines, bins)));
        }
    }

    /** @throws IllegalArgumentException unless the grid's slices are half a ring pitch apart */
    CudaEvents(CudaDevice device, PetGrid grid, ListEvents events, Parallel parallel) {
        this.device = device;
        this.events = events;
        PlaneGeometry planes = new PlaneGeometry(events.scanner(), grid);
        this.order = new ListJoseph(planes, events, parallel).order();
        this.longestStep = longestStep(planes);
        this.geometry = new CudaGeometry(device, planes, parallel);
        try {
            TofTables tables = TofTables.of(events.tof());
            tof = new CudaTof(device, geometry, tables);
            reaches = geometry.own(DeviceBuffer.upload(device, "reaches of time of flight", tables.reaches()));
            ofPlanes = geometry.own(DeviceBuffer.upload(device, "segments of the planes", geometry.ofPlanes()));
            // an image and its sums must fit beside them
            long image = (long) grid.voxels() * (Float.BYTES + Long.BYTES);
            device.require("list mode on " + grid.nx() + " x " + grid.ny() + " x " + grid.nz() + " voxels", image);
            try (DeviceBuffer reserved = DeviceBuffer.allocate(device, "image of list mode", image)) {
                block = device.fitting(BYTES_OF_EVENT, Math.max(1, order.length));
            }
            all = block >= order.length ? upload(0, order.length) : null;
            if (all != null) {
                geometry.own(all.lines);
                geometry.own(all.bins);
            }
        } catch (RuntimeException noRoom) {
            close();
            throw noRoom;
        }
    }

    private static float longestStep(PlaneGeometry geometry) {
        float longest = 0;
        for (int line = 0; line < geometry.scanner().lines(); line++) {
            for (int s = 0; s < geometry.scanner().segments().size(); s++) {
                longest = Math.max(longest, geometry.stepMm(line, s));
            }
        }
        return longest;
    }

    private Block upload(int first, int count) {
        int[] lines = new int[count];
        short[] bins = new short[count];
        for (int n = 0; n < count; n++) {
            lines[n] = events.lines()[order[first + n]];
            bins[n] = events.bins()[order[first + n]];
        }
        DeviceBuffer ofLines = DeviceBuffer.upload(device, "lines of the events", lines);
        try {
            return new Block(ofLines, DeviceBuffer.upload(device, "bins of the events", bins));
        } catch (RuntimeException noRoom) {
            ofLines.close();
            throw noRoom;
        }
    }

    @Override
    public PetGrid grid() {
        return geometry.grid();
    }

    @Override
    public int[] order() {
        return order.clone();
    }

    @Override
    public int count() {
        return order.length;
    }

    @Override
    public void forward(float[] image, float[] values) {
        check(image, values);
        try (DeviceBuffer from = DeviceBuffer.upload(device, "image to project", image)) {
            each((first, own) -> {
                int count = countFrom(first);
                try (DeviceBuffer results =
                        DeviceBuffer.allocate(device, "values of the events", (long) count * Float.BYTES)) {
                    project(own, count, from, results);
                    results.download(Pointer.to(values).withByteOffset((long) first * Float.BYTES));
                }
            });
        }
    }

    @Override
    public void back(float[] values, float[] image) {
        check(image, values);
        double scale = scale(values, longestStep);
        try (DeviceBuffer sums =
                DeviceBuffer.allocate(device, "sums of the events", (long) image.length * Long.BYTES)) {
            sums.zero();
            each((first, own) -> {
                int count = countFrom(first);
                try (DeviceBuffer results =
                        DeviceBuffer.allocate(device, "values of the events", (long) count * Float.BYTES)) {
                    results.fill(
                            Pointer.to(values).withByteOffset((long) first * Float.BYTES), (long) count * Float.BYTES);
                    spread(own, count, results, scale, sums);
                }
            });
            try (DeviceBuffer to = DeviceBuffer.allocate(device, "image", (long) image.length * Float.BYTES)) {
                device.kernels()
                        .launch(
                                "settle_events",
                                image.length,
                                sums.argument(),
                                Argument.real(1 / scale),
                                to.argument());
                to.download(Pointer.to(image));
            }
        }
    }

    /** Of all events, which must be resident. @param values OVERWRITTEN */
    void project(DeviceBuffer image, DeviceBuffer values) {
        each((first, own) -> project(own, order.length, image, values));
    }

    private void project(Block own, int count, DeviceBuffer image, DeviceBuffer values) {
        launch("project_events", count, own, image.argument(), values.argument());
    }

    /** Of all events, which must be resident. @param sums ADDED to */
    void spread(DeviceBuffer values, double scale, DeviceBuffer sums) {
        each((first, own) -> spread(own, order.length, values, scale, sums));
    }

    private void spread(Block own, int count, DeviceBuffer values, double scale, DeviceBuffer sums) {
        launch("spread_events", count, own, values.argument(), Argument.real(scale), sums.argument());
    }

    /** A power of two by which no voxel's sum leaves its whole number: an event meets a voxel at one row, with one step. */
    static double scale(float[] values, float longestStep) {
        double sum = 0;
        for (float value : values) {
            sum += Math.abs(value);
        }
        double most = sum * longestStep;
        if (!(most < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("events: expected finite values, got a sum of " + sum);
        }
        return most > 0 ? Math.scalb(1.0, Math.min(1000, SUM_BITS - 1 - Math.getExponent(most))) : 1;
    }

    private int countFrom(int first) {
        return Math.min(block, order.length - first);
    }

    private void each(BiConsumer<Integer, Block> work) {
        if (all != null) {
            work.accept(0, all);
            return;
        }
        for (int first = 0; first < order.length; first += block) {
            try (Block own = upload(first, countFrom(first))) {
                work.accept(first, own);
            }
        }
    }

    private void launch(String kernel, int count, Block own, Pointer... last) {
        Pointer[] after = Stream.concat(
                        Stream.of(reaches.argument(), ofPlanes.argument(), own.lines.argument(), own.bins.argument()),
                        Stream.of(last))
                .toArray(Pointer[]::new);
        geometry.launch(kernel, count, 0, tof.between(Stream.empty(), after));
    }

    @Override
    public void close() {
        geometry.close();
    }
}
