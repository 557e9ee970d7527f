package io.tomogrid.node.bench;

import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.ListEvents;
import io.tomogrid.imaging.pet.PetGrid;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import java.util.Optional;

/**
 * The projectors of libparallelproj 2 on the processors, if {@value #VARIABLE} names its shared library; see
 * https://github.com/KUL-recon-lab/libparallelproj, parallelproj.h. It takes the ends of every line; all arrays are outside the
 * heap, so that nothing is copied for a call. Its threads are OpenMP's.
 */
final class Parallelproj {
    /** Path of the shared library. */
    static final String VARIABLE = "TOMOGRID_PARALLELPROJ";

    static final String NAME = "libparallelproj 2";
    private static final float SIGMAS = 3;
    private static final int DEVICE = 0;
    private static final int THREADS_PER_BLOCK = 64;

    private final NativeLibrary library;
    private final FloatBuffer starts;
    private final FloatBuffer ends;
    private final FloatBuffer image;
    private final FloatBuffer origin;
    private final FloatBuffer voxel;
    private final FloatBuffer values;
    private final IntBuffer dimensions;
    private final int lines;

    private Parallelproj(NativeLibrary library, PetGrid grid, int lines) {
        this.library = library;
        this.lines = lines;
        starts = floats(3 * lines);
        ends = floats(3 * lines);
        image = floats(grid.voxels());
        values = floats(lines);
        origin = floats(3);
        origin.put(new float[] {
            (float) grid.centre(0, 0, 0).x(),
            (float) grid.centre(0, 0, 0).y(),
            (float) grid.centre(0, 0, 0).z()
        });
        voxel = floats(3);
        voxel.put(new float[] {(float) grid.voxelMm(), (float) grid.voxelMm(), (float) grid.sliceMm()});
        dimensions = bytes(3 * Integer.BYTES).asIntBuffer();
        dimensions.put(new int[] {grid.nx(), grid.ny(), grid.nz()});
    }

    /** Why there is no such peer, for the row; empty if there is one. */
    static Optional<String> missing() {
        String path = System.getenv(VARIABLE);
        return path == null || path.isBlank()
                ? Optional.of(NAME + " was not measured: " + VARIABLE + " names no library")
                : Optional.empty();
    }

    private static NativeLibrary load() {
        String path = System.getenv(VARIABLE);
        try {
            return NativeLibrary.getInstance(path);
        } catch (UnsatisfiedLinkError unusable) {
            throw new IllegalArgumentException(
                    VARIABLE + "=" + path + ": " + unusable.getMessage() + "; name libparallelproj's shared library",
                    unusable);
        }
    }

    /** All lines of some views, in the order of a sinogram. */
    static Parallelproj ofViews(CylindricalScanner scanner, PetGrid grid, int[] views) {
        var peer = new Parallelproj(load(), grid, views.length * scanner.radialBins() * scanner.planes());
        for (int view : views) {
            for (int radial = 0; radial < scanner.radialBins(); radial++) {
                CylindricalScanner.TransaxialLine line = scanner.line(view, radial);
                for (AxialSegment segment : scanner.segments()) {
                    for (int plane = 0; plane < segment.planes(); plane++) {
                        peer.put(scanner.lor(line, segment, plane));
                    }
                }
            }
        }
        return peer;
    }

    /** The lines of events, one by one. */
    static Parallelproj ofEvents(ListEvents events, PetGrid grid) {
        CylindricalScanner scanner = events.scanner();
        var peer = new Parallelproj(load(), grid, events.count());
        for (int bin : events.lines()) {
            int line = bin / scanner.planes();
            int plane = bin % scanner.planes();
            int s = 0;
            while (plane >= scanner.segments().get(s).planes()) {
                plane -= scanner.segments().get(s++).planes();
            }
            peer.put(scanner.lor(
                    scanner.line(line / scanner.radialBins(), line % scanner.radialBins()),
                    scanner.segments().get(s),
                    plane));
        }
        return peer;
    }

    private void put(CylindricalScanner.Lor lor) {
        starts.put((float) lor.first().x()).put((float) lor.first().y()).put((float)
                lor.first().z());
        ends.put((float) lor.second().x()).put((float) lor.second().y()).put((float)
                lor.second().z());
    }

    void image(float[] voxels) {
        image.put(0, voxels);
    }

    void values(float[] ofLines) {
        values.put(0, ofLines);
    }

    /** What {@link #forward} left. */
    float[] values() {
        float[] copy = new float[lines];
        values.get(0, copy);
        return copy;
    }

    void forward() {
        call("joseph3d_fwd");
    }

    /** Adds to the image. */
    void back() {
        call("joseph3d_back");
    }

    private void call(String function) {
        library.getFunction(function).invoke(new Object[] {
            starts.rewind(),
            ends.rewind(),
            image.rewind(),
            origin.rewind(),
            voxel.rewind(),
            values.rewind(),
            new NativeLong(lines),
            dimensions.rewind(),
            DEVICE,
            THREADS_PER_BLOCK
        });
    }

    /** Events by time of flight. */
    void events(ListEvents events, boolean forward) {
        FloatBuffer sigma = floats(1).put(0, (float) events.tof().sigmaMm());
        FloatBuffer offset = floats(1);
        ShortBuffer bins = bytes(Short.BYTES * lines).asShortBuffer();
        bins.put(events.bins());
        library.getFunction(forward ? "joseph3d_tof_lm_fwd" : "joseph3d_tof_lm_back")
                .invoke(new Object[] {
                    starts.rewind(),
                    ends.rewind(),
                    image.rewind(),
                    origin.rewind(),
                    voxel.rewind(),
                    values.rewind(),
                    new NativeLong(lines),
                    dimensions.rewind(),
                    (float) events.tof().widthMm(),
                    sigma,
                    offset,
                    SIGMAS,
                    bins.rewind(),
                    (short) events.tof().count(),
                    (byte) 0,
                    (byte) 0,
                    DEVICE,
                    THREADS_PER_BLOCK
                });
    }

    private static FloatBuffer floats(int count) {
        return bytes(Math.multiplyExact(count, Float.BYTES)).asFloatBuffer();
    }

    private static ByteBuffer bytes(int count) {
        return ByteBuffer.allocateDirect(count).order(ByteOrder.nativeOrder());
    }
}
