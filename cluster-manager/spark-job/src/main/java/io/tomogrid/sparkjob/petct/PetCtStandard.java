package io.tomogrid.sparkjob.petct;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.cluster.contract.Findings;
import io.tomogrid.cluster.contract.Provenance;
import io.tomogrid.cluster.contract.Quantification;
import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.object.Algorithm;
import io.tomogrid.dicom.object.Equipment;
import io.tomogrid.dicom.object.InstanceReference;
import io.tomogrid.dicom.object.PetSource;
import io.tomogrid.dicom.object.ResultContext;
import io.tomogrid.dicom.object.ResultUids;
import io.tomogrid.dicom.object.SeriesReference;
import io.tomogrid.engine.Backend;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.cuda.Backends;
import io.tomogrid.engine.lesion.Delineation;
import io.tomogrid.engine.lesion.Lesion;
import io.tomogrid.engine.lesion.LesionMeasures;
import io.tomogrid.engine.lesion.Lesions;
import io.tomogrid.engine.mip.ColourRotation;
import io.tomogrid.engine.mip.GreyRotation;
import io.tomogrid.engine.mip.MipRotation;
import io.tomogrid.engine.resample.Resampling;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.suv.SuvBodyWeight;
import io.tomogrid.imaging.suv.SuvFactors;
import io.tomogrid.inference.client.Caller;
import io.tomogrid.inference.client.InferenceClient;
import io.tomogrid.sparkjob.Progress;
import io.tomogrid.sparkjob.Protocol;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * {@code petct-standard}: assembles PET and CT, turns the PET into SUVbw, lets a model find the lesions, measures them, and
 * writes RWVM, SEG, SR, marks, key objects, rotating MIPs, a page for people and the PET on the CT's grid. The same task gives the same bytes: UIDs come from the
 * job, dates from the lease (PRC-07, RES-03).
 */
public final class PetCtStandard implements Protocol {
    /** Name in routing rules. */
    public static final String NAME = "petct-standard";

    private static final int MIP_FRAMES = 60;
    private static final String VERSION = "0.1.0";
    private static final Equipment EQUIPMENT = new Equipment("Tomogrid", "Tomogrid petct-standard", "none", VERSION);
    private static final String PHYSIOLOGICAL =
            "physiological uptake is not excluded: what the model marks may be brain, heart, kidneys or bladder";

    private final String token;
    private final Parallel parallel;

    /** @param token the cluster's token, for the model service */
    public PetCtStandard(String token, Parallel parallel) {
        this.token = token;
        this.parallel = parallel;
    }

    @Override
    public TaskOutcome run(ReconstructionTask task, Progress progress) {
        Stages stages = new Stages(progress);
        try {
            return process(task, stages);
        } catch (ProtocolFailure failure) {
            return failure.outcome();
        } catch (IOException notStaged) {
            return ProtocolFailure.storage(notStaged).outcome();
        }
    }

    private TaskOutcome process(ReconstructionTask task, Stages stages) throws ProtocolFailure, IOException {
        stages.begin("read");
        PetCtSeries series;
        try (SegmentReader archive = SegmentReader.open(URI.create(task.archiveRoot()))) {
            series = PetCtSeries.read(task.study(), new ArchivedSeries(archive, parallel));
        }
        stages.begin("suv");
        SuvFactors.Computed factors = factors(series.pet());
        Volume rescaled = series.pet().assembled().volume();
        Volume suv = factors.apply(rescaled);
        stages.begin("model");
        MaskModel.Mask mask;
        // one version of the model from the first request of the attempt to the last
        try (InferenceClient client = new InferenceClient(URI.create(task.inferenceUrl()), token)
                .asking(Caller.of(task.study().studyUid(), task.jobId() + "/" + task.attempt()))) {
            mask = new MaskModel(client, task.model()).of(suv);
        }
        stages.begin("lesions");
        Backends.Choice choice = Backends.forSlice(task.lease().simulated(), parallel);
        Backend backend = choice.backend();
        Lesions lesions = backend.lesions().measure(suv, mask.voxels());
        Quantification quantification =
                Measurements.of(task, series.pet().seriesUid(), factors, suv, lesions, mask.liver(), parallel);
        Provenance provenance = provenance(task, series, factors, mask, backend);
        stages.begin("mip");
        MipRotation mip = backend.rotations();
        Volume ct = series.ct().assembled().volume();
        GreyRotation grey = mip.pet(suv, MIP_FRAMES);
        ColourRotation fused = mip.fused(grey, mip.ct(ct, grey.geometry(), MipRotation.BONE_WINDOW));
        stages.begin("encode");
        ResultFiles files = new ResultFiles(
                context(task, series, mask, provenance), StagingFolder.open(task.stagingRoot()), parallel);
        Dataset report = files.measurements(lesions, factors.perSlice(), quantification, Statements.of(quantification));
        files.rotations(grey, fused, series.ct().headers());
        files.document(grey, fused, report);
        List<String> notes = notes(series, lesions, mask);
        choice.notCuda().ifPresent(why -> notes.add("processed without the slice's GPU: " + why));
        stages.begin("resample");
        if (uniform(factors.perSlice())) {
            try (Resampling pet = backend.resampling(rescaled)) {
                files.petOnCt(ct.geometry(), new ResampledSlices(pet, ct.geometry()));
            }
        } else {
            notes.add("the PET is not decay-corrected, so its slices are of different times: no PET on the CT's grid");
        }
        var manifest = new ResultManifest(
                task.jobId(),
                task.study().studyUid(),
                task.study().revision(),
                task.lease().epoch(),
                task.stagingRoot(),
                files.finish());
        return new TaskOutcome.Succeeded(
                manifest,
                new Findings(
                        max(suv.voxels()),
                        factors.derivation(),
                        notes,
                        lesions.lesions().stream().map(PetCtStandard::finding).toList(),
                        stages.finish(),
                        backend.name(),
                        quantification,
                        provenance));
    }

