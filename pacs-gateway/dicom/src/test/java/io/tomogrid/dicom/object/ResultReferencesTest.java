package io.tomogrid.dicom.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.DatasetWriter;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.Uids;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** RES-03: results reference their sources completely and derive their UIDs from the job. */
class ResultReferencesTest {
    private static final Results RESULTS = new Results();
    private static final Map<String, Dataset> OBJECTS = RESULTS.byName();

    private Set<String> instances(List<Dataset> source) {
        return source.stream()
                .map(s -> s.string(Tag.SOPInstanceUID).orElseThrow())
                .collect(Collectors.toSet());
    }

    @Test
    void uids_derive_from_the_job() {
        assertThat(new Results().byName()).isEqualTo(OBJECTS);
        Set<String> uids = new HashSet<>();
        OBJECTS.values().forEach(o -> uids.add(o.string(Tag.SOPInstanceUID).orElseThrow()));
        RESULTS.petOnCt().forEach(o -> uids.add(o.string(Tag.SOPInstanceUID).orElseThrow()));
        assertThat(uids).hasSize(9 + 3).allMatch(Uids::valid);
        ResultContext other = RESULTS.context(ResultUids.ofJob("job-2"));
        Dataset seg = SegmentationEncoder.encode(other, RESULTS.series(1, "x"), RESULTS.labels(), RESULTS.segments());
        assertThat(uids).doesNotContain(seg.string(Tag.SOPInstanceUID).orElseThrow());
    }

    @Test
    void every_result_is_of_the_patient_and_study_of_its_source() {
        Dataset source = RESULTS.petSlices.get(0);
        OBJECTS.forEach((name, result) -> {
            for (int tag : new int[] {
                Tag.PatientID,
                Tag.PatientName,
                Tag.PatientBirthDate,
                Tag.StudyInstanceUID,
                Tag.StudyDate,
                Tag.AccessionNumber
            }) {
                assertThat(result.string(tag)).as(name).isEqualTo(source.string(tag));
            }
            assertThat(result.string(Tag.SeriesInstanceUID))
                    .as(name)
                    .isNotEqualTo(source.string(Tag.SeriesInstanceUID));
        });
        for (String name : List.of("seg", "pet-on-ct")) {
            assertThat(OBJECTS.get(name).string(Tag.FrameOfReferenceUID))
                    .isEqualTo(source.string(Tag.FrameOfReferenceUID));
        }
    }

    @Test
    void every_instance_that_an_object_names_is_in_its_list_of_series() {
        for (String name : List.of("seg", "rwvm", "mip-grey", "mip-fused", "pet-on-ct")) {
            Dataset object = OBJECTS.get(name);
            Set<String> listed = object.items(Tag.ReferencedSeriesSequence).stream()
                    .flatMap(s -> s.items(Tag.ReferencedInstanceSequence).stream())
                    .map(i -> i.string(Tag.ReferencedSOPInstanceUID).orElseThrow())
                    .collect(Collectors.toSet());
            assertThat(listed).as(name).containsAll(named(object));
            Set<String> images = object.items(Tag.SourceImageSequence).stream()
                    .map(i -> i.string(Tag.ReferencedSOPInstanceUID).orElseThrow())
                    .collect(Collectors.toSet());
            if (name.equals("pet-on-ct")) {
                assertThat(listed)
                        .as("a slice lists the slices that it lies between")
                        .isEqualTo(images)
                        .isSubsetOf(instances(RESULTS.petSlices))
                        .hasSizeBetween(1, 2);
            } else {
                assertThat(listed).as(name).containsAll(instances(RESULTS.petSlices));
            }
        }
        assertThat(named(OBJECTS.get("mip-fused"))).containsAll(instances(RESULTS.ctHeaders));
    }

    @Test
    void the_report_has_all_evidence() {
        Dataset sr = OBJECTS.get("sr");
        Dataset study = sr.item(Tag.CurrentRequestedProcedureEvidenceSequence).orElseThrow();
        assertThat(study.string(Tag.StudyInstanceUID)).isEqualTo(sr.string(Tag.StudyInstanceUID));
        Set<String> evidence = study.items(Tag.ReferencedSeriesSequence).stream()
                .flatMap(s -> s.items(Tag.ReferencedSOPSequence).stream())
                .map(i -> i.string(Tag.ReferencedSOPInstanceUID).orElseThrow())
                .collect(Collectors.toSet());
        assertThat(evidence)
                .containsAll(instances(RESULTS.petSlices))
                .containsAll(instances(RESULTS.ctHeaders))
                .containsAll(instances(List.of(OBJECTS.get("seg"), OBJECTS.get("rwvm"))))
                .containsAll(named(sr));
    }

    /** All Referenced SOP Instance UIDs, at any depth. */
    private static Set<String> named(Dataset dataset) {
        Set<String> uids = new HashSet<>();
        dataset.string(Tag.ReferencedSOPInstanceUID).ifPresent(uids::add);
        for (Element element : dataset) {
            if (element instanceof Element.Items items) {
                items.items().forEach(item -> uids.addAll(named(item)));
            }
        }
        return uids;
    }

