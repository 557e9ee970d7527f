package io.tomogrid.engine.projector;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.pet.ListEvents;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.Arrays;

/**
 * Line integrals by time of flight of single events, and the adjoint. Values are in the order of {@link #order}. The result has
 * the same bits for any number of threads. Calls must not overlap.
 */
public final class ListJoseph implements EventProjector {
    /* Events are sorted once, by where they most likely happened, along a curve that keeps neighbours together. So the events of
     * a part share voxels that stay in the cache, and back projection of a part goes to a small box of its own, without atomics.
     * Boxes are added to the image in the order of the parts, slab by slab: that order does not depend on the threads either. */

    private static final int EVENTS_PER_PART = 1 << 14;
    /** Boxes at a time, for the sake of memory; not of the threads, since nothing may depend on them. */
    private static final int PARTS_AT_ONCE = 16;
    /** Voxels that are neighbours in the order: 2 to this power in each direction. */
    private static final int CELL = 3;

    private final PlaneGeometry geometry;
    private final ListEvents events;
    private final TofKernel kernel;
    private final Parallel parallel;
    private final int[] order;
    /** Of each part, empty but while it is added to. */
    private final EventBox[] boxes;

    /** @throws IllegalArgumentException unless the geometry's scanner is that of the events */
    public ListJoseph(PlaneGeometry geometry, ListEvents events, Parallel parallel) {
        if (!geometry.scanner().equals(events.scanner())) {
            throw new IllegalArgumentException("events: expected those of the geometry's scanner");
        }
        this.geometry = geometry;
        this.events = events;
        this.kernel = new TofKernel(events.tof());
        this.parallel = parallel;
        this.order = sorted();
        this.boxes = new EventBox[parts()];
        parallel.run(boxes.length, part -> {
            EventRay ray = new EventRay(geometry, kernel, events);
            boxes[part] = new EventBox();
            for (int n = part * EVENTS_PER_PART; n < end(part); n++) {
                ray.set(order[n]);
                boxes[part].include(ray, grid());
            }
        });
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

    private int[] sorted() {
        long[] keys = new long[events.count()];
        parallel.run(parts(), part -> {
            EventRay ray = new EventRay(geometry, kernel, events);
            for (int n = part * EVENTS_PER_PART; n < end(part); n++) {
                ray.set(n);
                int row = ray.likely();
                int column = (int) Math.max(0, ray.column(row));
                int slice = (int) Math.max(0, ray.slice(row));
                long key = ray.first > ray.last
                        ? 0
                        : curve(
                                (ray.alongY ? column : row) >> CELL,
                                (ray.alongY ? row : column) >> CELL,
                                slice >> CELL);
                keys[n] = key << 32 | n;
            }
        });
        Arrays.sort(keys);
        int[] sorted = new int[keys.length];
        for (int n = 0; n < sorted.length; n++) {
            sorted[n] = (int) keys[n];
        }
        return sorted;
    }

    /** Bits of the three in turn (Morton). */
    private static long curve(int x, int y, int z) {
        long code = 0;
        for (int bit = 0; bit < 10; bit++) {
            code |= (long) (x >> bit & 1) << 3 * bit
                    | (long) (y >> bit & 1) << 3 * bit + 1
                    | (long) (z >> bit & 1) << 3 * bit + 2;
        }
        return code;
    }

    private int parts() {
        return (events.count() + EVENTS_PER_PART - 1) / EVENTS_PER_PART;
    }

    private int end(int part) {
        return Math.min(events.count(), (part + 1) * EVENTS_PER_PART);
    }

    @Override
    public void forward(float[] image, float[] values) {
        check(image, values);
        parallel.run(parts(), part -> {
            EventRay ray = new EventRay(geometry, kernel, events);
            for (int n = part * EVENTS_PER_PART; n < end(part); n++) {
                ray.set(order[n]);
                values[n] = (float) ray.integral(image);
            }
        });
    }

    @Override
    public void back(float[] values, float[] image) {
        check(image, values);
        Arrays.fill(image, 0);
        for (int from = 0; from < boxes.length; from += PARTS_AT_ONCE) {
            int first = from;
            int end = Math.min(boxes.length, from + PARTS_AT_ONCE);
            parallel.run(end - first, n -> fill(first + n, values));
            parallel.run(grid().nx(), x -> {
                for (int part = first; part < end; part++) {
                    boxes[part].addTo(image, grid(), x);
                }
            });
            for (int part = first; part < end; part++) {
                boxes[part].free();
            }
        }
    }

    private void fill(int part, float[] values) {
        EventRay ray = new EventRay(geometry, kernel, events);
        boxes[part].allocate();
        for (int n = part * EVENTS_PER_PART; n < end(part); n++) {
            if (values[n] != 0) {
                ray.set(order[n]);
                ray.spread(values[n], boxes[part]);
            }
        }
    }
}
