package io.tomogrid.node.reconstruct;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.object.Equipment;
import io.tomogrid.dicom.object.ImageGrid;
import io.tomogrid.dicom.object.InstanceReference;
import io.tomogrid.dicom.object.Lps;
import io.tomogrid.dicom.object.ReconstructedCt;
import io.tomogrid.dicom.object.ReconstructedCtEncoder;
import io.tomogrid.dicom.object.ResultOrigin;
import io.tomogrid.dicom.object.ResultSeries;
import io.tomogrid.dicom.object.ResultUids;
import io.tomogrid.engine.ct.CtReconstruction;
import io.tomogrid.engine.ct.Kernel;
import io.tomogrid.imaging.ct.CtGrid;
import java.time.Instant;
import java.util.List;

/** The reconstructed image as a CT series. */
public final class CtSeries {
    private static final Equipment EQUIPMENT = new Equipment("Tomogrid", "Tomogrid reconstruct", "none", "0.1.0");
    private static final int SERIES_NUMBER = 9021;

    private CtSeries() {}

    /** UIDs derive from the projections and the parameters: the same again gives the same. */
    public static List<Dataset> of(ProjectionFolder projections, CtReconstruction image, Kernel kernel, Instant now) {
        Dataset first = projections.views().get(0);
        Dataset last = projections.views().get(projections.views().size() - 1);
        String sha256 = ReconstructedCt.sha256(projections.views());
        ResultUids uids = ResultUids.ofJob("reconstruct/" + sha256 + "/" + kernel + "/" + image.grid());
        double fieldOfView = image.grid().nx() * image.grid().voxelMm();
        ReconstructedCt how = new ReconstructedCt(
                new ResultOrigin(first, uids, now, EQUIPMENT),
                projections.views().size(),
                InstanceReference.of(first),
                InstanceReference.of(last),
                sha256,
                image.method(),
                kernel.name(),
                projections.series().waterPerMm(),
                fieldOfView);
        var series = new ResultSeries(uids.uid("series/ct"), SERIES_NUMBER, "CT " + image.method());
        return ReconstructedCtEncoder.encode(how, series, grid(image.grid()), image::slice)
                .toList();
    }

    private static ImageGrid grid(CtGrid g) {
        return new ImageGrid(
                g.nx(),
                g.ny(),
                g.nz(),
                new Lps(g.x(0), g.y(0), g.z(0)),
                new Lps(g.voxelMm(), 0, 0),
                new Lps(0, g.voxelMm(), 0),
                new Lps(0, 0, g.sliceMm()));
    }

    /** Study of the series. */
    public static String studyUid(ProjectionFolder projections) {
        return projections.views().get(0).string(Tag.StudyInstanceUID).orElse("?");
    }
}
