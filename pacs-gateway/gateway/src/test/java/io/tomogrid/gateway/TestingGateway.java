package io.tomogrid.gateway;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetWriter;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.DimseServer;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.gateway.contract.Documents;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.springframework.context.ConfigurableApplicationContext;

/** A whole gateway with its sockets, on an archive and a database that outlive it. */
final class TestingGateway implements AutoCloseable {
    static final String TOKEN = "test-token";
    static final String CT = Uid.CTImageStorage;
    static final String EXPLICIT = Uid.ExplicitVRLittleEndian;
    static final String IMPLICIT = Uid.ImplicitVRLittleEndian;

    private static final Function<Path, URI> ON_DISK =
            folder -> folder.resolve("archive").toUri();

    private static volatile Function<Path, URI> archives = ON_DISK;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ConfigurableApplicationContext context;

    private TestingGateway(ConfigurableApplicationContext context) {
        this.context = context;
    }

    static TestingGateway start(Path folder, String jdbcUrl, Map<String, Object> settings) {
        Map<String, Object> all = new LinkedHashMap<>(settings(folder, jdbcUrl));
        all.putAll(settings);
        return new TestingGateway(GatewayApplication.start(all));
    }

    /** Where the gateway of this folder has its archive. */
    static URI archive(Path folder) {
        return archives.apply(folder);
    }

    /** Archives of all gateways that are started from now on; empty for their folders. */
    static void keepArchives(Optional<Function<Path, URI>> where) {
        archives = where.orElse(ON_DISK);
    }

    static Map<String, Object> settings(Path folder, String jdbcUrl) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("tomogrid.token", TOKEN);
        all.put("tomogrid.gateway.archive-root", archive(folder).toString());
        all.put("tomogrid.gateway.spool", folder.resolve("spool").toString());
        all.put("tomogrid.gateway.dicom.port", "0");
        all.put("tomogrid.gateway.dicom.calling-allowed", "MODALITY");
        all.put("tomogrid.gateway.min-free", "10MB");
        all.put("spring.datasource.url", jdbcUrl);
        all.put("spring.datasource.username", "postgres");
        return all;
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    int dicomPort() {
        return bean(DimseServer.class).port();
    }

    URI base() {
        return URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port"));
    }

    // ---- DICOM

    Association open(AssociationRequest.Syntax... syntaxes) throws IOException {
        return Association.open(
                AssociationRequest.storing("127.0.0.1", dicomPort(), "MODALITY", "TOMOGRID", List.of(syntaxes)));
    }

    DimseStatus store(Dataset dataset) throws IOException {
        return store(dataset, EXPLICIT);
    }

    DimseStatus store(Dataset dataset, String transferSyntax) throws IOException {
        return store(
                dataset.string(Tag.SOPClassUID).orElse(CT),
                dataset.string(Tag.SOPInstanceUID).orElse("1.2.3.99"),
                transferSyntax,
                encode(dataset, transferSyntax));
    }

    DimseStatus store(String sopClass, String sopInstance, String transferSyntax, byte[] bytes) throws IOException {
        try (Association association = open(new AssociationRequest.Syntax(sopClass, transferSyntax))) {
            return association.store(sopClass, sopInstance, transferSyntax, new ByteArrayInputStream(bytes));
        }
    }

    static byte[] encode(Dataset dataset, String transferSyntax) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DatasetWriter.write(out, transferSyntax, dataset);
        return out.toByteArray();
    }

    /** Another modality, which must be allowed, sends an image. */
    DimseStatus storeFrom(String callingAe, Dataset dataset) throws IOException {
        try (Association association = Association.open(AssociationRequest.storing(
                "127.0.0.1",
                dicomPort(),
                callingAe,
                "TOMOGRID",
                List.of(new AssociationRequest.Syntax(CT, EXPLICIT))))) {
            return association.store(
                    CT,
                    dataset.string(Tag.SOPInstanceUID).orElseThrow(),
                    EXPLICIT,
                    new ByteArrayInputStream(encode(dataset, EXPLICIT)));
        }
    }

    // ---- HTTP

    record Answer(int status, Map<String, Object> body) {
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> list(String key) {
            return (List<Map<String, Object>>) body.get(key);
        }
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(base().resolve(path)).GET());
    }

    Answer post(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(base().resolve(path)).POST(HttpRequest.BodyPublishers.noBody()));
    }

    Answer post(String path, byte[] body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(base().resolve(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    Answer put(String path, byte[] body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(base().resolve(path))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        String credentials = Base64.getEncoder().encodeToString(("tomogrid:" + TOKEN).getBytes(StandardCharsets.UTF_8));
        HttpResponse<String> response = http.send(
                request.header("Authorization", "Basic " + credentials)
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), Documents.parse(response.body()));
    }

    /** Asks until the answer is as expected, for half a minute at most; the last answer is returned in any case. */
    Answer await(String path, Predicate<Answer> expected) throws IOException, InterruptedException {
        Instant deadline = Instant.now().plusSeconds(30);
        Answer answer = get(path);
        while (!expected.test(answer) && Instant.now().isBefore(deadline)) {
            Thread.sleep(50);
            answer = get(path);
        }
        return answer;
    }

    @Override
    public void close() {
        context.close();
    }
}
