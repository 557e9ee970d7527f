package io.tomogrid.cluster.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.gateway.contract.InstanceRef;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLease;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The literal JSON is the contract: another process, perhaps of another version, reads it. */
class DocumentsTest {
    static final ReconstructionTask TASK = new ReconstructionTask(
            "7",
            2,
            "petct-standard",
            "b1",
            new StudyComplete(
                    41,
                    "1.2.3",
                    1,
                    StudyComplete.Completeness.QUIET_PERIOD,
                    List.of(new SeriesRef(
                            "1.2.3.4",
                            "PT",
                            List.of(new InstanceRef("1.2.840", "1.2.3.4.5", "1.2.840.1", "s1.seg", 64, 1000, "ab"))))),
            new SliceLease(
                    SliceKey.parse("node1-gpu0-3g-4"),
                    9,
                    "7",
                    Instant.parse("2026-11-24T10:00:00Z"),
                    Instant.parse("2026-11-24T10:02:00Z"),
                    "MIG-1",
                    true),
            "file:///archive",
            "file:///staging/7-2",
            "http://127.0.0.1:8123",
            "suv-threshold",
            List.of(new ReportRef("2.25.3", "1.2.840.88", "2.25.4")));

    private static final String TASK_JSON = """
            {"format-version":1,"job-id":"7","attempt":2,"protocol":"petct-standard","batch":"b1",\
            "study":{"format-version":1,"sequence":41,"study-uid":"1.2.3","revision":1,"completeness":"QUIET_PERIOD",\
            "series":[{"series-uid":"1.2.3.4","modality":"PT","instances":[{"sop-class-uid":"1.2.840",\
            "sop-instance-uid":"1.2.3.4.5","transfer-syntax-uid":"1.2.840.1","segment":"s1.seg","offset":64,\
            "length":1000,"sha256":"ab"}]}],"calling-aes":[]},\
            "lease":{"slice":"node1-gpu0-3g-4","epoch":9,"holder":"7","granted":"2026-11-24T10:00:00Z",\
            "expiry":"2026-11-24T10:02:00Z","device-uuid":"MIG-1","simulated":true},\
            "archive-root":"file:///archive","staging-root":"file:///staging/7-2",\
            "inference-url":"http://127.0.0.1:8123","model":"suv-threshold",\
            "predecessors":[{"series-uid":"2.25.3","sop-class-uid":"1.2.840.88","sop-instance-uid":"2.25.4"}],\
            "leases":[{"slice":"node1-gpu0-3g-4","epoch":9,"holder":"7","granted":"2026-11-24T10:00:00Z",\
            "expiry":"2026-11-24T10:02:00Z","device-uuid":"MIG-1","simulated":true}],"priors":[]}""";

    private static final Findings FINDINGS = new Findings(
            12.5,
            List.of("SUVbw = activity × weight / dose"),
            List.of("one series left alone"),
            List.of(new Findings.Lesion(1, 12.5, 7.25, Double.NaN, 0.75, 5.4375, List.of(-10.0, 20.5, 300.0))),
            List.of(new Findings.Stage("suv", 0.5)),
            "cpu");

    private static final TaskOutcome SUCCEEDED = new TaskOutcome.Succeeded(
            new ResultManifest(
                    "7",
                    "1.2.3",
                    1,
                    9,
                    "file:///staging/7-2",
                    List.of(new ResultObject("SEG", "1.2.840.66", "2.25.1", "2.25.2", "seg.dcm", 10, "cd"))),
            FINDINGS,
            3000);

    private static final String SUCCEEDED_JSON = """
            {"format-version":1,"state":"SUCCEEDED",\
            "manifest":{"format-version":1,"job-id":"7","study-uid":"1.2.3","revision":1,"lease-epoch":9,\
            "staging-root":"file:///staging/7-2","objects":[{"kind":"SEG","sop-class-uid":"1.2.840.66",\
            "sop-instance-uid":"2.25.1","series-uid":"2.25.2","file":"seg.dcm","bytes":10,"sha256":"cd"}]},\
            "findings":{"format-version":1,"suv-max":12.5,"derivation":["SUVbw = activity × weight / dose"],\
            "notes":["one series left alone"],"lesions":[{"number":1,"suv-max":12.5,"suv-mean":7.25,"suv-peak":null,\
            "mtv-ml":0.75,"tlg":5.4375,"centre-mm":[-10.0,20.5,300.0]}],"stages":[{"name":"suv","seconds":0.5}],\
            "backend":"cpu",\
            "quantification":{"series":[],"scales":[],"volumes":[],"burden":[],"liver":{"mean":null,"deviation":null,\
            "threshold":null,"ml":null,"centre-mm":[],"measurable":[],"reason":""},\
            "tracking":{"frame-of-reference-uid":"","prior-study-uid":"","by":"","tracks":[],"reason":""}},\
            "provenance":{"software":"","backend":"","slice":"","simulated":false,"steps":[],"inputs":[]}},\
            "peak-bytes":3000}""";

