package io.tomogrid.sparkjob.petct;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.ReportRef;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.engine.Parallel;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLease;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Runs the protocol on images that go through a real archive and a real socket to a model. */
public final class TestTask {
    private TestTask() {}

    public static ReconstructionTask task(
            StudyComplete study,
            String archive,
            Path staging,
            String inference,
            boolean simulated,
            ReportRef... predecessors) {
        Instant granted = Instant.parse("2026-01-02T12:00:00Z");
        return new ReconstructionTask(
                "job-1",
                1,
                PetCtStandard.NAME,
                "",
                study,
                new SliceLease(
                        SliceKey.parse("node1-gpu0-1g-0"),
                        7,
                        "job-1",
                        granted,
                        granted.plusSeconds(600),
                        "MIG-x",
                        simulated),
                archive,
                staging.toUri().toString(),
                inference,
                TestModelService.MODEL,
                List.of(predecessors));
    }

    /** The same task on so many slices, the first of them as before. */
    public static ReconstructionTask onSlices(ReconstructionTask task, int count) {
        List<SliceLease> leases = new ArrayList<>(List.of(task.lease()));
        for (int n = 1; n < count; n++) {
            leases.add(new SliceLease(
                    SliceKey.parse("node1-gpu0-1g-" + n),
                    7,
                    task.jobId(),
                    task.lease().granted(),
                    task.lease().expiry(),
                    "MIG-" + n,
                    task.lease().simulated()));
        }
        return new ReconstructionTask(
                task.jobId(),
                task.attempt(),
                task.protocol(),
                task.batch(),
                task.study(),
                task.lease(),
                task.archiveRoot(),
                task.stagingRoot(),
                task.inferenceUrl(),
                task.model(),
                task.predecessors(),
                leases,
                task.priors());
    }

    static TaskOutcome run(List<Dataset> images, Path folder, TestModelService service) throws IOException {
        return run(images, folder, service.url(), 2);
    }

    static TaskOutcome run(List<Dataset> images, Path folder, String service, int threads) throws IOException {
        try (TestArchive archive = new TestArchive(folder.resolve("archive"))) {
            for (Dataset image : images) {
                archive.add(image, Uid.ExplicitVRLittleEndian, Uid.ExplicitVRLittleEndian);
            }
            return run(archive, folder.resolve("staging"), service, threads, new ArrayList<>());
        }
    }

    static TaskOutcome run(TestArchive archive, Path staging, String service, int threads, List<String> stages) {
        return new PetCtStandard(TestModelService.TOKEN, new Parallel(threads))
                .run(task(archive.complete(), archive.root(), staging, service, true), stages::add);
    }

    /** On a slice that has a device. */
    static TaskOutcome runOnDevice(TestArchive archive, Path staging, String service) {
        return new PetCtStandard(TestModelService.TOKEN, new Parallel(2))
                .run(task(archive.complete(), archive.root(), staging, service, false), stage -> {});
    }

    /** The results by their files, without what tells who made them of which bytes. */
    public static Map<String, Dataset> contents(Path staging, TaskOutcome outcome) throws IOException {
        if (!(outcome instanceof TaskOutcome.Succeeded succeeded)) {
            throw new AssertionError("expected results, got " + outcome);
        }
        Map<String, Dataset> contents = new TreeMap<>();
        for (ResultObject object : succeeded.manifest().objects()) {
            contents.put(
                    object.file(),
                    Part10.read(staging.resolve(object.file())).dataset().remove(Tag.ContributingEquipmentSequence));
        }
        return contents;
    }
}
