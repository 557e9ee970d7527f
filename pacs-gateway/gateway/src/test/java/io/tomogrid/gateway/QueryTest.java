package io.tomogrid.gateway;

import static io.tomogrid.gateway.TestingGateway.EXPLICIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.DimseStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Queries through the DICOM port, by our own client. */
class QueryTest {
    private static final String FIND = Uid.StudyRootQueryRetrieveInformationModelFIND;
    private static final String PATIENT_FIND = Uid.PatientRootQueryRetrieveInformationModelFIND;
    private static final String PT = Uid.PositronEmissionTomographyImageStorage;

    @TempDir
    static Path folder;

    private static TestingDatabase database;
    private static TestingGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        database = TestingDatabase.start();
        gateway = TestingGateway.start(
                folder.resolve("all"), database.fresh(), Map.of("tomogrid.gateway.dicom.max-matches", "6"));
        for (int study = 1; study <= 5; study++) {
            for (Dataset image : TestStudies.study(study)) {
                assertThat(gateway.store(image)).isEqualTo(DimseStatus.SUCCESS);
            }
        }
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        database.close();
    }

    private record Found(DimseStatus status, List<Dataset> matches) {
        List<String> all(int tag) {
            return matches.stream().map(m -> m.string(tag).orElse("")).toList();
        }
    }

    private static Found find(String sopClass, Dataset identifier) throws IOException {
        return find(gateway, sopClass, identifier);
    }

    private static Found find(TestingGateway at, String sopClass, Dataset identifier) throws IOException {
        List<Dataset> matches = new ArrayList<>();
        try (Association association = ask(at, sopClass)) {
            return new Found(association.find(sopClass, identifier, matches::add), matches);
        }
    }

    private static Association ask(TestingGateway at, String sopClass) throws IOException {
        return Association.open(
                AssociationRequest.asking("127.0.0.1", at.dicomPort(), "MODALITY", "TOMOGRID", sopClass));
    }

    private static Dataset level(String level) {
        return new Dataset().put(Tag.SpecificCharacterSet, "ISO_IR 192").put(Tag.QueryRetrieveLevel, level);
    }

    /** QRY-01. */
    @Test
    void a_study_has_all_that_a_client_expects() throws IOException {
        Dataset identifier = level("STUDY").put(Tag.StudyInstanceUID, "1.7.1");
        int[] keys = {
            Tag.PatientName,
            Tag.PatientID,
            Tag.IssuerOfPatientID,
            Tag.PatientBirthDate,
            Tag.PatientSex,
            Tag.StudyDate,
            Tag.StudyTime,
            Tag.AccessionNumber,
            Tag.StudyID,
            Tag.StudyDescription,
            Tag.ReferringPhysicianName,
            Tag.ModalitiesInStudy,
            Tag.SOPClassesInStudy,
            Tag.NumberOfStudyRelatedSeries,
            Tag.NumberOfStudyRelatedInstances,
            Tag.NumberOfPatientRelatedStudies,
            Tag.InstanceAvailability
        };
        for (int key : keys) {
            identifier.putEmpty(key);
        }
        Found found = find(FIND, identifier);
        assertThat(found.status()).isEqualTo(DimseStatus.SUCCESS);
        assertThat(found.matches()).hasSize(1);
        Dataset match = found.matches().get(0);
        Map<String, String> values = new TreeMap<>();
        match.forEach(e -> values.put(Dictionary.keyword(e.tag()), String.join("\\", match.strings(e.tag()))));
        assertThat(values)
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("SpecificCharacterSet", "ISO_IR 192"),
                        Map.entry("QueryRetrieveLevel", "STUDY"),
                        Map.entry("RetrieveAETitle", "TOMOGRID"),
                        Map.entry("InstanceAvailability", "ONLINE"),
                        Map.entry("PatientName", TestStudies.name(1)),
                        Map.entry("PatientID", "ID-1"),
                        Map.entry("IssuerOfPatientID", "SITE"),
                        Map.entry("PatientBirthDate", "19600229"),
                        Map.entry("PatientSex", "M"),
                        Map.entry("StudyInstanceUID", "1.7.1"),
                        Map.entry("StudyDate", "20260101"),
                        Map.entry("StudyTime", "081501.5"),
                        Map.entry("AccessionNumber", "ACC1"),
                        Map.entry("StudyID", "S1"),
                        Map.entry("StudyDescription", "Ganzkörper PET-CT 100%"),
                        Map.entry("ReferringPhysicianName", "Müller^Anna"),
                        Map.entry("ModalitiesInStudy", "CT\\PT"),
                        Map.entry(
                                "SOPClassesInStudy",
                                Uid.PositronEmissionTomographyImageStorage + "\\" + Uid.CTImageStorage),
                        Map.entry("NumberOfStudyRelatedSeries", "2"),
                        Map.entry("NumberOfStudyRelatedInstances", "4"),
                        Map.entry("NumberOfPatientRelatedStudies", "1")));
    }

    /** QRY-02. */
    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource({
        "PatientName, yamada*, 1",
        "PatientName, YAMADA^TAROU, 1",
        "PatientName, 山田*, 1",
        "PatientName, 山田^太郎, 1",
        "PatientName, *太郎*, 1",
        "PatientName, ärztin^ÖDÖN, 2",
        "PatientName, case^number?, 3 4 5",
        "PatientName, Case, ''",
        "PatientName, *, 1 2 3 4 5",
        "PatientName, ____^*, ''",
        "PatientID, ID-3, 3",
        "PatientID, id-3, ''",
        "PatientID, ID-?, 1 2 3 4 5",
        "StudyDate, 20260102-20260104, 2 3 4",
        "StudyDate, -20260102, 1 2",
        "StudyDate, 20260104-, 4 5",
        "StudyDate, 2026.01.04, 4",
        "StudyTime, 081502-081503, 2 3",
        "StudyTime, 08, 1 2 3 4 5",
        "StudyTime, 081504.5, 4",
        "StudyTime, 081504.6, ''",
        "StudyDescription, *100%, 1 2 3 4 5",
        "StudyDescription, *100_, ''",
        "ReferringPhysicianName, MÜLLER*, 1 2 3 4 5",
        "ModalitiesInStudy, PT, 1 2 3 4 5",
        "ModalitiesInStudy, MR, ''",
        "ModalitiesInStudy, MR\\CT, 1 2 3 4 5",
        "StudyInstanceUID, 1.7.2\\1.7.4\\1.7.99, 2 4",
        "PatientSex, F, 2 4",
        "AccessionNumber, ACC5, 5",
    })
    void keys_match_as_the_standard_says(String keyword, String value, String studies) throws IOException {
        Dataset identifier = level("STUDY");
        identifier.put(Dictionary.tagOf(keyword).orElseThrow(), value.split("\\\\"));
        Found found = find(FIND, identifier);
        assertThat(found.status()).isEqualTo(DimseStatus.SUCCESS);
        assertThat(found.all(Tag.StudyInstanceUID))
                .containsExactlyInAnyOrderElementsOf(
                        studies.isEmpty()
                                ? List.of()
                                : java.util.Arrays.stream(studies.split(" "))
                                        .map(s -> "1.7." + s)
                                        .toList());
    }

    /** QRY-01. */
    @Test
    void every_level_of_both_models_answers() throws IOException {
        Found patients = find(
                PATIENT_FIND,
                level("PATIENT")
                        .put(Tag.PatientName, "case*")
                        .putEmpty(Tag.PatientID)
                        .putEmpty(Tag.PatientSex));
        assertThat(patients.all(Tag.PatientID)).containsExactly("ID-3", "ID-4", "ID-5");
        assertThat(patients.all(Tag.PatientSex)).containsExactly("M", "F", "M");
        Found studies =
                find(PATIENT_FIND, level("STUDY").put(Tag.PatientID, "ID-3").putEmpty(Tag.StudyInstanceUID));
        assertThat(studies.all(Tag.StudyInstanceUID)).containsExactly("1.7.3");
        Found series = find(
                FIND,
                level("SERIES")
                        .put(Tag.StudyInstanceUID, "1.7.3")
                        .putEmpty(Tag.Modality)
                        .put(Tag.SeriesNumber, "02")
                        .putEmpty(Tag.SeriesDescription)
                        .putEmpty(Tag.NumberOfSeriesRelatedInstances));
        assertThat(series.all(Tag.SeriesInstanceUID)).containsExactly("1.7.3.2");
        assertThat(series.all(Tag.Modality)).containsExactly("PT");
        assertThat(series.all(Tag.SeriesDescription)).containsExactly("Series_2");
        assertThat(series.all(Tag.NumberOfSeriesRelatedInstances)).containsExactly("2");
        Found images = find(
                FIND,
                level("IMAGE")
                        .put(Tag.StudyInstanceUID, "1.7.3")
                        .put(Tag.SeriesInstanceUID, "1.7.3.2")
                        .putEmpty(Tag.InstanceNumber)
                        .putEmpty(Tag.Rows)
                        .putEmpty(Tag.SOPClassUID)
                        .putEmpty(Tag.AvailableTransferSyntaxUID));
        assertThat(images.all(Tag.SOPInstanceUID)).containsExactly("1.7.3.2.1", "1.7.3.2.2");
        assertThat(images.all(Tag.InstanceNumber)).containsExactly("1", "2");
        assertThat(images.all(Tag.Rows)).containsOnly("64");
        assertThat(images.all(Tag.SOPClassUID)).containsOnly(PT);
        assertThat(images.all(Tag.AvailableTransferSyntaxUID)).containsOnly(EXPLICIT);
    }

    /** QRY-02: refused with what is wrong, without the value, and the association goes on. */
    @Test
    void wrong_identifiers_are_refused_and_the_association_goes_on() throws IOException {
        try (Association association = ask(gateway, FIND)) {
            Map<Dataset, String> wrong = Map.of(
                    new Dataset(),
                    "QueryRetrieveLevel: expected one of [STUDY, SERIES, IMAGE]",
                    level("PATIENT"),
                    "QueryRetrieveLevel: expected one of [STUDY, SERIES, IMAGE]",
                    level("SERIES").putEmpty(Tag.StudyInstanceUID),
                    "StudyInstanceUID is missing, level SERIES needs it",
                    level("STUDY").put(Tag.StudyDate, "yesterday"),
                    "StudyDate: no date, time or range of them",
                    level("STUDY").put(Tag.StudyTime, "8-"),
                    "StudyTime: no date, time or range of them");
            for (Map.Entry<Dataset, String> entry : wrong.entrySet()) {
                DimseStatus status = association.find(FIND, entry.getKey(), match -> true);
                assertThat(status).isEqualTo(new DimseStatus(0xA900, entry.getValue()));
            }
            assertThat(association.find(FIND, level("STUDY"), match -> true)).isEqualTo(DimseStatus.SUCCESS);
        }
    }

    /** QRY-02: random keys with random values are answered, whatever they are. */
    @Test
    void any_identifier_is_answered() throws IOException {
        long seed = 20261125;
        Random random = new Random(seed);
        int[] tags = {
            Tag.PatientName,
            Tag.PatientID,
            Tag.StudyDate,
            Tag.StudyTime,
            Tag.ModalitiesInStudy,
            Tag.StudyInstanceUID,
            Tag.SeriesNumber,
            Tag.InstanceNumber,
            Tag.Rows,
            Tag.SOPClassesInStudy,
            Tag.NumberOfStudyRelatedInstances,
            Tag.StudyDescription,
            0x00091010,
            Tag.PixelData,
            Tag.QueryRetrieveLevel,
            Tag.SpecificCharacterSet
        };
        String alphabet = "*?%_\\'\"-^=.:0123456789AZaz \0äÿ";
        try (Association association = ask(gateway, FIND)) {
            for (int i = 0; i < 400; i++) {
                Dataset identifier = level(new String[] {"STUDY", "SERIES", "IMAGE"}[random.nextInt(3)])
                        .put(Tag.StudyInstanceUID, "1.7.1")
                        .put(Tag.SeriesInstanceUID, "1.7.1.1");
                for (int n = random.nextInt(4); n >= 0; n--) {
                    int tag = tags[random.nextInt(tags.length)];
                    byte[] value = new byte[random.nextInt(12)];
                    for (int b = 0; b < value.length; b++) {
                        value[b] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
                    }
                    VR vr = Dictionary.vr(tag);
                    identifier.putBytes(tag, random.nextInt(8) == 0 ? VR.UN : vr, value);
                }
                assertThat(association.find(FIND, identifier, match -> true).code())
                        .as("seed %d, query %d", seed, i)
                        .isIn(0x0000, 0xA900);
            }
        }
    }

    @Test
    void unsupported_keys_are_passed_over_and_too_many_matches_are_told() throws IOException {
        Found found = find(
                FIND,
                level("STUDY").putEmpty(Tag.OtherPatientNames).putItems(Tag.ReferencedStudySequence, new Dataset()));
        assertThat(found.matches()).hasSize(5);
        assertThat(found.matches().get(0).contains(Tag.OtherPatientNames)).isFalse();
        Found images = find(
                FIND,
                level("IMAGE")
                        .put(Tag.StudyInstanceUID, "1.7.1", "1.7.2", "1.7.3")
                        .put(Tag.SeriesInstanceUID, "1.7.1.1", "1.7.2.1", "1.7.3.1", "1.7.3.2"));
        assertThat(images.status().code()).isEqualTo(0xB001);
        assertThat(images.status().comment()).contains("more than 6");
        assertThat(images.matches()).hasSize(6);
    }

    /** QRY-04: an archive of before the attributes were indexed, with and without its database. */
    @Test
    void older_records_are_described_from_their_headers() throws Exception {
        Path home = folder.resolve("older");
        String url = database.fresh();
        try (TestingGateway older = TestingGateway.start(home, url, Map.of())) {
            for (Dataset image : TestStudies.study(9)) {
                older.store(image);
            }
            var jdbc = older.bean(org.springframework.jdbc.core.JdbcTemplate.class);
            jdbc.execute("UPDATE study SET described = false, patient_name_key = '', patient_name = ''");
            jdbc.execute("UPDATE series SET described = false, series_number = ''");
            jdbc.execute("UPDATE instance SET described = false, instance_number = ''");
        }
        Dataset byName = level("STUDY").put(Tag.PatientName, "case^number9").putEmpty(Tag.StudyDate);
        try (TestingGateway again = TestingGateway.start(home, url, Map.of())) {
            Found found = find(again, FIND, byName);
            for (int i = 0; i < 100 && found.matches().isEmpty(); i++) {
                Thread.sleep(100);
                found = find(again, FIND, byName);
            }
            assertThat(found.all(Tag.StudyInstanceUID)).containsExactly("1.7.9");
        }
        try (TestingGateway rebuilt = TestingGateway.start(home, database.fresh(), Map.of())) {
            assertThat(find(rebuilt, FIND, byName).all(Tag.StudyDate)).containsExactly("20260109");
            assertThat(find(
                                    rebuilt,
                                    FIND,
                                    level("IMAGE")
                                            .put(Tag.StudyInstanceUID, "1.7.9")
                                            .put(Tag.SeriesInstanceUID, "1.7.9.1")
                                            .put(Tag.InstanceNumber, "2"))
                            .all(Tag.SOPInstanceUID))
                    .containsExactly("1.7.9.1.2");
        }
    }
}
