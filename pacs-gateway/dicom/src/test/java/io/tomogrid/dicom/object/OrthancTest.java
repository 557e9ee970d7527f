package io.tomogrid.dicom.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetWriter;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RES-04: a PACS takes our objects and gives them back as they were. */
@org.junit.jupiter.api.Tag("peer")
class OrthancTest {
    private static final Path BINARY = Path.of("/usr/sbin/Orthanc");
    private static final Pattern LOOKED_UP = Pattern.compile("\"ID\"\\s*:\\s*\"([0-9a-f-]+)\"");

    @TempDir
    static Path folder;

    private static Process orthanc;
    private static int dicomPort;
    private static int httpPort;

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Files.isExecutable(BINARY), "needs Orthanc (Debian package orthanc)");
        dicomPort = freePort();
        httpPort = freePort();
        Path configuration = folder.resolve("orthanc.json");
        Files.writeString(
                configuration, """
                {"Name": "test", "StorageDirectory": "%s", "IndexDirectory": "%s", "Plugins": [],
                 "HttpPort": %d, "RemoteAccessAllowed": false, "AuthenticationEnabled": false,
                 "DicomAet": "ORTHANC", "DicomPort": %d, "DicomAlwaysAllowStore": true, "DicomCheckCalledAet": false}
                """.formatted(folder.resolve("storage"), folder.resolve("index"), httpPort, dicomPort));
        orthanc = new ProcessBuilder(BINARY.toString(), configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (orthanc != null) {
            orthanc.destroy();
            if (!orthanc.waitFor(20, TimeUnit.SECONDS)) {
                orthanc.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void stores_and_returns_every_kind_of_result() throws Exception {
        Map<String, Dataset> objects = new Results().byName();
        try (Association association = openPatiently(AssociationRequest.storing(
                "127.0.0.1",
                dicomPort,
                "TOMOGRID",
                "ORTHANC",
                objects.values().stream()
                        .map(o -> new AssociationRequest.Syntax(sopClass(o), Uid.ExplicitVRLittleEndian))
                        .toList()))) {
            for (Map.Entry<String, Dataset> object : objects.entrySet()) {
                ByteArrayOutputStream encoded = new ByteArrayOutputStream();
                DatasetWriter.write(encoded, Uid.ExplicitVRLittleEndian, object.getValue());
                assertThat(association.store(
                                sopClass(object.getValue()),
                                sopInstance(object.getValue()),
                                Uid.ExplicitVRLittleEndian,
                                new ByteArrayInputStream(encoded.toByteArray())))
                        .as(object.getKey())
                        .matches(status -> status.isSuccess());
            }
        }
        for (Map.Entry<String, Dataset> object : objects.entrySet()) {
            assertThat(fetch(sopInstance(object.getValue())))
                    .as(object.getKey())
                    .isEqualTo(object.getValue());
        }
    }

    private Dataset fetch(String sopInstance) throws IOException, InterruptedException {
        HttpRequest lookup = HttpRequest.newBuilder(uri("/tools/lookup"))
                .POST(HttpRequest.BodyPublishers.ofString(sopInstance))
                .build();
        String found = http.send(lookup, HttpResponse.BodyHandlers.ofString()).body();
        Matcher id = LOOKED_UP.matcher(found);
        assertThat(id.find()).as(found).isTrue();
        HttpRequest file = HttpRequest.newBuilder(uri("/instances/" + id.group(1) + "/file"))
                .build();
        try (InputStream body =
                http.send(file, HttpResponse.BodyHandlers.ofInputStream()).body()) {
            return Part10.read(body).dataset();
        }
    }

    private static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + httpPort + path);
    }

    private static String sopClass(Dataset object) {
        return object.string(Tag.SOPClassUID).orElseThrow();
    }

    private static String sopInstance(Dataset object) {
        return object.string(Tag.SOPInstanceUID).orElseThrow();
    }

    private static Association openPatiently(AssociationRequest request) throws Exception {
        for (int i = 0; ; i++) {
            try {
                return Association.open(request);
            } catch (java.net.ConnectException notYetListening) {
                List<String> log = Files.readAllLines(folder.resolve("log"));
                assertThat(orthanc.isAlive() && i < 100)
                        .as("Orthanc starts: %s", log)
                        .isTrue();
                Thread.sleep(100);
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
