package io.tomogrid.node.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The findings of a job, for a terminal. */
public final class FindingsText {
    private FindingsText() {}

    public static void print(Map<?, ?> findings, PrintWriter out) {
        out.println("SUVmax of the study: " + number(findings.get("suv-max"), 2) + " g/ml");
        if (!list(findings, "lesions").isEmpty()) {
            lesions(findings, out);
        }
        if (findings.get("quantification") instanceof Map<?, ?> quantification) {
            quantification(quantification, out);
        }
        list(findings, "derivation").forEach(line -> out.println("  SUV: " + line));
        list(findings, "notes").forEach(line -> out.println("  note: " + line));
        out.flush();
    }

    private static void quantification(Map<?, ?> quantification, PrintWriter out) {
        for (Object item : list(quantification, "series")) {
            Map<?, ?> series = (Map<?, ?>) item;
            out.println("SUV by " + series.get("path"));
            for (Object used : list(series, "attributes")) {
                Map<?, ?> attribute = (Map<?, ?>) used;
                out.println("  " + attribute.get("tag") + " " + attribute.get("name") + " = " + attribute.get("value"));
            }
        }
        for (Object item : list(quantification, "burden")) {
            Map<?, ?> burden = (Map<?, ?>) item;
            out.println("All lesions by " + burden.get("method") + ": MTV " + number(burden.get("mtv-ml"), 2)
                    + " ml, TLG " + number(burden.get("tlg"), 1) + " g");
        }
        if (quantification.get("liver") instanceof Map<?, ?> liver && liver.get("threshold") != null) {
            out.println("PERCIST: measurable from SUVpeak " + number(liver.get("threshold"), 2) + " g/ml");
        }
    }

    private static void lesions(Map<?, ?> findings, PrintWriter out) {
        Table table = new Table("LESION", "SUVmax", "SUVmean", "SUVpeak", "MTV ml", "TLG g", "CENTRE mm (LPS)");
        for (Object item : list(findings, "lesions")) {
            Map<?, ?> lesion = (Map<?, ?>) item;
            table.row(
                    lesion.get("number"),
                    number(lesion.get("suv-max"), 2),
                    number(lesion.get("suv-mean"), 2),
                    number(lesion.get("suv-peak"), 2),
                    number(lesion.get("mtv-ml"), 2),
                    number(lesion.get("tlg"), 1),
                    centre(list(lesion, "centre-mm")));
        }
        table.print(out);
    }

    public static String number(Object value, int digits) {
        return value instanceof Number n ? String.format(Locale.ROOT, "%." + digits + "f", n.doubleValue()) : "-";
    }

    private static String centre(List<?> mm) {
        StringBuilder text = new StringBuilder();
        mm.forEach(v -> text.append(text.length() == 0 ? "" : " ").append(number(v, 1)));
        return text.toString();
    }

    private static List<?> list(Map<?, ?> map, String key) {
        return map.get(key) instanceof List<?> list ? list : List.of();
    }
}