    @Test
    void taskIsThisText() {
        assertThat(Documents.json(Documents.toMap(TASK))).isEqualTo(TASK_JSON);
        assertThat(Documents.reconstructionTask(Documents.parse(TASK_JSON))).isEqualTo(TASK);
    }

    @Test
    void successIsThisText() {
        assertThat(Documents.json(Documents.toMap(SUCCEEDED))).isEqualTo(SUCCEEDED_JSON);
        assertThat(Documents.taskOutcome(Documents.parse(SUCCEEDED_JSON))).isEqualTo(SUCCEEDED);
    }

    @Test
    void runningAndFailureAreTheseTexts() {
        var running = new TaskOutcome.Running("waiting for the slice");
        var runningJson = "{\"format-version\":1,\"state\":\"RUNNING\",\"stage\":\"waiting for the slice\"}";
        assertThat(Documents.json(Documents.toMap(running))).isEqualTo(runningJson);
        assertThat(Documents.taskOutcome(Documents.parse(runningJson))).isEqualTo(running);

        var failed = new TaskOutcome.Failed("no weight in the PET series", TaskOutcome.Remedy.FIX_INPUT);
        var failedJson = "{\"format-version\":1,\"state\":\"FAILED\",\"reason\":\"no weight in the PET series\","
                + "\"remedy\":\"FIX_INPUT\"}";
        assertThat(Documents.json(Documents.toMap(failed))).isEqualTo(failedJson);
        assertThat(Documents.taskOutcome(Documents.parse(failedJson))).isEqualTo(failed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "format-version",
                "job-id",
                "attempt",
                "protocol",
                "study",
                "lease",
                "archive-root",
                "staging-root",
                "inference-url",
                "model"
            })
    void missingKeyOfTaskIsNamed(String key) {
        var map = new LinkedHashMap<>(Documents.parse(TASK_JSON));
        map.remove(key);
        assertThatThrownBy(() -> Documents.reconstructionTask(map))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(key + " is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"suv-max", "derivation", "notes", "lesions", "stages", "backend"})
    void missingKeyOfFindingsIsNamed(String key) {
        var map = new LinkedHashMap<>(Documents.toMap(FINDINGS));
        map.remove(key);
        assertThatThrownBy(() -> Documents.findings(map)).hasMessage(key + " is missing");
    }

    @Test
    void unknownVersionStateAndRemedyAreRefused() {
        assertThatThrownBy(() -> Documents.taskOutcome(
                        Documents.parse("{\"format-version\":2,\"state\":\"RUNNING\",\"stage\":\"suv\"}")))
                .hasMessage("format-version: expected 1, got 2");
        assertThatThrownBy(() -> Documents.taskOutcome(Documents.parse("{\"format-version\":1,\"state\":\"LOST\"}")))
                .hasMessageContaining("state: expected RUNNING, SUCCEEDED or FAILED, got LOST");
        assertThatThrownBy(() -> Documents.taskOutcome(Documents.parse(
                        "{\"format-version\":1,\"state\":\"FAILED\",\"reason\":\"r\",\"remedy\":\"PRAY\"}")))
                .hasMessageContaining("got PRAY");
        assertThatThrownBy(() -> Documents.parse("[1]")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void unknownKeysAreIgnored() {
        assertThat(Documents.taskOutcome(Documents.parse(
                        "{\"format-version\":1,\"state\":\"RUNNING\",\"stage\":\"suv\",\"progress\":0.5}")))
                .isEqualTo(new TaskOutcome.Running("suv"));
    }

    @Test
    void sparkShipsThemByJavaSerialization() throws Exception {
        assertThat(roundTrip(TASK)).isEqualTo(TASK);
        assertThat(roundTrip(SUCCEEDED)).isEqualTo(SUCCEEDED);
        assertThat(roundTrip(new TaskOutcome.Running("suv"))).isEqualTo(new TaskOutcome.Running("suv"));
        var failed = new TaskOutcome.Failed("r", TaskOutcome.Remedy.RETRY);
        assertThat(roundTrip(failed)).isEqualTo(failed);
    }

    private static Object roundTrip(Object object) throws IOException, ClassNotFoundException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return in.readObject();
        }
    }
}
