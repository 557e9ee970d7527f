package io.tomogrid.gateway.verdict;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/*
 * TID 1500 names a lesion by its Tracking Unique Identifier (PS3.16 TID 1411, DCM 112040). A reader's workstation that takes our
 * report over keeps it, so lesions are told apart by it alone and compared by every number of their group.
 */
/** A reader's measurement report beside ours, lesion by lesion. */
final class ReportComparison {
    private static final String TRACKING_UID = "112040";
    private static final String MEASUREMENT_GROUP = "125007";

    private ReportComparison() {}

    static Judgement.Lesions compare(Dataset ours, Dataset theirs) {
        Map<String, Map<String, Integer>> before = groups(ours);
        Map<String, Map<String, Integer>> after = groups(theirs);
        int kept = 0;
        int edited = 0;
        for (Map.Entry<String, Map<String, Integer>> lesion : before.entrySet()) {
            Map<String, Integer> now = after.get(lesion.getKey());
            if (now != null) {
                boolean same = now.equals(lesion.getValue());
                kept += same ? 1 : 0;
                edited += same ? 0 : 1;
            }
        }
        int added = (int)
                after.keySet().stream().filter(uid -> !before.containsKey(uid)).count();
        return new Judgement.Lesions(kept, edited, before.size() - kept - edited, added);
    }

    static Judgement.Outcome outcome(Judgement.Lesions lesions) {
        if (lesions.edited() + lesions.removed() + lesions.added() == 0) {
            return Judgement.Outcome.ACCEPTED;
        }
        return lesions.kept() + lesions.edited() + lesions.added() == 0
                ? Judgement.Outcome.REJECTED
                : Judgement.Outcome.EDITED;
    }

    /** By tracking UID, how often each measurement (concept, value, unit) stands in the group. */
    private static Map<String, Map<String, Integer>> groups(Dataset report) {
        Map<String, Map<String, Integer>> groups = new HashMap<>();
        collect(report.items(Tag.ContentSequence), groups);
        return groups;
    }

    private static void collect(List<Dataset> items, Map<String, Map<String, Integer>> groups) {
        for (Dataset item : items) {
            List<Dataset> content = item.items(Tag.ContentSequence);
            if (concept(item).equals(MEASUREMENT_GROUP)) {
                Optional<String> uid = content.stream()
                        .filter(part -> concept(part).equals(TRACKING_UID))
                        .findFirst()
                        .flatMap(part -> part.string(Tag.UID));
                uid.ifPresent(tracked -> groups.put(tracked, measurements(content)));
            } else {
                collect(content, groups);
            }
        }
    }

    private static Map<String, Integer> measurements(List<Dataset> content) {
        Map<String, Integer> measurements = new HashMap<>();
        for (Dataset item : content) {
            item.item(Tag.MeasuredValueSequence).ifPresent(value -> {
                String unit = value.item(Tag.MeasurementUnitsCodeSequence)
                        .flatMap(code -> code.string(Tag.CodeValue))
                        .orElse("");
                measurements.merge(
                        concept(item) + " "
                                + value.doubleValue(Tag.NumericValue).orElse(Double.NaN) + " " + unit,
                        1,
                        Integer::sum);
            });
        }
        return measurements;
    }

    private static String concept(Dataset item) {
        return item.item(Tag.ConceptNameCodeSequence)
                .flatMap(code -> code.string(Tag.CodeValue))
                .orElse("");
    }
}
