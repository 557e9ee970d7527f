package io.tomogrid.node.reconstruct;

import io.tomogrid.engine.ct.CtReconstruction;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.CtPhantom;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.imageio.ImageIO;

/** What was reconstructed of a phantom beside the phantom itself: the slice nearest to its middle. */
public record PhantomPictures(CtPhantom phantom, CtReconstruction image, double z) {
    private static final double CENTER = 40;
    private static final double WIDTH = 400;
    private static final double DIFFERENCE = 100;

    /** Rods of {@link CtPhantom#quality}, and water between them: name, x, y and radius, mm. */
    private enum Place {
        WATER("water, middle", 0, 0, 20),
        EDGE("water, edge", 55, 55, 10),
        AIR("air", 60, 0, 8),
        ACRYLIC("acrylic", 0, 60, 8),
        BONE("bone", -60, 0, 8);

        private final String title;
        private final double x;
        private final double y;
        private final double radius;

        Place(String title, double x, double y, double radius) {
            this.title = title;
            this.x = x;
            this.y = y;
            this.radius = radius;
        }
    }

    /** HU of the image and of the phantom. */
    public record Hu(double measured, double truth) {}

    /** Means over cylinders through all slices, by name. */
    public Map<String, Hu> means() {
        Map<String, Hu> means = new LinkedHashMap<>();
        CtGrid grid = image.grid();
        for (Place place : Place.values()) {
            double sum = 0;
            int count = 0;
            for (int j = 0; j < grid.ny(); j++) {
                for (int i = 0; i < grid.nx(); i++) {
                    if (Math.hypot(grid.x(i) - place.x, grid.y(j) - place.y) <= place.radius) {
                        for (int k = 0; k < grid.nz(); k++) {
                            sum += image.hu()[grid.index(i, j, k)];
                            count++;
                        }
                    }
                }
            }
            means.put(place.title, new Hu(sum / count, phantom.hu(new Vec3(place.x, place.y, z))));
        }
        return means;
    }

    /** Writes phantom.png and reconstruction.png (−160 to 240 HU) and difference.png (−100 to 100 HU). */
    public void write(Path folder) throws IOException {
        CtGrid grid = image.grid();
        int k = (int) Math.max(0, Math.min(grid.nz() - 1, Math.rint((z - grid.z(0)) / grid.sliceMm())));
        float[] measured = image.slice(k);
        float[] truth = new float[measured.length];
        float[] difference = new float[measured.length];
        for (int j = 0, n = 0; j < grid.ny(); j++) {
            for (int i = 0; i < grid.nx(); i++, n++) {
                truth[n] = (float) phantom.hu(new Vec3(grid.x(i), grid.y(j), grid.z(k)));
                difference[n] = measured[n] - truth[n];
            }
        }
        Files.createDirectories(folder);
        png(folder.resolve("phantom.png"), truth, CENTER - WIDTH / 2, WIDTH);
        png(folder.resolve("reconstruction.png"), measured, CENTER - WIDTH / 2, WIDTH);
        png(folder.resolve("difference.png"), difference, -DIFFERENCE, 2 * DIFFERENCE);
    }

    private void png(Path file, float[] values, double black, double width) throws IOException {
        int columns = image.grid().nx();
        BufferedImage picture = new BufferedImage(columns, values.length / columns, BufferedImage.TYPE_BYTE_GRAY);
        for (int n = 0; n < values.length; n++) {
            double grey = Float.isNaN(values[n]) ? 0 : 255 * (values[n] - black) / width;
            picture.getRaster().setSample(n % columns, n / columns, 0, (int)
                    Math.max(0, Math.min(255, Math.rint(grey))));
        }
        ImageIO.write(picture, "png", file.toFile());
    }
}
