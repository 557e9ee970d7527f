package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLease;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Tasks of the protocol {@link TestProtocol}. */
final class TestTasks {
    private TestTasks() {}

    /** @param order what {@link TestProtocol} is to do */
    static ReconstructionTask task(TaskId id, String slice, String order, Path staging) {
        return task(id, slice, order, staging, Instant.now().plus(Duration.ofMinutes(10)));
    }

    static ReconstructionTask task(TaskId id, String slice, String order, Path staging, Instant expiry) {
        return task(id, "", slice, order, staging, expiry);
    }

    static ReconstructionTask task(TaskId id, String batch, String slice, String order, Path staging, Instant expiry) {
        return new ReconstructionTask(
                id.jobId(),
                id.attempt(),
                TestProtocol.NAME,
                batch,
                new StudyComplete(1, "1.2.3", 1, StudyComplete.Completeness.QUIET_PERIOD, List.of()),
                lease(slice, id.jobId(), expiry, "MIG-" + slice, false),
                "file:///archive",
                staging.toUri().toString(),
                "http://127.0.0.1:1",
                order,
                List.of());
    }

    /** One of protocol {@code selftest} on several slices. @param hold such as {@code hold-0ms} */
    static ReconstructionTask gang(TaskId id, List<String> slices, String hold, Path staging) {
        Instant expiry = Instant.now().plus(Duration.ofMinutes(10));
        List<SliceLease> leases = slices.stream()
                .map(slice -> lease(slice, id.jobId(), expiry, "MIG-" + slice, false))
                .toList();
        ReconstructionTask one = task(id, slices.get(0), hold, staging, expiry);
        return new ReconstructionTask(
                one.jobId(),
                one.attempt(),
                "selftest",
                one.batch(),
                one.study(),
                leases.get(0),
                one.archiveRoot(),
                one.stagingRoot(),
                one.inferenceUrl(),
                one.model(),
                one.predecessors(),
                leases,
                List.of());
    }

    static SliceLease lease(String slice, String holder, Instant expiry, String device, boolean simulated) {
        return new SliceLease(SliceKey.parse(slice), 9, holder, Instant.now(), expiry, device, simulated);
    }
}
