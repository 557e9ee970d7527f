package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** BAT-08: UPS-RS, a work item per batch. */
class WorkitemTest {
    private static final AtomicInteger UIDS = new AtomicInteger();

    @TempDir
    static Path folder;

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = new Scene(folder, Map.of());
        scene.start();
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @BeforeEach
    void everythingIsFine() {
        scene.driver.script(scene.driver::success);
    }

    @AfterEach
    void asAgreed() {
        scene.assertAsAgreed();
    }

    @Test
    void a_work_item_is_done_and_names_its_results() throws Exception {
        List<String> studies = List.of(archived(), archived());
        scene.driver.script(task -> DriverDouble.BUSY);
        String uid = uid();
        HttpResponse<String> created = create(uid, "petct-standard", "SCHEDULED", studies);
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(created.headers().firstValue("Location")).contains("/workitems/" + uid);
        assertThat(create(uid, "petct-standard", "SCHEDULED", studies).statusCode())
                .as("the same again")
                .isEqualTo(409);
        Scene.until("it is in progress", () -> "IN PROGRESS".equals(text(workitem(uid), "00741000")));
        Map<String, Object> running = workitem(uid);
        assertThat(text(running, "00080018")).isEqualTo(uid);
        assertThat(text(running, "00080016")).isEqualTo("1.2.840.10008.5.1.4.34.6.1");
        assertThat(text(items(running, "00404018").get(0), "00080100")).isEqualTo("petct-standard");
        assertThat(items(running, "00404021"))
                .extracting(item -> text(item, "0020000D"))
                .containsExactlyInAnyOrderElementsOf(studies);
        assertThat(running).doesNotContainKey("00741216");

        scene.driver.script(scene.driver::success);
        Scene.until("it is completed", () -> "COMPLETED".equals(text(workitem(uid), "00741000")));
        Map<String, Object> done = workitem(uid);
        assertThat(text(items(done, "00741002").get(0), "00741004")).isEqualTo("100");
        List<Map<String, Object>> outputs = items(items(done, "00741216").get(0), "00404033");
        assertThat(outputs)
                .hasSize(4)
                .extracting(item -> text(item, "0020000D"))
                .containsOnlyElementsOf(studies);
        List<String> reports = new ArrayList<>();
        outputs.forEach(series -> items(series, "00081199").stream()
                .filter(object -> text(object, "00081150").equals("1.2.840.88"))
                .forEach(object -> reports.add(text(object, "00081155"))));
        assertThat(reports).containsExactlyInAnyOrder(studies.get(0) + ".9.1", studies.get(1) + ".9.1");
        assertThat(cancel(uid).statusCode()).as("it has ended").isEqualTo(409);
    }

    @Test
    void a_work_item_is_cancelled() throws Exception {
        scene.driver.script(task -> DriverDouble.BUSY);
        String uid = uid();
        create(uid, "petct-standard", "SCHEDULED", List.of(archived()));
        Scene.until("it runs", () -> scene.driver.busy() == 1);
        assertThat(cancel(uid).statusCode()).isEqualTo(202);
        Scene.until("it was stopped", () -> scene.driver.busy() == 0);
        Map<String, Object> cancelled = workitem(uid);
        assertThat(text(cancelled, "00741000")).isEqualTo("CANCELED");
        assertThat(text(items(cancelled, "00741002").get(0), "00741238")).contains("the report of batch");
        assertThat(cancel(uid).statusCode()).isEqualTo(409);
        assertThat(cancel("1.2.404").statusCode()).isEqualTo(404);
        assertThat(scene.ask("GET", "/workitems/1.2.404").statusCode()).isEqualTo(404);
    }

    @Test
    void studies_without_results_make_a_cancelled_work_item() throws Exception {
        String ctOnly = Scene.studyUid();
        scene.gateway.archived(ctOnly, "", 1, "CT");
        String uid = uid();
        create(uid, "petct-standard", "SCHEDULED", List.of(ctOnly, archived()));
        Scene.until("it has ended", () -> "CANCELED".equals(text(workitem(uid), "00741000")));
        assertThat(text(items(workitem(uid), "00741002").get(0), "00741238")).startsWith("1 done, 0 failed, 1 skipped");
    }

    @ParameterizedTest
    @CsvSource({
        "1.2.3, petct-standard, IN PROGRESS, 1.2.1, Procedure Step State",
        "1.2.3, brain, SCHEDULED, 1.2.1, no rule of the manager",
        "1.2.3, petct-standard, SCHEDULED, , Input Information Sequence",
        "1.2.3, petct-standard, SCHEDULED, x, Study Instance UID",
        "1.2.3, petct-standard, SCHEDULED, 1.2.404, no study of the archive",
        "abc, petct-standard, SCHEDULED, 1.2.1, the work item's UID",
    })
    void what_is_no_work_item_for_us_is_refused(String uid, String protocol, String state, String study, String reason)
            throws Exception {
        HttpResponse<String> refused = create(uid, protocol, state, study == null ? List.of() : List.of(study));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat((String) JSON.std.mapFrom(refused.body()).get("error")).contains(reason);
    }

    @Test
    void a_study_that_is_not_there_is_not_left_out_silently() throws Exception {
        HttpResponse<String> refused = create(uid(), "petct-standard", "SCHEDULED", List.of(archived(), "1.2.404"));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("of its 2 studies the archive has 1");
        assertThat(scene.ask("POST", "/workitems?1.2.3", "[1]").statusCode()).isEqualTo(400);
        assertThat(scene.ask("POST", "/workitems?1.2.3", "{").statusCode()).isEqualTo(400);
    }

    private static String archived() {
        String study = Scene.studyUid();
        scene.gateway.archived(study, "", 1, "PT", "CT");
        return study;
    }

    private static String uid() {
        return "2.25.77" + UIDS.incrementAndGet();
    }

    private static HttpResponse<String> create(String uid, String protocol, String state, List<String> studies)
            throws Exception {
        List<Object> inputs = new ArrayList<>();
        studies.forEach(study -> inputs.add(Map.of("0020000D", Map.of("vr", "UI", "Value", List.of(study)))));
        Map<String, Object> code = Map.of(
                "00080100", Map.of("vr", "SH", "Value", List.of(protocol)),
                "00080102", Map.of("vr", "SH", "Value", List.of("99TOMOGRID")));
        return scene.ask(
                "POST",
                "/workitems?" + uid,
                JSON.std.asString(List.of(Map.of(
                        "00741000", Map.of("vr", "CS", "Value", List.of(state)),
                        "00081195", Map.of("vr", "UI"),
                        "00404018", Map.of("vr", "SQ", "Value", List.of(code)),
                        "00404021", Map.of("vr", "SQ", "Value", inputs)))));
    }

    private static HttpResponse<String> cancel(String uid) throws Exception {
        return scene.ask("POST", "/workitems/" + uid + "/cancelrequest");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> workitem(String uid) throws Exception {
        HttpResponse<String> response = scene.ask("GET", "/workitems/" + uid);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/dicom+json");
        return (Map<String, Object>) JSON.std.listFrom(response.body()).get(0);
    }

    private static String text(Map<String, Object> dataset, String tag) {
        return String.valueOf(((List<?>) ((Map<?, ?>) dataset.get(tag)).get("Value")).get(0));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> items(Map<String, Object> dataset, String tag) {
        return (List<Map<String, Object>>) ((Map<?, ?>) dataset.get(tag)).get("Value");
    }
}
