package io.tomogrid.node.reconstruct;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.synthetic.SyntheticProjections;
import io.tomogrid.imaging.ct.CtPhantom;
import io.tomogrid.imaging.ct.CtScanException;
import io.tomogrid.imaging.ct.CurvedScan;
import io.tomogrid.imaging.ct.ExampleCt;
import io.tomogrid.imaging.ctpd.CtPdAttributes;
import io.tomogrid.imaging.ctpd.CtPdReader;
import io.tomogrid.imaging.ctpd.CtPdWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The projections in a folder.
 *
 * @param views instances in the order of the views
 */
public record ProjectionFolder(List<Dataset> views, CtPdReader.Series series) {
    /** Writes the projections of the generated helical scan, a file for each view. */
    public static void generate(Path folder, long seed) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> files = Files.list(folder)) {
            if (files.findAny().isPresent()) {
                throw new IOException(folder + " is not empty: name a new folder for the generated projections");
            }
        }
        CurvedScan scan = ExampleCt.measured(seed);
        Iterator<Dataset> views = SyntheticProjections.of(
                        seed, scan.views().size(), new CtPdWriter(scan, CtPhantom.WATER_PER_MM)::attributes)
                .iterator();
        for (int n = 1; views.hasNext(); n++) {
            write(folder.resolve(String.format(Locale.ROOT, "view-%05d.dcm", n)), views.next());
        }
    }

    /** As a DICOM file. */
    public static void write(Path file, Dataset dataset) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            Part10.write(out, Uid.ExplicitVRLittleEndian, dataset);
        }
    }

    /**
     * The series of projections with most views, below the folder.
     *
     * @throws IOException if there is none, or it cannot be read; the message names the attribute at fault
     */
    public static ProjectionFolder read(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException(folder + " is not a folder: name one that holds DICOM-CT-PD projections, or let"
                    + " --generate make one");
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        Map<String, List<Dataset>> bySeries = new TreeMap<>();
        for (Path file : files) {
            try {
                Dataset instance = Part10.read(file).dataset();
                if (CtPdReader.isView(instance::bytes)) {
                    bySeries.computeIfAbsent(
                                    instance.string(Tag.SeriesInstanceUID).orElse(""), uid -> new ArrayList<>())
                            .add(instance);
                }
            } catch (DicomFormatException noInstance) {
                // a folder holds other files too: text, an index, a viewer
            }
        }
        List<Dataset> most = bySeries.values().stream()
                .max(Comparator.comparing(List::size))
                .orElseThrow(() -> new IOException("no DICOM-CT-PD projections among the " + files.size() + " files in "
                        + folder + ": each view needs Detector Focal Center Angular Position (7031,1001)"));
        try {
            CtPdReader.Series series = CtPdReader.read(
                    most.stream().map(view -> (CtPdAttributes) view::bytes).toList());
            List<Dataset> views =
                    Arrays.stream(series.order()).mapToObj(most::get).toList();
            return new ProjectionFolder(views, series);
        } catch (CtScanException unreadable) {
            throw new IOException("projections in " + folder + ": " + unreadable.getMessage(), unreadable);
        }
    }
}
