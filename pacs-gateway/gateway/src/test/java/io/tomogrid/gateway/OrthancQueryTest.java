package io.tomogrid.gateway;

import static io.tomogrid.gateway.TestingGateway.CT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.gateway.contract.Documents;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Query, retrieve and commitment with Orthanc at the other end, in both directions. */
@org.junit.jupiter.api.Tag("peer")
class OrthancQueryTest {
    private static final Path BINARY = Path.of("/usr/sbin/Orthanc");

    @TempDir
    static Path folder;

    private static TestingDatabase database;
    private static TestingGateway gateway;
    private static Process orthanc;
    private static int dicomPort;
    private static int httpPort;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Files.isExecutable(BINARY), "needs Orthanc (Debian package orthanc)");
        dicomPort = Programs.freePort();
        httpPort = Programs.freePort();
        database = TestingDatabase.start();
        Map<String, Object> settings = new HashMap<>(Map.of(
                "tomogrid.gateway.dicom.calling-allowed", "MODALITY,ORTHANC",
                "tomogrid.gateway.destinations[0].name", "orthanc",
                "tomogrid.gateway.destinations[0].host", "127.0.0.1",
                "tomogrid.gateway.destinations[0].port", Integer.toString(dicomPort),
                "tomogrid.gateway.destinations[0].ae-title", "ORTHANC",
                "tomogrid.gateway.destinations[0].commitment", "true"));
        gateway = TestingGateway.start(folder, database.fresh(), settings);
        Path configuration = folder.resolve("orthanc.json");
        Files.writeString(configuration, """
                {"Name": "test", "StorageDirectory": "%s", "IndexDirectory": "%s", "Plugins": [],
                 "HttpPort": %d, "RemoteAccessAllowed": false, "AuthenticationEnabled": false,
                 "DicomAet": "ORTHANC", "DicomPort": %d, "DicomCheckCalledAet": true, "DefaultEncoding": "Utf8", "KeepAlive": false,
                 "DicomModalities": {"tomogrid": {"AET": "TOMOGRID", "Host": "127.0.0.1", "Port": %d,
                   "AllowGet": true, "AllowMove": true, "AllowFind": true, "AllowStorageCommitment": true}}}
                """.formatted(
                        folder.resolve("orthanc-storage"),
                        folder.resolve("orthanc-index"),
                        httpPort,
                        dicomPort,
                        gateway.dicomPort()));
        orthanc = Programs.serve(httpPort, folder.resolve("log"), BINARY.toString(), configuration.toString());
        for (int study = 1; study <= 2; study++) {
            for (Dataset image : TestStudies.study(study)) {
                assertThat(gateway.store(image)).isEqualTo(DimseStatus.SUCCESS);
            }
        }
    }

    @AfterAll
    static void stop() throws Exception {
        Programs.end(orthanc);
        if (gateway != null) {
            gateway.close();
            database.close();
        }
    }

    /** Orthanc closes idle connections: none is used twice. */
    private static HttpClient http() {
        return HttpClient.newHttpClient();
    }

    private static String get(String path) throws Exception {
        return http().send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static String post(String path, String body) throws Exception {
        HttpResponse<String> answer = http().send(
                        HttpRequest.newBuilder(uri(path))
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as("%s: %s", path, answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + httpPort + path);
    }

    /** QRY-01, QRY-03: Orthanc finds here and has moved to it. */
    @Test
    void orthanc_finds_and_retrieves_here() throws Exception {
        String query = (String)
                Documents.parse(post("/modalities/tomogrid/query", """
                        {"Level": "Study", "Query": {"PatientName": "yamada*", "StudyDate": "20260101-20260131",
                         "ModalitiesInStudy": "", "NumberOfStudyRelatedInstances": "", "StudyDescription": ""}}""")).get("ID");
        String answers = Documents.parse("{\"all\":" + get("/queries/" + query + "/answers?expand&simplify") + "}")
                .toString();
        assertThat(answers).contains("=1.7.1}", "山田^太郎", "Ganzkörper", "CT\\PT").doesNotContain("=1.7.2}");
        post("/queries/" + query + "/answers/0/retrieve", "{\"TargetAet\": \"ORTHANC\"}");
        for (int series = 1; series <= 2; series++) {
            for (int instance = 1; instance <= 2; instance++) {
                assertThat(post("/tools/lookup", "1.7.1." + series + "." + instance))
                        .contains("Instance");
            }
        }
        String series = (String) Documents.parse(post(
                        "/modalities/tomogrid/query",
                        "{\"Level\": \"Series\", \"Query\": {\"StudyInstanceUID\": \"1.7.1\", \"Modality\": \"PT\"}}"))
                .get("ID");
        assertThat(get("/queries/" + series + "/answers?expand&simplify"))
                .contains("1.7.1.2")
                .doesNotContain("1.7.1.1\"");
    }

    /** COM-01: Orthanc asks us, and we call it back. */
    @Test
    void orthanc_gets_our_commitment() throws Exception {
        String transaction =
                (String) Documents.parse(post("/modalities/tomogrid/storage-commitment", """
                        {"DicomInstances": [{"SOPClassUID": "%s", "SOPInstanceUID": "1.7.2.1.1"},
                                            {"SOPClassUID": "%s", "SOPInstanceUID": "1.7.2.1.9"}]}""".formatted(CT, CT)))
                        .get("ID");
        String report = get("/storage-commitment/" + transaction);
        for (int i = 0; i < 100 && report.contains("Pending"); i++) {
            Thread.sleep(100);
            report = get("/storage-commitment/" + transaction);
        }
        Map<String, Object> parsed = Documents.parse(report);
        assertThat(parsed).containsEntry("Status", "Failure").containsEntry("RemoteAET", "TOMOGRID");
        assertThat(parsed.get("Success").toString()).contains("1.7.2.1.1").doesNotContain("1.7.2.1.9");
        assertThat(parsed.get("Failures").toString()).contains("1.7.2.1.9", "274");
    }

    /** COM-02: Orthanc commits itself to keep our results. */
    @Test
    void results_are_committed_by_orthanc() throws Exception {
        var manifest = TestResults.stage(folder.resolve("staging"), "job-o", "1.4.10", "1.9.50.1", "1.9.50.2");
        gateway.put("/api/results/job-o", TestResults.json(manifest));
        var answer = gateway.await(
                "/api/results/job-o", a -> "SETTLED".equals(a.body().get("state")));
        assertThat(answer.list("objects").toString()).contains("COMMITTED").doesNotContain("ACCEPTED");
    }

    /** QRY-05: our client against Orthanc. */
    @Test
    void our_client_finds_moves_and_gets_at_orthanc() throws Exception {
        new QueryRetrieveUser(dicomPort, "ORTHANC").storesFindsMovesAndGets(7, gateway);
    }
}
