package io.tomogrid.manager.batch;

import static io.tomogrid.manager.batch.DicomJson.value;

import io.tomogrid.cluster.contract.Documents;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.contract.ResultObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** A batch as the Unified Procedure Step that it was made for, in DICOM JSON. */
@Component
class WorkitemView {
    static final Set<String> FINAL = Set.of("COMPLETED", "CANCELED");
    private static final String UPS_PUSH = "1.2.840.10008.5.1.4.34.6.1";

    private final JdbcClient jdbc;
    private final BatchView view;

    WorkitemView(JdbcClient jdbc, BatchView view) {
        this.jdbc = jdbc;
        this.view = view;
    }

    /** Its Procedure Step State, as far as the batch has come. */
    static String state(Map<String, Object> progress) {
        boolean all = progress.get("done").equals(progress.get("studies"));
        return switch (Batch.State.valueOf((String) progress.get("state"))) {
            case DONE -> all ? "COMPLETED" : "CANCELED";
            case CANCELLED -> "CANCELED";
            case RUNNING, PAUSED ->
                ended(progress) == 0 && count(progress, "under-way") == 0 ? Workitem.SCHEDULED : "IN PROGRESS";
        };
    }

    Map<String, Object> dataset(Batch batch) {
        Map<String, Object> progress = view.progress(batch);
        String state = state(progress);
        var dataset = new LinkedHashMap<String, Object>();
        dataset.put("00080016", value("UI", UPS_PUSH));
        dataset.put(Workitem.SOP_INSTANCE_UID, value("UI", batch.workitem().orElseThrow()));
        dataset.put(
                Workitem.WORKITEM_CODE,
                value(
                        "SQ",
                        Map.of(
                                Workitem.CODE_VALUE,
                                value("SH", batch.protocol()),
                                Workitem.CODE_SCHEME,
                                value("SH", Workitem.CODING_SCHEME),
                                "00080104",
                                value("LO", batch.protocol()))));
        dataset.put(
                Workitem.INPUT,
                value(
                        "SQ",
                        jdbc.sql("select study_uid from manager.batch_study where batch = ? order by ordinal")
                                .param(batch.id())
                                .query((row, number) ->
                                        Map.of(Workitem.STUDY_INSTANCE_UID, value("UI", row.getString(1))))
                                .list()
                                .toArray()));
        dataset.put(Workitem.STATE, value("CS", state));
        dataset.put("00741002", value("SQ", progress(progress, state)));
        if (FINAL.contains(state)) {
            dataset.put(
                    "00741216",
                    value("SQ", Map.of("00404033", value("SQ", outputs(batch).toArray()))));
        }
        return dataset;
    }

    /** Procedure Step Progress in percent, in words, and why it was cancelled. */
    private static Map<String, Object> progress(Map<String, Object> progress, String state) {
        int studies = progress.get("studies") instanceof Integer known ? known : 0;
        String words = progress.get("done") + " done, " + progress.get("failed") + " failed, " + progress.get("skipped")
                + " skipped of " + studies;
        var item = new LinkedHashMap<String, Object>();
        item.put("00741004", value("DS", studies == 0 ? 0 : 100 * ended(progress) / studies));
        item.put("00741006", value("ST", words));
        if (state.equals("CANCELED")) {
            item.put("00741238", value("LT", words + "; the report of batch " + progress.get("batch") + " says why"));
        }
        return item;
    }

    /** References of the results, one item for each series. */
    private List<Map<String, Object>> outputs(Batch batch) {
        List<Map<String, Object>> outputs = new ArrayList<>();
        for (String json : jdbc.sql(
                        "select manifest from manager.job where batch = ? and state = 'DONE' order by ordinal")
                .param(batch.id())
                .query(String.class)
                .list()) {
            ResultManifest manifest = io.tomogrid.gateway.contract.Documents.resultManifest(Documents.parse(json));
            Map<String, List<Object>> series = new LinkedHashMap<>();
            for (ResultObject object : manifest.objects()) {
                series.computeIfAbsent(object.seriesUid(), uid -> new ArrayList<>())
                        .add(Map.of(
                                "00081150", value("UI", object.sopClassUid()),
                                "00081155", value("UI", object.sopInstanceUid())));
            }
            series.forEach((uid, objects) -> outputs.add(Map.of(
                    Workitem.STUDY_INSTANCE_UID,
                    value("UI", manifest.studyUid()),
                    "0020000E",
                    value("UI", uid),
                    "0040E020",
                    value("CS", "DICOM"),
                    "00081199",
                    value("SQ", objects.toArray()))));
        }
        return outputs;
    }

    private static int ended(Map<String, Object> progress) {
        return count(progress, "done")
                + count(progress, "failed")
                + count(progress, "skipped")
                + count(progress, "cancelled");
    }

    private static int count(Map<String, Object> progress, String key) {
        return (int) progress.get(key);
    }
}
