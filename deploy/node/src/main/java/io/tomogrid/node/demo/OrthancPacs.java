package io.tomogrid.node.demo;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Part10File;
import io.tomogrid.node.Leash;
import io.tomogrid.node.Node;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A real Orthanc with a configuration of its own, as the receiving PACS. */
public final class OrthancPacs implements Pacs {
    private static final List<Path> PROGRAMS =
            List.of(Path.of("/usr/sbin/Orthanc"), Path.of("/usr/bin/Orthanc"), Path.of("/usr/local/sbin/Orthanc"));
    private static final String AE_TITLE = "ORTHANC";
    private static final int START_TRIES = 200;

    private final Process process;
    private final Leash leash;
    private final int dicomPort;
    private final URI rest;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<Object, String> known = new HashMap<>();

    private OrthancPacs(Process process, Leash leash, int dicomPort, int httpPort) {
        this.process = process;
        this.leash = leash;
        this.dicomPort = dicomPort;
        this.rest = URI.create("http://127.0.0.1:" + httpPort);
    }

    /** @throws IOException if Orthanc is not installed or does not start */
    public static OrthancPacs start(Path folder, String callingAe) throws IOException {
        Path program = PROGRAMS.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IOException(
                        "--pacs orthanc: Orthanc is not installed here; install it (Debian: apt-get install orthanc)"));
        Files.createDirectories(folder);
        int dicomPort = Node.freePort();
        int httpPort = Node.freePort();
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("Name", "Tomogrid demo");
        config.put("StorageDirectory", folder.resolve("storage").toString());
        config.put("IndexDirectory", folder.resolve("storage").toString());
        config.put("DicomAet", AE_TITLE);
        config.put("DicomPort", dicomPort);
        config.put("HttpPort", httpPort);
        config.put("RemoteAccessAllowed", false);
        config.put("AuthenticationEnabled", false);
        config.put("DicomAlwaysAllowStore", false);
        config.put("DicomModalities", Map.of("tomogrid", List.of(callingAe, "127.0.0.1", 104)));
        Path file = folder.resolve("orthanc.json");
        Files.writeString(file, JSON.std.asString(config));
        ProcessBuilder builder = new ProcessBuilder(program.toString(), file.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("orthanc.log").toFile());
        // Nagle's algorithm costs its DICOM toolkit 44 ms for each instance.
        builder.environment().put("TCP_NODELAY", "1");
        Process process = builder.start();
        OrthancPacs pacs = new OrthancPacs(process, Leash.hold(process.pid(), "TERM"), dicomPort, httpPort);
        pacs.awaitStart(folder);
        return pacs;
    }

    @Override
    public String aeTitle() {
        return AE_TITLE;
    }

    @Override
    public int port() {
        return dicomPort;
    }

    @Override
    public String where() {
        return rest + " (Orthanc, until this command ends)";
    }

    @Override
    public boolean holds(String sopInstanceUid) throws IOException {
        return id(sopInstanceUid) != null;
    }

    @Override
    public Part10File read(String sopInstanceUid) throws IOException {
        String id = id(sopInstanceUid);
        if (id == null) {
            throw new IOException("Orthanc holds no instance " + sopInstanceUid);
        }
        HttpRequest file = HttpRequest.newBuilder(rest.resolve("/instances/" + id + "/file"))
                .build();
        return Part10.read(new ByteArrayInputStream(send(file, HttpResponse.BodyHandlers.ofByteArray())));
    }

    /** How many instances it holds. */
    public long instances() throws IOException {
        Map<String, Object> statistics = JSON.std.mapFrom(
                send(HttpRequest.newBuilder(rest.resolve("/statistics")).build()));
        return ((Number) statistics.get("CountInstances")).longValue();
    }

    /** What Orthanc calls an instance, or null while it does not hold it. */
    private String id(String sopInstanceUid) throws IOException {
        if (!known.containsKey(sopInstanceUid)) {
            HttpRequest all =
                    HttpRequest.newBuilder(rest.resolve("/instances?expand")).build();
            for (Object item : JSON.std.listFrom(send(all))) {
                Map<?, ?> instance = (Map<?, ?>) item;
                Map<?, ?> tags = (Map<?, ?>) instance.get("MainDicomTags");
                known.put(tags.get("SOPInstanceUID"), (String) instance.get("ID"));
            }
        }
        return known.get(sopInstanceUid);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            leash.close();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void awaitStart(Path folder) throws IOException {
        for (int i = 0; i < START_TRIES; i++) {
            try {
                send(HttpRequest.newBuilder(rest.resolve("/system")).build());
                return;
            } catch (ConnectException notYet) {
                if (!process.isAlive()) {
                    throw new IOException(
                            "Orthanc ended while it started: see " + folder.resolve("orthanc.log"), notYet);
                }
                pause();
            }
        }
        close();
        throw new IOException("Orthanc does not answer: see " + folder.resolve("orthanc.log"));
    }

    private String send(HttpRequest request) throws IOException {
        return send(request, HttpResponse.BodyHandlers.ofString());
    }

    private <T> T send(HttpRequest request, HttpResponse.BodyHandler<T> handler) throws IOException {
        try {
            HttpResponse<T> response = http.send(request, handler);
            if (response.statusCode() != 200) {
                throw new IOException("Orthanc answered " + response.statusCode());
            }
            return response.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking Orthanc", e);
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while Orthanc started", e);
        }
    }
}
