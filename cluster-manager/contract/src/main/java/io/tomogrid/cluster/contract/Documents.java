package io.tomogrid.cluster.contract;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.slices.SliceLease;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The JSON form of this package's documents: explicit keys, unknown keys ignored, missing ones named in the error. A
 * measure that is not a number (a lesion too small for an SUVpeak) is {@code null} in JSON and NaN in Java.
 */
public final class Documents {
    private static final int VERSION = 1;
    private static final JSON JSON_WITH_NULLS = JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES);

    private Documents() {}

    public static Map<String, Object> toMap(ReconstructionTask task) {
        var map = versioned();
        map.put("job-id", task.jobId());
        map.put("attempt", task.attempt());
        map.put("protocol", task.protocol());
        map.put("batch", task.batch());
        map.put("study", io.tomogrid.gateway.contract.Documents.toMap(task.study()));
        map.put("lease", task.lease().toMap());
        map.put("archive-root", task.archiveRoot());
        map.put("staging-root", task.stagingRoot());
        map.put("inference-url", task.inferenceUrl());
        map.put("model", task.model());
        map.put(
                "predecessors",
                task.predecessors().stream().map(Documents::toMap).toList());
        map.put("leases", task.leases().stream().map(SliceLease::toMap).toList());
        map.put("priors", task.priors().stream().map(Documents::toMap).toList());
        return map;
    }

    /** @throws IllegalArgumentException naming the key that is missing or malformed */
    public static ReconstructionTask reconstructionTask(Map<String, Object> map) {
        checkVersion(map);
        return new ReconstructionTask(
                text(map, "job-id"),
                Math.toIntExact(integer(map, "attempt")),
                text(map, "protocol"),
                text(map, "batch"),
                io.tomogrid.gateway.contract.Documents.studyComplete(object(map, "study")),
                SliceLease.fromMap(object(map, "lease")),
                text(map, "archive-root"),
                text(map, "staging-root"),
                text(map, "inference-url"),
                text(map, "model"),
                list(map, "predecessors", item -> reportRef(asObject(item, "predecessors"))),
                list(map, "leases", item -> SliceLease.fromMap(asObject(item, "leases"))),
                map.containsKey("priors") ? list(map, "priors", item -> prior(asObject(item, "priors"))) : List.of());
    }

    private static Map<String, Object> toMap(PriorStudy prior) {
        var map = new LinkedHashMap<String, Object>();
        map.put("study-uid", prior.studyUid());
        map.put("findings", toMap(prior.findings()));
        return map;
    }

    private static PriorStudy prior(Map<String, Object> map) {
        return new PriorStudy(text(map, "study-uid"), findings(object(map, "findings")));
    }

    private static Map<String, Object> toMap(ReportRef report) {
        var map = new LinkedHashMap<String, Object>();
        map.put("series-uid", report.seriesUid());
        map.put("sop-class-uid", report.sopClassUid());
        map.put("sop-instance-uid", report.sopInstanceUid());
        return map;
    }

    private static ReportRef reportRef(Map<String, Object> map) {
        return new ReportRef(text(map, "series-uid"), text(map, "sop-class-uid"), text(map, "sop-instance-uid"));
    }

    public static Map<String, Object> toMap(TaskOutcome outcome) {
        var map = versioned();
        if (outcome instanceof TaskOutcome.Running running) {
            map.put("state", "RUNNING");
            map.put("stage", running.stage());
        } else if (outcome instanceof TaskOutcome.Succeeded succeeded) {
            map.put("state", "SUCCEEDED");
            map.put("manifest", io.tomogrid.gateway.contract.Documents.toMap(succeeded.manifest()));
            map.put("findings", toMap(succeeded.findings()));
            map.put("peak-bytes", succeeded.peakBytes());
        } else if (outcome instanceof TaskOutcome.Failed failed) {
            map.put("state", "FAILED");
            map.put("reason", failed.reason());
            map.put("remedy", failed.remedy().name());
        }
        return map;
    }

    /** @throws IllegalArgumentException naming the key that is missing or malformed */
    public static TaskOutcome taskOutcome(Map<String, Object> map) {
        checkVersion(map);
        String state = text(map, "state");
        return switch (state) {
            case "RUNNING" -> new TaskOutcome.Running(text(map, "stage"));
            case "SUCCEEDED" ->
                new TaskOutcome.Succeeded(
                        io.tomogrid.gateway.contract.Documents.resultManifest(object(map, "manifest")),
                        findings(object(map, "findings")),
                        map.containsKey("peak-bytes") ? integer(map, "peak-bytes") : 0);
            case "FAILED" -> new TaskOutcome.Failed(text(map, "reason"), remedy(text(map, "remedy")));
            default -> throw new IllegalArgumentException("state: expected RUNNING, SUCCEEDED or FAILED, got " + state);
        };
    }

    public static Map<String, Object> toMap(Findings findings) {
        var map = versioned();
        map.put("suv-max", finite(findings.suvMax()));
        map.put("derivation", findings.derivation());
        map.put("notes", findings.notes());
        map.put("lesions", findings.lesions().stream().map(Documents::toMap).toList());
        map.put("stages", findings.stages().stream().map(Documents::toMap).toList());
        map.put("backend", findings.backend());
        map.put("quantification", FindingsDocuments.toMap(findings.quantification()));
        map.put("provenance", FindingsDocuments.toMap(findings.provenance()));
        return map;
    }

    /** @throws IllegalArgumentException naming the key that is missing or malformed */
    public static Findings findings(Map<String, Object> map) {
        checkVersion(map);
        return new Findings(
                number(map, "suv-max"),
                list(map, "derivation", item -> cast(item, String.class, "derivation")),
                list(map, "notes", item -> cast(item, String.class, "notes")),
                list(map, "lesions", item -> lesion(asObject(item, "lesions"))),
                list(map, "stages", item -> stage(asObject(item, "stages"))),
                text(map, "backend"),
                map.containsKey("quantification")
                        ? FindingsDocuments.quantification(new FindingsDocuments.Fields(object(map, "quantification")))
                        : Quantification.NONE,
                map.containsKey("provenance")
                        ? FindingsDocuments.provenance(new FindingsDocuments.Fields(object(map, "provenance")))
                        : Provenance.NONE);
    }

    /** One line of JSON. */
    public static String json(Map<String, Object> map) {
        try {
            return JSON_WITH_NULLS.asString(map);
        } catch (IOException e) {
            throw new IllegalArgumentException("not representable as JSON", e);
        }
    }

    /** @throws IllegalArgumentException if the text is not a JSON object */
    public static Map<String, Object> parse(String json) {
        try {
            return JSON.std.mapFrom(json);
        } catch (IOException e) {
            throw new IllegalArgumentException("not a JSON object: " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> toMap(Findings.Lesion lesion) {
        var map = new LinkedHashMap<String, Object>();
        map.put("number", lesion.number());
        map.put("suv-max", finite(lesion.suvMax()));
        map.put("suv-mean", finite(lesion.suvMean()));
        map.put("suv-peak", finite(lesion.suvPeak()));
        map.put("mtv-ml", finite(lesion.mtvMl()));
        map.put("tlg", finite(lesion.tlg()));
        map.put("centre-mm", lesion.centreMm());
        return map;
    }

    private static Findings.Lesion lesion(Map<String, Object> map) {
        return new Findings.Lesion(
                Math.toIntExact(integer(map, "number")),
                number(map, "suv-max"),
                number(map, "suv-mean"),
                number(map, "suv-peak"),
                number(map, "mtv-ml"),
                number(map, "tlg"),
                list(
                        map,
                        "centre-mm",
                        item -> cast(item, Number.class, "centre-mm").doubleValue()));
    }

    private static Map<String, Object> toMap(Findings.Stage stage) {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", stage.name());
        map.put("seconds", stage.seconds());
        return map;
    }

    private static Findings.Stage stage(Map<String, Object> map) {
        return new Findings.Stage(text(map, "name"), number(map, "seconds"));
    }

    private static TaskOutcome.Remedy remedy(String name) {
        try {
            return TaskOutcome.Remedy.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "remedy: expected one of " + List.of(TaskOutcome.Remedy.values()) + ", got " + name, e);
        }
    }

    private static Map<String, Object> versioned() {
        var map = new LinkedHashMap<String, Object>();
        map.put("format-version", VERSION);
        return map;
    }

    private static void checkVersion(Map<String, Object> map) {
        if (integer(map, "format-version") != VERSION) {
            throw new IllegalArgumentException(
                    "format-version: expected " + VERSION + ", got " + map.get("format-version"));
        }
    }

    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static String text(Map<String, Object> map, String key) {
        return cast(present(map, key), String.class, key);
    }

    private static long integer(Map<String, Object> map, String key) {
        return cast(present(map, key), Number.class, key).longValue();
    }

    private static double number(Map<String, Object> map, String key) {
        Object value = present(map, key);
        return value == null ? Double.NaN : cast(value, Number.class, key).doubleValue();
    }

    private static Map<String, Object> object(Map<String, Object> map, String key) {
        return asObject(present(map, key), key);
    }

    private static <T> List<T> list(Map<String, Object> map, String key, Function<Object, T> of) {
        var items = cast(present(map, key), List.class, key);
        List<T> result = new ArrayList<>(items.size());
        for (Object item : items) {
            result.add(of.apply(item));
        }
        return List.copyOf(result);
    }

    private static Object present(Map<String, Object> map, String key) {
        if (!map.containsKey(key)) {
            throw new IllegalArgumentException(key + " is missing");
        }
        return map.get(key);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> asObject(Object value, String key) {
        return cast(value, Map.class, key);
    }

    private static <T> T cast(Object value, Class<T> type, String key) {
        if (type.isInstance(value)) {
            return type.cast(value);
        }
        throw new IllegalArgumentException(key + ": expected a " + type.getSimpleName() + ", got " + value);
    }
}
