package io.tomogrid.sparkjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLease;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-03, SLC-05. That the lock keeps processes apart is shown by {@link DriverClusterTest}. */
class OwnedSliceTest {
    private static final String KEY = "node1-gpu0-3g-4";

    @TempDir
    Path locks;

    private final List<String> devices = new ArrayList<>();

    @Test
    void a_task_sees_the_device_of_its_lease_and_before_it_none() throws Exception {
        OwnedSlice slice = take();
        assertThat(devices).containsExactly("");
        slice.claim(lease(KEY, "MIG-1", false), Map.of(KEY, KEY));
        slice.claim(lease(KEY, "MIG-1", false), Map.of(KEY, KEY));
        assertThat(devices).containsExactly("", "MIG-1");
        slice.release();
    }

    @Test
    void a_simulated_slice_shows_no_device() throws Exception {
        OwnedSlice slice = take();
        slice.claim(lease(KEY, "MIG-1", true), Map.of(KEY, KEY));
        assertThat(devices).containsExactly("");
        slice.release();
    }

    @Test
    void a_lease_of_another_slice_or_device_is_refused() throws Exception {
        OwnedSlice slice = take();
        String other = "node1-gpu0-3g-0";
        assertThatThrownBy(() -> slice.claim(lease(other, "MIG-1", false), Map.of(KEY, KEY)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the lease is for slice " + other + ", this executor owns " + KEY);
        assertThatThrownBy(() -> slice.claim(lease(KEY, "MIG-1", false), Map.of(other, other)))
                .hasMessageContaining("Spark granted {" + other);
        assertThatThrownBy(() -> slice.claim(lease(KEY, "MIG-1", false), Map.of()))
                .hasMessageContaining("Spark granted {}");
        slice.claim(lease(KEY, "MIG-1", false), Map.of(KEY, KEY));
        assertThatThrownBy(() -> slice.claim(lease(KEY, "MIG-2", false), Map.of(KEY, KEY)))
                .hasMessageContaining("was device MIG-1 for this executor and is MIG-2 now");
        assertThat(devices).containsExactly("", "MIG-1");
        slice.release();
    }

    @Test
    void a_slice_that_another_owns_is_not_taken_before_it_is_given_up() throws Exception {
        OwnedSlice predecessor = take();
        assertThatThrownBy(this::take)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("slice " + KEY + " is still owned by another process after 1 s");
        assertThat(Files.readString(locks.resolve(KEY + ".lock")))
                .isEqualTo(Long.toString(ProcessHandle.current().pid()));
        predecessor.release();
        take().release();
    }

    @Test
    void a_process_without_a_slice_says_so() {
        assertThatThrownBy(ExecutorSlice::ofThisProcess).hasMessageContaining("this executor owns no slice");
    }

    @Test
    void an_executor_joins_the_control_group_of_its_slice() throws Exception {
        SliceExecutorPlugin.join(locks);
        assertThat(Files.readString(locks.resolve("cgroup.procs")))
                .isEqualTo(Long.toString(ProcessHandle.current().pid()));
        assertThatThrownBy(() -> SliceExecutorPlugin.join(locks.resolve("missing")))
                .isInstanceOf(java.nio.file.NoSuchFileException.class);
    }

    @Test
    void native_code_sees_what_is_set() {
        NativeEnvironment.set("TOMOGRID_TEST_DEVICE", "MIG-1");
        assertThat(NativeEnvironment.get("TOMOGRID_TEST_DEVICE")).isEqualTo("MIG-1");
        assertThat(NativeEnvironment.get("TOMOGRID_TEST_NOTHING")).isNull();
    }

    private OwnedSlice take() throws Exception {
        return OwnedSlice.take(SliceKey.parse(KEY), locks, Duration.ofSeconds(1), report -> {}, devices::add);
    }

    private static SliceLease lease(String slice, String device, boolean simulated) {
        return TestTasks.lease(slice, "7", Instant.now().plusSeconds(60), device, simulated);
    }
}
