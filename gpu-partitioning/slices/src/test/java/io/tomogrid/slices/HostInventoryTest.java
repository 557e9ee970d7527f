package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class HostInventoryTest {
    private static final HostInventory INVENTORY = new HostInventory(
            "node1",
            List.of(new Gpu(
                    0,
                    "GPU-1",
                    "A30",
                    24L << 30,
                    false,
                    4,
                    List.of(new GpuProfile(1, "2g", 2, 2, 12L << 30, 2, List.of(0, 2))),
                    List.of(new Slice(SliceKey.parse("node1-gpu0-2g-2"), "MIG-2", true, "XID 94: it is ill")),
                    "XID 79: it is lost",
                    OptionalDouble.of(1234.5))),
            true);
    private static final String TEXT = """
            {"format-version":1,"host":"node1","gpus":[{"index":0,"uuid":"GPU-1","name":"A30","memory-bytes":25769803776,\
            "simulated":false,"memory-slices":4,"profiles":[{"profile":"2g","profile-enum":1,"memory-slices":2,\
            "compute-slices":2,"memory-bytes":12884901888,"max-instances":2,"starts":[0,2]}],\
            "slices":[{"slice":"node1-gpu0-2g-2","device-uuid":"MIG-2","locked":true,\
            "fault":"XID 94: it is ill"}],"fault":"XID 79: it is lost","energy-joules":1234.5}],"draining":true}""";

    @Test
    void is_written_as_documented() throws IOException {
        assertThat(JSON.std.asString(INVENTORY.toMap())).isEqualTo(TEXT);
    }

    @Test
    void is_read_back() throws IOException {
        assertThat(HostInventory.fromMap(JSON.std.mapFrom(TEXT))).isEqualTo(INVENTORY);
    }

    @Test
    void one_without_a_meter_tells_no_energy() throws IOException {
        String before = TEXT.replace(",\"energy-joules\":1234.5", "");
        HostInventory read = HostInventory.fromMap(JSON.std.mapFrom(before));
        assertThat(read.gpus().get(0).energyJoules()).isEmpty();
        assertThat(JSON.std.asString(read.toMap())).isEqualTo(before);
    }

    @Test
    void one_of_before_there_were_faults_is_well() throws IOException {
        String before = TEXT.replaceAll(",\"(fault\":\"[^\"]*\"|draining\":true)", "");
        HostInventory read = HostInventory.fromMap(JSON.std.mapFrom(before));
        assertThat(read.draining()).isFalse();
        assertThat(read.gpus().get(0).fault()).isEmpty();
        assertThat(read.gpus().get(0).slices().get(0).fault()).isEmpty();
    }

    @Test
    void unknown_keys_are_ignored_and_missing_or_malformed_ones_named() throws IOException {
        assertThat(HostInventory.fromMap(JSON.std.mapFrom(TEXT.replace("\"host\"", "\"new\":1,\"host\""))))
                .isEqualTo(INVENTORY);
        assertThatThrownBy(() -> HostInventory.fromMap(JSON.std.mapFrom(TEXT.replace("\"starts\"", "\"begins\""))))
                .hasMessage("profile: starts is missing");
        assertThatThrownBy(() -> HostInventory.fromMap(JSON.std.mapFrom(TEXT.replace("\"MIG-2\"", "5"))))
                .hasMessage("slice: device-uuid: expected a String, got 5");
        assertThatThrownBy(() -> HostInventory.fromMap(JSON.std.mapFrom(TEXT.replace("version\":1", "version\":2"))))
                .hasMessageContaining("format-version: expected 1");
    }
}
