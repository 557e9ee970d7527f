package io.tomogrid.sparkjob.ct;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.cluster.contract.Findings;
import io.tomogrid.cluster.contract.Provenance;
import io.tomogrid.cluster.contract.Quantification;
import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.object.Equipment;
import io.tomogrid.dicom.object.InstanceReference;
import io.tomogrid.dicom.object.ReconstructedCt;
import io.tomogrid.dicom.object.ReconstructedCtEncoder;
import io.tomogrid.dicom.object.ResultOrigin;
import io.tomogrid.dicom.object.ResultSeries;
import io.tomogrid.dicom.object.ResultUids;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.ct.CtReconstruction;
import io.tomogrid.engine.ct.Kernel;
import io.tomogrid.engine.cuda.Backends;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.imaging.ct.CtScanException;
import io.tomogrid.imaging.ct.CurvedScan;
import io.tomogrid.sparkjob.Progress;
import io.tomogrid.sparkjob.Protocol;
import io.tomogrid.sparkjob.petct.ArchivedSeries;
import io.tomogrid.sparkjob.petct.Grids;
import io.tomogrid.sparkjob.petct.JobProvenance;
import io.tomogrid.sparkjob.petct.ProtocolFailure;
import io.tomogrid.sparkjob.petct.Stages;
import io.tomogrid.sparkjob.petct.StagingFolder;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/**
 * {@code ct-fbp}: reads the projections of a helical or circular CT, reconstructs them by weighted filtered back projection
 * and writes a CT series in Hounsfield units. The same task gives the same bytes (PRC-07, RES-03).
 */
public final class CtFbp implements Protocol {
    /** Name in routing rules. */
    public static final String NAME = "ct-fbp";

    private static final String VERSION = "0.1.0";
    private static final Equipment EQUIPMENT = new Equipment("Tomogrid", "Tomogrid ct-fbp", "none", VERSION);
    private static final int SERIES_NUMBER = 9020;

    private final Parallel parallel;

    public CtFbp(Parallel parallel) {
        this.parallel = parallel;
    }

    @Override
    public TaskOutcome run(ReconstructionTask task, Progress progress) {
        try {
            return process(task, new Stages(progress));
        } catch (ProtocolFailure failure) {
            return failure.outcome();
        } catch (IOException notStaged) {
            return ProtocolFailure.storage(notStaged).outcome();
        }
    }

    private TaskOutcome process(ReconstructionTask task, Stages stages) throws ProtocolFailure, IOException {
        stages.begin("read");
        Projections projections;
        try (SegmentReader archive = SegmentReader.open(URI.create(task.archiveRoot()))) {
            projections = Projections.of(task.study(), new ArchivedSeries(archive, parallel));
        }
        String seriesUid = projections.first().string(Tag.SeriesInstanceUID).orElseThrow();
        stages.begin("fbp");
        CurvedScan scan = projections.series().scan();
        var wanted = CtReconstruction.Wanted.of(scan.detector(), Kernel.RAMP);
        Backends.Choice choice = Backends.forSlice(task.lease().simulated(), parallel);
        String backend = choice.backend().name();
        CtReconstruction image;
        try {
            image = CtReconstruction.of(
                    scan,
                    projections.series().waterPerMm(),
                    wanted,
                    choice.backend().fbp(wanted.kernel()));
        } catch (CtScanException refused) {
            throw Projections.fault(seriesUid, refused);
        }
        stages.begin("encode");
        Provenance provenance = JobProvenance.of(
                task,
                NAME + " " + VERSION,
                backend,
                List.of(seriesUid),
                List.of(
                        JobProvenance.step("read"),
                        JobProvenance.step("fbp", image.method(), "kernel=" + wanted.kernel()),
                        JobProvenance.step("encode")));
        ReconstructedCt how = new ReconstructedCt(
                new ResultOrigin(
                        projections.first(),
                        ResultUids.ofJob(task.jobId()),
                        task.lease().granted(),
                        EQUIPMENT.did(JobProvenance.text(provenance))),
                scan.views().size(),
                InstanceReference.of(projections.first()),
                InstanceReference.of(projections.last()),
                projections.sha256(),
                image.method(),
                wanted.kernel().name(),
                projections.series().waterPerMm(),
                image.grid().nx() * image.grid().voxelMm());
        List<ResultObject> objects = write(how, image, StagingFolder.open(task.stagingRoot()));
        List<String> notes = new ArrayList<>(projections.notes());
        notes.add("reconstructed by " + image.method() + " from " + scan.views().size() + " views on "
                + image.grid().nx() + " x " + image.grid().ny() + " x "
                + image.grid().nz()
                + " voxels, kernel " + wanted.kernel());
        choice.notCuda().ifPresent(why -> notes.add("reconstructed without the slice's GPU: " + why));
        var manifest = new ResultManifest(
                task.jobId(),
                task.study().studyUid(),
                task.study().revision(),
                task.lease().epoch(),
                task.stagingRoot(),
                objects);
        return new TaskOutcome.Succeeded(
                manifest,
                new Findings(
                        Double.NaN,
                        List.of(),
                        notes,
                        List.of(),
                        stages.finish(),
                        backend,
                        Quantification.NONE,
                        provenance));
    }

    private static List<ResultObject> write(ReconstructedCt how, CtReconstruction image, StagingFolder folder)
            throws IOException {
        var geometry = image.grid()
                .geometry(how.origin().source().string(Tag.FrameOfReferenceUID).orElseThrow());
        ResultSeries series =
                new ResultSeries(how.origin().uids().uid("series/ct"), SERIES_NUMBER, "CT " + image.method());
        Iterator<Dataset> slices = ReconstructedCtEncoder.encode(how, series, Grids.of(geometry), image::slice)
                .iterator();
        List<ResultObject> objects = new ArrayList<>();
        while (slices.hasNext()) {
            String name = String.format(Locale.ROOT, "ct-%04d.dcm", objects.size() + 1);
            objects.add(folder.write("CT", name, slices.next()));
        }
        folder.sync();
        return objects;
    }
}