    @Test
    void segments_and_groups_of_the_report_track_the_same_lesions() {
        List<String> segments = OBJECTS.get("seg").items(Tag.SegmentSequence).stream()
                .map(s -> s.string(Tag.TrackingUID).orElseThrow())
                .toList();
        List<String> groups = groups(OBJECTS.get("sr")).stream()
                .map(g -> content(g, "112040").string(Tag.UID).orElseThrow())
                .toList();
        assertThat(groups).isEqualTo(segments).hasSize(8).doesNotHaveDuplicates();
    }

    @Test
    void a_group_has_its_measurements_with_ucum_units() {
        Dataset group = groups(OBJECTS.get("sr")).get(7);
        List<Dataset> numbers = group.items(Tag.ContentSequence).stream()
                .filter(i -> i.string(Tag.ValueType).orElseThrow().equals("NUM"))
                .toList();
        assertThat(numbers.stream().map(ResultReferencesTest::unit))
                .as("SUVmax, SUVmean, SUVpeak, then volume and glycolysis by the mask and by two other ways")
                .containsExactly("g/ml{SUVbw}", "g/ml{SUVbw}", "g/ml{SUVbw}", "ml", "g", "ml", "g", "ml", "g");
        double mtv = numbers.get(3)
                .item(Tag.MeasuredValueSequence)
                .orElseThrow()
                .doubleValue(Tag.NumericValue)
                .orElseThrow();
        assertThat(mtv).isCloseTo(RESULTS.study.spheres().get(7).sampledMl(), within(1e-9));
        Dataset segment =
                content(group, "121191").item(Tag.ReferencedSOPSequence).orElseThrow();
        assertThat(segment.intValue(Tag.ReferencedSegmentNumber)).hasValue(8);
        assertThat(segment.string(Tag.ReferencedSOPInstanceUID))
                .isEqualTo(OBJECTS.get("seg").string(Tag.SOPInstanceUID));
        assertThat(groups(OBJECTS.get("sr")).get(0).items(Tag.ContentSequence))
                .as("without SUVpeak")
                .hasSize(group.items(Tag.ContentSequence).size() - 1);
    }

    private static String unit(Dataset number) {
        return number.item(Tag.MeasuredValueSequence)
                .flatMap(v -> v.item(Tag.MeasurementUnitsCodeSequence))
                .flatMap(u -> u.string(Tag.CodeValue))
                .orElseThrow();
    }

    @Test
    void the_report_says_what_it_cannot_know_and_what_made_it() {
        Dataset sr = OBJECTS.get("sr");
        assertThat(content(sr, "121106").string(Tag.TextValue).orElseThrow())
                .contains(
                        "Physiological uptake is not excluded",
                        "suv-threshold version 1.0.0",
                        "sha256:0123456789abcdef");
        assertThat(sr.string(Tag.VerificationFlag)).contains("UNVERIFIED");
    }

    @Test
    void a_report_without_lesions_says_so() {
        Dataset sr = MeasurementReportEncoder.encode(
                RESULTS.context, RESULTS.series(1, "x"), List.of(), Optional.empty(), OBJECTS.get("rwvm"));
        assertThat(groups(sr)).isEmpty();
        assertThat(content(sr, "121106").string(Tag.TextValue).orElseThrow()).startsWith("No region was found.");
        assertThatThrownBy(() -> MeasurementReportEncoder.encode(
                        RESULTS.context,
                        RESULTS.series(1, "x"),
                        RESULTS.lesions(),
                        Optional.empty(),
                        OBJECTS.get("rwvm")))
                .hasMessage("report: 8 lesions refer to a segmentation, got none");
    }

    private static List<Dataset> groups(Dataset sr) {
        return content(sr, "126010").items(Tag.ContentSequence).stream()
                .filter(i -> named(i, "125007"))
                .toList();
    }

    private static Dataset content(Dataset container, String code) {
        return container.items(Tag.ContentSequence).stream()
                .filter(i -> named(i, code))
                .findFirst()
                .orElseThrow();
    }

    private static boolean named(Dataset item, String code) {
        return item.item(Tag.ConceptNameCodeSequence)
                .flatMap(c -> c.string(Tag.CodeValue))
                .equals(Optional.of(code));
    }

    @Test
    void frames_of_a_rotation_follow_each_other_and_an_odd_length_is_padded() {
        byte[] grey = OBJECTS.get("mip-grey").bytes(Tag.PixelData).orElseThrow();
        int frame = 65 * 33 * 2;
        assertThat(grey).hasSize(4 * frame);
        assertThat(Stream.of(0, 1, 2, 3).map(f -> (grey[f * frame] & 0xff) | (grey[f * frame + 1] & 0xff) << 8))
                .containsExactly(50_000, 50_001, 50_002, 50_003);
        byte[] fused = OBJECTS.get("mip-fused").bytes(Tag.PixelData).orElseThrow();
        assertThat(fused).hasSize(3 * 65 * 33 * 3 + 1);
        assertThat(fused[2 * 65 * 33 * 3]).isEqualTo((byte) 12);
    }

    @Test
    void what_is_written_is_read_again() throws Exception {
        for (Dataset object : OBJECTS.values()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            DatasetWriter.write(out, Uid.ExplicitVRLittleEndian, object);
            assertThat(DatasetReader.read(
                            new ByteArrayInputStream(out.toByteArray()),
                            Uid.ExplicitVRLittleEndian,
                            ReadLimits.DEFAULT))
                    .isEqualTo(object);
        }
    }
}
