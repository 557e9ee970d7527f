package io.tomogrid.sparkjob.osem;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.dicom.Tag;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.cuda.Backends;
import io.tomogrid.engine.pet.FrameReconstruction;
import io.tomogrid.engine.pet.MuMap;
import io.tomogrid.engine.scatter.SingleScatter;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetFrame;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.sparkjob.Progress;
import io.tomogrid.sparkjob.petct.ArchivedSeries;
import io.tomogrid.sparkjob.petct.ProtocolFailure;
import io.tomogrid.sparkjob.petct.Stages;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A raw acquisition as it was read, ready to have any of its frames reconstructed.
 *
 * @param ct the study's CT, where there is one to correct attenuation with
 * @param calibrations of each frame
 * @param choice what reconstructs
 * @param notes on what was read
 */
record ReadScan(
        RawSource source,
        Optional<CtMaps> ct,
        List<Calibration> calibrations,
        Backends.Choice choice,
        FrameReconstruction reconstruction,
        Parallel parallel,
        List<String> notes) {
    private static final int LEAST_VIEWS_OF_A_SUBSET = 12;

    /** @param voxels counts per mm of line of efficiency 1 @param notes on this frame */
    record FrameImage(float[] voxels, List<String> notes) {}

    static ReadScan of(ReconstructionTask task, Recipe recipe, Parallel parallel, Stages stages)
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
        return new ReadScan(source, ct, calibrations, choice, reconstruction, parallel, notes);
    }

    int frames() {
        return source.scan().frames().size();
    }

    PetGrid grid() {
        return reconstruction.grid();
    }

    int subsets() {
        return reconstruction.subsets();
    }

    FrameImage reconstruct(int n, Progress progress) throws ProtocolFailure {
        PetFrame frame = source.scan().frames().get(n);
        String which = frames() == 1 ? "" : "frame " + (n + 1) + "/" + frames() + ", ";
        Optional<MuMap> map = ct.filter(maps -> !frame.hasAttenuation())
                .map(maps -> maps.map(frame, grid(), reconstruction.backend(), parallel));
        FrameReconstruction.Result result;
        try {
            result = reconstruction.reconstruct(frame, map, stage -> progress.stage(which + stage));
        } catch (IllegalArgumentException unusable) {
            throw ProtocolFailure.input("raw data "
                    + source.header().string(Tag.SOPInstanceUID).orElse("?") + ": " + which + unusable.getMessage()
                    + "; correct it at its source and send it again");
        }
        List<String> scatter = result.scatter()
                .map(scale -> String.format(
                        Locale.ROOT,
                        "%sscatter %.1f %% of the coincidences, simulated and scaled by %.2f%s",
                        which,
                        100 * result.scatterFraction(),
                        scale.factor(),
                        scale.lines() == 0 ? " (too few counts beside the patient to fit to)" : ""))
                .map(List::of)
                .orElse(List.of());
        return new FrameImage(result.image(), scatter);
    }
}
