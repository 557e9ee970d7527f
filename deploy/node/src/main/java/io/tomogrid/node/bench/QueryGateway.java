package io.tomogrid.node.bench;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetWriter;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.DimseServer;
import io.tomogrid.gateway.GatewayApplication;
import io.tomogrid.node.NodeHome;
import io.tomogrid.node.Postgres;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.springframework.context.ConfigurableApplicationContext;

/** A gateway alone, with an archive and a database of its own that are thrown away. */
final class QueryGateway implements AutoCloseable {
    private static final String TOKEN = "bench";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Postgres postgres;
    private final ConfigurableApplicationContext context;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private QueryGateway(Postgres postgres, ConfigurableApplicationContext context) {
        this.postgres = postgres;
        this.context = context;
    }

    static QueryGateway start(Path folder) throws IOException {
        NodeHome home = NodeHome.at(folder);
        Postgres postgres = Postgres.start(home);
        try {
            return new QueryGateway(
                    postgres,
                    GatewayApplication.start(Map.of(
                            "tomogrid.token", TOKEN,
                            "tomogrid.gateway.archive-root",
                                    home.folder("archive").toUri().toString(),
                            "tomogrid.gateway.spool", home.folder("spool").toString(),
                            "tomogrid.gateway.dicom.port", "0",
                            "tomogrid.gateway.dicom.calling-allowed", IngestServer.CALLING_AE,
                            "tomogrid.gateway.quiet-period", "1h",
                            "spring.datasource.url", postgres.url(),
                            "spring.datasource.username", postgres.user(),
                            "spring.datasource.password", postgres.password())));
        } catch (RuntimeException notStarted) {
            postgres.close();
            throw notStarted;
        }
    }

    Connection database() throws SQLException {
        return DriverManager.getConnection(postgres.url(), postgres.user(), postgres.password());
    }

    /** Stores images over one association. */
    void store(List<Dataset> images) throws IOException {
        int port = context.getBean(DimseServer.class).port();
        try (Association association = Association.open(AssociationRequest.storing(
                "127.0.0.1",
                port,
                IngestServer.CALLING_AE,
                "TOMOGRID",
                List.of(new AssociationRequest.Syntax(Uid.CTImageStorage, Uid.ExplicitVRLittleEndian))))) {
            for (Dataset image : images) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                DatasetWriter.write(bytes, Uid.ExplicitVRLittleEndian, image);
                String uid = image.string(Tag.SOPInstanceUID).orElseThrow();
                var status = association.store(
                        Uid.CTImageStorage,
                        uid,
                        Uid.ExplicitVRLittleEndian,
                        new ByteArrayInputStream(bytes.toByteArray()));
                if (!status.isSuccess()) {
                    throw new IOException("instance " + uid + " was not stored: " + status);
                }
            }
        }
    }

    /** @param path below {@code /dicom-web} @return the body @throws IOException if the status is not 200 */
    byte[] get(String path, String accept) throws IOException {
        URI base = URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port"));
        HttpRequest request = HttpRequest.newBuilder(base.resolve("/dicom-web" + path))
                .timeout(PATIENCE)
                .header("Accept", accept)
                .header(
                        "Authorization",
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString(("tomogrid:" + TOKEN).getBytes(StandardCharsets.UTF_8)))
                .build();
        try {
            HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() != 200) {
                throw new IOException(path + " was answered " + answer.statusCode() + ": "
                        + new String(answer.body(), StandardCharsets.UTF_8));
            }
            return answer.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the gateway was asked", e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            context.close();
        } finally {
            postgres.close();
        }
    }
}
