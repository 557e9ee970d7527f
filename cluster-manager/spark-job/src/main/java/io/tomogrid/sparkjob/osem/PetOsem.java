package io.tomogrid.sparkjob.osem;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.cluster.contract.Findings;
import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.cluster.contract.TaskOutcome.Remedy;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.object.Equipment;
import io.tomogrid.dicom.object.ImageGrid;
import io.tomogrid.dicom.object.ReconstructedPet;
import io.tomogrid.dicom.object.ReconstructedPetEncoder;
import io.tomogrid.dicom.object.ResultOrigin;
import io.tomogrid.dicom.object.ResultSeries;
import io.tomogrid.dicom.object.ResultUids;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.cuda.Backends;
import io.tomogrid.engine.osem.EmissionData;
import io.tomogrid.engine.osem.Osem;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import io.tomogrid.imaging.pet.PetAcquisition;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.suv.SuvBodyWeight;
import io.tomogrid.imaging.suv.SuvFactors;
import io.tomogrid.sparkjob.Progress;
import io.tomogrid.sparkjob.Protocol;
import io.tomogrid.sparkjob.petct.ArchivedSeries;
import io.tomogrid.sparkjob.petct.Grids;
import io.tomogrid.sparkjob.petct.PetQuantities;
import io.tomogrid.sparkjob.petct.ProtocolFailure;
import io.tomogrid.sparkjob.petct.Stages;
import io.tomogrid.sparkjob.petct.StagingFolder;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/**
 * {@code pet-osem}: reads a raw PET acquisition, reconstructs it by OSEM with normalisation, attenuation and randoms, turns it
 * into Bq/ml at the start of the series and writes a PET series. The same task gives the same bytes (PRC-07, RES-03).
 */
public final class PetOsem implements Protocol {
    /** Name in routing rules. */
    public static final String NAME = "pet-osem";

    private static final String VERSION = "0.1.0";
    private static final Equipment EQUIPMENT = new Equipment("Tomogrid", "Tomogrid pet-osem", "none", VERSION);
    private static final int ITERATIONS = 4;
    private static final int LEAST_VIEWS_OF_A_SUBSET = 12;
    private static final int SERIES_NUMBER = 9010;
    private static final List<String> CORRECTED = List.of("DECY", "ATTN", "RAN", "NORM");

    private final Parallel parallel;

    public PetOsem(Parallel parallel) {
        this.parallel = parallel;
    }

    @Override
    public TaskOutcome run(ReconstructionTask task, Progress progress) {
        try {
            return process(task, new Stages(progress), progress);
        } catch (ProtocolFailure failure) {
            return failure.outcome();
        } catch (IOException notStaged) {
            return new TaskOutcome.Failed(
                    "archive or staging folder: " + notStaged.getMessage()
                            + "; is the file system up, and is there room?",
                    Remedy.RETRY);
        }
    }

    private TaskOutcome process(ReconstructionTask task, Stages stages, Progress progress)
            throws ProtocolFailure, IOException {
        stages.begin("read");
        RawSource source;
        try (SegmentReader archive = SegmentReader.open(URI.create(task.archiveRoot()))) {
            source = RawSource.of(task.study(), new ArchivedSeries(archive, parallel));
        }
        PetAcquisition acquisition = source.acquisition();
        Calibration calibration = Calibration.of(
                acquisition,
                source.ofRadiopharmaceutical(Tag.RadionuclideHalfLife),
                source.ofRadiopharmaceutical(Tag.RadionuclidePositronFraction));
        stages.begin("osem");
        PetGrid grid = PetGrid.of(acquisition.scanner());
        int subsets = subsets(acquisition.scanner().views());
        var data = new EmissionData(acquisition.prompts(), acquisition.multiplicative(), acquisition.background());
        Backends.Choice choice = Backends.forSlice(task.lease().simulated(), parallel);
        float[] image;
        try (Osem osem = choice.backend().osem(acquisition.scanner(), grid, data, subsets)) {
            image = osem.start();
            osem.iterate(image, ITERATIONS, done -> progress.stage("osem " + done + "/" + ITERATIONS));
        }
        stages.begin("encode");
        VolumeGeometry geometry = grid.geometry(
                acquisition.centre(),
                source.header().string(Tag.FrameOfReferenceUID).orElseThrow());
        Volume volume = grid.volume(image, calibration.bqMlPerCount(), geometry, "Bq/ml");
        ReconstructedPet how = new ReconstructedPet(
                new ResultOrigin(
                        source.header(),
                        ResultUids.ofJob(task.jobId()),
                        task.lease().granted(),
                        EQUIPMENT),
                CORRECTED,
                "OSEM " + ITERATIONS + "i" + subsets + "s",
                "measured, factors of the raw data",
                "SING",
                acquisition.durationS() * 1000,
                calibration.averageDecayS() * 1000,
                calibration.decayFactor());
        StagingFolder folder = StagingFolder.open(task.stagingRoot());
        List<Dataset> headers = new ArrayList<>();
        List<ResultObject> objects = write(how, volume, folder, headers);
        List<String> notes = new ArrayList<>(source.notes());
        notes.add("reconstructed by " + how.method() + " on " + grid.nx() + " x " + grid.ny() + " x " + grid.nz()
                + " voxels, corrected for " + String.join(", ", CORRECTED) + ", not for scatter");
        choice.notCuda().ifPresent(why -> notes.add("reconstructed without the slice's GPU: " + why));
        SuvFactors factors = SuvBodyWeight.factors(PetQuantities.of(headers));
        List<String> derivation = List.of();
        double suvMax = Double.NaN;
        if (factors instanceof SuvFactors.Computed computed) {
            derivation = computed.derivation();
            suvMax = max(computed.apply(volume).voxels());
        } else if (factors instanceof SuvFactors.Refused refused) {
            notes.add("no SUV: " + refused.reason());
        }
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
                        suvMax,
                        derivation,
                        notes,
                        List.of(),
                        stages.finish(),
                        choice.backend().name()));
    }

    /** @param headers filled with the data sets without their pixels */
    private static List<ResultObject> write(
            ReconstructedPet how, Volume volume, StagingFolder folder, List<Dataset> headers) throws IOException {
        ImageGrid grid = Grids.of(volume.geometry());
        ResultSeries series =
                new ResultSeries(how.origin().uids().uid("series/pet"), SERIES_NUMBER, "PET " + how.method() + " AC");
        Iterator<Dataset> images = ReconstructedPetEncoder.encode(how, series, grid, k -> slice(volume, k))
                .iterator();
        List<ResultObject> objects = new ArrayList<>();
        while (images.hasNext()) {
            Dataset image = images.next();
            String name = String.format(Locale.ROOT, "pet-%04d.dcm", objects.size() + 1);
            objects.add(folder.write("PET", name, image));
            headers.add(image.remove(Tag.PixelData));
        }
        folder.sync();
        return objects;
    }

    private static float[] slice(Volume volume, int k) {
        int perSlice = volume.geometry().size().nx() * volume.geometry().size().ny();
        return Arrays.copyOfRange(volume.voxels(), k * perSlice, (k + 1) * perSlice);
    }

    /** As many as leave each at least so many views that it sees the body from all around. */
    static int subsets(int views) {
        int subsets = Math.max(1, views / LEAST_VIEWS_OF_A_SUBSET);
        while (views % subsets != 0) {
            subsets--;
        }
        return subsets;
    }

    private static double max(float[] values) {
        float max = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            max = Math.max(max, value);
        }
        return max;
    }
}