    private static Provenance provenance(
            ReconstructionTask task,
            PetCtSeries series,
            SuvFactors.Computed factors,
            MaskModel.Mask mask,
            Backend backend) {
        List<Provenance.Step> steps = new ArrayList<>(List.of(
                JobProvenance.step("read"),
                JobProvenance.step("suv", factors.how().path()),
                JobProvenance.step("model", mask.model(), "version=" + mask.version(), mask.digest()),
                JobProvenance.step(
                        "lesions",
                        "connected=26",
                        "least-ml=" + LesionMeasures.SMALLEST_ML,
                        "peak=1 ml sphere",
                        "also="
                                + Delineation.STANDARD.stream()
                                        .map(Delineation::label)
                                        .collect(Collectors.joining("/"))),
                JobProvenance.step("mip", "frames=" + MIP_FRAMES),
                JobProvenance.step("encode")));
        if (uniform(factors.perSlice())) {
            steps.add(JobProvenance.step("resample", "trilinear", "onto=CT"));
        }
        return JobProvenance.of(
                task,
                NAME + " " + VERSION,
                backend.name(),
                List.of(series.pet().seriesUid(), series.ct().seriesUid()),
                steps);
    }

    private static SuvFactors.Computed factors(SourceSeries pet) throws ProtocolFailure {
        SuvFactors factors = SuvBodyWeight.factors(PetQuantities.of(pet.headers()));
        if (factors instanceof SuvFactors.Computed computed) {
            return computed;
        }
        throw ProtocolFailure.input("PET series " + pet.seriesUid() + ": " + ((SuvFactors.Refused) factors).reason());
    }

    private static ResultContext context(
            ReconstructionTask task, PetCtSeries series, MaskModel.Mask mask, Provenance provenance) {
        return new ResultContext(
                new PetSource(
                        series.pet().headers(),
                        Grids.of(series.pet().assembled().volume().geometry())),
                List.of(SeriesReference.of(series.ct().headers())),
                ResultUids.ofJob(task.jobId()),
                task.lease().granted(),
                EQUIPMENT.did(JobProvenance.text(provenance)),
                Algorithm.model(mask.model(), mask.version(), mask.digest()),
                predecessors(task));
    }

    private static List<SeriesReference> predecessors(ReconstructionTask task) {
        return task.predecessors().stream()
                .map(report -> new SeriesReference(
                        report.seriesUid(),
                        List.of(new InstanceReference(report.sopClassUid(), report.sopInstanceUid()))))
                .toList();
    }

    private static List<String> notes(PetCtSeries series, Lesions lesions, MaskModel.Mask mask) {
        List<String> notes = new ArrayList<>(series.notes());
        notes.add("lesions by model " + mask.model() + " " + mask.version() + " (" + mask.digest() + ")");
        notes.add(PHYSIOLOGICAL);
        if (lesions.tooSmall() > 0) {
            notes.add(lesions.tooSmall() + " places in the model's mask are smaller than " + LesionMeasures.SMALLEST_ML
                    + " ml and were left out");
        }
        return notes;
    }

    private static Findings.Lesion finding(Lesion lesion) {
        return new Findings.Lesion(
                lesion.number(),
                lesion.suvMax(),
                lesion.suvMean(),
                lesion.suvPeak(),
                lesion.mtvMl(),
                lesion.tlg(),
                List.of(
                        lesion.centroid().x(),
                        lesion.centroid().y(),
                        lesion.centroid().z()));
    }

    private static boolean uniform(double[] factors) {
        return Arrays.stream(factors).allMatch(factor -> factor == factors[0]);
    }

    private static double max(float[] values) {
        float max = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            max = Math.max(max, value);
        }
        return max;
    }
}
