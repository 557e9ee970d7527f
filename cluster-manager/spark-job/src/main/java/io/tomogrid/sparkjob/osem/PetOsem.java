package io.tomogrid.sparkjob.osem;

import com.fasterxml.jackson.jr.ob.JSON;
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
import io.tomogrid.engine.Parallel;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.pet.PetFrame;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.suv.SuvBodyWeight;
import io.tomogrid.imaging.suv.SuvFactors;
import io.tomogrid.sparkjob.Part;
import io.tomogrid.sparkjob.PartedProtocol;
import io.tomogrid.sparkjob.Progress;
import io.tomogrid.sparkjob.petct.Grids;
import io.tomogrid.sparkjob.petct.JobProvenance;
import io.tomogrid.sparkjob.petct.PetQuantities;
import io.tomogrid.sparkjob.petct.ProtocolFailure;
import io.tomogrid.sparkjob.petct.Stages;
import io.tomogrid.sparkjob.petct.StagingFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code pet-osem}, {@code pet-osem-psf} and {@code pet-map}: reads a raw PET acquisition, reconstructs its frames as the {@link
 * Recipe} says, with time of flight where events have it, with normalisation, attenuation (the raw data's
 * own, or by the study's CT), randoms, scatter and dead time, turns them into Bq/ml at the start of the series and writes a
 * static, dynamic or whole-body PET series. The same task gives the same bytes (PRC-07, RES-03).
 *
 * <p>With several slices each does every n-th frame; the first one makes the series of them. One slice gives the same bytes as
 * many.
 */
public final class PetOsem implements PartedProtocol {
    private static final String VERSION = "0.1.0";
    private static final int SERIES_NUMBER = 9010;
    private static final String FRAME = "frame";
    private static final String NOTES = "notes";

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
        return answered(() -> {
            Stages stages = new Stages(progress);
            ReadScan scan = ReadScan.of(task, recipe, parallel, stages);
            stages.begin("osem");
            List<ReadScan.FrameImage> images = new ArrayList<>();
            for (int n = 0; n < scan.frames(); n++) {
                images.add(scan.reconstruct(n, progress));
            }
            return finish(task, scan, images, stages);
        });
    }

    @Override
    public Part part(ReconstructionTask task, Progress progress) {
        try {
            Stages stages = new Stages(progress);
            ReadScan scan = ReadScan.of(task, recipe, parallel, stages);
            stages.begin("osem");
            StagingFolder folder = StagingFolder.open(task.stagingRoot());
            List<Map<String, Object>> found = new ArrayList<>();
            for (int n = task.rank(); n < scan.frames(); n += task.leases().size()) {
                ReadScan.FrameImage image = scan.reconstruct(n, progress);
                folder.writeValues(file(n), image.voxels());
                found.add(Map.of(FRAME, n, NOTES, image.notes()));
            }
            folder.sync();
            return Part.done(JSON.std.asString(found));
        } catch (ProtocolFailure failure) {
            return Part.failed(failure.outcome());
        } catch (IOException notStaged) {
            return Part.failed(ProtocolFailure.storage(notStaged).outcome());
        }
    }

    @Override
    public TaskOutcome whole(ReconstructionTask task, List<String> parts, Progress progress) {
        return answered(() -> {
            Stages stages = new Stages(progress);
            ReadScan scan = ReadScan.of(task, recipe, parallel, stages);
            StagingFolder folder = StagingFolder.open(task.stagingRoot());
            Map<Integer, List<String>> notes = new TreeMap<>();
            for (String part : parts) {
                for (Object item : JSON.std.listFrom(part)) {
                    Map<?, ?> frame = (Map<?, ?>) item;
                    notes.put(
                            ((Number) frame.get(FRAME)).intValue(),
                            ((List<?>) frame.get(NOTES))
                                    .stream().map(String::valueOf).toList());
                }
            }
            List<ReadScan.FrameImage> images = new ArrayList<>();
            for (Map.Entry<Integer, List<String>> frame : notes.entrySet()) {
                float[] voxels =
                        folder.readValues(file(frame.getKey()), scan.grid().voxels());
                images.add(new ReadScan.FrameImage(voxels, frame.getValue()));
            }
            return finish(task, scan, images, stages);
        });
    }

    private static String file(int frame) {
        return String.format(Locale.ROOT, "frame-%04d.voxels", frame + 1);
    }

    private interface Work {
        TaskOutcome run() throws ProtocolFailure, IOException;
    }

    private static TaskOutcome answered(Work work) {
        try {
            return work.run();
        } catch (ProtocolFailure failure) {
            return failure.outcome();
        } catch (IOException notStaged) {
            return ProtocolFailure.storage(notStaged).outcome();
        }
    }

    /** @param images of all frames, in their order */
    private TaskOutcome finish(ReconstructionTask task, ReadScan scan, List<ReadScan.FrameImage> images, Stages stages)
            throws ProtocolFailure, IOException {
        RawSource source = scan.source();
        PetGrid grid = scan.grid();
        List<String> notes = new ArrayList<>(scan.notes());
        images.forEach(image -> notes.addAll(image.notes()));
        stages.begin("encode");
        ReconstructedFrames frames = ReconstructedFrames.of(
                source.scan(),
                grid,
                images.stream().map(ReadScan.FrameImage::voxels).toArray(float[][]::new),
                scan.calibrations(),
                source.header().string(Tag.FrameOfReferenceUID).orElseThrow());
        List<String> corrected = corrected(source);
        boolean scatter = corrected.contains("SCAT");
        String method = recipe.method(source.scan().frames().get(0), scan.subsets());
        Provenance provenance = provenance(task, scan, method, corrected);
        ReconstructedPet how = new ReconstructedPet(
                new ResultOrigin(
                        source.header(),
                        ResultUids.ofJob(task.jobId()),
                        task.lease().granted(),
                        equipment().did(JobProvenance.text(provenance))),
                corrected,
                method,
                scan.ct().isPresent() ? "CT, bilinear by tube voltage" : "measured, factors of the raw data",
                scatter ? simulates(source) ? "single-scatter simulation" : "as in the raw data" : "",
                corrected.contains("RAN") ? source.randomsMethod() : "NONE",
                frames.seriesType(),
                frames.timing());
        StagingFolder folder = StagingFolder.open(task.stagingRoot());
        List<Dataset> headers = new ArrayList<>();
        List<ResultObject> objects = write(how, frames.volumes(), folder, headers);
        notes.add("reconstructed by " + how.method() + " on " + grid.nx() + " x " + grid.ny() + " x " + grid.nz()
                + " voxels, corrected for " + String.join(", ", corrected) + (scatter ? "" : ", not for scatter"));
        scan.choice().notCuda().ifPresent(why -> notes.add("reconstructed without the slice's GPU: " + why));
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
                        scan.choice().backend().name(),
                        Quantification.NONE,
                        provenance));
    }

    private Equipment equipment() {
        return new Equipment("Tomogrid", "Tomogrid " + recipe.protocol(), "none", VERSION);
    }

    private Provenance provenance(ReconstructionTask task, ReadScan scan, String method, List<String> corrected) {
        List<String> series = new ArrayList<>();
        scan.source().header().string(Tag.SeriesInstanceUID).ifPresent(series::add);
        scan.ct().ifPresent(maps -> series.add(maps.ct().seriesUid()));
        Provenance one = JobProvenance.of(
                task,
                recipe.protocol() + " " + VERSION,
                scan.choice().backend().name(),
                series,
                List.of(
                        JobProvenance.step("read"),
                        JobProvenance.step(
                                "attenuation",
                                scan.ct().isPresent() ? "from=CT, bilinear by tube voltage" : "from=raw data"),
                        JobProvenance.step("osem", method, "corrected=" + String.join("/", corrected)),
                        JobProvenance.step("encode")));
        return JobProvenance.overSlices(task, one);
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
