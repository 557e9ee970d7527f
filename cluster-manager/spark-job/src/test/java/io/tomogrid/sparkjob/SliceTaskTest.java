package io.tomogrid.sparkjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.engine.cuda.CudaException;
import java.nio.file.Path;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.Test;

class SliceTaskTest {
    private static final ReconstructionTask TASK =
            TestTasks.task(new TaskId("7", 1), "node1-gpu0-3g-4", "", Path.of("/staging"));

    @Test
    void what_ended_the_protocol_decides_what_may_be_done_next() {
        TaskOutcome.Failed bug = SliceTask.failure(TASK, new IllegalStateException("no such volume"));
        assertThat(bug.remedy()).isEqualTo(TaskOutcome.Remedy.RETRY);
        assertThat(bug.reason())
                .contains("protocol test failed", "no such volume", " at SliceTaskTest.java:")
                .contains("retry the job");
        assertThat(SliceTask.failure(TASK, new UnsatisfiedLinkError("libcuda")).remedy())
                .isEqualTo(TaskOutcome.Remedy.ASK_OPERATOR);
        assertThat(SliceTask.failure(TASK, new OutOfMemoryError()))
                .isEqualTo(new TaskOutcome.Failed(
                        "protocol test needs more memory than the executor's "
                                + (Runtime.getRuntime().maxMemory() >> 20)
                                + " MiB; start the driver with a larger --executor-memory",
                        TaskOutcome.Remedy.ASK_OPERATOR));
    }

    /** GPU-03, JOB-25. */
    @Test
    void a_device_without_room_asks_for_a_larger_slice_and_a_lost_one_ends_the_executor() {
        CudaException noRoom =
                new CudaException("voxels", CUresult.CUDA_ERROR_OUT_OF_MEMORY, "it needs 9 MiB, 1 MiB are free");
        TaskOutcome.Failed told = SliceTask.failure(TASK, noRoom);
        assertThat(told.reason()).contains("CUDA_ERROR_OUT_OF_MEMORY", "it needs 9 MiB, 1 MiB are free");
        assertThat(told.remedy()).isEqualTo(TaskOutcome.Remedy.LARGER_SLICE);
        CudaException lost = new CudaException("kernel blend", CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, "start anew");
        assertThatThrownBy(() -> SliceTask.failure(TASK, lost))
                .isInstanceOf(VirtualMachineError.class)
                .hasMessageContaining("kernel blend: CUDA_ERROR_ILLEGAL_ADDRESS (700); start anew");
    }

    /** GPU-03: by the driver's name of the device, which a MIG slice has with its own. */
    @Test
    void the_slice_that_would_do_is_named_where_the_gpu_is_known() {
        long gib = 1L << 30;
        assertThat(reason("NVIDIA H100 80GB HBM3 MIG 1g.10gb", 12 * gib))
                .endsWith("; on H100-80GB 1g.20gb is the smallest such slice");
        assertThat(reason("NVIDIA A100-SXM4-40GB", 12 * gib))
                .endsWith("; on A100-40GB 3g.20gb is the smallest such slice");
        assertThat(reason("NVIDIA A100-SXM4-40GB", 60 * gib)).endsWith("there is none: take a GPU with more memory");
        assertThat(reason("Emulated CUDA device", 60 * gib)).endsWith("; lease more");
    }

    private static String reason(String device, long bytes) {
        return SliceTask.failure(
                        TASK,
                        CudaException.outOfMemory("voxels", "lease more", new CudaException.Needed(device, bytes)))
                .reason();
    }

    @Test
    void protocols_are_found_by_name() {
        assertThat(Protocols.named("test")).isInstanceOf(TestProtocol.class);
        assertThatThrownBy(() -> Protocols.named("petct-standrad"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no protocol is named petct-standrad; known are [")
                .hasMessageContaining("test");
    }
}
