package io.tomogrid.node.demo;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.node.command.FindingsText;
import io.tomogrid.node.command.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the demo prints and the document that scripts rely on. */
final class DemoReport {
    private DemoReport() {}

    static void print(DemoRun.Outcome outcome, Pacs pacs, PrintWriter out) {
        out.println();
        if (!"DONE".equals(outcome.job().get("state"))) {
            out.println("The job ended " + outcome.job().get("state") + ": "
                    + outcome.job().get("reason"));
        }
        if (outcome.job().get("findings") instanceof Map<?, ?> findings) {
            FindingsText.print(findings, out);
        }
        if (!outcome.expected().isEmpty()) {
            out.println();
            Table table = new Table("SPHERE mm", "SUV", "ml", "FOUND SUVmean", "MTV ml", "SUV error", "MTV error", "");
            for (Expectation e : outcome.expected()) {
                table.row(
                        FindingsText.number(e.sphere().diameterMm(), 0),
                        FindingsText.number(e.sphere().suv(), 2),
                        FindingsText.number(e.sphere().volumeMl(), 2),
                        e.lesion().isEmpty()
                                ? "none"
                                : FindingsText.number(e.lesion().get("suv-mean"), 2),
                        FindingsText.number(e.lesion().get("mtv-ml"), 2),
                        percent(e.suvError()),
                        percent(e.volumeError()),
                        e.bound() ? e.holds() ? "within 2 % and 5 %" : "OUT OF BOUNDS" : "no bound below 37 mm");
            }
            table.print(out);
        }
        recovered(outcome.recovered(), out);
        out.println();
        out.println("Delivered: " + DemoRun.counts(outcome.results()));
        out.println("Where: " + pacs.where());
        out.println("Not for diagnosis.");
        out.flush();
    }

    private static void recovered(List<RecoveredSphere> spheres, PrintWriter out) {
        if (spheres.isEmpty()) {
            return;
        }
        out.println();
        Table table = new Table(
                "SPHERE mm", "TRUE Bq/ml", "FOUND", "BACKGROUND TRUE", "FOUND", "RECOVERY", "VARIABILITY", "");
        for (RecoveredSphere sphere : spheres) {
            table.row(
                    FindingsText.number(sphere.found().sphere().diameterMm(), 0),
                    FindingsText.number(sphere.trueHot(), 0),
                    FindingsText.number(sphere.found().hot(), 0),
                    FindingsText.number(sphere.trueBackground(), 0),
                    FindingsText.number(sphere.found().background(), 0),
                    FindingsText.number(100 * sphere.found().recovery(), 1) + " %",
                    FindingsText.number(100 * sphere.found().variability(), 1) + " %",
                    sphere.verdict());
        }
        table.print(out);
        out.println("  Contrast recovery and background variability after NEMA NU 2, section 7.");
    }

    /** The document of the design: see {@code demo --json} there. */
    static String json(DemoRun.Outcome outcome) throws IOException {
        Map<?, ?> job = outcome.job();
        Map<?, ?> findings = job.get("findings") instanceof Map<?, ?> f ? f : Map.of();
        Map<String, Object> study = new LinkedHashMap<>();
        study.put("uid", outcome.source().studyUid());
        study.put("instances", outcome.source().instances());
        study.put("suvMax", findings.get("suv-max"));
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("study", study);
        map.put("stages", stages(outcome, findings));
        map.put("results", outcome.results().stream().map(DemoRun.Result::toMap).toList());
        map.put("lesions", lesions(findings));
        map.put("expected", outcome.expected().stream().map(Expectation::toMap).toList());
        map.put(
                "recovered",
                outcome.recovered().stream().map(RecoveredSphere::toMap).toList());
        map.put("backend", findings.get("backend"));
        map.put("slice", job.get("slice"));
        map.put("simulated", job.get("simulated"));
        map.put("state", job.get("state"));
        map.put("reason", job.get("reason"));
        map.put("notes", findings.get("notes"));
        return JSON.std
                .with(JSON.Feature.WRITE_NULL_PROPERTIES)
                .with(JSON.Feature.PRETTY_PRINT_OUTPUT)
                .asString(map);
    }

    private static List<Map<String, Object>> stages(DemoRun.Outcome outcome, Map<?, ?> findings) {
        List<Map<String, Object>> stages = new ArrayList<>();
        outcome.stages().forEach(s -> stages.add(stage(s.name(), s.seconds())));
        if (findings.get("stages") instanceof List<?> inner) {
            for (Object item : inner) {
                Map<?, ?> stage = (Map<?, ?>) item;
                stages.add(stage("process/" + stage.get("name"), ((Number) stage.get("seconds")).doubleValue()));
            }
        }
        return stages;
    }

    private static Map<String, Object> stage(String name, double seconds) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        map.put("seconds", Double.isFinite(seconds) ? Math.round(seconds * 1000) / 1000.0 : null);
        return map;
    }

    private static List<Map<String, Object>> lesions(Map<?, ?> findings) {
        List<Map<String, Object>> lesions = new ArrayList<>();
        if (findings.get("lesions") instanceof List<?> found) {
            for (Object item : found) {
                Map<?, ?> lesion = (Map<?, ?>) item;
                Map<String, Object> map = new LinkedHashMap<>();
                map.put("suvMax", lesion.get("suv-max"));
                map.put("suvMean", lesion.get("suv-mean"));
                map.put("suvPeak", lesion.get("suv-peak"));
                map.put("mtvMl", lesion.get("mtv-ml"));
                map.put("tlg", lesion.get("tlg"));
                map.put("centreMm", lesion.get("centre-mm"));
                lesions.add(map);
            }
        }
        return lesions;
    }

    private static String percent(double error) {
        return Double.isFinite(error) ? String.format(java.util.Locale.ROOT, "%+.1f %%", 100 * error) : "-";
    }
}
