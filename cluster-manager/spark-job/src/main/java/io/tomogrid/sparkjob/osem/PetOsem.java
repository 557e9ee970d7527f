package io.tomogrid.sparkjob.osem;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.cluster.contract.Findings;
import io.tomogrid.cluster.contract.Provenance;
import io.tomogrid.cluster.contract.Quantification;
import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.object.Equipment;
import io.tomogrid.dicom.object.ImageGrid;
import io.tomogrid.dicom.object.ReconstructedPet;
import io.tomogrid.dicom.object.ReconstructedPetEncoder;
import io.tomogrid.dicom.object.ResultOrigin;
import io.tomogrid.dicom.object.ResultSeries;
import io.tomogrid.dicom.object.ResultUids;
import io.tomogrid.engine.Backend;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.cuda.Backends;
import io.tomogrid.engine.pet.FrameReconstruction;
import io.tomogrid.engine.pet.MuMap;
import io.tomogrid.engine.scatter.SingleScatter;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetFrame;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.suv.SuvBodyWeight;
import io.tomogrid.imaging.suv.SuvFactors;
import io.tomogrid.sparkjob.Progress;
import io.tomogrid.sparkjob.Protocol;
import io.tomogrid.sparkjob.petct.ArchivedSeries;
import io.tomogrid.sparkjob.petct.Grids;
import io.tomogrid.sparkjob.petct.JobProvenance;
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
import java.util.Optional;

/**
 * {@code pet-osem}, {@code pet-osem-psf} and {@code pet-map}: reads a raw PET acquisition, reconstructs its frames as the {@link
 * Recipe} says, with time of flight where events have it, with normalisation, attenuation (the raw data's
 * own, or by the study's CT), randoms, scatter and dead time, turns them into Bq/ml at the start of the series and writes a
 * static, dynamic or whole-body PET series. The same task gives the same bytes (PRC-07, RES-03).
 */
public final class PetOsem implements Protocol {
    private static final String VERSION = "0.1.0";
    private static final int LEAST_VIEWS_OF_A_SUBSET = 12;
    private static final int SERIES_NUMBER = 9010;

    private final Recipe recipe;
    private final Parallel parallel;

    public PetOsem(Parallel parallel) {
        this(Recipe.OSEM, parallel);
    }

    PetOsem(Recipe recipe, Parallel parallel) {
        this.recipe = recipe;
        this.parallel = parallel;
    }

    @Override
    public TaskOutcome run(ReconstructionTask task, Progress progress) {
        try {
            return process(task, new Stages(progress), progress);
        } catch (ProtocolFailure failure) {
            return failure.outcome();
        } catch (IOException notStaged) {
            return ProtocolFailure.storage(notStaged).outcome();
        }
    }

    private TaskOutcome process(ReconstructionTask task, Stages stages, Progress progress)
            throws ProtocolFailure, IOException {
        stages.begin("read");
        RawSource source;
        Optional<CtMaps> ct;
        try (SegmentReader archive = SegmentReader.open(URI.create(task.archiveRoot()))) {
            var series = new ArchivedSeries(archive, parallel);
            source = RawSource.of(task.study(), series);
            ct = CtMaps.of(task.study(), series, source);
        }
        double halfLife = source.ofRadiopharmaceutical(Tag.RadionuclideHalfLife);
        double positronFraction = source.ofRadiopharmaceutical(Tag.RadionuclidePositronFraction);
        List<Calibration> calibrations = source.scan().frames().stream()
                .map(frame -> Calibration.of(frame, halfLife, positronFraction))
                .toList();
        stages.begin("osem");
        CylindricalScanner scanner = source.scan().scanner();
        int subsets = MuMap.subsets(scanner.views(), LEAST_VIEWS_OF_A_SUBSET);
        PetGrid grid = Recipe.grid(
                "raw data " + source.header().string(Tag.SOPInstanceUID).orElse("?"),
                scanner,
                subsets,
                Runtime.getRuntime().maxMemory());
        Backends.Choice choice = Backends.forSlice(task.lease().simulated(), parallel);
        List<String> notes = new ArrayList<>(source.notes());
        ct.ifPresent(maps -> notes.addAll(maps.notes()));
        var reconstruction = new FrameReconstruction(
                choice.backend(),
                grid,
                source.scan().window(),
                SingleScatter.Sampling.USUAL,
                recipe.iterations(),
                subsets,
                recipe.psfMm(scanner),
                recipe.strength(),
                parallel);
        float[][] images = reconstruct(source, ct, reconstruction, progress, notes);
        stages.begin("encode");
        ReconstructedFrames frames = ReconstructedFrames.of(
                source.scan(),
                grid,
                images,
                calibrations,
                source.header().string(Tag.FrameOfReferenceUID).orElseThrow());
        List<String> corrected = corrected(source);
        boolean scatter = corrected.contains("SCAT");
        String method = recipe.method(source.scan().frames().get(0), subsets);
        Provenance provenance = provenance(task, source, ct, method, corrected, choice.backend());
        ReconstructedPet how = new ReconstructedPet(
                new ResultOrigin(
                        source.header(),
                        ResultUids.ofJob(task.jobId()),
                        task.lease().granted(),
                        equipment().did(JobProvenance.text(provenance))),
                corrected,
                method,
                ct.isPresent() ? "CT, bilinear by tube voltage" : "measured, factors of the raw data",
                scatter ? simulates(source) ? "single-scatter simulation" : "as in the raw data" : "",
                corrected.contains("RAN") ? source.randomsMethod() : "NONE",
                frames.seriesType(),
                frames.timing());
        StagingFolder folder = StagingFolder.open(task.stagingRoot());
        List<Dataset> headers = new ArrayList<>();
        List<ResultObject> objects = write(how, frames.volumes(), folder, headers);
        notes.add("reconstructed by " + how.method() + " on " + grid.nx() + " x " + grid.ny() + " x " + grid.nz()
                + " voxels, corrected for " + String.join(", ", corrected) + (scatter ? "" : ", not for scatter"));
        choice.notCuda().ifPresent(why -> notes.add("reconstructed without the slice's GPU: " + why));
        List<String> derivation = List.of();
        double suvMax = Double.NaN;
        int slices = frames.volumes().get(0).geometry().size().nz();
        for (int n = 0; n < frames.volumes().size(); n++) {
            // decay and time may differ from a time slice to the next, so may its factors
            SuvFactors factors = SuvBodyWeight.factors(PetQuantities.of(headers.subList(n * slices, (n + 1) * slices)));
            if (factors instanceof SuvFactors.Computed computed) {
                derivation = computed.derivation();
                double greatest = max(computed.apply(frames.volumes().get(n)).voxels());
                suvMax = Double.isNaN(suvMax) ? greatest : Math.max(suvMax, greatest);
            } else if (n == 0 && factors instanceof SuvFactors.Refused refused) {
                notes.add("no SUV: " + refused.reason());
            }
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
                        choice.backend().name(),
                        Quantification.NONE,
                        provenance));
    }

    private Equipment equipment() {
        return new Equipment("Tomogrid", "Tomogrid " + recipe.protocol(), "none", VERSION);
    }

    private Provenance provenance(
            ReconstructionTask task,
            RawSource source,
            Optional<CtMaps> ct,
            String method,
            List<String> corrected,
            Backend backend) {
        List<String> series = new ArrayList<>();
        source.header().string(Tag.SeriesInstanceUID).ifPresent(series::add);
        ct.ifPresent(maps -> series.add(maps.ct().seriesUid()));
        return JobProvenance.of(
                task,
                recipe.protocol() + " " + VERSION,
                backend.name(),
                series,
                List.of(
                        JobProvenance.step("read"),
                        JobProvenance.step(
                                "attenuation", ct.isPresent() ? "from=CT, bilinear by tube voltage" : "from=raw data"),
                        JobProvenance.step("osem", method, "corrected=" + String.join("/", corrected)),
                        JobProvenance.step("encode")));
    }

    /** Counts per mm of line of efficiency 1, of each frame. @param notes added to */
    private float[][] reconstruct(
            RawSource source,
            Optional<CtMaps> ct,
            FrameReconstruction reconstruction,
            Progress progress,
            List<String> notes)
            throws ProtocolFailure {
        List<PetFrame> frames = source.scan().frames();
        float[][] images = new float[frames.size()][];
        for (int n = 0; n < images.length; n++) {
            PetFrame frame = frames.get(n);
            String which = images.length == 1 ? "" : "frame " + (n + 1) + "/" + images.length + ", ";
            Optional<MuMap> map = ct.filter(maps -> !frame.hasAttenuation())
                    .map(maps -> maps.map(frame, reconstruction.grid(), reconstruction.backend(), parallel));
            FrameReconstruction.Result result;
            try {
                result = reconstruction.reconstruct(frame, map, stage -> progress.stage(which + stage));
            } catch (IllegalArgumentException unusable) {
                throw ProtocolFailure.input("raw data "
                        + source.header().string(Tag.SOPInstanceUID).orElse("?") + ": " + which
                        + unusable.getMessage() + "; correct it at its source and send it again");
            }
            images[n] = result.image();
            result.scatter()
                    .ifPresent(scale -> notes.add(String.format(
                            Locale.ROOT,
                            "%sscatter %.1f %% of the coincidences, simulated and scaled by %.2f%s",
                            which,
                            100 * result.scatterFraction(),
                            scale.factor(),
                            scale.lines() == 0 ? " (too few counts beside the patient to fit to)" : "")));
        }
        return images;
    }

    /** Corrected Image (0028,0051), PS3.3 C.8.9.1: what was corrected in every frame. */
    private static List<String> corrected(RawSource source) {
        List<PetFrame> frames = source.scan().frames();
        List<String> corrected = new ArrayList<>(List.of("DECY", "ATTN"));
        boolean stated = source.statesScatter() || frames.stream().noneMatch(PetFrame::scatterInBackground);
        if (stated) {
            corrected.add("SCAT");
        }
        if (frames.stream().allMatch(frame -> frame.time().deadTimeKnown())) {
            corrected.add("DTIM");
        }
        if (frames.stream().allMatch(PetFrame::hasRandoms)) {
            corrected.add("RAN");
        }
        if (frames.stream().allMatch(PetFrame::normalised)) {
            corrected.add("NORM");
        }
        return corrected;
    }

    private static boolean simulates(RawSource source) {
        return source.scan().frames().stream().anyMatch(frame -> !frame.scatterInBackground());
    }

    /** @param headers filled with the data sets without their pixels */
    private static List<ResultObject> write(
            ReconstructedPet how, List<Volume> volumes, StagingFolder folder, List<Dataset> headers)
            throws IOException {
        ImageGrid grid = Grids.of(volumes.get(0).geometry());
        ResultSeries series =
                new ResultSeries(how.origin().uids().uid("series/pet"), SERIES_NUMBER, "PET " + how.method() + " AC");
        Iterator<Dataset> images = ReconstructedPetEncoder.encode(
                        how, series, grid, n -> slice(volumes.get(n / grid.slices()), n % grid.slices()))
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

    private static double max(float[] values) {
        float max = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            max = Math.max(max, value);
        }
        return max;
    }
}
